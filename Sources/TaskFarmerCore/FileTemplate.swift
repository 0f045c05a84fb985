// GNU parallel's replacement strings for one file name, as its manual describes them (parallel(1), "{}" and after), and as
// version 20221122 behaves.

package struct FileTemplate: Sendable, Equatable {
    private enum Piece: Sendable, Equatable {
        case text([UInt8])
        case whole, withoutExtension, base, folder, baseWithoutExtension, number
    }

    private let pieces: [Piece]

    private static let placeholders: [(text: [UInt8], piece: Piece)] = [
        (Array("{}".utf8), .whole), (Array("{.}".utf8), .withoutExtension), (Array("{/}".utf8), .base),
        (Array("{//}".utf8), .folder), (Array("{/.}".utf8), .baseWithoutExtension), (Array("{#}".utf8), .number),
    ]

    /// - Parameter text: `{}` is the name, `{.}` the name without its extension, `{/}` its last part, `{//}` its folder,
    ///   `{/.}` its last part without extension, `{#}` its number; all else is text.
    package init(_ text: [UInt8]) {
        var pieces: [Piece] = []
        var plain: [UInt8] = []
        var rest = text[...]
        while let byte = rest.first {
            if byte == UInt8(ascii: "{"), let found = Self.placeholders.first(where: { rest.starts(with: $0.text) }) {
                if !plain.isEmpty { pieces.append(.text(plain)) }
                plain = []
                pieces.append(found.piece)
                rest = rest.dropFirst(found.text.count)
            } else {
                plain.append(byte)
                rest = rest.dropFirst()
            }
        }
        if !plain.isEmpty { pieces.append(.text(plain)) }
        self.pieces = pieces
    }

    package var hasPlaceholder: Bool {
        pieces.contains { piece in
            if case .text = piece { false } else { true }
        }
    }

    /// - Parameters:
    ///   - file: The name, with or without folders.
    ///   - number: What `{#}` stands for, from 1.
    ///   - quoted: Whether each value is written as one word for the shell.
    /// - Returns: The text with values in place of placeholders.
    package func filled(_ file: [UInt8], number: Int, quoted: Bool) -> [UInt8] {
        var result: [UInt8] = []
        func append(_ value: ArraySlice<UInt8>) { result += quoted ? ShellQuote.word(Array(value)) : Array(value) }
        for piece in pieces {
            switch piece {
            case .text(let text): result += text
            case .whole: append(file[...])
            case .withoutExtension: append(Self.withoutExtension(file[...]))
            case .base: append(Self.base(file[...]))
            case .folder: append(Self.folder(file))
            case .baseWithoutExtension: append(Self.withoutExtension(Self.base(file[...])))
            case .number: result.append(decimal: number)
            }
        }
        return result
    }

    private static let slash = UInt8(ascii: "/")

    /// Up to the last dot after the last slash, also where that leaves nothing: `.bashrc` is all extension.
    private static func withoutExtension(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let end = name.lastIndex { $0 == UInt8(ascii: ".") || $0 == slash }
        return end.map { name[$0] == slash ? name : name[..<$0] } ?? name
    }

    private static func base(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        name.lastIndex(of: slash).map { name[($0 + 1)...] } ?? name
    }

    /// dirname(1): `.` without a slash, `/` at the root; slashes at the end do not count.
    private static func folder(_ name: [UInt8]) -> ArraySlice<UInt8> {
        func withoutSlashes(_ path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
            path[..<(path.lastIndex { $0 != slash }.map { $0 + 1 } ?? path.startIndex)]
        }
        let path = withoutSlashes(name[...])
        guard let last = path.lastIndex(of: slash) else {
            return path.isEmpty && !name.isEmpty ? [slash] : [UInt8(ascii: ".")]
        }
        let folder = withoutSlashes(path[..<last])
        return folder.isEmpty ? [slash] : folder
    }
}
