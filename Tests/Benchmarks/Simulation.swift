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
}

struct Simulation {
    let bench: Workbench
    private static let slots = 64
    private static let tasksPerFarmer = 10_000

    func rows() throws -> [Row] {
        let sizes = bench.options.isSmall ? [20] : [64, 1_000, 10_000]
        return try sizes.flatMap { farmers in
            try [60.0, 1.0].flatMap { try rows(farmers: farmers, mean: $0) }
        }
    }

    private func rows(farmers: Int, mean: Double) throws -> [Row] {
        var late: Samples = []
        var held: Samples = []
        var visits: Samples = []
        let tasks = farmers * Self.tasksPerFarmer
        for round in 1...bench.rounds(farmers > 1_000 ? 1 : 3) {
            bench.tell("simulated farmers: \(Number.grouped(farmers)), tasks of \(Number.text(mean)) s, seed \(round)")
            let words = [
                bench.own, HiddenMode.simulate, "\(farmers)", "\(Self.slots)", "\(tasks)", "\(mean)", "\(round)",
            ]
            let output = try bench.programs.run(words).checked().output
            let report = try JSONDecoder().decode(SimulationReport.self, from: Data(output))
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
    /// `simulate FARMERS SLOTS TASKS MEAN SEED`
    static func simulate(_ words: [String]) throws -> Int32 {
        guard words.count == 6, let farmers = Int(words[1]), let slots = Int(words[2]), let tasks = Int(words[3]),
            let mean = Double(words[4]), let seed = UInt64(words[5])
        else { return 64 }
        let result = ClaimScenario(farmers: farmers, slots: slots, tasks: tasks, mean: mean, sigma: 0.5, seed: seed)
            .run()
        let report = SimulationReport(
            beyondGreedy: result.overGreedy ?? .nan, lockHeld: result.lockBusyShare,
            visitsPerThousandTasks: result.visitsPerThousandTasks)
        OwnProcess.put(Array(try JSONEncoder().encode(report)) + [10], to: 1)
        return 0
    }
}
