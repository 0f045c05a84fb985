// Farmers that pack what their tasks print, killed at random instants. TASKFARMER_KILLS sets how many (30), TASKFARMER_SEED
// replays a run.

import Foundation
import TaskFarmerCore
import Testing

struct KilledPackersTests {
    private static let count = 200

    private static func expected(_ id: Int) -> [UInt8] {
        Array("begin \(id)\n".utf8) + [UInt8](repeating: 0, count: id % 10 * 9_000) + Array("end \(id)\n".utf8)
    }

    @Test func `whatever is recorded after farmers were killed at random has its whole output`() throws {
        let environment = ProcessInfo.processInfo.environment
        let wanted = environment["TASKFARMER_KILLS"].flatMap { Int($0) } ?? 30
        let seed = environment["TASKFARMER_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
        print("killed packers: TASKFARMER_SEED=\(seed) TASKFARMER_KILLS=\(wanted)")
        var kills = 0
        var round = UInt64(0)
        while kills < wanted {
            round += 1
            var random = SplitMix(seed: seed &+ round)
            try Farm.use { farm in kills += try Self.harvest(farm, atMost: min(10, wanted - kills), &random) }
        }
        print("killed packers: \(kills) kills in \(round) rounds")
    }

    /// - Returns: how many running farmers were killed
    private static func harvest(_ farm: Farm, atMost most: Int, _ random: inout SplitMix) throws -> Int {
        try farm.write(
            (0..<count).map { id in
                "echo begin \(id); head -c \(id % 10 * 9_000) /dev/zero; echo end \(id)\(id % 40 == 39 ? "; exit 3" : "")"
            })
        let start = { try farm.farmer("-q", "-n", "2", "--logs", "packed") }
        var farmers = try (0..<2).map { _ in try start() }
        var kills = 0
        while kills < most && farmers.contains(where: \.isRunning) {
            Thread.sleep(forTimeInterval: Double.random(in: 0...0.08, using: &random))
            let place = Int.random(in: 0..<farmers.count, using: &random)
            farmers[place].signal(SIGKILL)
            if try farmers[place].wait().signal == SIGKILL { kills += 1 }
            farmers[place] = try start()
        }
        for farmer in farmers { try farmer.ends(1) }
        try farm.farmer("-n", "2", "--logs", "packed").ends(1)
        try farm.expectComplete(count, failed: (0..<count).filter { $0 % 40 == 39 })
        let packs = try farm.packed()
        for attempt in farm.attempts() where ["succeeded", "exited"].contains(attempt["outcome"]) {
            let id = Int(attempt["id"] ?? "") ?? -1
            #expect(packs["\(id).\(attempt["attempt"] ?? "")"] == expected(id), "task \(id)")
        }
        let id = Int.random(in: 0..<count, using: &random)
        #expect(try farm.printed(id) == expected(id), "task \(id)")
        return kills
    }
}
