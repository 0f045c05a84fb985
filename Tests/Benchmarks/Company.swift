// Benchmark 4: one farmer or many on one work directory, with the same slots in all.

internal import TaskFarmerCore

struct Company {
    let bench: Workbench
    private static let slots = 64
    private var sizes: [Int] { bench.options.isSmall ? [1, 16] : [1, 4, 16, 64] }

    private struct Work {
        var what: String
        var kind: FarmerOrder.Kind
        var logs: String
        var count: Int
        var rounds: Int
    }

    func rows() throws -> [Row] {
        let works = [
            Work(
                what: "no-op processes", kind: .shell, logs: "files", count: bench.size(100_000, small: 1_000),
                rounds: bench.rounds(2)),
            Work(
                what: "in-process tasks, no logs", kind: .instant, logs: "none",
                count: bench.size(1_000_000, small: 10_000), rounds: bench.rounds(3)),
        ]
        return try works.flatMap(rows) + [try lasting()]
    }

    private func rows(_ work: Work) throws -> [Row] {
        let noOp = Array(bench.noOp.utf8)
        var rates: [Int: Samples] = [:]
        var visits: [Int: Samples] = [:]
        for round in 1...work.rounds {
            for farmers in sizes {
                bench.tell("farmers: \(farmers), \(work.what): round \(round) of \(work.rounds)")
                let crew = Crew(
                    bench: bench, farmers: farmers, slots: Self.slots / farmers, kind: work.kind, logs: work.logs)
                try crew.run(count: work.count, line: { _, bytes in bytes += noOp }) { result in
                    rates[farmers, default: []].add(Double(work.count) / (try result.attempts.span))
                    visits[farmers, default: []].add(Double(result.visits) / Double(work.count) * 1000)
                }
            }
        }
        let alone = rates[1] ?? []
        let what = "\(Number.grouped(work.count)) \(work.what), \(Self.slots) slots"
        let speed = sizes.dropFirst().map { farmers in
            Row(
                item: 4, what: "\(farmers) farmers, \(what)", unit: "tasks/s", ours: rates[farmers] ?? [],
                peer: .init(name: "1 farmer", samples: alone), target: farmers == sizes.last ? .atLeast(0.9) : nil,
                note: Self.span)
        }
        let locks = sizes.map { farmers in
            Row(
                item: 4, what: "\(farmers == 1 ? "1 farmer" : "\(farmers) farmers"), \(what)",
                unit: "locks/1,000 tasks",
                ours: visits[farmers] ?? [], target: .atMost(10), note: Self.locks)
        }
        return speed + locks
    }

    private static let span = "From the first start to the last end that attempts.tsv names."
    private static let locks =
        "Every change that a farmer held the lock for: joining, taking and reporting, leaving, and those that came in vain."

    /// Tasks of a second each, for which going to the lock once a second is enough.
    private func lasting() throws -> Row {
        let farmers = 16
        let slots = Self.slots / farmers
        let count = Self.slots * bench.size(30, small: 5)
        var rates: Samples = []
        for _ in 1...bench.rounds(1) {
            bench.tell("\(farmers) farmers, tasks of one second")
            let crew = Crew(bench: bench, farmers: farmers, slots: slots, kind: .timed)
            try crew.run(count: count, line: { _, bytes in bytes.append(decimal: 1_000_000) }) { result in
                let seconds = result.reports.map { Double($0.elapsed) / 1e9 }.reduce(0, +)
                rates.add(Double(result.visits) / seconds)
            }
        }
        return Row(
            item: 4, what: "\(farmers) farmers with \(slots) slots, \(Number.grouped(count)) tasks of 1 s",
            unit: "locks/farmer/s", ours: rates, target: .atMost(1), note: Self.locks)
    }
}
