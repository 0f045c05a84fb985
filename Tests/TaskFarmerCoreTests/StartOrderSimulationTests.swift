// How much is lost by looking at the next few tasks only, and by waiting for those that were passed over: a node runs random tasks
// on a virtual clock.

import ClaimSimulation
import TaskFarmerCore
import Testing

@Suite("What a bounded window costs") struct StartOrderSimulationTests {
    private struct Job {
        var id: Int
        var demand: Demand
        var length: Double
    }

    /// - Returns: when the last task ends, and the longest that a task waited while later ones were started
    private static func run(_ jobs: [Job], cpus: Int, window: Int, patience: Int) -> (end: Double, passed: Int) {
        var pool = ResourcePool(Offer(cpus: cpus))
        var order = StartOrder(slots: patience / 4)
        var waiting = jobs
        var running: [(end: Double, grant: Grant?)] = []
        var now = 0.0
        var passed: [Int: Int] = [:]
        while !waiting.isEmpty || !running.isEmpty {
            while true {
                let seen = waiting.prefix(window)
                guard let place = order.choose(seen.map(\.id), fits: { pool.holds(seen[$0].demand) }) else { break }
                if place > 0, let head = waiting.first { passed[head.id, default: 0] += 1 }
                let job = waiting.remove(at: place)
                running.append((now + job.length, pool.take(job.demand)))
            }
            guard let next = running.indices.min(by: { running[$0].end < running[$1].end }) else { break }
            now = running[next].end
            pool.giveBack(running.remove(at: next).grant)
        }
        #expect(waiting.isEmpty, "every task was started")
        return (now, passed.values.max() ?? 0)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `next to nothing is lost against looking at all tasks`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let cpus = 32
        let jobs = (0..<3000).map { id in
            Job(
                id: id, demand: Demand(cpus: [1, 1, 2, 4, 8, 16].randomElement(using: &random) ?? 1),
                length: Double.random(in: 0.2...5, using: &random))
        }
        let ideal = jobs.reduce(0) { $0 + $1.length * Double($1.demand.cpus) } / Double(cpus)
        let bounded = Self.run(jobs, cpus: cpus, window: 64, patience: 4 * cpus)
        let narrow = Self.run(jobs, cpus: cpus, window: 1, patience: 4 * cpus)
        let all = Self.run(jobs, cpus: cpus, window: .max, patience: .max / 8)
        let text = "ideal \(ideal), window of 64 \(bounded), of one \(narrow), all \(all)"
        #expect(bounded.end <= 1.03 * all.end && bounded.end <= 1.05 * ideal, "\(text)")
        #expect(narrow.end > bounded.end, "\(text)")
        #expect(bounded.passed <= 4 * cpus, "nobody is passed over for ever: \(text)")
        print("window: \(text)")
    }
}
