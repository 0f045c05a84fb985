// Bytes of a command or a log as text that does nothing to a terminal. Nearly all of it is printable ASCII, which is copied.

package enum PlainText {
    private static func isPlain(_ byte: UInt8) -> Bool { byte >= 32 && byte < 127 }

    /// As `oneLine` has it, cut where it is longer than so many characters.
    package static func append(_ text: [UInt8], upTo limit: Int, to bytes: inout [UInt8]) {
        if text.count <= limit, text.allSatisfy(isPlain) {
            bytes.append(copying: text.span)
            return
        }
        let whole = text.prefix(4 * limit).text.oneLine
        bytes.append(whole.count <= limit ? whole : whole.prefix(limit - 1) + "…")
    }

    /// All of it on one line without tabs: a tab as `\t`, what else a terminal would act on as `\xNN` or `\uNNNN`. What is not UTF-8 shows
    /// as U+FFFD.
    package static func appendEscaped(_ text: [UInt8], to bytes: inout [UInt8]) {
        if text.allSatisfy(isPlain) {
            bytes.append(copying: text.span)
            return
        }
        for scalar in text.text.unicodeScalars {
            switch scalar.value {
            case 9: bytes.append("\\t")
            case 0..<32, 127...159:
                bytes.append("\\x")
                bytes.append(hexadecimal: UInt64(scalar.value), digits: 2)
            case _ where !scalar.isPlain:
                bytes.append("\\u")
                bytes.append(hexadecimal: UInt64(scalar.value), digits: 4)
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }

    /// The last lines of what a program printed, as a terminal would show them: of a line that was written over (by carriage
    /// returns) what came last.
    ///
    /// - Parameters:
    ///   - bytes: the end of it
    ///   - count: how many lines at most
    ///   - isWhole: whether `bytes` is all of it; otherwise its first line is taken for the rest of one, unless there is no other
    /// - Returns: the lines in order, without colours and whatever else a terminal would act on
    package static func lastLines(_ bytes: [UInt8], count: Int, isWhole: Bool) -> [String] {
        var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        if !isWhole && lines.count > 1 { lines.removeFirst() }
        return lines.suffix(count).map { line in
            var line = line
            while line.last == 13 { line.removeLast() }
            let start = line.lastIndex(of: 13).map { $0 + 1 } ?? line.startIndex
            return withoutSequences(line[start...].text).plain("?")
        }
    }

    /// Without escape sequences that set colours or move the cursor (ECMA-48: `ESC [`, parameters, a final byte).
    private static func withoutSequences(_ text: String) -> String {
        guard text.unicodeScalars.contains("\u{1B}") else { return text }
        var kept = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let first = rest.first {
            rest = rest.dropFirst()
            if first == "\u{1B}", rest.first == "[" {
                rest = rest.dropFirst().drop { (0x20...0x3F).contains($0.value) }
                if let final = rest.first, (0x40...0x7E).contains(final.value) { rest = rest.dropFirst() }
            } else {
                kept.append(first)
            }
        }
        return String(kept)
    }
}
