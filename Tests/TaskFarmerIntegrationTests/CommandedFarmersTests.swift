// Farmers killed at random instants while tasks are retried, held, released, cancelled, reordered, added, need resources that not
// every farmer has, and farmers are paused and resized: by commands that are themselves killed now and then. TASKFARMER_KILLS
// sets how many farmers (200), TASKFARMER_SEED replays a run.

import Foundation
import TaskFarmerCore
import Testing

struct CommandedFarmersTests {
    @Test func `whatever is asked for while farmers are killed, every task ends in one place`() throws {
        let environment = ProcessInfo.processInfo.environment
        let wanted = environment["TASKFARMER_KILLS"].flatMap { Int($0) } ?? 200
        let seed = environment["TASKFARMER_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
        print("commanded farmers: TASKFARMER_SEED=\(seed) TASKFARMER_KILLS=\(wanted)")
        var kills = 0
        var round: UInt64 = 0
        while kills < wanted {
            round += 1
            let roundSeed = seed &+ round
            try Farm.use { farm in
                var harvest = CommandedHarvest(farm: farm, random: SplitMix(seed: roundSeed))
                kills += try harvest.run(atMost: min(20, wanted - kills))
            }
        }
        print("commanded farmers: \(kills) kills in \(round) rounds")
    }
}

/// A list of tasks with needs and priorities, farmers of which one after the other is killed, and somebody who gives orders.
private struct CommandedHarvest {
    let farm: Farm
    var random: SplitMix
    private static let count = 240
    private static let words = [
        "-q", "-t", "jsonl", "--retries", "2", "--retry-on", "oom=1:mem*2", "--retry-delay", "0.02s",
    ]
    /// So many tasks were added, by commands that were not killed; one that was killed may have added one more.
    private var added = 0
    private var perhapsAdded = 0

    init(farm: Farm, random: SplitMix) {
        self.farm = farm
        self.random = random
    }

    private func line(_ id: Int) -> String {
        let command = id % 17 == 3 ? "sleep 0.01; exit 3" : id % 23 == 5 ? "sleep 0.3 & wait" : "sleep 0.01"
        var fields = [#""command":"\#(command)""#]
        if id % 3 == 0 { fields.append(#""cpus":2"#) }
        if id % 5 == 0 { fields.append(#""resources":{"seat":1}"#) }
        if id % 7 == 0 { fields.append(#""mem":"4M""#) }
        if id % 11 == 0 { fields.append(#""priority":\#(id % 4 - 1)"#) }
        return "{\(fields.joined(separator: ","))}"
    }

    /// - Returns: how many running farmers were killed
    mutating func run(atMost most: Int) throws -> Int {
        try farm.write((0..<Self.count).map(line))
        var farmers = [try start(0), try start(1), try start(2)]
        try eventually("there is a work directory") { !farm.state("farm.json").isEmpty }
        var kills = 0
        while kills < most && farmers.contains(where: \.isRunning) {
            Thread.sleep(forTimeInterval: Double.random(in: 0...0.1, using: &random))
            if Bool.random(using: &random) { try command() }
            let place = Int.random(in: 0..<farmers.count, using: &random)
            farmers[place].signalGroup(SIGKILL)
            if try farmers[place].wait().signal == SIGKILL { kills += 1 }
            farmers[place] = try start(place)
        }
        // A paused one would wait for ever.
        for farmer in farmers where farmer.isRunning { farmer.signal(SIGTERM) }
        for farmer in farmers {
            let ended = try farmer.wait()
            #expect([0, 1, 75].contains(ended.status), "\(ended)")
        }
        try finish()
        return kills
    }

    /// Releases what is held, and runs the rest.
    private func finish() throws {
        _ = try farm.call("release", "0-", "tasks")
        let ended = try farm.start(["run"] + Self.words + ["-n", "3", "--offer", "cpus=3,seat=2", "tasks"]).wait()
        #expect(ended.status == 0 || ended.status == 1, "\(ended)")
        let check = try farm.call("check", "tasks_workdir")
        #expect(check.status == 0, "\(check.output)\(check.errors)")
        let places = ["finished", "failed", "skipped", "toprocess", "held"].map { ($0, farm.ids($0)) }
        let all = places.flatMap(\.1).sorted()
        #expect(all == Array(0..<all.count), "every task is in one place")
        #expect(all.count >= Self.count + added && all.count <= Self.count + added + perhapsAdded)
        #expect(farm.ids("toprocess").isEmpty && farm.ids("held").isEmpty)
        for id in farm.ids("failed") { #expect(id < Self.count && id % 17 == 3, "task \(id) failed") }
        let succeeded = Dictionary(grouping: farm.attempts().filter { $0["outcome"] == "succeeded" }, by: { $0["id"] })
        #expect(succeeded.values.allSatisfy { $0.count == 1 }, "nothing succeeds twice")
        #expect(Set(succeeded.keys.compactMap { $0.flatMap { Int($0) } }) == Set(farm.ids("finished")))
    }

    /// One of them has no seats.
    private func start(_ place: Int) throws -> Program {
        try farm.start(
            ["run"] + Self.words + ["-n", "3", "--offer", place == 0 ? "cpus=3" : "cpus=3,seat=2", "tasks"])
    }

    private mutating func command() throws {
        func id() -> Int { Int.random(in: 0..<Self.count, using: &random) }
        let first = id()
        let ids = "\(first)-\(min(Self.count - 1, first + 7))"
        var words: [String]
        switch Int.random(in: 0..<10, using: &random) {
        case 0: words = ["hold", ids]
        case 1: words = ["release", "0-"]
        case 2: words = ["cancel", "\(first)", "--wait", "1"]
        case 3: words = ["priority", ids, "\(Int.random(in: -3...3, using: &random))"]
        case 4: words = ["retry", "--failed"]
        case 5, 6:
            try farm.write([#"{"command":"true","cpus":1}"#], to: "more")
            words = ["add", "-f", "more"]
        case 7: words = ["pause", "--wait", "0.1"]
        case 8: words = ["resume", "--wait", "0.1"]
        default: words = ["hold", "\(first),\(id())"]
        }
        let isAdding = words[0] == "add"
        words += isAdding ? ["-w", "tasks_workdir"] : ["tasks"]
        let program = try farm.start(words)
        if Int.random(in: 0..<4, using: &random) == 0 {
            Thread.sleep(forTimeInterval: Double.random(in: 0...0.05, using: &random))
            program.signal(SIGKILL)
        }
        let ended = try program.wait()
        if isAdding { if ended.status == 0 { added += 1 } else { perhapsAdded += 1 } }
        #expect(ended.signal == SIGKILL || [0, 1, 75].contains(ended.status), "\(words): \(ended)")
    }
}
