import ClaimSimulation
import Testing

@testable import TaskFarmerCore

@Suite("Forecasts") struct FarmForecastTests {
    private static let second = 1_000_000_000

    private static func tasks(_ count: Int, seed: UInt64, seconds: ClosedRange<Double>) -> [FarmForecast.Task] {
        var random = SplitMix(seed: seed)
        return (0..<count).map { _ in
            FarmForecast.Task(length: Int(Double.random(in: seconds, using: &random) * 1e9))
        }
    }

    private static func sum(_ tasks: [FarmForecast.Task]) -> Double { tasks.reduce(0) { $0 + Double($1.length) } }

    @Test(arguments: [1, 2, 7, 40])
    func `every task runs once, and hardly longer than it must`(farmers: Int) {
        let tasks = Self.tasks(4000, seed: 3, seconds: 0.2...3)
        let setup = FarmForecast.Setup(farmers: farmers, slots: 8, offer: Offer(cpus: 8))
        let outcome = FarmForecast.run(tasks, demands: [Demand()], setup)
        let bound = Self.sum(tasks) / Double(8 * farmers)
        #expect(abs(outcome.busy - Self.sum(tasks)) < 1e6 && outcome.allocations == 1 && outcome.unfit == 0)
        #expect(
            Double(outcome.wall) >= bound && Double(outcome.wall) < 1.05 * bound + 4e9,
            "\(Double(outcome.wall) / bound)")
        #expect(FarmForecast.run(tasks, demands: [Demand()], setup) == outcome, "the same each time")
    }

    @Test func `the longest first ends sooner`() {
        var tasks = Self.tasks(300, seed: 5, seconds: 0.2...1) + Self.tasks(8, seed: 6, seconds: 20...30)
        let setup = FarmForecast.Setup(farmers: 4, slots: 4, offer: Offer(cpus: 4))
        let asListed = FarmForecast.run(tasks, demands: [Demand()], setup)
        tasks.sort { $0.length > $1.length }
        let longest = FarmForecast.run(tasks, demands: [Demand()], setup)
        #expect(longest.wall < asListed.wall && longest.idleShare(setup) < asListed.idleShare(setup))
    }

    @Test func `tasks that need more run side by side only as they fit`() {
        let tasks = (0..<100).map { FarmForecast.Task(length: Self.second, demand: $0 % 2) }
        let setup = FarmForecast.Setup(farmers: 1, slots: 8, offer: Offer(cpus: 8, gpus: ["0"]))
        let outcome = FarmForecast.run(tasks, demands: [Demand(cpus: 4), Demand(gpus: 1)], setup)
        // Fifty that need the only GPU, one after another.
        #expect(outcome.wall > 50 * Self.second && outcome.wall < 52 * Self.second)
        let never = FarmForecast.run(tasks, demands: [Demand(cpus: 9), Demand()], setup)
        #expect(never.unfit == 50 && never.allocations == 1)
    }

    @Test func `work that is longer than an allocation goes on in the next, and what is longer than that never runs`() {
        var setup = FarmForecast.Setup(farmers: 2, slots: 2, offer: Offer(cpus: 2), time: 100 * Self.second)
        setup.margin = 10 * Self.second
        var tasks = Self.tasks(400, seed: 9, seconds: 1...5)
        let outcome = FarmForecast.run(tasks, demands: [Demand()], setup)
        let each = Self.sum(tasks) / 4 / 90e9
        #expect(outcome.allocations == Int(each.rounded(.up)) || outcome.allocations == Int(each.rounded(.up)) + 1)
        #expect(abs(outcome.busy - Self.sum(tasks)) < 1e6, "none is begun that cannot be over")
        #expect(outcome.last < 90 * Self.second)
        tasks.append(.init(length: 95 * Self.second))
        #expect(FarmForecast.run(tasks, demands: [Demand()], setup).tooLong == 1)
    }

    @Test func `nothing to do takes no time, and one task as long as it takes`() {
        let setup = FarmForecast.Setup(farmers: 3, slots: 2, offer: Offer(cpus: 2))
        #expect(FarmForecast.run([], demands: [], setup).wall == 0)
        let one = FarmForecast.run([.init(length: Self.second)], demands: [Demand()], setup)
        #expect(one.wall >= Self.second && one.wall < Self.second * 11 / 10)
    }

    @Test func `a task of years keeps a hundred farmers from nothing, and the clock from standing still`() {
        let year = 365 * 86_400 * Self.second
        let tasks =
            [FarmForecast.Task(length: year)] + (0..<5).map { _ in FarmForecast.Task(length: 3600 * Self.second) }
        let setup = FarmForecast.Setup(farmers: 100, slots: 2, offer: Offer(cpus: 2))
        let outcome = FarmForecast.run(tasks, demands: [Demand()], setup)
        #expect(outcome.wall >= year && outcome.wall < year + Self.second)
        let alone = FarmForecast.run(
            (0..<20).map { _ in .init(length: year) }, demands: [Demand()],
            FarmForecast.Setup(farmers: 3, slots: 2, offer: Offer(cpus: 2)))
        #expect(alone.wall >= 4 * year && alone.wall < 4 * year + year / 2)
    }
}
