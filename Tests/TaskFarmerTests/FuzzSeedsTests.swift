// The seeds of the fuzzers, among them all that they ever found, and a fixed number of changed copies of each.

import FuzzTargets
import TaskFarmerCore
import TaskFarmerSystem
import Testing

struct FuzzSeedsTests {
    private static let folder = Path(#filePath).parent.parent.appending("Fuzz/Seeds")

    private static func seeds(_ target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        let folder = folder.appending(target.rawValue)
        return try Folder.names(in: folder).map(\.text).sorted().map {
            ($0, try Folder.content(of: folder.appending($0)))
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func `no parser traps on a seed or breaks what it promises`(target: FuzzTarget) throws {
        let seeds = try Self.seeds(target)
        #expect(seeds.count > 1)
        for seed in seeds {
            #expect(throws: Never.self, "\(seed.name)") { try target.run(seed.bytes) }
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func `no parser traps on a seed that was cut, turned or doubled`(target: FuzzTarget) throws {
        for seed in try Self.seeds(target) where seed.bytes.count < 4_000 {
            for round in 0..<40 {
                var numbers = Numbers(state: UInt64(round + 1) &* 0x9E37_79B9_7F4A_7C15)
                let bytes = numbers.changed(seed.bytes)
                #expect(throws: Never.self, "\(seed.name), round \(round)") { try target.run(bytes) }
            }
        }
    }

    /// The same changes for the same number, everywhere.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ (state >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        }

        mutating func changed(_ bytes: [UInt8]) -> [UInt8] {
            var bytes = bytes
            for _ in 0...Int.random(in: 0...3, using: &self) where bytes.count > 1 {
                let place = Int.random(in: 1..<bytes.count, using: &self)
                let length = Int.random(in: 0..<min(64, bytes.count - place), using: &self)
                switch Int.random(in: 0...4, using: &self) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &self)
                case 1: bytes.removeSubrange(place..<(place + length))
                case 2: bytes.insert(contentsOf: bytes[place..<(place + length)], at: place)
                case 3: bytes.insert(contentsOf: Array("9223372036854775807".utf8), at: place)
                default: bytes.removeSubrange(place...)
                }
            }
            return bytes
        }
    }
}
