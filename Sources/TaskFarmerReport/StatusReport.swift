// `taskfarmer status`: the totals, who is at work, what is running. The JSON form is documented in the article "Status as JSON" and
// does not change within a version of its `format`.

package import TaskFarmerCore

package struct StatusReport: Sendable {
    package var directory: String
    package var list: String
    package var state: StateRecord
    package var farmers: [(entry: RosterEntry, alive: AliveRecord?)]
    /// Those that show no sign of life: what they told last says nothing of what is.
    package var silent: Set<String>
    /// Microseconds since 1970.
    package var now: Int

    package init(
        directory: String, list: String, state: StateRecord, farmers: [(entry: RosterEntry, alive: AliveRecord?)],
        silent: Set<String> = [], now: Int
    ) {
        self.directory = directory
        self.list = list
        self.state = state
        self.farmers = farmers.filter { $0.entry.status == .live }.sorted { $0.entry.ordinal < $1.entry.ordinal }
        self.silent = silent
        self.now = now
    }

    private var counted: [Member] { farmers.filter { !silent.contains($0.entry.farmer) } }
    var left: Int { state.toprocess + state.claimed }
    var running: Int { counted.reduce(0) { $0 + ($1.alive?.running.count ?? 0) } }
    var slots: Int { farmers.reduce(0) { $0 + $1.entry.slots } }
    /// Those that wait for their time to be run again.
    var delayed: Int { counted.reduce(0) { $0 + ($1.alive?.outlook?.delayed ?? 0) } }
    /// Tasks per second of all live farmers.
    var rate: Double { counted.reduce(0) { $0 + Double($1.alive?.milliRate ?? 0) } / 1000 }
    /// What is left by that rate; nil as long as nobody can know.
    var secondsLeft: Double? { rate > 0 ? Double(left) / rate : nil }

    package var text: String {
        var lines = ["\(directory.oneLine): \(Text.count(state.tasks, "task")) from \(list.oneLine)"]
        lines += Text.table(
            [
                ["  finished", "\(state.finished)"], ["  failed", "\(state.failed)"],
                ["  skipped", "\(state.skipped)"],
                ["  claimed", "\(state.claimed)"], ["  to process", "\(state.toprocess)"],
            ] + (state.held > 0 ? [["  held", "\(state.held)"]] : []))
        if farmers.isEmpty {
            lines.append(
                left > 0
                    ? "nobody is at work"
                    : state.held > 0 ? "complete but for held tasks: `taskfarmer release` lets them run" : "complete")
        } else {
            let time = Text.timeLeft(left, perSecond: rate).map { ", about \($0) left" } ?? ""
            let later = delayed > 0 ? ", \(delayed) to be run again later" : ""
            lines.append(
                counted.isEmpty
                    ? "no farmer shows a sign of life"
                    : "\(running) running\(later)" + (rate > 0 ? ", \(Text.rate(rate))\(time)" : ""))
            lines.append("")
            // What no farmer has is no column.
            let more = Self.memberColumns.filter { column in farmers.contains { column.cell(self, $0) != nil } }
            let head = ["farmer", "host", "pid", "slots", "running", "claimed", "since", "heartbeat"]
            lines += Text.table(
                [head + more.map(\.head)]
                    + farmers.map { farmer in
                        [
                            farmer.entry.farmer, farmer.entry.host, farmer.alive.map { "\($0.process)" } ?? "?",
                            "\(farmer.entry.slots)", farmer.alive.map { "\($0.running.count)" } ?? "?",
                            "\(farmer.entry.claimed)", "\(ago(farmer.entry.joined)) ago",
                            farmer.alive.map { "\(ago($0.written)) ago" } ?? "none",
                        ] + more.map { $0.cell(self, farmer) ?? "-" }
                    })
            let tasks = counted.flatMap { farmer in
                (farmer.alive?.running ?? []).map { (farmer.entry.host, farmer.alive?.written ?? now, $0) }
            }
            if !tasks.isEmpty {
                lines.append("")
                // Farmers look only at what runs for longer than a moment.
                let isSeen = tasks.prefix(64).contains { $0.2.usage != nil }
                lines += Text.table(
                    [["task", "attempt", "host", "slot", "for"] + (isSeen ? ["cpu time", "memory"] : [])]
                        + tasks.prefix(64).map { host, seen, task in
                            let usage =
                                task.usage.map {
                                    [Text.duration($0.processor * 1_000_000), Text.bytes($0.resident * 1024)]
                                } ?? ["-", "-"]
                            // Whether it still runs is not known.
                            let time = Text.duration(max(0, seen - task.started) * 1000)
                            return ["\(task.task)", "\(task.attempt)", host, "\(task.slot)", time]
                                + (isSeen ? usage : [])
                        })
                if tasks.count > 64 { lines.append("… and \(tasks.count - 64) more") }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    typealias Member = (entry: RosterEntry, alive: AliveRecord?)

    /// What is not so of all farmers: what they do, and what a scheduler gave to them.
    private static let memberColumns: [(head: String, cell: @Sendable (StatusReport, Member) -> String?)] = [
        (
            "state",
            { report, farmer in
                report.silent.contains(farmer.entry.farmer) ? "no sign of life" : state(farmer.alive)
            }
        ),
        ("delayed", { _, farmer in farmer.alive?.outlook.flatMap { $0.delayed > 0 ? "\($0.delayed)" : nil } }),
        ("job", { _, farmer in job(farmer.entry) }),
        ("memory", { _, farmer in farmer.alive?.allocation?.memory.map(AllocationText.memory) }),
        ("gpus", { _, farmer in farmer.alive?.allocation?.gpus }),
        (
            "ends",
            { report, farmer in
                farmer.alive?.allocation?.ends.map {
                    $0 > report.now ? "in \(report.ago(2 * report.now - $0))" : "over"
                }
            }
        ),
    ]

    /// What a farmer does that does not just work, and why.
    private static func state(_ alive: AliveRecord?) -> String? {
        guard let mode = alive?.control?.mode else { return nil }
        let outlook = alive?.outlook
        if mode != .working { return mode.rawValue + (outlook?.leaving.map { " (\($0.oneLine))" } ?? "") }
        if let reason = outlook?.heldBack { return "held back (\(reason.oneLine))" }
        if alive?.running.isEmpty == true, let refused = outlook?.refused {
            return "nothing fits (task \(refused.first) \(refused.reason.oneLine))"
        }
        return nil
    }

    private static func job(_ entry: RosterEntry) -> String? { entry.job == Allocation.none ? nil : entry.job }

    private func ago(_ instant: Int) -> String { Text.duration(max(0, now - instant) * 1000) }

    package var json: String {
        func seconds(_ microseconds: Int) -> String { Text.decimal(Double(microseconds) / 1e6, places: 6) }
        let members = farmers.map { farmer in
            let tasks = (farmer.alive?.running ?? []).map { task in
                #"{"id":\#(task.task),"attempt":\#(task.attempt),"slot":\#(task.slot),"process_group":\#(task.group),"#
                    + #""started":\#(seconds(task.started)),"#
                    + #""cpu":\#(task.usage.map { Text.decimal(Double($0.processor) / 1e3, places: 3) } ?? "null"),"#
                    + #""memory":\#(task.usage.map { "\($0.resident * 1024)" } ?? "null")}"#
            }
            return """
                    {
                      "farmer": \(JSONText.string(farmer.entry.farmer)),
                      "host": \(JSONText.string(farmer.entry.host)),
                      "pid": \(farmer.alive.map { "\($0.process)" } ?? "null"),
                      "slots": \(farmer.entry.slots),
                      "claimed": \(farmer.entry.claimed),
                      "since": \(seconds(farmer.entry.joined)),
                      "heartbeat": \(farmer.alive.map { seconds($0.written) } ?? "null"),
                      "job": \(Self.job(farmer.entry).map(JSONText.string) ?? "null"),
                      "allocation": \(farmer.alive?.allocation.map(AllocationText.json) ?? "null"),
                      "state": \(farmer.alive?.control.map { JSONText.string($0.mode.rawValue) } ?? "null"),
                      "silent": \(silent.contains(farmer.entry.farmer)),
                      "outlook": \(farmer.alive?.outlook.map(OutlookText.json) ?? "null"),
                      "rate": \(Text.decimal(Double(farmer.alive?.milliRate ?? 0) / 1000, places: 3)),
                      "running": [\(tasks.joined(separator: ", "))]
                    }
                """
        }
        return """
            {
              "format": 1,
              "workdir": \(JSONText.string(directory)),
              "list": \(JSONText.string(list)),
              "time": \(seconds(now)),
              "tasks": \(state.tasks),
              "finished": \(state.finished),
              "failed": \(state.failed),
              "skipped": \(state.skipped),
              "claimed": \(state.claimed),
              "toprocess": \(state.toprocess),
              "held": \(state.held),
              "attempts": \(state.attempts),
              "complete": \(state.isComplete),
              "running": \(running),
              "delayed": \(delayed),
              "rate": \(Text.decimal(rate, places: 3)),
              "seconds_left": \(secondsLeft.map { Text.decimal($0, places: 1) } ?? "null"),
              "farmers": [\(members.isEmpty ? "" : "\n" + members.joined(separator: ",\n") + "\n  ")]
            }

            """
    }
}
