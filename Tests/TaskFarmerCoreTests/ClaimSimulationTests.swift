import TaskFarmerCore
import Testing

struct ClaimSimulationTests {
    private static let millisecond = 1_000_000

    /// Lets farmers drain a list and checks what must hold for every such run. Lengths are in milliseconds; the long tasks
    /// run for 20 seconds.
    private static func drain(
        seed: UInt64, tasks: Int, length: ClosedRange<Int>, slots: [Int], long: Int = 0
    ) -> ClaimSimulation {
        var generator = SeededGenerator(seed: seed)
        var lengths = (0..<tasks).map { _ in Int.random(in: length, using: &generator) * millisecond }
        for _ in 0..<long { lengths[Int.random(in: 0..<tasks, using: &generator)] = 20_000 * millisecond }
        var result = ClaimSimulation(lengths: lengths, slots: slots, cycle: 5 * millisecond)
        result.run(limit: 40 * tasks + 10_000)

        let about: Comment = "seed \(seed), \(length) ms, \(slots.count) farmers"
        let seconds = Double(result.now) / 1e9
        let ideal = Double(lengths.reduce(0, +)) / 1e9 / Double(slots.reduce(0, +))
        #expect(result.isDone && result.left == 0, about)
        #expect(result.runsOfTask.allSatisfy { $0 == 1 }, about)
        #expect(result.firstTakes.sorted() == slots.sorted(), about)
        #expect(Double(result.changes) <= Double(slots.count) * (18 + 1.2 * seconds), about)
        #expect(result.vainVisits <= slots.count, about)
        // No worse than any list schedule (Graham, 1969), the lock's time and a second's stall apart.
        #expect(seconds <= 1.05 * ideal + Double(lengths.max() ?? 0) / 1e9 + 1, about)
        return result
    }

    @Test(arguments: [1, 2, 3] as [UInt64], [1...4, 20...60, 500...3000])
    func `several farmers leave no task, run none twice and seldom change the state`(
        seed: UInt64, length: ClosedRange<Int>
    ) {
        let result = Self.drain(seed: seed, tasks: 3000, length: length, slots: [4, 4, 8, 1, 16])
        #expect(result.largestTake <= ClaimPolicy.largestBatch)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a few long tasks do not hold up the short ones`(seed: UInt64) {
        let result = Self.drain(seed: seed, tasks: 3000, length: 5...15, slots: [2, 2, 4, 4], long: 6)
        #expect(result.now < 40_000 * Self.millisecond, "two long tasks one after the other, seed \(seed)")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `farmers that cannot get anything do not crowd the lock`(seed: UInt64) {
        let slots = [Int](repeating: 1, count: 60)
        let result = Self.drain(seed: seed, tasks: 600, length: 300...1200, slots: slots)
        #expect(result.largestTake <= 10, "seed \(seed)")
    }

    @Test func `more farmers than tasks, and a list without tasks, come to an end`() {
        _ = Self.drain(seed: 4, tasks: 3, length: 10...20, slots: [1, 1, 1])
        var few = ClaimSimulation(lengths: [1000, 2000], slots: [4, 4, 4], cycle: 5 * Self.millisecond)
        few.run(limit: 10_000)
        #expect(few.isDone && few.left == 0 && few.runsOfTask == [1, 1])
        var none = ClaimSimulation(lengths: [], slots: [4, 4], cycle: 5 * Self.millisecond)
        none.run(limit: 10)
        #expect(none.isDone && none.changes == 0 && none.vainVisits == 0)
    }
}
