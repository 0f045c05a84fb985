// Commands, paths and files are bytes. These are the few operations on them that the formats need.

extension [UInt8] {
    /// A copy of bytes that are only lent.
    package init(copying span: borrowing Span<UInt8>) {
        self.init()
        append(copying: span)
    }

    /// Appends bytes that are only lent.
    package mutating func append(copying span: borrowing Span<UInt8>) {
        append(addingCapacity: span.count) { output in
            for index in span.indices { output.append(span[index]) }
        }
    }

    package mutating func append(_ text: String) { append(copying: text.utf8.span) }

    /// Appends a number in decimal digits.
    package mutating func append(decimal value: Int) {
        if value < 0 {
            append(UInt8(ascii: "-"))
            append(digits: value.magnitude)
        } else {
            append(digits: UInt(value))
        }
    }

    /// Appends a number in decimal digits, zeros before it where it has fewer than `width`.
    private mutating func append(digits value: UInt, width: Int = 1) {
        var digits = InlineArray<20, UInt8>(repeating: 48)
        var start = digits.count
        var rest = value
        while rest > 0 || start > digits.count - width {
            start -= 1
            digits[start] = UInt8(truncatingIfNeeded: rest % 10) + 48
            rest /= 10
        }
        append(copying: digits.span.extracting(start...))
    }

    /// Appends microseconds as seconds with six decimals.
    package mutating func append(seconds microseconds: Int) {
        let magnitude = UInt(Swift.max(0, microseconds))
        append(digits: magnitude / 1_000_000)
        append(UInt8(ascii: "."))
        append(digits: magnitude % 1_000_000, width: 6)
    }

    package mutating func append(hexadecimal value: UInt64, digits: Int) {
        for place in (0..<digits).reversed() {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(place * 4) & 15)
            append(digit < 10 ? digit + 48 : digit + 87)
        }
    }

    /// Fills up with spaces to a fixed width; nil when it is longer already.
    package func padded(to width: Int) -> [UInt8]? {
        count <= width ? self + [UInt8](repeating: 32, count: width - count) : nil
    }
}

extension Span where Element == UInt8 {
    /// The number these decimal digits stand for; nil for anything else or one that does not fit.
    package var decimalValue: Int? {
        if isEmpty { return nil }
        var value = 0
        for index in indices {
            let byte = self[index]
            guard byte >= 48, byte <= 57 else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, more) = scaled.addingReportingOverflow(Int(byte - 48))
            if overflow || more { return nil }
            value = sum
        }
        return value
    }

    /// Seconds with six decimals or none, in microseconds; nil for anything else.
    package var secondsValue: Int? {
        let point = indices.first { self[$0] == UInt8(ascii: ".") } ?? count
        guard let whole = extracting(..<point).decimalValue else { return nil }
        let (scaled, overflow) = whole.multipliedReportingOverflow(by: 1_000_000)
        if overflow { return nil }
        if point == count { return scaled }
        guard count - point == 7, let part = extracting((point + 1)...).decimalValue else { return nil }
        let (sum, more) = scaled.addingReportingOverflow(part)
        return more ? nil : sum
    }

    /// For people; what is not UTF-8 shows as U+FFFD.
    package var text: String { [UInt8](copying: self).text }

    /// Whether these are the bytes of a text.
    package func elementsEqual(_ text: String) -> Bool {
        let bytes = text.utf8.span
        return count == bytes.count && indices.allSatisfy { self[$0] == bytes[$0] }
    }
}

extension ArraySlice<UInt8> {
    package var decimalValue: Int? { span.decimalValue }
    package var secondsValue: Int? { span.secondsValue }
}

extension [UInt8] {
    package var decimalValue: Int? { span.decimalValue }
    package var secondsValue: Int? { span.secondsValue }
}

extension Collection<UInt8> {
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

extension String {
    /// For people, on one line: what a terminal would act on (C0, DEL, C1, what changes the direction of text) shows as question marks.
    package var oneLine: String { plain("?") }

    /// With something else in place of everything that a terminal would act on.
    package func plain(_ substitute: Unicode.Scalar) -> String {
        var plain = UnicodeScalarView()
        for scalar in unicodeScalars {
            plain.append(scalar.isPlain ? scalar : substitute)
        }
        return String(plain)
    }
}

extension Unicode.Scalar {
    /// Whether it is nothing that a terminal would act on: no control character, and none that ends a line or changes the direction of
    /// text (Unicode Standard Annex 9) or has no shape at all.
    package var isPlain: Bool {
        switch value {
        case 0..<32, 127...159, 0x61C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: false
        default: true
        }
    }
}
