// Farmers killed at random instants, again and again. TASKFARMER_KILLS sets how many (100), TASKFARMER_SEED replays
// a run.

import Foundation
import TaskFarmerCore
import Testing

struct KilledFarmersTests {
    @Test(arguments: ["flock", "lease"])
    func `farmers killed at random lose nothing, record nothing twice and leave no process`(_ locking: String) throws {
        let environment = ProcessInfo.processInfo.environment
        let wanted = environment["TASKFARMER_KILLS"].flatMap { Int($0) } ?? (locking == "flock" ? 100 : 50)
        let seed = environment["TASKFARMER_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
        print("killed farmers, \(locking): TASKFARMER_SEED=\(seed) TASKFARMER_KILLS=\(wanted)")
        var kills = 0
        var round = UInt64(0)
        while kills < wanted {
            round += 1
            let roundSeed = seed &+ round
            try Farm.use { farm in
                var harvest = Harvest(farm: farm, locking: locking, random: SplitMix(seed: roundSeed))
                kills += try harvest.run(atMost: min(10, wanted - kills))
            }
        }
        print("killed farmers, \(locking): \(kills) kills in \(round) rounds")
    }
}

/// A list that is run by farmers of which one after the other is killed.
private struct Harvest {
    let farm: Farm
    let locking: String
    var random: SplitMix
    private static let short = 300
    private static let failing = [7, 77, 277]
    private static let long = 12

    init(farm: Farm, locking: String, random: SplitMix) {
        self.farm = farm
        self.locking = locking
        self.random = random
    }

    private var count: Int { Self.short + Self.long }

    /// - Returns: how many running farmers were killed
    mutating func run(atMost most: Int) throws -> Int {
        var lines = (0..<Self.short).map { id in
            Self.failing.contains(id) ? "echo task $PROC_NUMBER; exit 3" : "echo task $PROC_NUMBER"
        }
        // Some longer ones among them, with a child that dies only with the process group.
        for _ in 0..<Self.long {
            lines.insert("sleep 0.2 & wait; echo task $PROC_NUMBER", at: Self.short / 2)
        }
        let failing = lines.indices.filter { lines[$0].hasSuffix("exit 3") }
        try farm.write(lines)
        var farmers = try (0..<3).map { _ in try start() }
        var kills = 0
        while kills < most && farmers.contains(where: \.isRunning) {
            Thread.sleep(forTimeInterval: Double.random(in: 0...0.08, using: &random))
            let place = Int.random(in: 0..<farmers.count, using: &random)
            let victim = farmers[place]
            victim.signalGroup(SIGKILL)
            let ended = try victim.wait()
            if ended.signal == SIGKILL { kills += 1 } else { #expect(expected(ended), "\(ended)") }
            if farm.exists("tasks_workdir/farm.json") && Bool.random(using: &random) { try soundUnlessBeingMade() }
            farmers[place] = try start()
        }
        for farmer in farmers {
            let ended = try farmer.wait()
            #expect(ended.status == 1, "\(ended.output)\(ended.errors)")
        }
        try farm.farmer("-n", "2", "--retries", "2").ends(1)
        try farm.expectComplete(count, failed: failing)
        let wrong = (0..<count).filter { farm.log($0) != "task \($0)\n" }
        #expect(wrong == [], "logs that are not whole")
        let recorded = Dictionary(grouping: farm.attempts(), by: { $0["id"] ?? "" })
        for id in 0..<count {
            let attempts = recorded["\(id)"] ?? []
            let ended = attempts.filter { $0["outcome"] == "succeeded" || $0["outcome"] == "exited" }
            #expect(ended.count == (failing.contains(id) ? 3 : 1), "attempts of task \(id): \(attempts)")
        }
        return kills
    }

    /// Half of the farmers have a shell above them in their process group, which is killed with them.
    private mutating func start() throws -> Program {
        let parent = Bool.random(using: &random) ? [] : ["sh", "-c", "\"$@\"; exit $?", "sh"]
        // What fails is forgiven twice, however many farmers had it.
        let retries = ["--retries", "2", "--retry-delay", Bool.random(using: &random) ? "0" : "0.05s"]
        return try farm.start(
            ["run", "-q", "-n", "2", "--lock", locking] + retries + [farm.list.lastPathComponent], under: parent)
    }

    private func expected(_ ended: Ended) -> Bool { ended.status == 1 && ended.errors.isEmpty }

    /// In between, `check` may only find that the work directory is not made yet.
    private func soundUnlessBeingMade() throws {
        let wasMade = !farm.state("farm.json").isEmpty
        let ended = try farm.call("check", farm.workDirectory.path)
        #expect(ended.status == 0 || ended.status == 64 && !wasMade, "\(ended)")
    }
}
