// `priorities`: which part of the stack has which priority, so that taking tasks needs to know nothing of it: the stack is in order, and
// what stands higher is taken first.
//
// Lines of `toprocess` from a mark's offset on, up to the next mark, have its priority; those before the first mark have 0. Offsets and
// priorities ascend. What is put on top of the stack belongs to whatever is there, and a cut takes the marks at or beyond it away.

package struct PriorityMark: Sendable, Equatable {
    /// The byte of `toprocess` where the first line of that priority begins.
    package var offset: Int
    package var priority: Int

    package init(offset: Int, priority: Int) {
        self.offset = offset
        self.priority = priority
    }

    package static let width = 32
    /// What priorities can be.
    package static let range = -1_000_000...1_000_000

    /// Exactly `width` bytes: a line of text.
    package var encoded: [UInt8] {
        var bytes = Array("\(offset) \(priority)".utf8)
        bytes.append(contentsOf: [UInt8](repeating: 32, count: max(0, Self.width - 1 - bytes.count)))
        bytes.append(10)
        return bytes
    }

    /// nil when the bytes are not one whole line.
    package init?(_ bytes: ArraySlice<UInt8>) {
        let fields = bytes.dropLast().split(separator: 32)
        guard bytes.count == Self.width, bytes.last == 10, fields.count == 2, let offset = fields[0].decimalValue,
            let priority = Int(fields[1].text), Self.range.contains(priority)
        else { return nil }
        self.init(offset: offset, priority: priority)
    }

    /// Reads a whole file.
    ///
    /// - Returns: nil when a line is not of its form, or they do not ascend
    package static func all(_ bytes: [UInt8]) -> [PriorityMark]? {
        guard bytes.count % width == 0 else { return nil }
        var marks: [PriorityMark] = []
        for start in stride(from: 0, to: bytes.count, by: width) {
            guard let mark = PriorityMark(bytes[start..<(start + width)]) else { return nil }
            if let last = marks.last, last.offset >= mark.offset || last.priority >= mark.priority { return nil }
            marks.append(mark)
        }
        return marks
    }
}
