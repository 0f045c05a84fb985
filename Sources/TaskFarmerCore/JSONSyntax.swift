// Whether a stream of bytes is JSON (RFC 8259), in constant memory but for the depth of nesting. timeline.json may be
// gigabytes; it is checked as it is read.

package struct JSONSyntax: Sendable {
    private enum Number: Sendable { case sign, zero, whole, point, fraction, mark, markSign, exponent }
    private enum Expect: Sendable { case value, valueOrEnd, keyOrEnd, key, colon, commaOrEnd, end }
    private enum Token: Sendable {
        case none, string(isKey: Bool), escape(isKey: Bool), unicode(isKey: Bool, left: Int), number
        /// The letters still to come, the next one lowest.
        case word(left: UInt32)
    }

    private var stack: [UInt8] = []
    private var expect = Expect.value
    private var token = Token.none
    private var number = Number.sign
    /// Where the first fault is, as a byte offset; nil as long as there is none.
    package private(set) var fault: Int?
    private var offset = 0

    package init() {}

    package mutating func add(_ bytes: [UInt8]) { add(bytes.span) }

    package mutating func add(_ bytes: borrowing Span<UInt8>) {
        var index = 0
        while fault == nil {
            index = endOfRun(bytes, from: index)
            if index == bytes.count { break }
            if !step(bytes[index]) { fault = offset + index }
            index += 1
        }
        offset += bytes.count
    }

    /// Where the bytes end that leave everything as it is: most of a document, and passed over quickly.
    private func endOfRun(_ bytes: borrowing Span<UInt8>, from start: Int) -> Int {
        var index = start
        switch (token, number) {
        case (.string, _):
            while index < bytes.count, bytes[index] >= 32, bytes[index] != UInt8(ascii: "\""),
                bytes[index] != UInt8(ascii: "\\")
            {
                index += 1
            }
        case (.number, .whole), (.number, .fraction), (.number, .exponent):
            while index < bytes.count, bytes[index] >= 48, bytes[index] <= 57 { index += 1 }
        default: break
        }
        return index
    }

    /// Whether what was read is one whole value.
    package var isWhole: Bool {
        guard fault == nil, stack.isEmpty else { return false }
        if case .number = token { return numberIsWhole }
        if case .end = expect, case .none = token { return true }
        return false
    }

    private mutating func step(_ byte: UInt8) -> Bool {
        switch token {
        case .string(let isKey):
            if byte == UInt8(ascii: "\"") {
                token = .none
                expect = isKey ? .colon : afterValue
            } else if byte == UInt8(ascii: "\\") {
                token = .escape(isKey: isKey)
            }
            return byte >= 32
        case .escape(let isKey):
            token = byte == UInt8(ascii: "u") ? .unicode(isKey: isKey, left: 4) : .string(isKey: isKey)
            return Self.canBeEscaped(byte)
        case .unicode(let isKey, let left):
            token = left == 1 ? .string(isKey: isKey) : .unicode(isKey: isKey, left: left - 1)
            return Self.isHexadecimal(byte)
        case .word(let left):
            token = left < 256 ? .none : .word(left: left >> 8)
            if left < 256 { expect = afterValue }
            return byte == UInt8(truncatingIfNeeded: left)
        case .number:
            if let next = number(after: byte) {
                number = next
                return true
            }
            guard numberIsWhole, !Self.belongsToNumbers(byte) else { return false }
            token = .none
            expect = afterValue
        case .none:
            break
        }
        return structure(byte)
    }

    private static func canBeEscaped(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "u"):
            true
        default: false
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...70, 97...102: true
        default: false
        }
    }

    private static func belongsToNumbers(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private var numberIsWhole: Bool {
        switch number {
        case .zero, .whole, .fraction, .exponent: true
        case .sign, .point, .mark, .markSign: false
        }
    }

    private func number(after byte: UInt8) -> Number? {
        switch (number, byte) {
        case (.sign, 48): .zero
        case (.sign, 49...57), (.whole, 48...57): .whole
        case (.zero, UInt8(ascii: ".")), (.whole, UInt8(ascii: ".")): .point
        case (.point, 48...57), (.fraction, 48...57): .fraction
        case (.zero, 69), (.zero, 101), (.whole, 69), (.whole, 101), (.fraction, 69), (.fraction, 101): .mark
        case (.mark, 43), (.mark, 45): .markSign
        case (.mark, 48...57), (.markSign, 48...57), (.exponent, 48...57): .exponent
        default: nil
        }
    }

    private var afterValue: Expect { stack.isEmpty ? .end : .commaOrEnd }

    private mutating func structure(_ byte: UInt8) -> Bool {
        if byte == 32 || byte == 9 || byte == 10 || byte == 13 { return true }
        switch (expect, byte) {
        case (.valueOrEnd, UInt8(ascii: "]")), (.keyOrEnd, UInt8(ascii: "}")):
            return close(byte)
        case (.value, _), (.valueOrEnd, _):
            return begin(byte)
        case (.key, UInt8(ascii: "\"")), (.keyOrEnd, UInt8(ascii: "\"")):
            token = .string(isKey: true)
            return true
        case (.colon, UInt8(ascii: ":")):
            expect = .value
            return true
        case (.commaOrEnd, UInt8(ascii: ",")):
            expect = stack.last == UInt8(ascii: "{") ? .key : .value
            return true
        case (.commaOrEnd, _):
            return close(byte)
        default:
            return false
        }
    }

    private mutating func begin(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "{"):
            stack.append(byte)
            expect = .keyOrEnd
        case UInt8(ascii: "["):
            stack.append(byte)
            expect = .valueOrEnd
        case UInt8(ascii: "\""):
            token = .string(isKey: false)
        case UInt8(ascii: "t"): token = .word(left: Self.letters("rue"))
        case UInt8(ascii: "f"): token = .word(left: Self.letters("alse"))
        case UInt8(ascii: "n"): token = .word(left: Self.letters("ull"))
        case UInt8(ascii: "-"), 48...57:
            token = .number
            number = byte == 45 ? .sign : byte == 48 ? .zero : .whole
        default: return false
        }
        return stack.count < 512
    }

    private static func letters(_ text: String) -> UInt32 {
        text.utf8.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private mutating func close(_ byte: UInt8) -> Bool {
        guard let open = stack.popLast() else { return false }
        expect = afterValue
        return byte == (open == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    }
}
