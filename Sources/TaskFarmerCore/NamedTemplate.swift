// Text with `{name}` in it for values. Braces that mean something to the shell, awk or a person's eye stay what they are:
// `{ print }`, `{a,b}`, `{1..3}`, `{}`, and `${…}` with everything in it.

package struct NamedTemplate: Sendable, Equatable {
    package enum Piece: Sendable, Equatable { case text([UInt8]), placeholder(String) }

    /// No two texts stand side by side, and none is empty.
    package let pieces: [Piece]

    /// - Parameter text: `{name}`, a letter or `_` and then letters, digits, `_`, `-` and `.`, is a placeholder; `{{` stands
    ///   for `{` and `}}` for `}`.
    package init(_ text: [UInt8]) {
        var pieces: [Piece] = []
        var plain: [UInt8] = []
        var index = 0
        while index < text.count {
            if let end = Self.endOfExpansion(text, at: index) {
                plain += text[index..<end]
                index = end
            } else if Self.isBrace(text[index]), index + 1 < text.count, text[index + 1] == text[index] {
                plain.append(text[index])
                index += 2
            } else if let end = Self.endOfName(text, at: index) {
                if !plain.isEmpty { pieces.append(.text(plain)) }
                plain = []
                pieces.append(.placeholder(text[(index + 1)..<(end - 1)].text))
                index = end
            } else {
                plain.append(text[index])
                index += 1
            }
        }
        if !plain.isEmpty { pieces.append(.text(plain)) }
        self.pieces = pieces
    }

    /// The names in it.
    package var names: Set<String> {
        Set(
            pieces.compactMap { piece in
                if case .placeholder(let name) = piece { name } else { nil }
            })
    }

    /// The text with a value in place of each placeholder.
    package func filled(_ value: (String) throws -> [UInt8]) rethrows -> [UInt8] {
        var result: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .text(let text): result += text
            case .placeholder(let name): result += try value(name)
            }
        }
        return result
    }

    private static let open = UInt8(ascii: "{")
    private static let close = UInt8(ascii: "}")

    private static func isBrace(_ byte: UInt8) -> Bool { byte == open || byte == close }

    /// After the brace that closes the `${` here; nil where there is none. One that nothing closes is no expansion.
    private static func endOfExpansion(_ text: [UInt8], at start: Int) -> Int? {
        guard text[start] == UInt8(ascii: "$"), start + 1 < text.count, text[start + 1] == open else { return nil }
        var depth = 0
        for index in (start + 1)..<text.count {
            if text[index] == open { depth += 1 }
            if text[index] == close { depth -= 1 }
            if depth == 0 { return index + 1 }
        }
        return nil
    }

    /// After the `{name}` here; nil where there is none.
    private static func endOfName(_ text: [UInt8], at start: Int) -> Int? {
        guard text[start] == open, start + 1 < text.count, isFirstOfName(text[start + 1]) else { return nil }
        let end = text[(start + 1)...].firstIndex { !isInName($0) }
        return end.flatMap { text[$0] == close ? $0 + 1 : nil }
    }

    private static func isFirstOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isInName(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: isFirstOfName(byte)
        }
    }
}
