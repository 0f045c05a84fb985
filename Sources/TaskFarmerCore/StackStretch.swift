// Taking tasks out of the middle of the stack, and moving them in it. The stack changes only by cuts and appends: so the part from the
// deepest line concerned to the end is cut off and what it shall be instead is appended. These are the pure functions that say what.

/// The lines of `toprocess` from the start of one to the end of the file.
package struct StackStretch: Sendable {
    private struct Line {
        var range: Range<Int>
        var id: Int
        var priority: Int
    }

    /// Where it begins in the file.
    package let base: Int
    package let bytes: [UInt8]
    /// What is known of its tasks that were attempted before, by their IDs.
    private let requeued: [Int: RequeuedEntry]
    /// The priority of what stands right before it, and whether anything does.
    private let before: Int
    private var lines: [Line] = []

    /// What such a stretch is to be.
    package struct Plan: Sendable, Equatable {
        package var bytes: [UInt8] = []
        package var requeued: [RequeuedEntry] = []
        package var marks: [PriorityMark] = []
    }

    /// nil when it does not consist of whole lines `ID command`.
    package init?(base: Int, bytes: [UInt8], requeued: [Int: RequeuedEntry], marks: [PriorityMark]) {
        self.base = base
        self.bytes = bytes
        self.requeued = requeued
        before = marks.last { $0.offset < base }?.priority ?? 0
        var rest = marks.drop { $0.offset < base }
        var priority = before
        var start = 0
        while start < bytes.count {
            guard let end = bytes[start...].firstIndex(of: 10), let id = Self.id(bytes[start..<end]) else { return nil }
            while let mark = rest.first, mark.offset <= base + start {
                priority = mark.priority
                rest = rest.dropFirst()
            }
            lines.append(Line(range: start..<(end + 1), id: id, priority: priority))
            start = end + 1
        }
    }

    /// The ID at the start of a line.
    package static func id(_ line: ArraySlice<UInt8>) -> Int? { line.prefix { $0 != 32 }.decimalValue }

    package var count: Int { lines.count }

    /// The stretch without some tasks, and these in the order in which they would have run.
    package func without(_ ids: TaskIDs) -> (plan: Plan, tasks: [TaskRecord]) {
        let tasks = lines.reversed().filter { ids.contains($0.id) }.compactMap { line in
            TaskRecord(line: bytes[line.range].dropLast()).map { task in
                var task = task
                if let entry = requeued[task.id] { (task.attempts, task.failures) = (entry.attempts, entry.failures) }
                return task
            }
        }
        return (plan(lines.filter { !ids.contains($0.id) }), tasks)
    }

    /// The stretch with some tasks at another priority: behind those that have it, and among themselves as they were.
    ///
    /// - Returns: nil for the plan where none has to be moved; how many are, and how many had that priority
    package func moving(_ ids: TaskIDs, to priority: Int) -> (plan: Plan?, moved: Int, same: Int) {
        func moves(_ line: Line) -> Bool { line.priority != priority && ids.contains(line.id) }
        var moved = lines.filter(moves)
        let same = lines.count { $0.priority == priority && ids.contains($0.id) }
        if moved.isEmpty { return (nil, 0, same) }
        for index in moved.indices { moved[index].priority = priority }
        let kept = lines.filter { !moves($0) }
        let place = kept.firstIndex { $0.priority >= priority } ?? kept.count
        return (plan(Array(kept[..<place]) + moved + Array(kept[place...])), moved.count, same)
    }

    private func plan(_ lines: [Line]) -> Plan {
        var plan = Plan()
        plan.bytes.reserveCapacity(bytes.count)
        var priority = before
        for line in lines {
            let offset = base + plan.bytes.count
            if line.priority != priority {
                priority = line.priority
                plan.marks.append(PriorityMark(offset: offset, priority: priority))
            }
            if var entry = requeued[line.id] {
                entry.offset = offset
                plan.requeued.append(entry)
            }
            plan.bytes += bytes[line.range]
        }
        return plan
    }

    /// From where on the stack is concerned when tasks get a priority, beside their own lines: the end of those with less.
    package static func place(of priority: Int, in marks: [PriorityMark], size: Int) -> Int {
        if marks.first.map({ $0.offset > 0 }) ?? true, priority <= 0 { return 0 }
        return marks.first { $0.priority >= priority }?.offset ?? size
    }
}
