// The options by which attempts are limited and made again.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

enum RetryOptions {
    static let options: [Option] = [
        Option(
            "retries", value: "N",
            "Run a task again, up to N times, when it exits with a failure, is killed by a signal or takes too long.",
            standard: "0"),
        Option(
            "retry-on", value: "RULES",
            "How often which failures are forgiven, instead of --retries: exit, exit:75,111, signal, signal:SEGV, timeout, oom (out "
                + "of memory), start (cannot be started), lost (its farmer died), interrupted, each with =N or =inf; oom=3:mem*2 or "
                + "timeout=2:time*2..4h gives the task more each time; blanks between rules, the first that fits counts.",
            standard: "lost=inf interrupted=inf"),
        Option(
            "retry-delay", value: "TIME",
            "Wait so long, and up to a quarter more, before a failed task is run again; 10s..10m waits twice as long each time, up to "
                + "the second.",
            standard: "at once"),
        Option(
            "resume-code", value: "N",
            "A task that exits with this status is run again and uses no retry up: it goes on from its checkpoint. "
                + "`none` for no such status.", standard: "\(RetryPolicy.standardResumeStatus)"),
        Option(
            "quarantine", value: "N",
            "Take no more tasks when N that failed here, and were run again, have succeeded on other hosts.",
            standard: "only tell"),
        Option(
            "task-timeout", value: "TIME",
            "Stop a task that runs for longer: 90 (seconds), 30m, 2h, or 300% of the median of those that succeeded here so far.",
            standard: "never"),
    ]

    static func policy(_ arguments: Arguments) throws(UsageError) -> RetryPolicy {
        var policy = RetryPolicy(retries: try arguments.number("retries", in: 0...RetryPolicy.mostRetries) ?? 0)
        do {
            if let text = arguments.text("retry-on") {
                policy.rules = try RetryPolicy.rules(text, signals: Signal.numbers)
            }
        } catch {
            throw UsageError(message: "--retry-on: \(error.message)")
        }
        do {
            policy.delay = try arguments.text("retry-delay").map { text throws(RetryPolicy.Problem) in
                try RetryPolicy.delay(text)
            }
        } catch {
            throw UsageError(message: "--retry-delay \(error.message)")
        }
        if arguments.text("resume-code") == "none" {
            policy.resumeStatus = nil
        } else if let status = try arguments.number("resume-code", in: 1...255) {
            if status == 126 || status == 127 {
                throw UsageError(
                    message: "--resume-code \(status): that is what shells say of commands that they cannot start")
            }
            policy.resumeStatus = Int32(status)
        }
        return policy
    }

    static func limit(_ arguments: Arguments) throws(UsageError) -> TaskTimeLimit? {
        guard let text = arguments.text("task-timeout") else { return nil }
        guard let limit = TaskTimeLimit(text) else {
            throw UsageError(
                message:
                    "--task-timeout \(text): expected a time above 0 like 90, 30m or 2h, or a share of the median like 300%"
            )
        }
        return limit
    }
}
