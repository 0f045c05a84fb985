internal import TaskFarmerCore

/// How long tasks run, by their number: log-normal, without a table of all tasks unless they run in another order.
struct TaskLengths {
    private let seed: UInt64
    /// Quantiles in nanoseconds, evenly spaced.
    private let quantiles: [Double]
    private let median: Double
    private let sigma: Double
    private static let bits: UInt64 = 12

    init(mean: Double, sigma: Double, seed: UInt64) {
        self.seed = SplitMix.scrambled(seed)
        self.sigma = sigma
        let median = mean * 1e9 * Natural.exponential(-sigma * sigma / 2)
        self.median = median
        let count = 1 << Int(Self.bits)
        quantiles = (0...count).map { median * Natural.exponential(sigma * Self.normal(Double($0) / Double(count))) }
    }

    /// Which task of the list runs at which place.
    private var order: [UInt32]?

    /// From here on tasks are numbered as they run.
    mutating func sort(_ wanted: ListOrder, count: Int) {
        if wanted == .list { return }
        order = wanted.sequence(count: count, seconds: (0..<count).map { Float(self[$0]) })
    }

    /// Nanoseconds.
    subscript(place: Int) -> Int {
        let task = order.map { Int($0[place]) } ?? place
        let random = SplitMix.scrambled(seed, task)
        let index = Int(random >> (64 - Self.bits))
        if index < 8 || index >= quantiles.count - 9 {
            // The ends of the distribution are not straight.
            let part = (Double(random >> 11) + 0.5) / Double(1 << 53)
            return max(1, Int(median * Natural.exponential(sigma * Self.normal(part))))
        }
        let part = Double((random << Self.bits) >> 11) / Double(1 << 53)
        return max(1, Int(quantiles[index] + (quantiles[index + 1] - quantiles[index]) * part))
    }

    /// The quantile of the standard normal distribution (Acklam's rational approximation, relative error 1.2e-9).
    private static func normal(_ part: Double) -> Double {
        if part <= 0 { return -8.3 }
        if part >= 1 { return 8.3 }
        if part > 0.5 { return -normal(1 - part) }
        func polynomial(_ coefficients: [Double], _ x: Double) -> Double { coefficients.reduce(0) { $0 * x + $1 } }
        let tail = [
            -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00,
            4.374664141464968e+00, 2.938163982698783e+00,
        ]
        let tailBelow = [
            7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1,
        ]
        let middle = [
            -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02,
            -3.066479806614716e+01, 2.506628277459239e+00,
        ]
        let middleBelow = [
            -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
            -1.328068155288572e+01, 1,
        ]
        if part < 0.02425 {
            let x = (-2 * Natural.logarithm(part)).squareRoot()
            return polynomial(tail, x) / polynomial(tailBelow, x)
        }
        let x = part - 0.5
        return polynomial(middle, x * x) * x / polynomial(middleBelow, x * x)
    }
}
