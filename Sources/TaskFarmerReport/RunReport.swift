// What `taskfarmer run` prints: the progress line, a line per event, and the summary at the end.

package import TaskFarmerCore

package enum RunReport {
    /// How far the work is, for the progress line.
    package struct Progress: Sendable {
        package var tasks: Int
        package var done: Int
        package var failed: Int
        package var running: Int
        package var rate: Double

        package init(tasks: Int, done: Int, failed: Int, running: Int, rate: Double) {
            self.tasks = tasks
            self.done = done
            self.failed = failed
            self.running = running
            self.rate = rate
        }
    }

    package static func line(_ progress: Progress) -> String {
        let left = max(0, progress.tasks - progress.done)
        let time = Text.timeLeft(left, perSecond: progress.rate).map { ", \($0) left" } ?? ""
        let share = progress.tasks == 0 ? 1 : Double(progress.done) / Double(progress.tasks)
        let rate = progress.rate > 0 ? ", \(Text.rate(progress.rate))" : ""
        return "\(progress.done)/\(progress.tasks) done (\(Text.percent(share))), \(progress.failed) failed, "
            + "\(progress.running) running, \(left) left\(rate)\(time)"
    }

    /// How an attempt ended, in words.
    package static func ending(_ outcome: Outcome, signalName: (Int32) -> String) -> String {
        switch outcome {
        case .succeeded: "succeeded"
        case .exited(let status): "exit \(status)"
        case .signalled(let number): "killed by \(signalName(number))"
        case .timedOut: "timed out"
        case .outOfMemory: "out of memory"
        case .couldNotStart(let status, let reason): "could not start (exit \(status)): \(reason)"
        case .outputLost(let reason): "what it printed did not fit: \(reason)"
        case .interrupted: "interrupted"
        case .lost: "lost"
        }
    }

    private static func goingBack(_ attempt: Attempt) -> String {
        switch attempt.fate {
        case .over: ""
        case .again: ", to be run again"
        case .resumed: ", to be resumed"
        case .cancelled: ", cancelled"
        }
    }

    package static func started(_ task: TaskRecord, attempt: Int, slot: Int) -> String {
        "start \(task.id)\(attempt > 1 ? " (attempt \(attempt))" : "") in slot \(slot): \(shown(task.command))"
    }

    package static func ended(_ attempt: Attempt, command: [UInt8], signalName: (Int32) -> String) -> String {
        "end \(attempt.task): \(ending(attempt.outcome, signalName: signalName)) after "
            + "\(Text.duration(attempt.wall * 1000))\(goingBack(attempt)): \(shown(command))"
    }

    /// A command for people: at most 120 characters, nothing that a terminal would act on.
    package static func shown(_ command: [UInt8]) -> String {
        var bytes: [UInt8] = []
        PlainText.append(command, upTo: 120, to: &bytes)
        return bytes.text
    }

    /// What the summary is made of. Times are in nanoseconds.
    package struct Totals: Sendable {
        package var state: StateRecord
        package var ended: Int
        package var attempts: AttemptTotals
        package var elapsed: Int
        package var busyShare: Double
        package var slots: Int
        package var failures: [(attempt: Attempt, log: String)]
        package var workDirectory: String
        package var stopped: String?
        /// What the farmer itself used: processor time, and memory at most in KiB.
        package var ownProcessor: Int
        package var ownMemory: Int

        package init(
            state: StateRecord, ended: Int, attempts: AttemptTotals, elapsed: Int, busyShare: Double,
            slots: Int, failures: [(attempt: Attempt, log: String)], workDirectory: String, stopped: String?,
            ownProcessor: Int, ownMemory: Int
        ) {
            self.state = state
            self.ended = ended
            self.attempts = attempts
            self.elapsed = elapsed
            self.busyShare = busyShare
            self.slots = slots
            self.failures = failures
            self.workDirectory = workDirectory
            self.stopped = stopped
            self.ownProcessor = ownProcessor
            self.ownMemory = ownMemory
        }
    }

    package static func summary(_ totals: Totals, signalName: (Int32) -> String) -> String {
        let state = totals.state
        var lines = [Self.totals(state, totals.workDirectory)]
        lines.append(
            "this farmer: \(text(totals.attempts))"
                + " in \(Text.duration(totals.elapsed)); \(Text.count(totals.slots, "slot")) busy \(Text.percent(totals.busyShare))"
        )
        let each = totals.ended > 0 ? " (\(Text.duration(totals.ownProcessor / totals.ended)) a task)" : ""
        lines.append(
            "the farmer itself: \(Text.duration(totals.ownProcessor)) of processor time\(each), "
                + "\(Text.decimal(Double(totals.ownMemory) / 1024, places: 0)) MiB of memory at most")
        if let stopped = totals.stopped { lines.append("stopped by \(stopped)") }
        if state.held > 0 && state.toprocess + state.claimed == 0 {
            let held = state.held == 1 ? "1 task is held" : "\(state.held) tasks are held"
            lines.append("\(held): nobody runs what is not released (taskfarmer release)")
        }
        if !totals.failures.isEmpty {
            lines.append("failed here:")
            lines += Text.table(
                totals.failures.map { failure in
                    ["  \(failure.attempt.task)", ending(failure.attempt.outcome, signalName: signalName), failure.log]
                })
        }
        if state.failed > 0 {
            lines += failed(state, totals.workDirectory).dropFirst(state.failed > totals.failures.count ? 0 : 1)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// How many tasks are where.
    static func totals(_ state: StateRecord, _ workDirectory: String) -> String {
        let left = state.toprocess + state.claimed
        return
            "\(workDirectory.oneLine): \(state.finished) of \(Text.count(state.tasks, "task")) finished, \(state.failed) failed"
            + (state.skipped > 0 ? ", \(state.skipped) skipped" : "") + (left > 0 ? ", \(left) left" : "")
            + (state.held > 0 ? ", \(state.held) held" : "")
    }

    static func text(_ attempts: AttemptTotals) -> String {
        "\(attempts.succeeded) succeeded, \(attempts.failed) failed"
            + (attempts.retried > 0 ? ", \(attempts.retried) retried" : "")
            + (attempts.interrupted > 0 ? ", \(attempts.interrupted) interrupted" : "")
    }

    /// Where failed tasks stand, and how they are run again.
    static func failed(_ state: StateRecord, _ workDirectory: String) -> [String] {
        [
            (state.failed == 1 ? "the failed task" : "all \(state.failed) failed tasks")
                + ": cat \(ShellQuote.word(Array("\(workDirectory)/failed".utf8)).text)",
            "to run the failed tasks again: add --retry-failed",
        ]
    }
}
