// Benchmark 8: the claim policy with more farmers than any machine has, on a virtual clock.

internal import ClaimSimulation
internal import FoundationEssentials
internal import TaskFarmerCore
internal import TaskFarmerSystem

/// What one simulation says; a process of its own makes it, so that a signal ends it.
struct SimulationReport: Codable {
    /// What the end of the list comes later than without any lock, and the time for which the lock was held: parts of the bound
    /// and of the whole time.
    var beyondGreedy: Double
    var lockHeld: Double
    var visitsPerThousandTasks: Double
    /// When the last task ended, in seconds.
    var makespan: Double
}

struct Simulation {
    let bench: Workbench
    private static let slots = 64
    private static let tasksPerFarmer = 10_000

    func rows() throws -> [Row] {
        let sizes = bench.options.isSmall ? [20] : [64, 1_000, 10_000]
        return try sizes.flatMap { farmers in
            try [60.0, 1.0].flatMap { try rows(farmers: farmers, mean: $0) }
        } + [try loss(farmers: sizes.last ?? 0)]
    }

    private func simulate(farmers: Int, mean: Double, seed: Int, lost: Int, at: Double) throws -> SimulationReport {
        let words = [farmers, Self.slots, farmers * Self.tasksPerFarmer].map { "\($0)" }
        let output = try bench.programs.run(
            [bench.own, HiddenMode.simulate] + words + ["\(mean)", "\(seed)", "\(lost)", "\(at)"]
        ).checked().output
        return try JSONDecoder().decode(SimulationReport.self, from: Data(output))
    }

    /// One farmer in a hundred is lost in the middle.
    private func loss(farmers: Int) throws -> Row {
        let mean = 60.0
        let count = max(1, farmers / 100)
        bench.tell("simulated farmers: \(Number.grouped(farmers)), of which \(count) are lost")
        let whole = try simulate(farmers: farmers, mean: mean, seed: 1, lost: 0, at: 0)
        let at = whole.makespan / 2
        let lossy = try simulate(farmers: farmers, mean: mean, seed: 1, lost: count, at: at)
        let capacity = (whole.makespan - at) * Double(count) / Double(farmers - count)
        var cost: Samples = []
        cost.add(lossy.makespan - whole.makespan - capacity)
        return Row(
            item: 8,
            what:
                "\(Number.grouped(farmers)) simulated farmers, tasks of 60 s, \(count) lost at once midway: later than their "
                + "share of the work explains",
            unit: "s", ours: cost, target: .atMost(mean), note: Self.simulated)
    }

    private func rows(farmers: Int, mean: Double) throws -> [Row] {
        var late: Samples = []
        var held: Samples = []
        var visits: Samples = []
        let tasks = farmers * Self.tasksPerFarmer
        for round in 1...bench.rounds(farmers > 1_000 ? 1 : 3) {
            bench.tell("simulated farmers: \(Number.grouped(farmers)), tasks of \(Number.text(mean)) s, seed \(round)")
            let report = try simulate(farmers: farmers, mean: mean, seed: round, lost: 0, at: 0)
            late.add(100 * report.beyondGreedy)
            held.add(100 * report.lockHeld)
            visits.add(report.visitsPerThousandTasks)
        }
        let what =
            "\(Number.grouped(farmers)) simulated farmers with \(Self.slots) slots, \(Number.grouped(tasks)) tasks of "
            + "\(Number.text(mean)) s"
        return [
            Row(
                item: 8, what: "\(what): beyond greedy", unit: "%", ours: late, target: .atMost(mean > 10 ? 1 : 5),
                note: Self.simulated),
            Row(item: 8, what: "\(what): lock held", unit: "%", ours: held, target: .atMost(30), note: Self.simulated),
            Row(item: 8, what: "\(what): visits", unit: "locks/1,000 tasks", ours: visits, note: Self.simulated),
        ]
    }

    private static let simulated =
        "Tests/ClaimSimulation: no clock and no files. Log-normal tasks, sigma 0.5; a change holds the lock for 5 ms; all farmers start "
        + "at once. Beyond greedy: how much later the last task ends than if each went to the next free slot without any lock, in parts "
        + "of max(longest task, all tasks / slots)."
}

extension HiddenMode {
    /// `simulate FARMERS SLOTS TASKS MEAN SEED LOST AT`
    static func simulate(_ words: [String]) throws -> Int32 {
        guard words.count == 8, let farmers = Int(words[1]), let slots = Int(words[2]), let tasks = Int(words[3]),
            let mean = Double(words[4]), let seed = UInt64(words[5]), let lost = Int(words[6]),
            let at = Double(words[7])
        else { return 64 }
        let result = ClaimScenario(
            farmers: farmers, slots: slots, tasks: tasks, mean: mean, sigma: 0.5,
            lost: lost > 0 ? .init(count: lost, at: at) : nil, seed: seed
        ).run()
        let report = SimulationReport(
            beyondGreedy: result.overGreedy ?? .nan, lockHeld: result.lockBusyShare,
            visitsPerThousandTasks: result.visitsPerThousandTasks, makespan: result.makespan)
        OwnProcess.put(Array(try JSONEncoder().encode(report)) + [10], to: 1)
        return 0
    }
}
