// An order that looks random and takes no memory: a Feistel network permutes the next larger power of four, and is applied
// again to what falls outside (cycle walking; Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002).

/// A bijection of `0..<count`, the same for the same seed on every machine and in every version: orders are recorded by seed.
package struct Permutation: Sendable, Equatable {
    package let count: Int
    private let halfBits: UInt64
    private let keys: [UInt64]

    private static let rounds = 8

    package init(count: Int, seed: UInt64) {
        precondition(count >= 0, "a count cannot be negative")
        self.count = count
        let bits = count > 1 ? Int.bitWidth - (count - 1).leadingZeroBitCount : 0
        halfBits = UInt64((bits + 1) / 2)
        keys = (0..<Self.rounds).map { SplitMix.scrambled(seed, $0) }
    }

    /// - Parameter index: From 0 up to `count`, which is no index.
    package subscript(index: Int) -> Int {
        precondition(index >= 0 && index < count, "no such index")
        var value = UInt64(index)
        // Less than four times on average, and it ends: the cycle leads back to the index itself.
        repeat { value = exchanged(value) } while value >= UInt64(count)
        return Int(value)
    }

    private func exchanged(_ value: UInt64) -> UInt64 {
        let mask = (1 << halfBits) &- 1 as UInt64
        var (left, right) = (value >> halfBits, value & mask)
        // Of a mixed word the high bits are as good as the low ones.
        for key in keys { (left, right) = (right, left ^ (SplitMix.mixed(right ^ key) & mask)) }
        return left << halfBits | right
    }
}
