// What a command that is run at a farmer's end is told: the same as variables and as JSON.

package import TaskFarmerCore

package struct HookReport: Sendable {
    /// Why it is told.
    package enum Event: String, Sendable, CaseIterable {
        /// All tasks are over, and this farmer is the last to leave.
        case end
        /// The same, and some have failed.
        case fail
        /// This farmer stops before that.
        case stop
    }

    package struct Failure: Sendable {
        package var task: Int
        package var attempt: Int
        package var outcome: Outcome
        package var log: String

        package init(task: Int, attempt: Int, outcome: Outcome, log: String) {
            self.task = task
            self.attempt = attempt
            self.outcome = outcome
            self.log = log
        }
    }

    package var workDirectory: String
    package var host: String
    package var state: StateRecord
    package var attempts: AttemptTotals
    /// Nanoseconds.
    package var elapsed: Int
    package var exitStatus: Int32
    /// Why it stopped, in words; nil where nothing was left to do.
    package var reason: String?
    package var failures: [Failure]

    package init(
        workDirectory: String, host: String, state: StateRecord, attempts: AttemptTotals, elapsed: Int,
        exitStatus: Int32,
        reason: String?, failures: [Failure]
    ) {
        self.workDirectory = workDirectory
        self.host = host
        self.state = state
        self.attempts = attempts
        self.elapsed = elapsed
        self.exitStatus = exitStatus
        self.reason = reason
        self.failures = failures
    }

    /// What there is to tell.
    ///
    /// - Parameter isComplete: whether this farmer knows that all tasks are over
    /// - Returns: in this order
    package func events(isComplete: Bool) -> [Event] {
        if !isComplete { return reason == nil ? [] : [.stop] }
        // Others tell it, when they leave.
        if state.liveFarmers > 0 { return [] }
        return state.failed > 0 ? [.fail, .end] : [.end]
    }

    private var counts: [(name: String, value: Int)] {
        [
            ("tasks", state.tasks), ("finished", state.finished), ("failed", state.failed), ("skipped", state.skipped),
            ("held", state.held), ("left", state.toprocess + state.claimed),
        ]
    }

    /// `NAME=value`, each.
    package func variables(_ event: Event) -> [[UInt8]] {
        let texts = [
            ("EVENT", event.rawValue), ("WORKDIR", workDirectory), ("HOST", host),
            ("ELAPSED", Text.decimal(Double(elapsed) / 1e9, places: 3)), ("EXIT_STATUS", "\(exitStatus)"),
            ("REASON", reason ?? ""),
        ]
        return (texts + counts.map { ($0.name.uppercased(), "\($0.value)") }).map { name, value in
            // A variable ends at a NUL byte.
            Array("TASKFARMER_\(name)=\(value)".utf8).map { $0 == 0 ? UInt8(ascii: " ") : $0 }
        }
    }

    package func json(_ event: Event) -> String {
        let failed = failures.map { failure in
            #"{"task": \#(failure.task), "attempt": \#(failure.attempt), "outcome": "\#(failure.outcome.word)", "#
                + #""exit": \#(failure.outcome.exitStatus.map { "\($0)" } ?? "null"), "#
                + #""signal": \#(failure.outcome.signal.map { "\($0)" } ?? "null"), "log": \#(JSONText.string(failure.log))}"#
        }
        return """
            {
              "format": 1,
              "event": "\(event.rawValue)",
              "workdir": \(JSONText.string(workDirectory)),
              "host": \(JSONText.string(host)),
              "reason": \(reason.map(JSONText.string) ?? "null"),
              "exit_status": \(exitStatus),
              "elapsed": \(Text.decimal(Double(elapsed) / 1e9, places: 3)),
            \(counts.map { "  \"\($0.name)\": \($0.value),\n" }.joined())\
              "attempts": {"succeeded": \(attempts.succeeded), "failed": \(attempts.failed), "retried": \(attempts.retried), \
            "interrupted": \(attempts.interrupted)},
              "failures": [\(failed.isEmpty ? "" : "\n    " + failed.joined(separator: ",\n    ") + "\n  ")]
            }

            """
    }
}
