// What several test files need: bytes from text, damage done to records.

import ClaimSimulation
import TaskFarmerCore

func utf8(_ text: String) -> [UInt8] { Array(text.utf8) }

extension SplitMix {
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
