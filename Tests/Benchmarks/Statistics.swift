// What is made of several measurements of the same thing.

/// Several measurements of one figure, in the order in which they were made.
struct Samples: Sendable, Equatable, ExpressibleByArrayLiteral {
    var values: [Double]

    init(_ values: [Double]) { self.values = values }
    init(arrayLiteral values: Double...) { self.values = values }

    mutating func add(_ value: Double) { values.append(value) }

    var isEmpty: Bool { values.isEmpty }
    var least: Double { values.min() ?? .nan }
    var greatest: Double { values.max() ?? .nan }

    /// The one in the middle, or the mean of the two there.
    var median: Double {
        if values.isEmpty { return .nan }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// What was measured in the same round is compared, so that a machine that gets slower over time weighs on both sides.
    /// Where one side has fewer, its rounds are the first ones.
    func ratios(to other: Samples) -> Samples {
        Samples(zip(values, other.values).filter { $1 != 0 }.map { $0 / $1 })
    }
}

/// What a figure should be.
enum Target: Sendable, Equatable {
    case atLeast(Double)
    case atMost(Double)

    func isMet(by value: Double) -> Bool {
        switch self {
        case .atLeast(let limit): value >= limit
        case .atMost(let limit): value <= limit
        }
    }
}

/// Numbers for a table.
enum Number {
    /// Three digits that count, and none after the point from 100 on: `0.0123`, `1.23`, `12.3`, `1,234`.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return "?" }
        if value < 0 { return "-" + text(-value) }
        if value == 0 { return "0" }
        if value >= 99.95 { return grouped(Int(min(value, 1e15).rounded())) }
        var places = 1
        var limit = 9.995
        while value < limit, places < 6 {
            places += 1
            limit /= 10
        }
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = Int((value * scale).rounded())
        let fraction = String(scaled % Int(scale))
        let padded = String(repeating: "0", count: places - fraction.count) + fraction
        let kept = padded.reversed().drop { $0 == "0" }.reversed()
        return String(scaled / Int(scale)) + (kept.isEmpty ? "" : "." + String(kept))
    }

    /// With a comma after every three digits.
    static func grouped(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }
}
