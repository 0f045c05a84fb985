// The random numbers of the simulation, the benchmarks and the tests of the core.

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed, everywhere.
package struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        defer { state &+= 0x9E37_79B9_7F4A_7C15 }
        return Self.scrambled(state)
    }

    /// From 0 up to 1.
    package mutating func part() -> Double { Double(next() >> 11) / Double(1 << 53) }

    static func scrambled(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
