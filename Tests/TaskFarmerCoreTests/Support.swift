// What several test files need: bytes from text, a generator that can be replayed, damage done to records.

import TaskFarmerCore

func utf8(_ text: String) -> [UInt8] { Array(text.utf8) }

/// SplitMix64: the same numbers for the same seed, everywhere.
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

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}

/// Where a reader accepts a record although one byte of it was changed.
func unnoticedFlips(in record: [UInt8], isAccepted: ([UInt8]) -> Bool) -> [Int] {
    record.indices.filter { index in
        [1, 0x20, 0x80].contains { (mask: UInt8) in
            var damaged = record
            damaged[index] ^= mask
            return isAccepted(damaged)
        }
    }
}

/// The lengths to which a record can be cut without its reader noticing.
func unnoticedCuts(of record: [UInt8], isAccepted: ([UInt8]) -> Bool) -> [Int] {
    record.indices.filter { isAccepted(Array(record[..<$0])) }
}
