// Benchmark 3, what runs tasks: rate and memory from 10,000 tasks to 10,000,000.

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct Lengths {
    let bench: Workbench
    private static let slots = 64

    func rows() throws -> [Row] {
        var inside = [10_000, 100_000]
        var processes = [10_000]
        if bench.options.isSmall {
            processes = [1_000]
        } else {
            inside += [1_000_000, 10_000_000]
            processes += bench.options.isLong ? [100_000, 1_000_000] : [100_000]
        }
        return try rows("in-process tasks that end at once", .instant, inside, rounds: bench.rounds(2))
            + rows("no-op processes", .shell, processes, rounds: bench.rounds(2))
    }

    private func rows(_ what: String, _ kind: FarmerOrder.Kind, _ counts: [Int], rounds: Int) throws -> [Row] {
        var rates: [Int: Samples] = [:]
        var memory: [Int: Samples] = [:]
        var empty: Samples = []
        var checks: [Row] = []
        let noOp = Array(bench.noOp.utf8)
        let crew = Crew(
            bench: bench, farmers: 1, slots: Self.slots, kind: kind, logs: kind == .instant ? "none" : nil)
        for round in 1...rounds {
            for count in counts {
                bench.tell("\(Number.grouped(count)) \(what): round \(round) of \(rounds)")
                try crew.run(count: count, line: { _, bytes in bytes += noOp }) { result in
                    guard let report = result.reports.first else { return }
                    rates[count, default: []].add(Double(count) / (Double(report.elapsed) / 1e9))
                    memory[count, default: []].add(Double(report.peakKiB) / 1024)
                    empty.add(Double(report.emptyKiB) / 1024)
                    if kind == .instant, round == 1, count == counts.last(where: { $0 <= 1_000_000 }) {
                        let done = "with \(Number.grouped(count)) finished tasks"
                        checks.append(try LongLists(bench: bench).check(result.workDirectory, done))
                    }
                }
            }
        }
        return speed(what, counts, rates) + room(what, counts, memory, empty: empty.median) + checks
    }

    private func speed(_ what: String, _ counts: [Int], _ rates: [Int: Samples]) -> [Row] {
        guard let shortest = counts.first, let longest = counts.last else { return [] }
        func row(_ count: Int, against other: Int?, _ target: Target? = nil) -> Row {
            Row(
                item: 3, what: "\(Number.grouped(count)) \(what), \(Self.slots) slots", unit: "tasks/s",
                ours: rates[count] ?? [],
                peer: other.map { .init(name: "\(Number.grouped($0)) tasks", samples: rates[$0] ?? []) },
                target: target,
                note: Self.working)
        }
        var rows = counts.map { count in
            row(
                count, against: count == shortest ? nil : shortest,
                count == longest && count != shortest ? .atLeast(0.95) : nil)
        }
        // Where a task takes microseconds, the start of the farmer is most of a short list's time and flatters a long one.
        if counts.count > 2 { rows.append(row(longest, against: counts[counts.count - 2])) }
        return rows
    }

    private func room(_ what: String, _ counts: [Int], _ memory: [Int: Samples], empty: Double) -> [Row] {
        counts.map { count in
            Row(
                item: 3, what: "\(Number.grouped(count)) \(what), \(Self.slots) slots: peak memory", unit: "MiB",
                ours: memory[count] ?? [], target: .atMost(40),
                note:
                    "VmHWM of the farmer's process at its end; \(Number.text(empty.rounded())) MiB of it before there was a farmer "
                    + "in it.")
        }
    }

    private static let working =
        "From when the farmer is ready to work to when it has left; making the work directory is not in it."
}
