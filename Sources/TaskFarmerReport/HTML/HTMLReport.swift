// `taskfarmer report`: one page without anything from elsewhere. What is in it is in attempts.tsv and farmers.tsv; its totals stand in it
// once more as JSON, for programs.

package import TaskFarmerCore

package struct HTMLReport {
    /// A task that is running now, and where.
    package typealias Running = (host: String, task: JournalRecord.RunningTask)

    package var workDirectory: String
    package var list: String
    package var state: StateRecord
    package var figures: RunFigures
    package var running: [Running]
    /// What people are shown for the tasks that are named.
    package var commands: [Int: String]
    /// Microseconds since 1970, and how people write that and the first start.
    package var now: Int
    package var nowText: String
    package var startText: String
    package var version: String
    package var signalName: @Sendable (Int32) -> String

    package init(
        workDirectory: String, list: String, state: StateRecord, figures: RunFigures, running: [Running],
        commands: [Int: String], now: Int, nowText: String, startText: String, version: String,
        signalName: @escaping @Sendable (Int32) -> String
    ) {
        self.workDirectory = workDirectory
        self.list = list
        self.state = state
        self.figures = figures
        self.running = running
        self.commands = commands
        self.now = now
        self.nowText = nowText
        self.startText = startText
        self.version = version
        self.signalName = signalName
    }

    /// The tasks whose commands are wanted.
    package static func named(_ figures: RunFigures, _ running: [Running]) -> Set<Int> {
        Set((figures.slowest + figures.largest + figures.latestFailures).map(\.task))
            .union(running.prefix(mostRunning).map(\.task.task))
    }

    static let mostRunning = 200
    static let mostHosts = 300
    static let mostFarmers = 500

    package var html: String {
        let title = "TaskFarmer: \(HTML.text(list.split(separator: "/").last.map(String.init) ?? list))"
        let parts =
            figures.extent.attempts == 0
            ? [totals, "<p>Nothing was attempted yet.</p>\n", runningNow, figures.extent.isEmpty ? "" : farmers]
            : [
                totals, timeSpent, Charts.running(figures), GanttChart.draw(figures), Charts.rate(figures), histograms,
                outcomes, hosts, runningNow, failed, slowest, largest, farmers,
            ]
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>\(title)</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <style>\(Self.style)</style></head><body><main>
            <h1>\(title)</h1>
            <p class="place">\(HTML.text(workDirectory)) · as of \(HTML.text(nowText))</p>
            \(parts.joined())
            <footer>TaskFarmer \(HTML.text(version)). A slot runs one task at a time: its hours are core-hours where tasks ask for one core. Useful are attempts that succeeded; \
            failed those that ended otherwise by themselves, also where the task was run again; interrupted those that were stopped; lost those whose farmer died, counted until \
            that was found out. Idle is the time of slots in which nothing ran. Processor time is that of a task and of all its children that it waited for.</footer>
            </main>
            <script type="application/json" id="figures">\(json)</script>
            </body></html>

            """
    }

    // MARK: totals

    private var totals: String {
        let left = state.toprocess + state.claimed
        var tiles = [
            ("tasks", "\(state.tasks)"), ("finished", "\(state.finished)"), ("failed", "\(state.failed)"),
        ]
        if state.skipped > 0 { tiles.append(("skipped", "\(state.skipped)")) }
        if left > 0 { tiles.append(("left", "\(left)")) }
        if state.held > 0 { tiles.append(("held", "\(state.held)")) }
        tiles.append(("attempts", "\(figures.extent.attempts)"))
        if !figures.extent.isEmpty {
            tiles.append(("began", startText))
            tiles.append(("from first to last", Text.duration(figures.extent.end - figures.extent.start, micro: true)))
            let offered = figures.extent.offered
            if offered > 0 {
                let busy = RunFigures.Use.allCases.reduce(0) { $0 + figures.sums($1).wall }
                tiles.append(("of the slots busy", Text.percent(min(1, Double(busy) / offered))))
            }
            if let median = figures.quantile(0.5), let most = figures.quantile(0.95) {
                tiles.append(("half take at most", Text.duration(Int(median * 1e9))))
                tiles.append(("95 % at most", Text.duration(Int(most * 1e9))))
            }
        }
        return "<dl class=\"tiles\">"
            + tiles.map { "<div><dt>\(HTML.text($0.0))</dt><dd>\(HTML.text($0.1))</dd></div>" }.joined() + "</dl>\n"
    }

    /// Whether the time of slots is told in hours; otherwise it is in seconds.
    private var isInHours: Bool { figures.extent.offered >= 3.6e9 }
    private var unit: String { isInHours ? "hours" : "seconds" }

    private func hours(_ microseconds: Double) -> String {
        let value = microseconds / (isInHours ? 3.6e9 : 1e6)
        return Text.decimal(value, places: value < 10 ? 2 : 1)
    }

    private var timeSpent: String {
        let offered = max(figures.extent.offered, 1)
        var parts = RunFigures.Use.allCases.map {
            (name: $0.name, value: Double(figures.sums($0).wall), attempts: figures.sums($0).attempts)
        }
        parts.append((name: "idle", value: figures.idle, attempts: 0))
        let rows = parts.map {
            [
                $0.name, $0.name == "idle" ? "" : "\($0.attempts)", hours($0.value),
                Text.percent($0.value / max(offered, 1)),
            ]
        }
        return Charts.uses(parts.map { ($0.name, $0.value) })
            + HTML.table(
                "Slot-\(unit)", [("use", false), ("attempts", true), ("slot-\(unit)", true), ("share", true)], rows)
    }

    private var histograms: String {
        "<div class=\"three\">"
            + Charts.histogram("durations", "How long successful attempts took", figures.durations) {
                $0 < 0.1 ? Text.duration(Int($0 * 1e9)) : Ticks.timeText($0)
            }
            + Charts.histogram("efficiency", "Their use of the processor", figures.efficiencies) { "\(Int($0)) %" }
            + Charts.histogram("memory", "Their memory at most", figures.memory) { Text.bytes(Int(min($0, 9e18))) }
            + "</div>\n"
    }

    private var outcomes: String {
        HTML.table(
            "How attempts ended",
            [("outcome", false), ("attempts", true), ("slot-\(unit)", true), ("processor-\(unit)", true)],
            OutcomeWord.allCases.compactMap { word in
                figures.byWord[word].map {
                    [word.rawValue, "\($0.attempts)", hours(Double($0.wall)), hours(Double($0.processor))]
                }
            })
    }

    // MARK: nodes

    private var hosts: String {
        var offered = [Double](repeating: 0, count: figures.hosts.count)
        for member in figures.extent.members { offered[member.host] += member.offered(from: .min / 2, to: .max / 2) }
        let order = figures.hosts.indices.sorted { Lanes.precedes(figures.extent.hosts[$0], figures.extent.hosts[$1]) }
        let rows = order.prefix(Self.mostHosts).map { index -> [String] in
            let host = figures.hosts[index]
            func sums(_ use: RunFigures.Use) -> RunFigures.Sums { host.byUse[use.rawValue] }
            let (good, total) = (sums(.useful), host.total)
            return [
                figures.extent.hosts[index], "\(good.attempts)", "\(sums(.failed).attempts)",
                "\(sums(.interrupted).attempts + sums(.lost).attempts)", hours(Double(total.wall)),
                offered[index] > 0 ? Text.percent(min(1, Double(total.wall) / offered[index])) : "",
                good.attempts > 0 ? Text.duration(good.wall / good.attempts * 1000) : "",
                good.efficiency.map(Text.percent) ?? "", Text.bytes(host.mostMemory * 1024),
            ]
        }
        return HTML.table(
            "Nodes compared" + Self.some(order.count, Self.mostHosts),
            [
                ("host", false), ("succeeded", true), ("failed", true), ("interrupted, lost", true),
                ("slot-\(unit)", true),
                ("busy", true), ("mean duration", true), ("processor", true), ("most memory", true),
            ], rows)
    }

    private static func some(_ count: Int, _ most: Int) -> String { count > most ? ", \(most) of \(count)" : "" }

    private var farmers: String {
        let members = figures.extent.members.sorted { $0.joined < $1.joined }
        func since(_ time: Int) -> String { Text.duration(max(0, time - figures.extent.start), micro: true) }
        return HTML.table(
            "Farmers" + Self.some(members.count, Self.mostFarmers),
            [
                ("farmer", false), ("job", false), ("slots", true), ("attempts", true), ("came after", true),
                ("stayed for", true),
                ("why it left", false), ("settings", false),
            ],
            members.prefix(Self.mostFarmers).map { member in
                [
                    member.name, member.job ?? "", "\(member.slots)", "\(member.attempts)", since(member.joined),
                    Text.duration(max(0, member.left - member.joined), micro: true), member.ending ?? "",
                    member.settings ?? "",
                ]
            })
    }

    // MARK: tasks

    private var runningNow: String {
        if running.isEmpty { return "" }
        return HTML.table(
            "Running now" + Self.some(running.count, Self.mostRunning),
            [("task", true), ("attempt", true), ("host", false), ("slot", true), ("for", true), ("command", false)],
            running.sorted { $0.task.started < $1.task.started }.prefix(Self.mostRunning).map {
                [
                    "\($0.task.task)", "\($0.task.attempt)", $0.host, "\($0.task.slot)",
                    Text.duration(max(0, now - $0.task.started), micro: true),
                    commands[$0.task.task] ?? "",
                ]
            })
    }

    private func attempts(_ caption: String, _ shown: [RunFigures.Shown]) -> String {
        if shown.isEmpty { return "" }
        return HTML.table(
            caption,
            [
                ("task", true), ("attempt", true), ("how it ended", false), ("duration", true), ("processor", true),
                ("memory", true),
                ("host", false), ("after", true), ("command", false),
            ],
            shown.map { attempt in
                [
                    "\(attempt.task)", "\(attempt.number)", RunReport.ending(attempt.outcome, signalName: signalName),
                    Text.duration(attempt.wall, micro: true), Text.duration(attempt.processor, micro: true),
                    Text.bytes(attempt.memory * 1024), figures.extent.hosts[attempt.host],
                    Text.duration(max(0, attempt.started - figures.extent.start), micro: true),
                    commands[attempt.task] ?? "",
                ]
            })
    }

    private var failed: String {
        let count = figures.sums(.failed).attempts
        return attempts(
            "Failed attempts, the latest first" + Self.some(count, RunFigures.mostFailed), figures.latestFailures)
    }
    private var slowest: String { attempts("The slowest attempts", figures.slowest) }
    private var largest: String { attempts("The attempts with the most memory", figures.largest) }

    // MARK: for programs

    private var json: String {
        func seconds(_ microseconds: Double) -> String { Text.decimal(microseconds / 1e6, places: 6) }
        let words = OutcomeWord.allCases.compactMap { word in
            figures.byWord[word].map {
                "\"\(word.rawValue)\": {\"attempts\": \($0.attempts), \"wall\": \(seconds(Double($0.wall))), \"processor\": \(seconds(Double($0.processor)))}"
            }
        }
        let uses = RunFigures.Use.allCases.map { "\"\($0.name)\": \(seconds(Double(figures.sums($0).wall)))" }
        // Nothing in it can end the element: hosts' names are text of JSON without `<`.
        let hosts = figures.hosts.enumerated().map { index, host in
            "\(JSONText.string(figures.extent.hosts[index]).replacing("<", with: "\\u003c")): {\"attempts\": \(host.total.attempts), \"wall\": \(seconds(Double(host.total.wall)))}"
        }
        let (start, end) =
            figures.extent.isEmpty ? (0.0, 0.0) : (Double(figures.extent.start), Double(figures.extent.end))
        return """
            {"format": 1, "time": \(seconds(Double(now))), "tasks": \(state.tasks), "finished": \(state.finished), "failed": \(state.failed), \
            "skipped": \(state.skipped), "held": \(state.held), "attempts": \(figures.extent.attempts), "start": \(seconds(start)), \
            "end": \(seconds(end)), "outcomes": {\(words.joined(separator: ", "))}, "slot_seconds": {\(uses.joined(separator: ", ")), \
            "idle": \(seconds(figures.idle))}, "hosts": {\(hosts.joined(separator: ", "))}}
            """
    }
}

extension Text {
    /// A duration in microseconds.
    static func duration(_ microseconds: Int, micro: Bool) -> String { duration(min(microseconds, .max / 1000) * 1000) }
}
