// `taskfarmer health`: a verdict and its reasons, as text, JSON and metrics. The JSON form and the metrics are documented in the article
// "Monitoring": keys and names are only ever added.

package import TaskFarmerCore

package struct HealthReport: Sendable {
    /// The work directory.
    package var directory: String
    /// Of this program.
    package var version: String
    /// Microseconds since 1970.
    package var now: Int
    package let health: FarmHealth
    /// nil where nothing could be read.
    package let status: StatusReport?
    /// What is known of the live farmers, by their names.
    private let lives: [String: Explanation.Farmer.Life]

    /// - Parameters:
    ///   - status: what there is
    ///   - farmers: what is known of the live farmers, in the order in which they joined
    ///   - version: of this program
    package init(_ status: StatusReport, _ farmers: [Explanation.Farmer], version: String) {
        directory = status.directory
        self.version = version
        now = status.now
        health = FarmHealth(status.state, farmers)
        self.status = status
        lives = Dictionary(farmers.map { ($0.name, $0.life) }) { $1 }
    }

    /// Of a work directory that cannot be read.
    ///
    /// - Parameters:
    ///   - directory: which
    ///   - message: why, in a line
    ///   - now: microseconds since 1970
    ///   - version: of this program
    package init(unreadable directory: String, _ message: String, now: Int, version: String) {
        self.directory = directory
        self.version = version
        self.now = now
        health = FarmHealth(unreadable: message)
        status = nil
        lives = [:]
    }

    package var text: String {
        var lines = ["\(directory.oneLine): \(health.status.rawValue)"]
        lines += health.findings.map { "  \(Self.words($0).oneLine)" }
        if let status {
            var line = "\(status.state.done) of \(Text.count(status.state.tasks, "task")) over"
            if !status.farmers.isEmpty {
                let time = Text.timeLeft(status.left, perSecond: status.rate).map { ", about \($0) left" } ?? ""
                line +=
                    ", \(status.running) running on \(Text.count(status.farmers.count - silent, "farmer"))"
                    + (status.rate > 0 ? ", \(Text.rate(status.rate))\(time)" : "")
            }
            lines.append(line)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    package var json: String {
        func number(_ value: (StatusReport) -> Int) -> String { status.map { "\(value($0))" } ?? "null" }
        let reasons = health.findings.map { finding in
            #"    {"reason": "\#(finding.reason.rawValue)", "unhealthy": \#(finding.reason.isUnhealthy), "#
                + #""text": \#(JSONText.string(Self.words(finding)))}"#
        }
        return """
            {
              "format": 1,
              "status": "\(health.status.rawValue)",
              "healthy": \(health.isHealthy),
              "reasons": [\(reasons.isEmpty ? "" : "\n" + reasons.joined(separator: ",\n") + "\n  ")],
              "workdir": \(JSONText.string(directory)),
              "list": \(status.map { JSONText.string($0.list) } ?? "null"),
              "time": \(Text.decimal(Double(now) / 1e6, places: 6)),
              "tasks": \(number { $0.state.tasks }),
              "finished": \(number { $0.state.finished }),
              "failed": \(number { $0.state.failed }),
              "skipped": \(number { $0.state.skipped }),
              "claimed": \(number { $0.state.claimed }),
              "toprocess": \(number { $0.state.toprocess }),
              "held": \(number { $0.state.held }),
              "attempts": \(number { $0.state.attempts }),
              "complete": \(status.map { "\($0.state.isComplete)" } ?? "null"),
              "running": \(number(\.running)),
              "delayed": \(number(\.delayed)),
              "farmers": \(number(\.farmers.count)),
              "silent": \(number { _ in silent }),
              "slots": \(number(\.slots)),
              "rate": \(status.map { Text.decimal($0.rate, places: 3) } ?? "null"),
              "seconds_left": \(status?.secondsLeft.map { Text.decimal($0, places: 1) } ?? "null")
            }

            """
    }

    private var silent: Int { lives.count { $0.value != .alive } }

    // MARK: metrics

    package var metrics: String {
        var text = MetricsText()
        text.family("info", .gauge, "The work directory, its task list and the version of taskfarmer that looks at it.")
        {
            $0.sample(1, ("workdir", directory), ("list", status?.list ?? ""), ("version", version))
        }
        text.family("healthy", .gauge, "Whether work that is left is being done (1) or not, or nothing is known (0).") {
            $0.sample(health.isHealthy ? 1 : 0)
        }
        text.family("health_reason", .gauge, "What is to be said of it: 1 for each reason that holds.") { family in
            let found = Set(health.findings.map(\.reason))
            for reason in FarmHealth.Reason.allCases {
                family.sample(found.contains(reason) ? 1 : 0, ("reason", reason.rawValue))
            }
        }
        if let status {
            append(status, to: &text)
            appendFarmers(status, to: &text)
        }
        return text.text
    }

    private func append(_ status: StatusReport, to text: inout MetricsText) {
        let state = status.state
        text.family("tasks", .gauge, "Tasks by where they are; they add up to all there ever were.") {
            for (name, count) in [
                ("finished", state.finished), ("failed", state.failed), ("skipped", state.skipped),
                ("claimed", state.claimed), ("waiting", state.toprocess), ("held", state.held),
            ] {
                $0.sample(count, ("state", name))
            }
        }
        text.family("attempts_total", .counter, "Recorded attempts.") { $0.sample(state.attempts) }
        text.family("attempt_duration_seconds", .summary, "Wall time of attempts that came to an end of their own.") {
            $0.sample(suffix: "_sum", Self.seconds(state.wall))
            $0.sample(suffix: "_count", "\(state.timed)")
        }
        let totals = [
            ("running_tasks", "Running tasks, as of the heartbeats.", status.running),
            ("delayed_tasks", "Claimed tasks that wait for their time to be run again.", status.delayed),
            ("farmers", "Farmers that have joined and have not left.", status.farmers.count),
            ("silent_farmers", "Those of them that show no sign of life.", silent),
            ("slots", "Slots of the farmers.", status.slots),
        ]
        for (name, help, value) in totals { text.family(name, .gauge, help) { $0.sample(value) } }
        text.family("task_rate", .gauge, "Attempts that end per second, of late, of all farmers.") {
            $0.sample(Text.decimal(status.rate, places: 3))
        }
        text.family(
            "remaining_seconds", .gauge, "How long what is left takes at that rate; NaN while that is not known."
        ) {
            $0.sample(status.left == 0 ? "0" : status.secondsLeft.map { Text.decimal($0, places: 1) } ?? "NaN")
        }
    }

    private func appendFarmers(_ status: StatusReport, to text: inout MetricsText) {
        typealias Value = (StatusReport.Member) -> String?
        let families: [(String, String, Value)] = [
            ("alive", "Whether it shows that it lives.", { [lives] in lives[$0.entry.farmer] == .alive ? "1" : "0" }),
            ("slots", "Its slots.", { "\($0.entry.slots)" }),
            ("claimed_tasks", "Tasks that it holds.", { "\($0.entry.claimed)" }),
            ("running_tasks", "Tasks that it runs.", { $0.alive.map { "\($0.running.count)" } }),
            (
                "task_rate", "Attempts that end per second, of late.",
                { $0.alive.map { Text.decimal(Double($0.milliRate) / 1000, places: 3) } }
            ),
            (
                "joined_timestamp_seconds", "When it joined, in seconds since 1970.",
                { Self.seconds($0.entry.joined) }
            ),
            (
                "heartbeat_timestamp_seconds", "Its last sign of life, in seconds since 1970.",
                { $0.alive.map { Self.seconds($0.written) } }
            ),
        ]
        for (name, help, value) in families {
            text.family("farmer_" + name, .gauge, help) {
                for farmer in status.farmers {
                    guard let value = value(farmer) else { continue }
                    $0.sample(value, ("host", farmer.entry.host), ("farmer", farmer.entry.farmer))
                }
            }
        }
    }

    private static func seconds(_ microseconds: Int) -> String {
        Text.decimal(Double(microseconds) / 1e6, places: 6)
    }

    // MARK: in words

    private static func words(_ finding: FarmHealth.Finding) -> String {
        switch finding {
        case .unreadable(let message): message
        case .noFarmers(let left): "\(Text.count(left, "task")) left, and nobody is at work"
        case .allSilent(let left, let farmers, let life):
            "\(Text.count(left, "task")) left, and no farmer shows that it lives: \(silence(farmers, life))"
        case .tasksFailed(let count): "\(Text.count(count, "task")) failed: `taskfarmer failed` says how"
        case .tasksHeld(let count): "\(Text.count(count, "task")) held: `taskfarmer release` lets them run"
        case .farmersSilent(let farmers, let life): "no sign of life: \(silence(farmers, life))"
        case .farmersLeaving(let farmers): "leaving, with no new tasks: \(some(farmers))"
        case .farmersPaused(let farmers): "paused: \(some(farmers))"
        case .heldBack(let farmers): "held back: \(some(farmers))"
        case .nothingFits(let farmers): "idle, since nothing of what is left fits: \(some(farmers))"
        }
    }

    /// `n1.17.1799990000001 (12 threads of this machine run) and 3 more`.
    private static func some(_ farmers: FarmHealth.Farmers) -> String {
        farmers.first + (farmers.words.map { " (\($0))" } ?? "")
            + (farmers.count > 1 ? " and \(farmers.count - 1) more" : "")
    }

    private static func silence(_ farmers: FarmHealth.Farmers, _ life: Explanation.Farmer.Life) -> String {
        var farmers = farmers
        switch life {
        case .alive: break
        case .silent(let time): farmers.words = "for \(Text.duration(time * 1000))"
        case .dead: farmers.words = "its process is gone"
        }
        return some(farmers)
    }
}
