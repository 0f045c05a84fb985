// Writes the stack: tasks come in the order in which they shall run, and stand in the file last first. Two passes, one to
// measure and one to write from the end, need no memory however long the list is.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// How long the lines of tasks are, together.
struct StackMeasure {
    private(set) var tasks = 0
    private(set) var bytes = 0
    private var nextID: Int
    private var digits: Int
    private var nextPower: Int

    init(firstID: Int) {
        nextID = firstID
        digits = String(firstID).count
        nextPower = (0..<digits).reduce(1) { power, _ in power * 10 }
    }

    mutating func add(commandLength: Int) {
        pass()
        tasks += 1
        bytes += digits + commandLength + 2
    }

    /// Leaves an ID out, whose task does not wait.
    mutating func pass() {
        if nextID == nextPower {
            digits += 1
            nextPower *= 10
        }
        nextID += 1
    }
}

/// Fills a region of a file from its end.
struct StackWriter: ~Copyable {
    private let behind: WriteBehind
    private let pace: Pace
    private let start: Int
    private var position: Int
    private var lines = BackwardLines(capacity: Self.capacity)
    /// What the other thread has done with.
    private var spare = LinesBox(capacity: Self.capacity)
    private static let capacity = 1 << 20
    private var nextID: Int
    /// The last bytes of the region, for the checksum in `state`.
    private(set) var tail: [UInt8] = []

    init(_ handle: SharedHandle, region: Range<Int>, firstID: Int, pace: Pace) throws {
        behind = try WriteBehind(handle, capacity: Self.capacity, standstill: pace.limit)
        self.pace = pace
        start = region.lowerBound
        position = region.upperBound
        nextID = firstID
    }

    deinit { behind.close() }

    mutating func add(_ command: borrowing Span<UInt8>) throws {
        if !lines.prepend(nextID, command) {
            try write()
            if !lines.prepend(nextID, command) {
                lines = BackwardLines(capacity: command.count + 64)
                _ = lines.prepend(nextID, command)
            }
        }
        nextID += 1
    }

    private mutating func write() throws {
        let count = lines.count
        if count == 0 { return }
        if tail.count < 256 { tail = (lines.suffix(256) + tail).suffix(256) }
        guard count <= position - start else {
            throw FarmError.configuration(file: "task list", line: nil, "changed while it was read; run again")
        }
        try pace.check()
        swap(&lines, &spare.lines)
        spare = try behind.write(spare, endingAt: position)
        position -= count
    }

    /// Writes what is left and flushes it; the region must be full then.
    mutating func finish() throws {
        try write()
        guard position == start else {
            throw FarmError.configuration(file: "task list", line: nil, "changed while it was read; run again")
        }
        try behind.finish()
        try pace.check()
    }
}
