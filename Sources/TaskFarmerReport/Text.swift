// Numbers as people read them.

package enum Text {
    /// A duration in nanoseconds: `1.7 ms`, `0.42 s`, `3:05 min`, `2:03:04 h`, `3 d 04:05 h`.
    package static func duration(_ nanoseconds: Int) -> String {
        let seconds = max(0, nanoseconds) / 1_000_000_000
        if nanoseconds < 1_000_000 { return "\(decimal(Double(max(0, nanoseconds)) / 1e3, places: 0)) µs" }
        if nanoseconds < 100_000_000 { return "\(decimal(Double(max(0, nanoseconds)) / 1e6, places: 1)) ms" }
        if seconds < 60 { return "\(decimal(Double(max(0, nanoseconds)) / 1e9, places: 2)) s" }
        let (minutes, rest) = (seconds / 60, seconds % 60)
        if minutes < 60 { return "\(minutes):\(two(rest)) min" }
        let (hours, over) = (minutes / 60, minutes % 60)
        if hours < 48 { return "\(hours):\(two(over)):\(two(rest)) h" }
        return "\(hours / 24) d \(two(hours % 24)):\(two(over)) h"
    }

    static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// A number with so many decimals, rounded.
    package static func decimal(_ value: Double, places: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "?" }
        let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((value * Double(scale)).rounded())
        let whole = String(scaled.magnitude / UInt(scale))
        let sign = scaled < 0 ? "-" : ""
        if places == 0 { return sign + whole }
        let fraction = String(scaled.magnitude % UInt(scale))
        return sign + whole + "." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    /// A rate in tasks per second, in the unit in which it is neither tiny nor huge.
    package static func rate(_ perSecond: Double) -> String {
        if perSecond >= 100 { return "\(decimal(perSecond, places: 0))/s" }
        if perSecond >= 1 { return "\(decimal(perSecond, places: 1))/s" }
        if perSecond * 60 >= 1 { return "\(decimal(perSecond * 60, places: 1))/min" }
        return "\(decimal(perSecond * 3600, places: 1))/h"
    }

    /// The time that is left, or nil as long as nobody can know.
    package static func timeLeft(_ tasks: Int, perSecond: Double) -> String? {
        guard tasks > 0, perSecond > 0 else { return nil }
        let seconds = Double(tasks) / perSecond
        return seconds < 1e9 ? duration(Int(seconds * 1e9)) : nil
    }

    package static func percent(_ share: Double) -> String { "\(decimal(share * 100, places: 1)) %" }

    package static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// Bytes in the largest binary unit of which there is one: `512 KiB`, `3.4 GiB`.
    package static func bytes(_ count: Int) -> String {
        var value = Double(count)
        for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
            if value < 1024 || unit == "TiB" { return "\(decimal(value, places: value < 10 ? 1 : 0)) \(unit)" }
            value /= 1024
        }
        return "\(count) B"
    }

    /// Lines of cells in columns, two blanks apart; columns with numbers stand to the right.
    package static func table(_ rows: [[String]]) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        let numeric = (0..<columns).map { column in
            rows.contains { column < $0.count && $0[column].first?.isNumber == true }
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let room = String(repeating: " ", count: widths[column] - cell.count)
                line += (column == 0 ? "" : "  ") + (numeric[column] ? room + cell : cell + room)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
