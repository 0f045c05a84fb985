// One line of a plain task list.

package enum TaskLine {
    /// The bytes of a line that are its command; nil for a line that is no task: blank, or beginning with `#`.
    /// `line` comes without its newline; a carriage return before it does not belong to the command.
    package static func command(_ line: borrowing Span<UInt8>) -> Range<Int>? {
        var end = line.count
        if end > 0, line[end - 1] == 13 { end -= 1 }
        if end == 0 || line[0] == UInt8(ascii: "#") { return nil }
        for index in 0..<end where line[index] != 32 && line[index] != 9 { return 0..<end }
        return nil
    }

    /// A UTF-8 byte order mark at the start of a file is no part of its first line.
    package static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}
