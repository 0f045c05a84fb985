import ClaimSimulation
import TaskFarmerCore
import Testing

/// What the claim policy is to achieve, on a virtual clock: nothing here depends on how fast the machine is.
struct ClaimSimulationTests {
    private static func run(
        _ farmers: Int, _ slots: Int, tasks: Int, mean: Double, sigma: Double = 0.5, seed: UInt64 = 1,
        _ change: (inout ClaimScenario) -> Void = { _ in }
    ) -> ClaimResult {
        var scenario = ClaimScenario(
            farmers: farmers, slots: slots, tasks: tasks, mean: mean, sigma: sigma, seed: seed)
        change(&scenario)
        let result = scenario.run()
        let about: Comment = "seed \(seed): \(farmers) x \(slots), \(tasks) tasks of \(mean) s, \(scenario.cycle) s"
        if scenario.lost == nil {
            #expect(result.ended == tasks && result.runs.allSatisfy { $0 == 1 }, about)
            #expect(result.allLeft >= result.makespan, about)
        }
        #expect(result.makespan >= result.bound * 0.999999, about)
        #expect(result.vainVisits <= max(1, result.visits / 50), about)
        return result
    }

    @Test(arguments: [(64, 1, 100_000), (16, 4, 50_000), (4, 16, 20_000), (1, 64, 20_000)])
    func `no-op tasks cost at most ten visits a thousand`(farmers: Int, slots: Int, tasks: Int) {
        let result = Self.run(farmers, slots, tasks: tasks, mean: 0.0256, sigma: 0.3)
        #expect(result.visitsPerThousandTasks <= 10)
        #expect((result.overGreedy ?? 1) <= 0.02)
    }

    @Test(arguments: [(64, 1), (16, 4), (4, 16), (1, 64)])
    func `tasks of a second cost at most one visit a farmer and second`(farmers: Int, slots: Int) {
        let result = Self.run(farmers, slots, tasks: 5000, mean: 1)
        #expect(Double(result.visits) <= result.allLeft * Double(farmers))
        #expect((result.overGreedy ?? 1) <= 0.02)
    }

    @Test func `a slow file system leaves the slots busy`() {
        let result = Self.run(16, 8, tasks: 160_000, mean: 0.1) { $0.cycle = 0.25...0.5 }
        #expect(result.busyShareOnceIn >= 0.97)
        // A farmer that starts again knows how long tasks take.
        let restarted = Self.run(16, 8, tasks: 30_000, mean: 0.1) {
            ($0.cycle, $0.isMeanKnown) = (0.25...0.5, true)
        }
        #expect(restarted.busyShareOnceIn >= 0.92)
    }

    @Test(arguments: [0.2, 1, 60], [0.5, 1])
    func `the end of the list costs next to nothing`(mean: Double, sigma: Double) {
        let result = Self.run(16, 4, tasks: 10_000, mean: mean, sigma: sigma)
        #expect((result.overGreedy ?? 1) <= 0.02)
    }

    @Test func `hundreds of farmers keep the lock free and the slots busy`() {
        let result = Self.run(400, 8, tasks: 60_000, mean: 30)
        #expect((result.overGreedy ?? 1) <= 0.01)
        #expect(result.lockBusyShare <= 0.3)
    }

    @Test func `lost farmers cost their capacity and little more`() {
        let whole = Self.run(200, 4, tasks: 40_000, mean: 10)
        let lost = Self.run(200, 4, tasks: 40_000, mean: 10) { $0.lost = .init(count: 10, at: 250) }
        #expect(lost.recoveries == 10 && lost.ended == 40_000)
        #expect(lost.runs.allSatisfy { $0 == 1 })
        let capacity = (whole.makespan - 250) * 10 / 190
        #expect(lost.makespan <= whole.makespan + capacity + 10)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `farmers that know nothing begin with one task a slot`(seed: UInt64) {
        let result = Self.run(3, 16, tasks: 2000, mean: 5, seed: seed)
        #expect(result.firstTakes == [16, 16, 16])
        let restarted = Self.run(3, 16, tasks: 2000, mean: 0.1, seed: seed) { $0.isMeanKnown = true }
        #expect(restarted.firstTakes.allSatisfy { $0 > 100 })
    }

    @Test func `more farmers than tasks, and a list without tasks, come to an end`() {
        _ = Self.run(30, 4, tasks: 7, mean: 1)
        let none = ClaimScenario(farmers: 3, slots: 4, tasks: 0, mean: 1, sigma: 0).run()
        #expect(none.ended == 0 && none.makespan == 0)
    }

    @Test func `the same seed gives the same result`() {
        let results = (0..<2).map { _ in Self.run(16, 4, tasks: 1000, mean: 1, seed: 7) }
        #expect(results[0].makespan == results[1].makespan && results[0].visits == results[1].visits)
    }
}
