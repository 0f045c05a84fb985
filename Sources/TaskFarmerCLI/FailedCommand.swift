// `taskfarmer failed`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum FailedCommand: Command {
    package static let name = "failed"
    package static let summary = "Show the tasks that have failed, and the ends of what they printed."
    package static let usage = "[OPTIONS] [LIST|WORKDIR]"
    package static let options: [Option] = [
        Option(
            "class", value: "CLASS",
            "Those whose last attempt ended so: a word of attempts.tsv, or exit:N, signal:NAME, oom.",
            standard: "all", completion: .words(FailureClass.names)),
        Option("ids", value: "IDS", "Those: 3,7-9,12- (the last to the end).", standard: "all"),
        Option("lines", value: "N", "The last N lines of each log.", standard: "5"),
        Option("json", "Print a JSON array, an object a line, as documented in the manual."),
    ]
    package static let notes = """
        In the order of their IDs: how each failed task ended, where, after how long, its command, and the last lines of the log of its
        last attempt, wherever that is kept, without colours. At the end: how many failed alike. Without LIST or WORKDIR: the work
        directory that is the current folder, or the only one in it. Takes no lock.

        Exit status: 0, whether some have failed or none has, as one line on standard error says then; 64 there is no such task or work
        directory; 74 it cannot be read.

        Examples:
          taskfarmer failed --class oom --lines 20 tasks.txt
          taskfarmer failed --json tasks.txt | jq -r '.[] | select(.host == "n7") | .id'
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        let kind = try arguments.text("class").map { text in
            do throws(FailureClass.Problem) { return try FailureClass(text, signals: Signal.numbers) } catch {
                throw UsageError(message: "--class \(error.message)")
            }
        }
        let lines = try arguments.number("lines", in: 0...10_000) ?? 5
        let seen = try SeenFarm(arguments.operands)
        let ids = try seen.ids(arguments.text("ids"))
        let tasks = try TaskLines(seen.directory)
        let attempts = try LastAttempts(seen.directory)
        let failures = (0..<tasks.count).lazy.filter { id in
            guard tasks.place(of: id) == .failed, ids?.contains(id) ?? true else { return false }
            guard let kind else { return true }
            return attempts.of(id).map { kind.holds(for: $0.outcome) } ?? false
        }
        func wanted(_ id: Int) -> AttemptName {
            let last = attempts.of(id)
            return AttemptName(
                task: id, attempt: last.map { Int($0.number) } ?? 0,
                farmer: last.map { attempts.worker(of: $0).farmer } ?? "")
        }
        var ends = try LogEnds(failures.map(wanted), lines: lines, seen.directory, seen.description)
        var report = FailedReport(json: arguments.has("json"), signalName: Console.signalName)
        let form = seen.description.form ?? .commands
        try LongOutput.print { output in
            for id in failures {
                let end = try ends.end(of: wanted(id))
                let last = attempts.of(id)
                let failure = FailedReport.Failure(
                    id: id,
                    last: last.map { last in
                        let worker = attempts.worker(of: last)
                        return .init(
                            outcome: last.outcome, host: worker.host, farmer: worker.farmer, wall: Int(last.wall))
                    }, attempts: last.map { Int($0.count) } ?? 0, command: form.shown(try tasks.line(of: id) ?? []),
                    lines: end?.lines, log: end?.file.description)
                try output.put { report.append(failure, to: &$0) }
            }
            try output.put { report.end(seen.directory.root.bytes, &$0) }
        }
        if report.count == 0 {
            OwnProcess.put("taskfarmer: no task has failed\(kind == nil && ids == nil ? "" : " so")\n", to: 2)
        }
        return 0
    }
}
