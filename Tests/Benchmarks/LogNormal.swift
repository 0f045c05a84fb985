// Task lengths as they are in earnest: most are short and some are very long.

internal import ClaimSimulation
internal import TaskFarmerCore

/// Lengths whose logarithm is normally distributed with a standard deviation of `sigma`.
struct LogNormal {
    var mean: Double
    var sigma: Double

    func sample(_ generator: inout SplitMix) -> Double {
        mean * Natural.exponential(sigma * Self.normal(&generator) - sigma * sigma / 2)
    }

    /// Marsaglia's polar method.
    private static func normal(_ generator: inout SplitMix) -> Double {
        while true {
            let (x, y) = (Double.random(in: -1...1, using: &generator), Double.random(in: -1...1, using: &generator))
            let square = x * x + y * y
            if square > 0 && square < 1 { return x * (-2 * Natural.logarithm(square) / square).squareRoot() }
        }
    }
}

/// When the last of these tasks ends if each goes to the slot that is free first, in the order of the list.
enum ListScheduling {
    static func makespan(_ lengths: [Double], slots: Int) -> Double {
        var free = [Double](repeating: 0, count: slots)
        for length in lengths {
            guard let first = free.indices.min(by: { free[$0] < free[$1] }) else { break }
            free[first] += length
        }
        return free.max() ?? 0
    }

    /// No schedule can be shorter.
    static func bound(_ lengths: [Double], slots: Int) -> Double {
        max(lengths.max() ?? 0, lengths.reduce(0, +) / Double(slots))
    }
}
