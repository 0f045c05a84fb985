// Random numbers that are the same for the same seed, everywhere: in samples, simulations and tests.

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
package struct SplitMix: RandomNumberGenerator, Sendable, Equatable {
    private var state: UInt64
    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= Self.step
        return Self.mixed(state)
    }

    /// From 0 up to 1.
    package mutating func part() -> Double { Double(next() >> 11) / Double(1 << 53) }

    /// The first number of a seed.
    package static func scrambled(_ seed: UInt64) -> UInt64 { mixed(seed &+ step) }

    /// The number with its index, counted from 0, of a seed.
    package static func scrambled(_ seed: UInt64, _ index: Int) -> UInt64 {
        scrambled(seed &+ UInt64(truncatingIfNeeded: index) &* step)
    }

    /// Its finalizer: every bit of the word changes about half of the bits of what comes out.
    static func mixed(_ value: UInt64) -> UInt64 {
        var word = value
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
