// Commands of the user's that a farmer runs at its end, to tell somebody.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

enum HookOptions {
    static let options: [Option] = [
        Option(
            "on-end", value: "COMMAND",
            "Run this shell command when all tasks are over; of several farmers the last to leave does so."),
        Option("on-fail", value: "COMMAND", "The same, when some have failed then; before --on-end."),
        Option("on-stop", value: "COMMAND", "Run this shell command when this farmer stops while work remains."),
    ]

    /// For how long such a command may run, in nanoseconds: within the grace that schedulers give where it stops.
    private static func limit(_ event: HookReport.Event) -> Int { event == .stop ? 10_000_000_000 : 60_000_000_000 }

    /// Runs what is to be run after this farmer's work. Whatever comes of it changes nothing but what is said.
    static func run(_ arguments: Arguments, _ summary: FarmSummary, _ directory: WorkDirectory, _ console: Console) {
        let wanted = HookReport.Event.allCases.filter { arguments.has("on-\($0.rawValue)") }
        // Whoever comes when all is over has nothing to tell.
        if wanted.isEmpty || !summary.foundWork { return }
        let report = HookReport(
            workDirectory: directory.root.description, host: HostIdentity.current.name, state: summary.state,
            attempts: summary.attempts, elapsed: summary.elapsed, exitStatus: summary.exitStatus,
            reason: summary.stopReason?.words,
            failures: summary.failures.map {
                .init(
                    task: $0.attempt.task, attempt: $0.attempt.number, outcome: $0.attempt.outcome,
                    log: $0.log?.description ?? "")
            })
        for event in report.events(isComplete: summary.isComplete) where wanted.contains(event) {
            guard let command = arguments.values["on-\(event.rawValue)"] else { continue }
            if let problem = problem(of: command, event, report) {
                console.observe(.note("--on-\(event.rawValue): \(problem)"))
            }
        }
    }

    /// Runs one; what it prints goes where this process tells what it does.
    ///
    /// - Returns: what went wrong
    private static func problem(of command: [UInt8], _ event: HookReport.Event, _ report: HookReport) -> String? {
        do {
            let ended = try Captured.run(
                command, input: Array(report.json(event).utf8), variables: report.variables(event), limit: limit(event))
            OwnProcess.put((ended.output + ended.errors).text.plainLines, to: 2)
            if ended.isCutOff { return "ended after \(Text.duration(limit(event)))" }
            if let signal = ended.end.signal { return "killed by \(Console.signalName(signal))" }
            if let status = ended.end.exit, status != 0 { return "exit \(status)" }
            return nil
        } catch {
            return "\(error)"
        }
    }
}

extension String {
    /// Lines without what a terminal would act on, the last with its newline.
    fileprivate var plainLines: String {
        isEmpty ? "" : split(separator: "\n").map { "\(String($0).oneLine)\n" }.joined()
    }
}
