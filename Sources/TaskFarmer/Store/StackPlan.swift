// Writes a stack in another order than the list's: from its beginning in windows of so many bytes, each made in memory in one reading
// of the list. Few lists need more than one.

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct StackPlan {
    private let layout: StackLayout

    private static let window = 64 << 20
    /// So much is written between two looks at the clock, and so much before it is flushed.
    private static let piece = 1 << 20
    private static let flushed = 4 << 20

    /// - Parameters:
    ///   - running: the IDs in the order in which they shall run
    ///   - lengths: of the commands, by ID
    init(running: [UInt32], lengths: [UInt32]) {
        layout = StackLayout(running: running, lengths: lengths, window: Self.window)
    }

    /// Where each priority begins; `running` is the order in which tasks run, `priorities` by ID.
    func marks(running: [UInt32], _ priorities: [Int32]) -> [PriorityMark] {
        var marks: [PriorityMark] = []
        var last = 0
        for id in running.reversed() {
            let priority = Int(priorities[Int(id)])
            if priority != last { marks.append(PriorityMark(offset: layout.offsets[Int(id)], priority: priority)) }
            last = priority
        }
        return marks
    }

    /// Where the line of a task begins that is to run.
    func offset(of id: Int) -> Int { layout.offsets[id] }

    /// Writes the stack and flushes it.
    ///
    /// - Parameters:
    ///   - list: what was measured
    ///   - mark: says afterwards how much of the list was read
    ///   - handle: an empty file
    ///   - pace: looked at all the time
    /// - Returns: the last bytes, at most 256
    /// - Throws: where the list is not the one that was measured, or the file cannot be written
    func write(_ list: HandledList, _ mark: inout ListMark, to handle: SharedHandle, _ pace: Pace) throws -> [UInt8] {
        var tail: [UInt8] = []
        for window in layout.windows {
            var again = ListMark()
            let bytes = try make(window, list, &again, pace)
            // Another reading finds what the first one found.
            if window.lowerBound > 0 && again != mark { throw Self.changed(list) }
            mark = again
            var at = 0
            while at < bytes.count {
                let end = min(bytes.count, at + Self.piece)
                try pace.check()
                try handle.file.write(Array(bytes[at..<end]), at: window.lowerBound + at)
                if end % Self.flushed == 0 { try handle.file.flush() } else { handle.file.beginFlush() }
                at = end
            }
            try handle.file.flush()
            try pace.check()
            tail = (tail + bytes.suffix(256)).suffix(256)
        }
        // Nothing is to run: the list has no task, or all of them are over.
        if layout.windows.isEmpty { _ = try make(0..<0, list, &mark, pace) }
        return tail
    }

    private func make(
        _ window: Range<Int>, _ list: HandledList, _ mark: inout ListMark, _ pace: Pace
    ) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: window.count)
        var id = 0
        var prefix: [UInt8] = []
        try list.forEachTask(from: &mark) { command in
            guard id < layout.offsets.count, command.count == layout.lengths[id] else { throw Self.changed(list) }
            if window.contains(layout.offsets[id]) {
                var at = layout.offsets[id] - window.lowerBound
                prefix.removeAll(keepingCapacity: true)
                prefix.append(decimal: id)
                prefix.append(32)
                for byte in prefix {
                    bytes[at] = byte
                    at += 1
                }
                for index in command.indices {
                    bytes[at] = command[index]
                    at += 1
                }
                bytes[at] = 10
            }
            id += 1
            if id & 0xfff == 0 { try pace.check() }
        }
        guard id == layout.offsets.count else { throw Self.changed(list) }
        return bytes
    }

    private static func changed(_ list: HandledList) -> FarmError {
        .configuration(file: list.file.name.description, line: nil, "changed while it was read; run again")
    }
}
