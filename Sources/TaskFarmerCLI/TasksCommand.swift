// `taskfarmer tasks`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum TasksCommand: Command {
    package static let name = "tasks"
    package static let summary = "List tasks: where each is, and how its last attempt ended."
    package static let usage = "[OPTIONS] [LIST|WORKDIR]"
    package static let options: [Option] = [
        Option(
            "state", value: "STATE,…", "Those that are \(TaskState.names.joined(separator: ", ")).", standard: "all",
            completion: .words(TaskState.names)),
        Option("ids", value: "IDS", "Those: 3,7-9,12- (the last to the end).", standard: "all"),
        Option("json", "Print a JSON array, an object a line, as documented in the manual."),
        Option("tsv", "Print a header and a line for each task, with tabs between."),
    ]
    package static let notes = """
        One line for each task, in the order of their IDs: its state, how many attempts are over, how and where the last of them ended
        and how long it took, and its command. A task is waiting until a farmer takes it, claimed until that starts it, then running.
        Without LIST or WORKDIR: the work directory that is the current folder, or the only one in it. Takes no lock.
        A list that is called `tasks` is run by `taskfarmer run tasks`.

        Exit status: 0, also where no task is so; 64 there is no such task or work directory; 74 it cannot be read.

        Examples:
          taskfarmer tasks --state failed,running tasks.txt
          taskfarmer tasks --tsv tasks.txt | awk -F'\\t' '$8 > 3600'
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        let states = try arguments.text("state").map { text in
            do throws(TaskState.Problem) { return try TaskState.all(in: text) } catch {
                throw UsageError(message: "--state \(error.message)")
            }
        }
        if arguments.has("json") && arguments.has("tsv") {
            throw UsageError(message: "--json and --tsv exclude each other")
        }
        let format: TasksReport.Format = arguments.has("json") ? .json : arguments.has("tsv") ? .tsv : .text
        let seen = try SeenFarm(arguments.operands)
        let ids = try seen.ids(arguments.text("ids"))
        let tasks = try TaskLines(seen.directory)
        // Read after it: what is over there has its attempts here.
        let attempts = try LastAttempts(seen.directory)
        var report = TasksReport(
            format, tasks: tasks.count, hosts: attempts.workers.map(\.host), signalName: Console.signalName)
        let form = seen.description.form ?? .commands
        try LongOutput.print { output in
            try output.put { report.begin(&$0) }
            for id in 0..<tasks.count where ids?.contains(id) ?? true {
                let state = tasks.state(of: id)
                if let states, !states.contains(state) { continue }
                let last = attempts.of(id)
                let row = TasksReport.Row(
                    id: id, state: state, attempts: last.map { Int($0.count) } ?? 0,
                    last: last.map { ($0.outcome, attempts.worker(of: $0).host, Int($0.wall)) },
                    command: try tasks.line(of: id).map(form.shown))
                try output.put { report.append(row, to: &$0) }
            }
            try output.put { report.end(&$0) }
        }
        return 0
    }
}
