/// How long something takes, as users write it: a number with `s`, `m`, `h` or `d` behind it, seconds without.
package enum TimeText {
    private static let units: [(suffix: Character, seconds: Double)] = [
        ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
    ]
    private static let longest = 1000 * 86_400.0

    /// Reads `90`, `1.5h`, `30m`.
    ///
    /// - Returns: nanoseconds; nil for anything else, for negative times, and for more than a thousand days
    package static func nanoseconds(_ text: String) -> Int? {
        let unit = units.first { $0.suffix == text.last }
        let number = unit == nil ? text : String(text.dropLast())
        // Neither signs nor exponents nor `inf`.
        guard !number.isEmpty, number.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }),
            let value = Double(number)
        else { return nil }
        let seconds = value * (unit?.seconds ?? 1)
        return seconds <= longest ? Int(seconds * 1e9) : nil
    }
}
