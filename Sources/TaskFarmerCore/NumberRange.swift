// `first..last` and `first..last step S`, both ends included. Decimals are computed as whole numbers of their last place, so
// that steps of 0.1 do not drift.

struct NumberRange: Sendable, Equatable {
    struct Fault: Error {
        var expected: String
    }

    /// In units of the last of `places` decimals.
    private let first: Int
    private let step: Int
    let count: Int
    private let places: Int
    /// Digits before the point, filled up with zeros.
    private let width: Int

    /// Whether an item is a range or a mistaken one: `..` after a number at the start, or between letters and digits.
    /// `../data` and `a/../b` are paths.
    static func isMeant(_ text: [UInt8]) -> Bool {
        guard let dots = firstDots(text[...]) else { return false }
        let start = text.first == UInt8(ascii: "-") ? text.dropFirst().first : text.first
        if let start, isDigit(start) { return true }
        guard dots > 0, dots + 2 < text.count else { return false }
        return isWord(text[dots - 1]) && isWord(text[dots + 2])
    }

    init(_ text: [UInt8]) throws(Fault) {
        let form = Fault(expected: "first..last or first..last step S with numbers such as 10 or 0.25 (else quote it)")
        let words = text.split { $0 == 32 || $0 == 9 }
        guard let ends = words.first, let dots = Self.firstDots(ends), let from = Decimal(ends[..<dots]),
            let to = Decimal(ends[(dots + 2)...]), words.count == 1 || words.count == 3
        else { throw form }
        var by = Decimal(digits: 1, places: 0, width: 1, hasZeros: false)
        if words.count == 3 {
            guard words[1].elementsEqual("step".utf8), let given = Decimal(words[2]) else { throw form }
            if given.digits == 0 { throw Fault(expected: "a step other than 0") }
            by = given
        } else if from.places + to.places > 0 {
            throw Fault(expected: "a step, such as \(text.text) step 0.1")
        } else if to.digits < from.digits {
            by.digits = -1
        }
        let tooLarge = Fault(expected: "numbers and counts below 2^63, decimals included")
        places = max(from.places, by.places)
        width = from.hasZeros || to.hasZeros ? max(from.width, to.width) : 1
        let unit = max(places, to.places)
        // The last value may be given more finely than the values are printed.
        guard let start = from.scaled(to: unit), let end = to.scaled(to: unit), let stride = by.scaled(to: unit),
            let first = from.scaled(to: places), let step = by.scaled(to: places)
        else { throw tooLarge }
        let (length, overflow) = end.subtractingReportingOverflow(start)
        if overflow || length == .min { throw tooLarge }
        if length != 0, (length < 0) != (stride < 0) {
            throw Fault(
                expected: "a \(length < 0 ? "negative" : "positive") step from \(ends[..<dots].text) to its end")
        }
        let (count, excess) = (length / stride).addingReportingOverflow(1)
        if excess { throw tooLarge }
        (self.first, self.step, self.count) = (first, step, count)
    }

    func value(at index: Int) -> [UInt8] {
        let value = first + index * step
        var digits: [UInt8] = []
        digits.append(decimal: value)
        if value < 0 { digits.removeFirst() }
        let missing = width + places - digits.count
        digits = [UInt8](repeating: 48, count: max(0, missing)) + digits
        if places > 0 { digits.insert(UInt8(ascii: "."), at: digits.count - places) }
        return value < 0 ? [UInt8(ascii: "-")] + digits : digits
    }

    private static func firstDots(_ text: ArraySlice<UInt8>) -> Int? {
        let dot = UInt8(ascii: ".")
        return text.indices.dropLast().first { text[$0] == dot && text[$0 + 1] == dot }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

/// A decimal number as it was written.
private struct Decimal {
    /// All its digits as one number.
    var digits: Int
    /// How many of them stand after the point.
    var places: Int
    /// How many stand before it.
    var width: Int
    /// Whether zeros stand before it that would not have to.
    var hasZeros: Bool

    init(digits: Int, places: Int, width: Int, hasZeros: Bool) {
        (self.digits, self.places, self.width, self.hasZeros) = (digits, places, width, hasZeros)
    }

    init?(_ text: ArraySlice<UInt8>) {
        let isNegative = text.first == UInt8(ascii: "-")
        let parts = text.dropFirst(isNegative ? 1 : 0).split(
            separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }),
            let value = Array(parts.joined()).decimalValue
        else { return nil }
        digits = isNegative ? -value : value
        width = parts[0].count
        places = parts.count == 2 ? parts[1].count : 0
        hasZeros = width > 1 && parts[0].first == 48
    }

    /// The number in units of the last of so many decimals; nil when it is too large.
    func scaled(to unit: Int) -> Int? {
        var value = digits
        for _ in places..<unit {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        return value
    }
}
