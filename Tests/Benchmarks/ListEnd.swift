// Benchmark 7: how much longer a list of very different tasks takes than it must.

internal import ClaimSimulation
internal import TaskFarmerCore

struct ListEnd {
    let bench: Workbench
    private var farmers: Int { bench.size(16, small: 4) }
    private static let slots = 4
    private static let mean = 0.2
    private static let seed: UInt64 = 20_240_229

    func rows() throws -> [Row] { try [1, 0.5].flatMap(rows) }

    private func rows(_ sigma: Double) throws -> [Row] {
        let count = bench.size(10_000, small: 250)
        let slots = farmers * Self.slots
        var wall: Samples = []
        var greedy: Samples = []
        var beyond: Samples = []
        let rounds = bench.rounds(3)
        for round in 1...rounds {
            bench.tell("log-normal tasks, sigma \(sigma): round \(round) of \(rounds)")
            var generator = SplitMix(seed: Self.seed + UInt64(round))
            let distribution = LogNormal(mean: Self.mean, sigma: sigma)
            // Microseconds, since that is what stands in the list.
            let lengths = (0..<count).map { _ in (distribution.sample(&generator) * 1e6).rounded() / 1e6 }
            let bound = ListScheduling.bound(lengths, slots: slots)
            let inOrder = ListScheduling.makespan(lengths, slots: slots)
            let crew = Crew(bench: bench, farmers: farmers, slots: Self.slots, kind: .timed)
            let line = { (index: Int, bytes: inout [UInt8]) in
                bytes.append(decimal: Int((lengths[index] * 1e6).rounded()))
            }
            let span = try crew.run(count: count, line: line) { try $0.attempts.span }
            wall.add(span / bound)
            greedy.add(inOrder / bound)
            beyond.add((span - inOrder) / bound)
        }
        let what =
            "\(Number.grouped(count)) log-normal tasks (mean 0.2 s, sigma \(Number.text(sigma))), \(farmers) farmers with \(Self.slots) slots"
        let note =
            "Over the bound max(longest task, all tasks / slots), from the first start to the last end; beside it the same tasks in the "
            + "same order, each on the slot that is free first, at no cost. Seeds \(Self.seed + 1)..\(Self.seed + UInt64(rounds))."
        return [
            Row(
                item: 7, what: "\(what): time over bound", ours: wall,
                peer: .init(name: "list order alone", samples: greedy), note: note),
            Row(
                item: 7, what: "\(what): beyond list order, over bound", ours: beyond, target: .atMost(0.02), note: note
            ),
        ]
    }
}
