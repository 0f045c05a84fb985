// Benchmark 5: every open, read, write, flush and lock below the work directory takes so much longer.

internal import TaskFarmerCore

struct SlowShare {
    let bench: Workbench
    private var farmers: Int { bench.size(16, small: 4) }
    private static let slots = 8
    /// Of a task, in microseconds.
    private static let length = 100_000

    func rows() throws -> [Row] {
        let delays = bench.options.isSmall ? [0, 5] : [0, 1, 5, 20]
        return try ["files", "packed"].flatMap { logs in
            try delays.flatMap { try rows($0, farmers * Self.slots * tasksPerSlot($0), logs) }
        }
    }

    /// Where there is a target, as many as make the start of the farmers a small part of the whole.
    private func tasksPerSlot(_ delay: Int) -> Int {
        bench.size(delay == 5 ? 3_000 : delay < 5 ? 300 : 100, small: 30)
    }

    private func rows(_ delay: Int, _ count: Int, _ logs: String) throws -> [Row] {
        let slots = farmers * Self.slots
        var whole: Samples = []
        var middle: Samples = []
        var useful: Samples = []
        for round in 1...bench.rounds(1) {
            bench.tell("file operations slower by \(delay) ms, logs \(logs): round \(round)")
            let crew = Crew(
                bench: bench, farmers: farmers, slots: Self.slots, kind: .timed, delay: delay, logs: logs)
            try crew.run(count: count, line: { _, bytes in bytes.append(decimal: Self.length) }) { result in
                let table = try result.attempts
                let (begin, end) = (table.firstStart, table.lastEnd)
                whole.add(100 * table.busyShare(slots: slots, from: begin, to: end))
                useful.add(100 * Double(count * Self.length) / Double((end - begin) * slots))
                let (from, to) = table.middle
                if to > from { middle.add(100 * table.busyShare(slots: slots, from: from, to: to)) }
            }
        }
        let what =
            "+\(delay) ms, \(farmers) farmers with \(Self.slots) slots, \(Number.grouped(count)) tasks of 0.1 s, logs: \(logs)"
        let target = delay == 5 ? Target.atLeast(97) : nil
        func row(_ name: String, _ samples: Samples, _ note: String) -> Row {
            Row(item: 5, what: "\(what): \(name)", unit: "%", ours: samples, target: target, note: note)
        }
        let inside =
            middle.isEmpty
            ? Row.skipped(
                5, "\(what): busy in the middle",
                because: "The first slots had their last task before the last had one.")
            : row("busy in the middle", middle, Self.middle)
        return [row("busy", whole, Self.whole), inside, row("at useful work", useful, Self.useful)]
    }

    private static let whole =
        "The share of all slots' time, from the first start to the last end of all, in which attempts.tsv has a task running: the "
        + "start of the farmers and the end of the list are in it."
    private static let middle =
        "The same from when every slot had its first task to when the first slot had its last: without start and end."
    private static let useful =
        "What the tasks asked for (0.1 s each), over all slots' time from the first start to the last end: a task whose end is "
        + "noticed late does not count as busy."
}
