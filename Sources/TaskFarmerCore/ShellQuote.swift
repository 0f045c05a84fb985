// Words written so that a POSIX shell reads them back as they are (POSIX.1-2017, Shell Command Language 2.2).

/// Words written so that a POSIX shell reads them back as they are.
public enum ShellQuote {
    /// Bytes that mean nothing to a shell inside a word. `~` and `#` do at its start, and bytes above 127 depend on the locale.
    private static let plain: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for range in [UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 48...57] {
            for byte in range { table[Int(byte)] = true }
        }
        for byte in "_-+./:,@%=".utf8 { table[Int(byte)] = true }
        return table
    }()

    /// One word: as it is where that is safe, else in single quotes. A NUL cannot be part of a word and stays what it is.
    ///
    /// Where a word is a command's first, one with `=` in it would be an assignment and one like `if` reserved; use `line`.
    public static func word(_ bytes: [UInt8]) -> [UInt8] {
        if !bytes.isEmpty, bytes.allSatisfy({ plain[Int($0)] }) { return bytes }
        return quoted(bytes)
    }

    /// A command of these words, each read back as it is, the first as the program's name.
    public static func line(_ words: [[UInt8]]) -> [UInt8] {
        guard let program = words.first else { return [] }
        // Quotes keep the shell from seeing an assignment or a reserved word there.
        let isSeenThrough = program.contains(UInt8(ascii: "=")) || reserved.contains(program.text)
        let first = isSeenThrough ? quoted(program) : word(program)
        return Array(([first] + words.dropFirst().map(word)).joined(separator: [UInt8(ascii: " ")]))
    }

    /// Reserved words made of plain bytes (POSIX.1-2017 2.4, and those that some shell adds).
    private static let reserved: Set<String> = [
        "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in", "namespace",
        "select", "then", "time", "until", "while",
    ]

    private static func quoted(_ bytes: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "'")
        var result = [quote]
        for byte in bytes {
            if byte == quote { result.append(#"'\'"#) }
            result.append(byte)
        }
        result.append(quote)
        return result
    }
}
