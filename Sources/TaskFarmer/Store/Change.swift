// One change of the shared state, from the lock taken to the lock released.
//
//   take the lock, say so in it            (a client whose lock is gone gets EIO here)
//   undo what a dead farmer left halfway   (`transaction` holds a whole record)
//   read `state`, hold every file against it
//   plan                                   (a value: appends, cuts, roster lines)
//   write the undo record, flush           (from here to the commit, whoever comes next takes it back)
//   append, cut, flush; write `state`, flush
//   look at the clock and at the lock again
//   empty `transaction`, flush             (the commit)
//   release
//
// Before every write the clock is looked at: after standing still for longer than a lease lasts, the lock may be somebody
// else's, and not another byte is written.

package import TaskFarmerCore
internal import TaskFarmerSystem

/// The shared state under the lock, and the change that is being planned for it.
package final class Change {
    package let epoch: Int
    package let farmer: String
    /// As it was committed last.
    package let before: StateRecord
    /// As it shall be.
    package var state: StateRecord

    let directory: WorkDirectory
    let pace: Pace
    private var handles: [SharedFile: SharedHandle] = [:]
    var appends: [SharedFile: [UInt8]] = [:]
    var cuts: [SharedFile: (size: Int, bytes: [UInt8])] = [:]
    private var roster: [Int: (old: [UInt8], new: RosterEntry)] = [:]
    /// The last bytes of `toprocess` before what is cut off it, at most 256.
    var tail: [UInt8]?
    /// What `take` left where it is.
    package internal(set) var refused = RefusedTasks()

    init(directory: WorkDirectory, epoch: Int, farmer: String, state: StateRecord, pace: Pace) {
        self.directory = directory
        self.epoch = epoch
        self.farmer = farmer
        before = state
        self.state = state
        self.pace = pace
    }

    /// Whether anything is to be written.
    package var isEmpty: Bool { appends.isEmpty && cuts.isEmpty && roster.isEmpty && state == before }

    private func handle(_ file: SharedFile) throws -> SharedHandle {
        if let open = handles[file] { return open }
        let open = try SharedHandle(directory.file(file), directory.locking)
        let expected = before.sizes[file] ?? 0
        guard try open.isOfSize(expected) else {
            throw FarmError.staleView(
                file: directory.file(file).description, expected: "\(expected) bytes", found: "\(open.size) bytes")
        }
        handles[file] = open
        return open
    }

    package func read(_ file: SharedFile, at offset: Int, count: Int) throws -> [UInt8] {
        let bytes = try handle(file).file.read(at: offset, count: count)
        guard bytes.count == count else {
            throw FarmError.staleView(
                file: file.rawValue, expected: "\(count) bytes at \(offset)", found: "\(bytes.count)")
        }
        return bytes
    }

    package func append(_ file: SharedFile, _ bytes: [UInt8]) {
        // Megabytes perhaps: not copied where they are the first.
        if appends[file] == nil { appends[file] = bytes } else { appends[file]? += bytes }
    }

    /// Cuts a whole file to nothing, keeping its content in the undo record.
    package func clear(_ file: SharedFile) throws -> [UInt8] {
        let size = before.sizes[file] ?? 0
        let bytes = try read(file, at: 0, count: size)
        cuts[file] = (0, bytes)
        return bytes
    }

    // MARK: ends

    /// Records attempts in attempts.tsv and the timeline, and their tasks where they belong now.
    ///
    /// - Parameters:
    ///   - ends: how they ended
    ///   - ordinal: the number of their farmer
    ///   - keepsDelayed: tasks that are to be run again after a while stay claimed
    /// - Returns: these, the tasks as their next attempts find them
    /// - Throws: where the end of the stack cannot be read
    @discardableResult
    package func record(
        _ ends: [JournalReplay.Ended], ordinal: Int, keepsDelayed: Bool = false
    ) throws -> [JournalReplay.Ended] {
        if ends.isEmpty { return [] }
        var lines: [UInt8] = []
        var finished: [UInt8] = []
        var failed: [UInt8] = []
        var events: [UInt8] = []
        var again: [TaskRecord] = []
        var kept: [JournalReplay.Ended] = []
        lines.reserveCapacity(ends.count * 160)
        events.reserveCapacity(ends.count * 320)
        for end in ends {
            end.attempt.appendLine(to: &lines)
            events.append(UInt8(ascii: ","))
            events.append(10)
            TraceEvent.append(end.attempt, command: end.task.command, process: ordinal, to: &events)
            appendArrows(of: end.attempt, ordinal, to: &events)
            state.time(end.attempt)
            if end.attempt.outcome == .succeeded {
                end.task.appendLine(to: &finished)
                state.finished += 1
                state.claimed -= 1
            } else if end.attempt.fate == .over {
                end.task.appendLine(to: &failed)
                state.failed += 1
                state.claimed -= 1
            } else if end.attempt.fate == .cancelled {
                skip([end.task])
                state.claimed -= 1
            } else if keepsDelayed && end.attempt.delayedUntil > 0 {
                kept.append(.init(attempt: end.attempt, task: next(end)))
            } else {
                again.append(next(end))
            }
        }
        append(.attempts, lines)
        state.attempts += ends.count
        if !finished.isEmpty { append(.finished, finished) }
        if !failed.isEmpty { append(.failed, failed) }
        trace(events)
        try putBack(again)
        return kept
    }

    /// What leads to an attempt that was run again, and from one that will be.
    private func appendArrows(of attempt: Attempt, _ ordinal: Int, to events: inout [UInt8]) {
        if attempt.number > 1 {
            events.append(contentsOf: [UInt8(ascii: ","), 10])
            TraceEvent.appendArrow(to: attempt, after: attempt.number - 1, process: ordinal, to: &events)
        }
        if attempt.fate == .again || attempt.fate == .resumed {
            events.append(contentsOf: [UInt8(ascii: ","), 10])
            TraceEvent.appendArrow(from: attempt, process: ordinal, to: &events)
        }
    }

    /// The task as its next attempt will find it.
    private func next(_ end: JournalReplay.Ended) -> TaskRecord {
        var task = end.task
        task.attempts = end.attempt.number
        if directory.countsFailures, end.attempt.fate == .again, let kind = end.attempt.outcome.failure {
            task.failures[kind] += 1
        }
        return task
    }

    /// Adds events to the timeline, each with its `,` and newline before it.
    package func trace(_ events: [UInt8]) {
        append(.timeline, events)
    }

    /// Tells who came or went, in work directories that have a place for it.
    package func note(_ event: FarmerEvent) {
        if directory.hasControl { append(.farmers, event.line) }
    }

    // MARK: the roster

    package var rosterCount: Int { (before.sizes[.roster] ?? 0) / RosterEntry.width }

    package func rosterEntry(_ index: Int) throws -> RosterEntry {
        if let planned = roster[index] { return planned.new }
        let width = RosterEntry.width
        let bytes = try read(.roster, at: index * width, count: width)
        guard let entry = RosterEntry(bytes[...]) else {
            throw FarmError.damaged(file: directory.file(.roster).description, "line \(index + 1) is not of its form")
        }
        return entry
    }

    package func wholeRoster() throws -> [RosterEntry] {
        let width = RosterEntry.width
        let bytes = try read(.roster, at: 0, count: before.sizes[.roster] ?? 0)
        return try (0..<rosterCount).map { index in
            guard let entry = RosterEntry(bytes[(index * width)..<((index + 1) * width)]) else {
                throw FarmError.damaged(
                    file: directory.file(.roster).description, "line \(index + 1) is not of its form")
            }
            return roster[index]?.new ?? entry
        }
    }

    package func setRoster(_ index: Int, _ entry: RosterEntry) throws {
        if let planned = roster[index] {
            roster[index] = (planned.old, entry)
        } else {
            let isNew = index >= rosterCount
            roster[index] = (
                isNew ? [] : try read(.roster, at: index * RosterEntry.width, count: RosterEntry.width), entry
            )
        }
    }

    // MARK: carrying out

    private func undoRecord(timelineEnd: [UInt8]) -> UndoRecord {
        var record = UndoRecord(epoch: epoch, writer: farmer)
        record.steps.append(.init(file: "state", size: before.width, bytes: before.encoded))
        for file in SharedFile.allCases where file != .roster {
            let size = before.sizes[file] ?? 0
            if file == .timeline, appends[file] != nil {
                let offset = size - timelineEnd.count
                record.steps.append(.init(file: file.rawValue, size: size, offset: offset, bytes: timelineEnd))
            } else if let cut = cuts[file] {
                record.steps.append(.init(file: file.rawValue, size: size, offset: cut.size, bytes: cut.bytes))
            } else if appends[file] != nil {
                record.steps.append(.init(file: file.rawValue, size: size, offset: size))
            }
        }
        for (index, line) in roster.sorted(by: { $0.key < $1.key }) {
            let offset = line.old.isEmpty ? before.sizes[.roster] ?? 0 : index * RosterEntry.width
            record.steps.append(
                .init(
                    file: SharedFile.roster.rawValue, size: before.sizes[.roster] ?? 0, offset: offset, bytes: line.old)
            )
        }
        return record
    }

    /// Carries the plan out, up to but without the commit.
    func apply(to transaction: SharedHandle, stateHandle: SharedHandle) throws {
        state.epoch = epoch
        state.writer = farmer
        guard state.isBalanced else {
            throw FarmError.damaged(file: directory.state.description, "the totals would not add up: \(state)")
        }
        let timelineSize = before.sizes[.timeline] ?? 0
        let isFirstEvent = timelineSize == TraceEvent.empty.count
        if appends[.toprocess] != nil || cuts[.toprocess] != nil {
            try loadTail()
            let end = (tail ?? []) + (appends[.toprocess] ?? []).suffix(Self.tailLength)
            state.tail = Checksum.of(Array(end.suffix(Self.tailLength)))
        }
        // Open everything before the first write, so that a stale view costs nothing.
        for file in Set(appends.keys).union(cuts.keys) { _ = try handle(file) }
        if !roster.isEmpty { _ = try handle(.roster) }
        for file in SharedFile.allCases {
            state.sizes[file] = (cuts[file]?.size ?? before.sizes[file] ?? 0) + (appends[file]?.count ?? 0)
        }
        if appends[.timeline] != nil && isFirstEvent { state.sizes[.timeline]? -= 1 }
        if let last = roster.keys.max() {
            state.sizes[.roster] = max(before.sizes[.roster] ?? 0, (last + 1) * RosterEntry.width)
        }

        try pace.check()
        try transaction.file.write(undoRecord(timelineEnd: TraceEvent.closing).encoded, at: 0)
        try transaction.file.flush()
        let changed = SharedFile.allCases.filter { $0 != .roster && (appends[$0] != nil || cuts[$0] != nil) }
        for file in changed {
            let open = try handle(file)
            var offset = before.sizes[file] ?? 0
            if let cut = cuts[file] {
                try pace.check()
                try open.file.truncate(to: cut.size)
                offset = cut.size
            }
            if var bytes = appends.removeValue(forKey: file) {
                if file == .timeline {
                    if isFirstEvent { bytes.removeFirst(2) }
                    bytes.append(contentsOf: TraceEvent.closing)
                    offset = isFirstEvent ? TraceEvent.opening.count : offset - TraceEvent.closing.count
                }
                try pace.check()
                try open.file.write(bytes, at: offset)
            }
            try open.file.flush()
        }
        if !roster.isEmpty {
            let open = try handle(.roster)
            for (index, line) in roster {
                try pace.check()
                try open.file.write(line.new.encoded, at: index * RosterEntry.width)
            }
            try open.file.flush()
        }
        try pace.check()
        try stateHandle.file.write(state.encoded, at: 0)
        try stateHandle.file.flush()
    }
}
