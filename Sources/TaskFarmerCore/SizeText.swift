/// An amount of memory as users write it: a number with a unit of 1024, `512M`, `1.5G`. Without a unit it would mean bytes to one
/// tool and megabytes to another, so there must be one.
package enum SizeText {
    private static let units = Array("KMGT")
    private static let largest = Double(1 << 50)

    /// Reads `512M`, `1.5G`, `64GB`, `2GiB`.
    ///
    /// - Returns: bytes, above 0; nil for anything else
    package static func bytes(_ text: String) -> Int? {
        var rest = text.uppercased()[...]
        if rest.hasSuffix("IB") { rest = rest.dropLast(2) } else if rest.hasSuffix("B") { rest = rest.dropLast() }
        guard let last = rest.last, let power = units.firstIndex(of: last) else { return nil }
        let number = rest.dropLast()
        guard !number.isEmpty, number.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }),
            let value = Double(String(number))
        else { return nil }
        let size = value * Double(1 << (10 * (power + 1)))
        return size >= 1 && size <= largest ? Int(size) : nil
    }

    /// `512M`, `1.5G`: for people.
    package static func text(_ bytes: Int) -> String {
        var value = Double(bytes) / 1024
        var power = 0
        while value >= 1024 && power < units.count - 1 {
            value /= 1024
            power += 1
        }
        let tenths = Int((value * 10).rounded())
        return (tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)") + String(units[power])
    }
}
