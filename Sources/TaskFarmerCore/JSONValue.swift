// What a JSON text (RFC 8259) says. JSONSyntax decides whether it is one; what is read here is known to be.

package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// Of a key that stands there twice, the last value counts.
    case object([String: JSONValue])

    /// nil when the bytes are not one JSON value in UTF-8, or half of a surrogate pair stands in them.
    package init?(_ bytes: [UInt8]) {
        var syntax = JSONSyntax()
        syntax.add(bytes)
        var reader = Reader(bytes: bytes)
        guard syntax.isWhole, String(validating: bytes, as: UTF8.self) != nil, let value = reader.value() else {
            return nil
        }
        self = value
    }

    package var text: String? { if case .string(let text) = self { text } else { nil } }
    package var integer: Int? { if case .number(let digits) = self { Int(digits) } else { nil } }
    package var fields: [String: JSONValue]? { if case .object(let fields) = self { fields } else { nil } }
}

extension JSONValue {
    private struct Reader {
        let bytes: [UInt8]
        var at = 0

        /// The next byte that is not a blank or one of those that only separate.
        private mutating func next() -> UInt8 {
            while [32, 9, 10, 13, UInt8(ascii: ","), UInt8(ascii: ":")].contains(bytes[at]) { at += 1 }
            return bytes[at]
        }

        mutating func value() -> JSONValue? {
            switch next() {
            case UInt8(ascii: "{"):
                at += 1
                var fields: [String: JSONValue] = [:]
                while next() != UInt8(ascii: "}") {
                    guard let key = string(), let value = value() else { return nil }
                    fields[key] = value
                }
                at += 1
                return .object(fields)
            case UInt8(ascii: "["):
                at += 1
                var values: [JSONValue] = []
                while next() != UInt8(ascii: "]") {
                    guard let value = value() else { return nil }
                    values.append(value)
                }
                at += 1
                return .array(values)
            case UInt8(ascii: "\""): return string().map { .string($0) }
            default:
                let word = bytes[at...].prefix { byte in
                    byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                        || (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                }
                at = word.endIndex
                switch word.first {
                case UInt8(ascii: "t"): return .bool(true)
                case UInt8(ascii: "f"): return .bool(false)
                case UInt8(ascii: "n"): return .null
                default: return .number(String(decoding: word, as: UTF8.self))
                }
            }
        }

        /// The string whose opening quotation mark comes next.
        private mutating func string() -> String? {
            at += 1
            var text: [UInt8] = []
            while bytes[at] != UInt8(ascii: "\"") {
                let byte = bytes[at]
                at += 1
                if byte != UInt8(ascii: "\\") {
                    text.append(byte)
                    continue
                }
                let escaped = bytes[at]
                at += 1
                switch escaped {
                case UInt8(ascii: "b"): text.append(8)
                case UInt8(ascii: "f"): text.append(12)
                case UInt8(ascii: "n"): text.append(10)
                case UInt8(ascii: "r"): text.append(13)
                case UInt8(ascii: "t"): text.append(9)
                case UInt8(ascii: "u"):
                    guard let scalar = scalar() else { return nil }
                    text.append(contentsOf: String(Character(scalar)).utf8)
                default: text.append(escaped)
                }
            }
            at += 1
            return String(decoding: text, as: UTF8.self)
        }

        /// The character whose hexadecimal digits come next: four, or four and an escape with four more.
        private mutating func scalar() -> Unicode.Scalar? {
            let first = unit()
            guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) }
            guard bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") else { return nil }
            at += 2
            let second = unit()
            guard (0xDC00..<0xE000).contains(second) else { return nil }
            return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        }

        private mutating func unit() -> UInt32 {
            defer { at += 4 }
            return UInt32(bytes[at..<at + 4].text, radix: 16) ?? 0
        }
    }
}
