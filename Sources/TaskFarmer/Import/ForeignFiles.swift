// What another tool has done, as the files of a work directory that is being made: the tasks that are over, a line and an event for each
// attempt, and what is known of tasks that wait and were attempted before. Everything is appended to files that are new.

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct ForeignFiles {
    let directory: WorkDirectory
    let work: ForeignWork
    let pace: Pace

    /// Writes and flushes them.
    ///
    /// - Parameters:
    ///   - list: the list, read once more
    ///   - plan: where the waiting tasks stand
    ///   - state: gets the totals and the sizes
    /// - Throws: where the list or a file cannot be read or written
    func write(_ list: HandledList, _ plan: StackPlan, _ state: inout StateRecord) throws {
        var files: [SharedFile: Appender] = [:]
        for file in [SharedFile.finished, .failed, .skipped, .attempts, .timeline, .farmers] {
            files[file] = try Appender(directory.file(file), directory.locking, at: state.sizes[file] ?? 0, pace)
        }
        files[.timeline]?.restart()
        try traceFarmers { try files[.timeline]?.add($0) }
        for event in work.comings { try files[.farmers]?.add(event.line) }
        var again: [RequeuedEntry] = []
        var next = 0
        var id = 0
        var mark = ListMark()
        try list.forEachTask(from: &mark) { line in
            let command = [UInt8](copying: line)
            var attempts = 0
            var last: (attempt: Attempt, process: Int)?
            while next < work.records.count, work.tasks[next] == id {
                if let attempt = attempt(work.records[next], id, attempts + 1) {
                    let process = Int(work.records[next].host) + 1
                    attempts += 1
                    if let last { try traceArrow(from: last.attempt, last.process, &files) }
                    try note(attempt, process, command, &files, &state)
                    last = (attempt, process)
                }
                next += 1
            }
            if let place = work.place(of: id) {
                try files[place]?.add(TaskRecord(id: id, command: command).line)
                count(place, &state)
            } else if let last {
                try traceArrow(from: last.attempt, last.process, &files)
                again.append(RequeuedEntry(offset: plan.offset(of: id), task: id, attempts: attempts))
            }
            id += 1
        }
        try files[.timeline]?.add(Array(TraceEvent.closing))
        for file in files.keys { state.sizes[file] = try files[file]?.finish() }
        again.sort { $0.offset < $1.offset }
        state.requeued = again.count
        state.sizes[.requeued] = try FreshFile.write(
            directory.file(.requeued), directory.locking, again.flatMap(\.encoded))
        state.farmers = work.hosts.count
    }

    private func traceFarmers(_ add: ([UInt8]) throws -> Void) throws {
        try add(Array(TraceEvent.opening))
        var separator: [UInt8] = []
        for (host, slots) in work.slots.enumerated() {
            for event in TraceEvent.names(process: host + 1, farmer: work.farmer(host), slots: slots) {
                try add(separator + event)
                separator = Array(",\n".utf8)
            }
        }
    }

    /// nil where there was none.
    private func attempt(_ record: ForeignRecord, _ id: Int, _ number: Int) -> Attempt? {
        guard let outcome = record.end.outcome else { return nil }
        let host = Int(record.host)
        return Attempt(
            task: id, number: number, host: work.hosts[host], farmer: work.farmer(host), slot: Int(record.slot),
            started: record.started, wall: record.wall, outcome: outcome, jobColumn: Allocation.none)
    }

    private func note(
        _ attempt: Attempt, _ process: Int, _ command: [UInt8], _ files: inout [SharedFile: Appender],
        _ state: inout StateRecord
    ) throws {
        var line: [UInt8] = []
        attempt.appendLine(to: &line)
        try files[.attempts]?.add(line)
        var event = Array(",\n".utf8)
        TraceEvent.append(attempt, command: command, process: process, to: &event)
        if attempt.number > 1 {
            event.append(",\n")
            TraceEvent.appendArrow(to: attempt, after: attempt.number - 1, process: process, to: &event)
        }
        try files[.timeline]?.add(event)
        state.attempts += 1
        state.time(attempt)
    }

    /// To the next attempt of its task, which follows here or is to come.
    private func traceArrow(
        from attempt: Attempt, _ process: Int, _ files: inout [SharedFile: Appender]
    ) throws {
        var event = Array(",\n".utf8)
        TraceEvent.appendArrow(from: attempt, process: process, to: &event)
        try files[.timeline]?.add(event)
    }

    private func count(_ place: SharedFile, _ state: inout StateRecord) {
        switch place {
        case .finished: state.finished += 1
        case .failed: state.failed += 1
        default: state.skipped += 1
        }
    }
}

/// A file that is written in large pieces.
private struct Appender {
    private let handle: SharedHandle
    private let pace: Pace
    private var end: Int
    private var bytes: [UInt8] = []
    private static let piece = 1 << 20

    init(_ path: Path, _ locking: Locking, at end: Int, _ pace: Pace) throws {
        handle = try SharedHandle(path, locking)
        self.end = end
        self.pace = pace
    }

    /// Writes over what is there.
    mutating func restart() { end = 0 }

    mutating func add(_ more: [UInt8]) throws {
        bytes += more
        if bytes.count >= Self.piece { try write() }
    }

    private mutating func write() throws {
        try pace.check()
        try handle.file.write(bytes, at: end)
        handle.file.beginFlush()
        end += bytes.count
        bytes.removeAll(keepingCapacity: true)
    }

    /// - Returns: how long the file is
    mutating func finish() throws -> Int {
        if !bytes.isEmpty { try write() }
        try handle.file.flush()
        try pace.check()
        return end
    }
}
