// Commands, paths and files are bytes. These are the few operations on them that the formats need.

extension [UInt8] {
    /// A copy of bytes that are only lent.
    package init(copying span: borrowing Span<UInt8>) {
        self.init()
        reserveCapacity(span.count)
        for index in 0..<span.count { append(span[index]) }
    }

    package mutating func append(_ text: String) { append(contentsOf: text.utf8) }

    /// Appends a number in decimal digits.
    package mutating func append(decimal value: Int) {
        if value < 0 {
            append(UInt8(ascii: "-"))
            append(digits: value.magnitude)
        } else {
            append(digits: UInt(value))
        }
    }

    private mutating func append(digits value: UInt) {
        let start = count
        var rest = value
        repeat {
            append(UInt8(truncatingIfNeeded: rest % 10) + 48)
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }

    /// Appends microseconds as seconds with six decimals.
    package mutating func append(seconds microseconds: Int) {
        let magnitude = Swift.max(0, microseconds)
        append(decimal: magnitude / 1_000_000)
        append(UInt8(ascii: "."))
        var scale = 100_000
        let rest = magnitude % 1_000_000
        while scale > 0 {
            append(UInt8(truncatingIfNeeded: rest / scale % 10) + 48)
            scale /= 10
        }
    }

    package mutating func append(hexadecimal value: UInt64, digits: Int) {
        for place in (0..<digits).reversed() {
            append(Self.hexadecimalDigits[Int(value >> UInt64(place * 4) & 15)])
        }
    }

    private static var hexadecimalDigits: [UInt8] { Array("0123456789abcdef".utf8) }

    /// Fills up with spaces to a fixed width; nil when it is longer already.
    package func padded(to width: Int) -> [UInt8]? {
        count <= width ? self + [UInt8](repeating: 32, count: width - count) : nil
    }
}

extension Collection<UInt8> {
    /// The number these decimal digits stand for; nil for anything else or one that does not fit.
    package var decimalValue: Int? {
        if isEmpty { return nil }
        var value = 0
        for byte in self {
            guard byte >= 48, byte <= 57 else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, more) = scaled.addingReportingOverflow(Int(byte - 48))
            if overflow || more { return nil }
            value = sum
        }
        return value
    }

    /// Seconds with up to six decimals, in microseconds; nil for anything else.
    package var secondsValue: Int? {
        guard let point = firstIndex(of: UInt8(ascii: ".")) else {
            return decimalValue.flatMap { Self.microseconds($0, 0) }
        }
        let fraction = self[index(after: point)...]
        guard let whole = self[..<point].decimalValue, fraction.count == 6, let part = fraction.decimalValue else {
            return nil
        }
        return Self.microseconds(whole, part)
    }

    private static func microseconds(_ whole: Int, _ part: Int) -> Int? {
        let (scaled, overflow) = whole.multipliedReportingOverflow(by: 1_000_000)
        let (sum, more) = scaled.addingReportingOverflow(part)
        return overflow || more ? nil : sum
    }

    package var hexadecimalValue: UInt64? {
        if isEmpty || count > 16 { return nil }
        var value: UInt64 = 0
        for byte in self {
            switch byte {
            case 48...57: value = value << 4 | UInt64(byte - 48)
            case 97...102: value = value << 4 | UInt64(byte - 87)
            default: return nil
            }
        }
        return value
    }

    /// For people; what is not UTF-8 shows as U+FFFD.
    package var text: String { String(decoding: self, as: UTF8.self) }
}
