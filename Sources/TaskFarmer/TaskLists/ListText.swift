// What the handlers need of lines and words.

internal import TaskFarmerCore

extension Span where Element == UInt8 {
    /// Whether there is nothing but blanks, tabs and carriage returns.
    var isBlank: Bool { indices.allSatisfy { self[$0] == 32 || self[$0] == 9 || self[$0] == 13 } }

    /// Where a line's text begins: after a byte order mark, if it is a file's first line, number 1, and has one.
    func textStart(inLine number: Int) -> Int {
        number == 1 && count >= 3 && self[0] == 0xEF && self[1] == 0xBB && self[2] == 0xBF
            ? TaskLine.byteOrderMark.count : 0
    }
}

extension [UInt8] {
    /// Without the blanks around it.
    var trimmed: [UInt8] {
        func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte >= 9 && byte <= 13 }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return []
        }
        return Array(self[first...last])
    }
}

extension String {
    /// Without the blanks around it.
    var trimmed: String { Array(utf8).trimmed.text }
}
