// Two functions for which alone this would need Foundation, and tens of megabytes with it.

package enum Natural {
    /// The natural logarithm, by the series of the inverse hyperbolic tangent.
    package static func logarithm(_ value: Double) -> Double {
        let ratio = (value.significand - 1) / (value.significand + 1)
        var power = ratio
        var sum = 0.0
        for odd in stride(from: 1.0, to: 60, by: 2) {
            sum += power / odd
            power *= ratio * ratio
        }
        return 2 * sum + Double(value.exponent) * logarithmOf2
    }

    package static func exponential(_ value: Double) -> Double {
        let doublings = (value / logarithmOf2).rounded()
        let rest = value - doublings * logarithmOf2
        var term = 1.0
        var sum = 1.0
        for index in 1...20 {
            term *= rest / Double(index)
            sum += term
        }
        return Double(sign: .plus, exponent: Int(doublings), significand: 1) * sum
    }

    private static let logarithmOf2 = 0.693_147_180_559_945_309_4
}
