// A line of a pack's index: which bytes of the pack an attempt printed. Written after the bytes themselves, so that whatever
// a line names is there; a torn line at the end is none.

package struct LogEntry: Sendable, Equatable {
    package var task: Int
    package var attempt: Int
    /// Where the bytes begin in the pack, how many they are, and their XXH64.
    package var offset: Int
    package var length: Int
    package var checksum: UInt64

    package init(task: Int, attempt: Int, offset: Int, length: Int, checksum: UInt64) {
        self.task = task
        self.attempt = attempt
        self.offset = offset
        self.length = length
        self.checksum = checksum
    }

    package static let width = 80

    /// Exactly `width` bytes: a line of text.
    package func append(to bytes: inout [UInt8]) {
        let start = bytes.count
        for number in [task, attempt, offset, length] {
            bytes.append(decimal: number)
            bytes.append(32)
        }
        bytes.append(hexadecimal: checksum, digits: 16)
        let room = Self.width - 1 - (bytes.count - start)
        bytes.append(contentsOf: repeatElement(32, count: max(0, room)))
        bytes.append(10)
    }

    /// nil when the bytes are not one whole line.
    package init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.width, bytes.last == 10 else { return nil }
        let fields = bytes.dropLast().split(separator: 32)
        let numbers = fields.prefix(4).compactMap(\.decimalValue)
        guard fields.count == 5, numbers.count == 4, let sum = fields[4].hexadecimalValue else { return nil }
        self.init(task: numbers[0], attempt: numbers[1], offset: numbers[2], length: numbers[3], checksum: sum)
    }

    /// Whether a line of an index is this task's, without reading the rest of it.
    package static func isOf(_ task: [UInt8], _ line: borrowing Span<UInt8>) -> Bool {
        guard line.count > task.count, line[task.count] == 32 else { return false }
        for index in task.indices where line[index] != task[index] { return false }
        return true
    }

    /// Whose a line of an index is, without reading the rest of it; nil where it is none.
    package static func task(_ line: borrowing Span<UInt8>) -> Int? {
        var end = 0
        while end < line.count, line[end] != 32 { end += 1 }
        return line.extracting(..<end).decimalValue
    }
}
