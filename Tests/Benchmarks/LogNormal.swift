// Task lengths as they are in earnest: most are short and some are very long.

internal import ClaimSimulation

/// Numbers that look random and are the same for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// Lengths whose logarithm is normally distributed with a standard deviation of `sigma`.
struct LogNormal {
    var mean: Double
    var sigma: Double

    func sample(_ generator: inout SeededGenerator) -> Double {
        mean * Natural.exponential(sigma * Self.normal(&generator) - sigma * sigma / 2)
    }

    /// Marsaglia's polar method.
    private static func normal(_ generator: inout SeededGenerator) -> Double {
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
