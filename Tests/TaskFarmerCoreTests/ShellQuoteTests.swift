import ClaimSimulation
import TaskFarmerCore
import Testing

struct ShellQuoteTests {
    @Test(arguments: ["a", "file.txt", "/opt/c++/bin", "--x=1", "a,b:c@d%e", "A_9"])
    func `a word that is safe stays readable`(word: String) {
        #expect(ShellQuote.word(utf8(word)).text == word)
    }

    @Test(arguments: [
        ("", "''"), (" ", "' '"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("'", #"''\'''"#), ("$x", "'$x'"),
        ("~", "'~'"), ("#", "'#'"), ("a\nb", "'a\nb'"), ("ü", "'ü'"), ("{}", "'{}'"), ("*", "'*'"), ("a\\", #"'a\'"#),
        ("!", "'!'"), ("`x`", "'`x`'"), ("\t", "'\t'"),
    ])
    func `a word that a shell would change is quoted`(word: String, expected: String) {
        #expect(ShellQuote.word(utf8(word)).text == expected)
    }

    @Test(
        arguments: [
            ([], ""), (["echo", "a b", ""], "echo 'a b' ''"), (["A=1", "B=2"], "'A=1' B=2"), (["if", "if"], "'if' if"),
            (["./if"], "./if"),
        ] as [([String], String)])
    func `the first word of a line stays a program's name`(words: [String], expected: String) {
        #expect(ShellQuote.line(words.map(utf8)).text == expected)
    }

    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func `every word is read back as it was`(seed: UInt64) {
        var generator = SplitMix(seed: seed)
        let alphabet = utf8("'\\\" $`\n\taZ0=~#*?[]{}()<>|&;!-")
        let words = (0..<5).map { _ in
            generator.bytes(12).map { $0 < 160 ? alphabet[Int($0) % alphabet.count] : $0 }.filter { $0 != 0 }
        }
        #expect(unquoted(ShellQuote.line(words)) == words)
    }

    /// What POSIX 2.2 makes of a line that knows only plain words, single quotes and a backslash before one byte.
    private func unquoted(_ line: [UInt8]) -> [[UInt8]] {
        var words: [[UInt8]] = [[]]
        var isInQuotes = false
        var isEscaped = false
        for byte in line {
            if isEscaped {
                words[words.count - 1].append(byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "'") {
                isInQuotes.toggle()
            } else if isInQuotes {
                words[words.count - 1].append(byte)
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == 32 {
                words.append([])
            } else {
                #expect(
                    utf8("_-+./:,@%=").contains(byte) || byte < 128 && Character(Unicode.Scalar(byte)).isLetter
                        || (48...57).contains(byte))
                words[words.count - 1].append(byte)
            }
        }
        return words
    }
}
