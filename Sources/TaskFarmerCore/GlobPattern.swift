// File name patterns, matched name by name while folders are walked (glob(7); `**` as git and bash's globstar have it).

/// A pattern for paths below a folder.
package struct GlobPattern: Sendable, Equatable {
    package struct Problem: Error, Sendable, Equatable {
        package let message: String
    }

    /// How much of the pattern the folders on the way to a place have matched; empty where nothing below can match.
    package struct Progress: Sendable, Equatable {
        fileprivate var parts: [Int]
        package var isEmpty: Bool { parts.isEmpty }
    }

    private enum Part: Sendable, Equatable {
        /// `**`: any number of folders, none included.
        case folders
        case name([Piece])
    }

    private enum Piece: Sendable, Equatable {
        case byte(UInt8)
        case one
        case many
        case set([ClosedRange<UInt8>], isNegated: Bool)
    }

    private let parts: [Part]

    /// - Parameter text: names with `/` between them; `*` and `?` stand for any bytes and any byte of a name, `[a-z]` and
    ///   `[!a-z]` for one byte of a set or none of it, `\` makes the next byte an ordinary one; a part `**` stands for any
    ///   folders. A `.` at the start of a name is matched by nothing but itself.
    /// - Throws: what was expected
    package init(_ text: [UInt8]) throws(Problem) {
        if text.first == UInt8(ascii: "/") {
            throw Problem(message: "expected a pattern below the folder, without / before it")
        }
        var parts: [Part] = []
        for part in text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            switch part.text {
            case "": throw Problem(message: "expected names between the slashes, such as *.dat")
            case "..": throw Problem(message: "expected a pattern below the folder, without ..")
            case ".": continue
            case "**": if parts.last != .folders { parts.append(.folders) }
            default: parts.append(.name(Self.pieces(part)))
            }
        }
        // A last `**` means every file below.
        if parts.last == .folders { parts.append(.name([.many])) }
        if parts.isEmpty { throw Problem(message: "expected a pattern such as *.dat or **/*.dat") }
        self.parts = parts
    }

    /// In the folder that the pattern is meant for.
    package var start: Progress { closed([0]) }

    /// In the folder of this name.
    package func entering(_ name: [UInt8], _ progress: Progress) -> Progress {
        var next: [Int] = []
        for part in progress.parts {
            switch parts[part] {
            case .folders: if name.first != Self.dot { next.append(part) }
            case .name(let pieces):
                if part + 1 < parts.count, Self.matches(pieces, name) { next.append(part + 1) }
            }
        }
        return closed(next)
    }

    /// Whether a file of this name is a match.
    package func matches(_ name: [UInt8], _ progress: Progress) -> Bool {
        progress.parts.contains { part in
            guard part + 1 == parts.count, case .name(let pieces) = parts[part] else { return false }
            return Self.matches(pieces, name)
        }
    }

    /// With what may follow a `**` that stands for no folder at all.
    private func closed(_ begun: [Int]) -> Progress {
        var all: [Int] = []
        for part in begun {
            var part = part
            if !all.contains(part) { all.append(part) }
            while parts[part] == .folders {
                part += 1
                if !all.contains(part) { all.append(part) }
            }
        }
        return Progress(parts: all)
    }

    // MARK: names

    private static let dot = UInt8(ascii: ".")

    private static func matches(_ pieces: [Piece], _ name: [UInt8]) -> Bool {
        if name.first == dot && pieces.first != .byte(dot) { return false }
        var (piece, place) = (0, 0)
        // Where the last `*` stood and how far it reached: it takes one byte more whenever the rest does not fit.
        var retry: (piece: Int, place: Int)?
        while place < name.count {
            if piece < pieces.count, pieces[piece] == .many {
                retry = (piece, place)
                piece += 1
            } else if piece < pieces.count, fits(pieces[piece], name[place]) {
                piece += 1
                place += 1
            } else if let (star, reached) = retry {
                retry = (star, reached + 1)
                (piece, place) = (star + 1, reached + 1)
            } else {
                return false
            }
        }
        return pieces[piece...].allSatisfy { $0 == .many }
    }

    private static func fits(_ piece: Piece, _ byte: UInt8) -> Bool {
        switch piece {
        case .byte(let wanted): byte == wanted
        case .one: true
        case .many: false
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(byte) } != isNegated
        }
    }

    private static func pieces(_ part: ArraySlice<UInt8>) -> [Piece] {
        var pieces: [Piece] = []
        var rest = part
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"): if pieces.last != .many { pieces.append(.many) }
            case UInt8(ascii: "?"): pieces.append(.one)
            case UInt8(ascii: "\\"): pieces.append(.byte(rest.popFirst() ?? byte))
            case UInt8(ascii: "["):
                if let (set, after) = set(rest) {
                    pieces.append(set)
                    rest = after
                } else {
                    pieces.append(.byte(byte))
                }
            default: pieces.append(.byte(byte))
            }
        }
        return pieces
    }

    /// What follows a `[`; nil where nothing closes it, which makes it an ordinary byte.
    private static func set(_ text: ArraySlice<UInt8>) -> (Piece, rest: ArraySlice<UInt8>)? {
        var rest = text
        let isNegated = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
        if isNegated { rest = rest.dropFirst() }
        var ranges: [ClosedRange<UInt8>] = []
        var isFirst = true
        while let byte = rest.popFirst() {
            // Right at the start it belongs to the set.
            if byte == UInt8(ascii: "]") && !isFirst { return (.set(ranges, isNegated: isNegated), rest) }
            isFirst = false
            let first = byte == UInt8(ascii: "\\") ? rest.popFirst() ?? byte : byte
            if rest.first == UInt8(ascii: "-"), let last = rest.dropFirst().first, last != UInt8(ascii: "]") {
                rest = rest.dropFirst(2)
                if first <= last { ranges.append(first...last) }
            } else {
                ranges.append(first...first)
            }
        }
        return nil
    }
}
