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
        if nextID == nextPower {
            digits += 1
            nextPower *= 10
        }
        tasks += 1
        nextID += 1
        bytes += digits + commandLength + 2
    }
}

/// Fills a region of a file from its end.
struct StackWriter {
    private let handle: SharedHandle
    private let pace: Pace
    private let start: Int
    private var position: Int
    private var buffer: [UInt8]
    private var filled: Int
    private var nextID: Int
    private static let capacity = 4 << 20
    /// The last bytes of the region, for the checksum in `state`.
    private(set) var tail: [UInt8] = []

    init(_ handle: SharedHandle, region: Range<Int>, firstID: Int, pace: Pace) {
        self.handle = handle
        self.pace = pace
        start = region.lowerBound
        position = region.upperBound
        buffer = [UInt8](repeating: 0, count: Self.capacity)
        filled = Self.capacity
        nextID = firstID
    }

    mutating func add(_ command: borrowing Span<UInt8>) throws {
        let newline = 1
        let room = command.count + 24
        if room > filled { try flush() }
        if room > Self.capacity {
            var line: [UInt8] = []
            line.reserveCapacity(room)
            line.append(decimal: nextID)
            line.append(32)
            for index in 0..<command.count { line.append(command[index]) }
            line.append(10)
            try put(line)
        } else {
            filled -= newline
            buffer[filled] = 10
            let begin = filled - command.count
            for index in 0..<command.count { buffer[begin + index] = command[index] }
            filled = begin - 1
            buffer[filled] = 32
            var rest = nextID
            repeat {
                filled -= 1
                buffer[filled] = UInt8(truncatingIfNeeded: rest % 10) + 48
                rest /= 10
            } while rest > 0
        }
        nextID += 1
    }

    private mutating func put(_ bytes: [UInt8]) throws {
        if tail.count < 256 { tail = Array((bytes + tail).suffix(256)) }
        position -= bytes.count
        guard position >= start else {
            throw FarmError.configuration(file: "task list", line: nil, "changed while it was read; run again")
        }
        try pace.check()
        try handle.file.write(bytes, at: position)
    }

    private mutating func flush() throws {
        if filled == buffer.count { return }
        try put(Array(buffer[filled...]))
        filled = buffer.count
    }

    /// Writes what is left; the region must be full then.
    mutating func finish() throws {
        try flush()
        guard position == start else {
            throw FarmError.configuration(file: "task list", line: nil, "changed while it was read; run again")
        }
    }
}
