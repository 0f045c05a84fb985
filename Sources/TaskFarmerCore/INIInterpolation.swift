// What configparser calls basic interpolation: `%(key)s` is the value of another key, `%%` a percent sign.

struct INIInterpolation {
    struct Fault: Error {
        var message: String
    }

    let values: [String: String]
    /// The names of the values, in the order in which one of them is suggested.
    let keys: [String]
    let section: String

    /// As many values may stand in each other.
    private static let depth = 10
    /// Bytes of a value with references: one that holds another twice, and that another twice, and so on, would fill any memory.
    private static let longest = 1 << 16

    func filled(_ value: String) throws(Fault) -> String {
        var result = String.UnicodeScalarView()
        if value.unicodeScalars.contains("%") {
            var left = Self.longest
            try append(value, depth: 1, to: &result, &left)
        } else {
            result.append(contentsOf: value.unicodeScalars)
        }
        return String(result)
    }

    private func append(
        _ value: String, depth: Int, to result: inout String.UnicodeScalarView, _ left: inout Int
    ) throws(Fault) {
        // The values without a character count, too.
        left -= value.utf8.count + 1
        if left < 0 { throw Fault(message: "its %(…)s references make more than 65,536 bytes; expected fewer") }
        if depth > Self.depth, value.utf8.contains(UInt8(ascii: "%")) {
            throw Fault(
                message: "its %(…)s references lead through more than \(Self.depth) values, or in a circle; "
                    + "expected an end")
        }
        var rest = Substring(value).unicodeScalars
        while let percent = rest.firstIndex(of: "%") {
            result.append(contentsOf: rest[..<percent])
            rest = rest[percent...]
            if rest.dropFirst().first == "%" {
                result.append("%")
                rest = rest.dropFirst(2)
                continue
            }
            guard let (name, after) = reference(rest) else { throw Fault(message: Self.misplaced(rest)) }
            guard let inner = values[name] else { throw Fault(message: unknown(name)) }
            try append(inner, depth: depth + 1, to: &result, &left)
            rest = after
        }
        result.append(contentsOf: rest)
    }

    /// The name in the `%(name)s` that begins here.
    private func reference(
        _ text: Substring.UnicodeScalarView
    ) -> (name: String, after: Substring.UnicodeScalarView)? {
        let inner = text.dropFirst(2)
        guard text.dropFirst().first == "(", let close = inner.firstIndex(of: ")"), close > inner.startIndex else {
            return nil
        }
        let after = inner[close...].dropFirst()
        return after.first == "s" ? (String(inner[..<close]), after.dropFirst()) : nil
    }

    private static func misplaced(_ text: Substring.UnicodeScalarView) -> String {
        let shown = text.prefix(20).prefix { $0 != "\n" }
        return "a lone % at \(String(shown)); expected %(key)s for the value of a key, or %% for a percent sign"
    }

    private func unknown(_ name: String) -> String {
        let hint = Nearest.to(name, in: keys).map { "; did you mean %(\($0))s?" } ?? ""
        return "%(\(name))s: expected a key of [\(section)] or [DEFAULT]\(hint)"
    }
}
