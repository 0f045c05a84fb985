// What a terminal sends, as keys.

package enum Key: Sendable, Equatable {
    case character(Character)
    case up, down, left, right, pageUp, pageDown, home, end
    case enter, tab, backTab, escape, backspace
}

/// Takes bytes as they come, and keeps what may be the beginning of a key.
package struct KeyReader: Sendable {
    private var bytes: [UInt8] = []
    private static let escape: UInt8 = 27

    package init() {}

    /// Whether an escape came that may be the beginning of another key: what comes within a moment tells.
    package var isWaiting: Bool { bytes.first == Self.escape }

    /// The keys that are there.
    ///
    /// - Parameters:
    ///   - new: what the terminal has sent
    ///   - isOver: nothing more belongs to what came before
    /// - Returns: in order; what is no key is passed over
    package mutating func take(_ new: [UInt8], isOver: Bool = false) -> [Key] {
        bytes += new
        var keys: [Key] = []
        while let (key, length) = next(isOver: isOver) {
            if let key { keys.append(key) }
            bytes.removeFirst(length)
        }
        return keys
    }

    /// The first key, or nil in its place for what is none, and how long it is.
    private func next(isOver: Bool) -> (Key?, Int)? {
        guard let first = bytes.first else { return nil }
        switch first {
        case Self.escape: return sequence(isOver: isOver)
        case 13, 10: return (.enter, 1)
        case 9: return (.tab, 1)
        case 8, 127: return (.backspace, 1)
        case 0..<32: return (nil, 1)
        case 32..<127: return (.character(Character(Unicode.Scalar(first))), 1)
        default: return character(first, isOver: isOver)
        }
    }

    private func character(_ first: UInt8, isOver: Bool) -> (Key?, Int)? {
        let length = first > 0xF4 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1
        if bytes.count < length { return isOver ? (nil, bytes.count) : nil }
        let text = String(decoding: bytes[..<length], as: UTF8.self)
        guard length > 1, text.count == 1, let character = text.first, character != "\u{FFFD}" else { return (nil, 1) }
        return (.character(character), length)
    }

    /// `ESC [`, parameters and a final byte, or `ESC O` and one (ECMA-48, xterm's control sequences).
    private func sequence(isOver: Bool) -> (Key?, Int)? {
        guard bytes.count > 1 else { return isOver ? (.escape, 1) : nil }
        if bytes[1] == UInt8(ascii: "O") {
            guard bytes.count > 2 else { return isOver ? (nil, 2) : nil }
            return (Self.keys[bytes[2]], 3)
        }
        guard bytes[1] == UInt8(ascii: "[") else { return (.escape, 1) }
        guard let final = bytes.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
            return isOver || bytes.count > 32 ? (nil, bytes.count) : nil
        }
        if bytes[final] == UInt8(ascii: "~") {
            return (Self.numbered[String(decoding: bytes[2..<final], as: UTF8.self)], final + 1)
        }
        return (Self.keys[bytes[final]], final + 1)
    }

    private static let keys: [UInt8: Key] = [
        UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right, UInt8(ascii: "D"): .left,
        UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end, UInt8(ascii: "Z"): .backTab, UInt8(ascii: "M"): .enter,
    ]
    private static let numbered: [String: Key] = [
        "1": .home, "4": .end, "5": .pageUp, "6": .pageDown, "7": .home, "8": .end,
    ]
}
