// Whether a stream of bytes is JSON (RFC 8259), in constant memory but for the depth of nesting. timeline.json may be
// gigabytes; it is checked as it is read.

package struct JSONSyntax: Sendable {
    private enum Number: Sendable { case sign, zero, whole, point, fraction, mark, markSign, exponent }
    private enum Expect: Sendable { case value, valueOrEnd, keyOrEnd, key, colon, commaOrEnd, end }
    private enum Token: Sendable {
        case none, string(isKey: Bool), escape(isKey: Bool), unicode(isKey: Bool, left: Int), number, word(
            left: [UInt8])
    }

    private var stack: [UInt8] = []
    private var expect = Expect.value
    private var token = Token.none
    private var number = Number.sign
    /// Where the first fault is, as a byte offset; nil as long as there is none.
    package private(set) var fault: Int?
    private var offset = 0

    package init() {}

    package mutating func add(_ bytes: [UInt8]) {
        for byte in bytes {
            if fault != nil { return }
            if !step(byte) { fault = offset }
            offset += 1
        }
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
            return "\"\\/bfnrtu".utf8.contains(byte)
        case .unicode(let isKey, let left):
            token = left == 1 ? .string(isKey: isKey) : .unicode(isKey: isKey, left: left - 1)
            return "0123456789abcdefABCDEF".utf8.contains(byte)
        case .word(let left):
            token = left.count == 1 ? .none : .word(left: Array(left.dropFirst()))
            if left.count == 1 { expect = afterValue }
            return byte == left[0]
        case .number:
            if "0123456789+-.eE".utf8.contains(byte) {
                guard let next = number(after: byte) else { return false }
                number = next
                return true
            }
            guard numberIsWhole else { return false }
            token = .none
            expect = afterValue
        case .none:
            break
        }
        return structure(byte)
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
        case UInt8(ascii: "t"): token = .word(left: Array("rue".utf8))
        case UInt8(ascii: "f"): token = .word(left: Array("alse".utf8))
        case UInt8(ascii: "n"): token = .word(left: Array("ull".utf8))
        case UInt8(ascii: "-"), 48...57:
            token = .number
            number = byte == 45 ? .sign : byte == 48 ? .zero : .whole
        default: return false
        }
        return stack.count < 512
    }

    private mutating func close(_ byte: UInt8) -> Bool {
        guard let open = stack.popLast() else { return false }
        expect = afterValue
        return byte == (open == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    }
}
