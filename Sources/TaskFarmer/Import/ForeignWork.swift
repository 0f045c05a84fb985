// The work of another tool as it concerns a list: which tasks are over, and the attempts that were made. Every record must be of a task
// that the list has, with the very command, or nothing is believed.

internal import TaskFarmerCore
internal import TaskFarmerSystem

package struct ForeignWork: Sendable {
    /// In the order of their tasks, and for each in the order in which they were noted.
    private(set) var records: [ForeignRecord] = []
    /// The task of each record.
    private(set) var tasks: [UInt32] = []
    /// Where tasks stand; nil for those that wait. Tasks beyond it wait, too.
    private(set) var places: [SharedFile?] = []
    let hosts: [String]
    let farmerSuffix: String
    let toolName: String
    package private(set) var notes: [String]

    /// - Parameters:
    ///   - found: what the tool's log says
    ///   - list: the list that the tool has worked on
    ///   - retriesFailed: whether tasks that failed wait again
    /// - Throws: `FarmError.configuration` with the first record that does not fit
    package init(_ found: ForeignRecords, of list: HandledList, retriesFailed: Bool) throws {
        (hosts, farmerSuffix, toolName, notes) = (found.hosts, found.farmerSuffix, found.toolName, found.notes)
        let matched = try ForeignMatch(found, list)
        let known = found.records.indices.filter { matched.tasks[$0] != nil }
        let order = known.sorted { (matched.tasks[$0] ?? 0, $0) < (matched.tasks[$1] ?? 0, $1) }
        for index in order {
            let (record, task) = (found.records[index], matched.tasks[index] ?? 0)
            if found.tool == .disBatch && isCopy(record, of: task) { continue }
            records.append(record)
            tasks.append(task)
            note(record.end, of: Int(task), successStays: found.tool == .disBatch, retriesFailed)
        }
        assignSlots()
    }

    /// A resumed run of disBatch writes once more what an earlier one had done.
    private func isCopy(_ record: ForeignRecord, of task: UInt32) -> Bool {
        var index = records.count - 1
        while index >= 0, tasks[index] == task {
            let other = records[index]
            if (other.started, other.wall, other.host) == (record.started, record.wall, record.host),
                other.end == record.end
            {
                return true
            }
            index -= 1
        }
        return false
    }

    private mutating func note(_ end: ForeignEnd, of task: Int, successStays: Bool, _ retriesFailed: Bool) {
        while places.count <= task { places.append(nil) }
        if successStays && places[task] == .finished { return }
        places[task] = end.place == .failed && retriesFailed ? nil : end.place
    }

    private mutating func assignSlots() {
        for host in hosts.indices {
            let own = records.indices.filter { records[$0].host == UInt32(host) && records[$0].end != .skipped }.sorted
            {
                (records[$0].started, $0) < (records[$1].started, $1)
            }
            let spans = own.map { (start: records[$0].started, end: records[$0].started + records[$0].wall) }
            for (index, slot) in zip(own, ForeignSlots.assign(spans)) { records[index].slot = UInt32(slot) }
        }
    }

    /// Where a task stands; nil while it waits.
    func place(of task: Int) -> SharedFile? { task < places.count ? places[task] : nil }

    func farmer(_ host: Int) -> String { "\(hosts[host]).\(farmerSuffix)" }

    /// Each host as a farmer that came with its first attempt and left with its last.
    var comings: [FarmerEvent] {
        var spans = [Range<Int>?](repeating: nil, count: hosts.count)
        for record in records where record.end != .skipped {
            let own = record.started..<(record.started + record.wall)
            let known = spans[Int(record.host)] ?? own
            spans[Int(record.host)] =
                min(known.lowerBound, own.lowerBound)..<max(known.upperBound, own.upperBound)
        }
        return zip(spans.indices, slots).flatMap { host, slots -> [FarmerEvent] in
            guard let span = spans[host] else { return [] }
            return [(span.lowerBound, FarmerEvent.Kind.joined), (span.upperBound, .left)].map { time, kind in
                FarmerEvent(
                    time: time, kind: kind, farmer: farmer(host), ordinal: host + 1, host: hosts[host], slots: slots,
                    job: nil, text: "imported from \(toolName)")
            }
        }
    }

    /// How many slots each host had.
    var slots: [Int] {
        var slots = [Int](repeating: 1, count: hosts.count)
        for record in records { slots[Int(record.host)] = max(slots[Int(record.host)], Int(record.slot) + 1) }
        return slots
    }
}

/// Which task of the list each record is of.
private struct ForeignMatch {
    private(set) var tasks: [UInt32?]

    private struct Mismatch {
        var record: Int
        /// The task that should have been it, and its command; nil where the list has none.
        var task: (id: Int, command: [UInt8])?
    }

    init(_ found: ForeignRecords, _ list: HandledList) throws {
        let records = found.records
        let order = records.indices.sorted { (records[$0].number, $0) < (records[$1].number, $1) }
        var byTask = Numbering(order)
        var byLine = Numbering(order)
        var mark = ListMark()
        var id = 0
        let form = list.form
        try list.forEachTaskAndLine(from: &mark) { line, number in
            let command = Self.command(line, form)
            let sum = Checksum.of(command)
            byTask.meet(found.first + id, id, sum, command, records, skipping: false)
            // GNU parallel runs comments and blank lines as commands.
            byLine.meet(number, id, sum, command, records, skipping: true)
            id += 1
        }
        byTask.end(found.first + id, records)
        byLine.end(mark.lines + 1, records)
        if byTask.mismatch == nil {
            tasks = byTask.tasks
        } else if found.tool == .parallel && byLine.mismatch == nil {
            tasks = byLine.tasks
        } else {
            let mismatch = found.tool == .parallel ? byTask.further(than: byLine) : byTask.mismatch
            throw try Self.refusal(mismatch, found, list, count: id)
        }
    }

    /// What the other tool was to run for a task.
    private static func command(_ line: borrowing Span<UInt8>, _ form: TaskForm) -> [UInt8] {
        let bytes = [UInt8](copying: line)
        guard form == .objects, let task = try? form.task(bytes) else { return bytes }
        // disBatch hands lines to a shell, and so do tasks that are read as it does.
        if let words = task.arguments, words.count == 3, words[1] == Array("-c".utf8) { return words[2] }
        return task.command
    }

    private static func refusal(
        _ mismatch: Mismatch?, _ found: ForeignRecords, _ list: HandledList, count: Int
    ) throws -> FarmError {
        guard let mismatch else { return FarmError.usage("nothing to import") }
        let record = found.records[mismatch.record]
        func shown(_ command: [UInt8]) -> String {
            (command.count > 200 ? command.prefix(200).text + "…" : command.text).oneLine
        }
        let job = "\(found.numberName) \(record.number) is `\(shown(try found.command(record)))`"
        let instead =
            mismatch.task.map { "task \($0.id) of \(list.file.name) is `\(shown($0.command))`" }
            ?? "\(list.file.name) has only \(count) tasks"
        let hint = found.tool == .disBatch && list.form == .commands ? ", and read as it is with -t directives" : ""
        return .configuration(
            file: found.files[Int(record.file)].description, line: Int(record.line),
            "\(job), but \(instead): expected the list that \(found.toolName) ran, unchanged\(hint); nothing was made")
    }

    /// Walks through the records in the order of their numbers, beside the tasks of the list.
    private struct Numbering {
        private let order: [Int]
        private var next = 0
        private(set) var tasks: [UInt32?]
        private(set) var mismatch: Mismatch?

        init(_ order: [Int]) {
            self.order = order
            tasks = [UInt32?](repeating: nil, count: order.count)
        }

        /// - Parameters:
        ///   - number: that of a task
        ///   - id: its ID
        ///   - sum: the checksum of its command
        ///   - command: that itself
        ///   - records: all
        ///   - skipping: whether numbers without a task are fine
        mutating func meet(
            _ number: Int, _ id: Int, _ sum: UInt64, _ command: [UInt8], _ records: [ForeignRecord], skipping: Bool
        ) {
            if mismatch != nil { return }
            while next < order.count, Int(records[order[next]].number) < number {
                if !skipping { mismatch = Mismatch(record: order[next], task: nil) }
                next += 1
            }
            while next < order.count, Int(records[order[next]].number) == number {
                if records[order[next]].checksum != sum {
                    mismatch = Mismatch(record: order[next], task: (id, command))
                    return
                }
                tasks[order[next]] = UInt32(id)
                next += 1
            }
        }

        /// - Parameters:
        ///   - number: the first that is none any more
        ///   - records: all
        mutating func end(_ number: Int, _ records: [ForeignRecord]) {
            guard mismatch == nil, let last = order.last, Int(records[last].number) >= number else { return }
            let first = order[next...].first { Int(records[$0].number) >= number } ?? last
            mismatch = Mismatch(record: first, task: nil)
        }

        /// The mismatch of whichever numbering went further.
        func further(than other: Numbering) -> Mismatch? {
            other.next > next ? other.mismatch ?? mismatch : mismatch
        }
    }
}
