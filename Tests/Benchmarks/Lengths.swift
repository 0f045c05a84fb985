// Benchmark 3, what runs tasks: rate and memory from 10,000 tasks to 10,000,000.

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct Lengths {
    let bench: Workbench
    private static let slots = 64

    /// What is run at several lengths, and what was measured.
    private struct Series {
        var what: String
        var counts: [Int]
        var rates: [Int: Samples] = [:]
        /// In MiB.
        var memory: [Int: Samples] = [:]
        var rateNote: String
        var memoryNote = ""
        var others: [Row] = []

        mutating func add(_ count: Int, rate: Double, peakKiB: Int) {
            rates[count, default: []].add(rate)
            memory[count, default: []].add(Double(peakKiB) / 1024)
        }
    }

    func rows() throws -> [Row] {
        let inside = bench.options.isSmall ? [10_000, 100_000] : [10_000, 100_000, 1_000_000, 10_000_000]
        let processes = bench.options.isSmall ? [1_000] : [10_000, 100_000] + (bench.options.isLong ? [1_000_000] : [])
        return try rows(runInside(inside)) + rows(runProcesses(processes))
    }

    // MARK: measuring

    /// Tasks inside a farmer that this program starts, which end at once.
    private func runInside(_ counts: [Int]) throws -> Series {
        var series = Series(
            what: "in-process tasks that end at once", counts: counts,
            rateNote:
                "From when the farmer is ready to work to when it has left; making the work directory is not in it.")
        let noOp = Array(bench.noOp.utf8)
        let crew = Crew(bench: bench, farmers: 1, slots: Self.slots, kind: .instant, logs: "none")
        var empty: Samples = []
        try eachRound(series) { count, round in
            try crew.run(count: count, line: { _, bytes in bytes += noOp }) { result in
                guard let report = result.reports.first else { return }
                series.add(count, rate: Double(count) / (Double(report.elapsed) / 1e9), peakKiB: report.peakKiB)
                empty.add(Double(report.emptyKiB) / 1024)
                if round == 1, count == counts.last(where: { $0 <= 1_000_000 }) {
                    let done = "with \(Number.grouped(count)) finished tasks"
                    series.others.append(try LongLists(bench: bench).check(result.workDirectory, done))
                }
            }
        }
        series.memoryNote =
            "VmHWM of a farmer inside this program, at its end; \(Number.text(empty.median.rounded())) MiB of it before there was "
            + "a farmer."
        return series
    }

    /// Processes that taskfarmer starts.
    private func runProcesses(_ counts: [Int]) throws -> Series {
        var series = Series(
            what: "no-op processes", counts: counts,
            rateNote: "From the first start to the last end that attempts.tsv names.",
            memoryNote: "VmHWM of taskfarmer, looked at every 20 ms.")
        let noOp = Array(bench.noOp.utf8)
        try eachRound(series) { count, _ in
            try bench.inFolder("length") { place in
                let (list, workDirectory) = (place.appending("list"), place.appending("w"))
                try bench.writeList(list, count: count) { _, bytes in bytes += noOp }
                let words = [bench.taskfarmer, "run", "-n", "\(Self.slots)", "-w", workDirectory.description]
                let ended = try bench.programs.run(words + [list.description], watchingMemory: true).checked()
                let table = try AttemptsTable(workDirectory.appending("attempts.tsv"))
                series.add(count, rate: Double(count) / table.span, peakKiB: ended.peakKiB)
            }
        }
        return series
    }

    private func eachRound(_ series: Series, _ body: (_ count: Int, _ round: Int) throws -> Void) throws {
        let rounds = bench.rounds(2)
        for round in 1...rounds {
            for count in series.counts {
                bench.tell("\(Number.grouped(count)) \(series.what): round \(round) of \(rounds)")
                try body(count, round)
            }
        }
    }

    // MARK: telling

    private func rows(_ series: Series) -> [Row] {
        guard let shortest = series.counts.first, let longest = series.counts.last else { return [] }
        var rows = series.counts.map { count in
            row(
                series, count, against: count == shortest ? nil : shortest,
                count == longest && count != shortest ? .atLeast(0.95) : nil)
        }
        // Where a task takes microseconds, the start of the farmer is most of a short list's time and flatters a long one.
        if series.counts.count > 2 {
            rows.append(row(series, longest, against: series.counts[series.counts.count - 2]))
        }
        rows += series.counts.map { count in
            Row(
                item: 3, what: "\(Number.grouped(count)) \(series.what), \(Self.slots) slots: peak memory", unit: "MiB",
                ours: series.memory[count] ?? [], target: .atMost(40), note: series.memoryNote)
        }
        return rows + series.others
    }

    private func row(_ series: Series, _ count: Int, against other: Int?, _ target: Target? = nil) -> Row {
        Row(
            item: 3, what: "\(Number.grouped(count)) \(series.what), \(Self.slots) slots", unit: "tasks/s",
            ours: series.rates[count] ?? [],
            peer: other.map { .init(name: "\(Number.grouped($0)) tasks", samples: series.rates[$0] ?? []) },
            target: target, note: series.rateNote)
    }
}
