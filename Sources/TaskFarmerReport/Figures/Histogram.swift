// Counts of values in columns whose widths grow with the values, a few to each factor of ten or two.

package struct Histogram: Sendable, Equatable {
    package enum Scale: Sendable, Equatable {
        /// Columns from 1, 2 and 5 times a power of ten.
        case decimal
        /// Columns from powers of two.
        case binary
        /// Columns of this width.
        case even(Double)
    }

    package let scale: Scale
    private var counts: [Int: Int] = [:]

    package init(_ scale: Scale) { self.scale = scale }

    /// What is not above zero is in a column of its own, before all others.
    package mutating func note(_ value: Double) { counts[column(value), default: 0] += 1 }

    package var total: Int { counts.values.reduce(0, +) }

    private static let lowest = -1000

    private func column(_ value: Double) -> Int {
        if case .even(let width) = scale { return Int((max(0, min(value, 1e6 * width)) / width).rounded(.down)) }
        guard value > 0, value.isFinite else { return Self.lowest }
        if scale == .binary { return Int(value.exponent) }
        var (power, unit) = (0, 1.0)
        while unit * 10 <= value { (power, unit) = (power + 1, unit * 10) }
        while unit > value { (power, unit) = (power - 1, power > -300 ? Self.power(power - 1) : 0) }
        return power * 3 + (value >= 5 * unit ? 2 : value >= 2 * unit ? 1 : 0)
    }

    private static func power(_ exponent: Int) -> Double {
        exponent < 0
            ? 1 / (0..<(-exponent)).reduce(1.0) { unit, _ in unit * 10 }
            : (0..<exponent).reduce(1.0) { unit, _ in unit * 10 }
    }

    private func start(of column: Int) -> Double {
        switch scale {
        case .even(let width): return Double(column) * width
        case .binary: return column == Self.lowest ? 0 : (column < 0 ? 1 / Double(1 << -column) : Double(1 << column))
        case .decimal:
            if column == Self.lowest { return 0 }
            let power = column >= 0 ? column / 3 : -((2 - column) / 3)
            return Self.power(power) * [1.0, 2, 5][column - power * 3]
        }
    }

    /// All columns between the first and the last that have something in them: where each begins, and how many are in it.
    package var columns: [(from: Double, to: Double, count: Int)] {
        let used = counts.keys.filter { $0 != Self.lowest }
        var result: [(from: Double, to: Double, count: Int)] = []
        if let none = counts[Self.lowest] { result.append((0, 0, none)) }
        guard let first = used.min(), let last = used.max() else { return result }
        for column in first...last {
            result.append((start(of: column), start(of: column + 1), counts[column] ?? 0))
        }
        return result
    }
}
