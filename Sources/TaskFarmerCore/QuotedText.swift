// Bytes as text in quotes, each quote in them doubled: a literal of SQL, or a field of a CSV file (RFC 4180). No other byte has a
// meaning in either, so that a backslash is one. What is not UTF-8 becomes the four characters `\xNN`, as in JSON.

package enum QuotedText {
    /// Appends bytes in single quotes; `NULL` for none.
    package static func append(sql bytes: [UInt8]?, to text: inout [UInt8]) {
        guard let bytes else {
            text.append("NULL")
            return
        }
        let quote = UInt8(ascii: "'")
        text.append(quote)
        append(bytes, doubling: quote, to: &text)
        text.append(quote)
    }

    /// Appends bytes as a field, in quotes where they would be taken for more than one.
    package static func append(csv bytes: [UInt8], to text: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let isQuoted = bytes.contains { $0 == quote || $0 == UInt8(ascii: ",") || $0 == 10 || $0 == 13 }
        if isQuoted { text.append(quote) }
        append(bytes, doubling: quote, to: &text)
        if isQuoted { text.append(quote) }
    }

    private static func append(_ bytes: [UInt8], doubling quote: UInt8, to text: inout [UInt8]) {
        var index = 0
        while index < bytes.count {
            let start = index
            while index < bytes.count, bytes[index] < 128, bytes[index] != quote { index += 1 }
            if index > start { text.append(copying: bytes.span.extracting(start..<index)) }
            if index == bytes.count { return }
            if bytes[index] == quote {
                text.append(quote)
                text.append(quote)
                index += 1
                continue
            }
            let length = JSONText.sequence(bytes, at: index, before: bytes.count)
            if length > 0 {
                text.append(copying: bytes.span.extracting(index..<index + length))
            } else {
                text.append("\\x")
                text.append(hexadecimal: UInt64(bytes[index]), digits: 2)
            }
            index += max(1, length)
        }
    }
}
