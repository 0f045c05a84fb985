// Benchmark 9: what `plan` expects, against what then happens.

internal import ClaimSimulation
internal import TaskFarmerCore

struct Forecasts {
    let bench: Workbench
    private static let slots = 4
    private static let seed: UInt64 = 20_241_122

    func rows() throws -> [Row] { try [1, 4].map(row) }

    private func row(_ farmers: Int) throws -> Row {
        let count = bench.size(400, small: 60) * farmers
        var error: Samples = []
        let rounds = bench.rounds(3)
        for round in 1...rounds {
            bench.tell("forecasts, \(farmers) farmers: round \(round) of \(rounds)")
            var generator = SplitMix(seed: Self.seed + UInt64(round))
            // Microseconds, since that is what stands in the list.
            let lengths = (0..<count).map { _ in (0.1 + 1.9 * generator.part()) * 1e6 }.map { Int($0) }
            let setup = FarmForecast.Setup(farmers: farmers, slots: Self.slots, offer: Offer(cpus: Self.slots))
            let expected = FarmForecast.run(
                lengths.map { FarmForecast.Task(length: $0 * 1000) }, demands: [Demand()], setup)
            let crew = Crew(bench: bench, farmers: farmers, slots: Self.slots, kind: .timed)
            let line = { (index: Int, bytes: inout [UInt8]) in bytes.append(decimal: lengths[index]) }
            let span = try crew.run(count: count, line: line) { try $0.attempts.span }
            error.add(abs(Double(expected.wall - setup.joining) / 1e9 / span - 1))
        }
        return Row(
            item: 9,
            what:
                "forecast of \(Number.grouped(count)) tasks of 0.1 to 2 s, \(farmers) \(farmers == 1 ? "farmer" : "farmers") with \(Self.slots) slots: off by",
            ours: error, target: .atMost(0.1),
            note:
                "The time from the first start to the last end, as a share. Seeds \(Self.seed + 1)..\(Self.seed + UInt64(rounds))."
        )
    }
}
