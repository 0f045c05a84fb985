// `taskfarmer explain`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum ExplainCommand: Command {
    package static let name = "explain"
    package static let summary = "Tell what has happened to a task, and why it is not running now."
    package static let usage = "[OPTIONS] ID [LIST|WORKDIR]"
    package static let options: [Option] = [Option("json", "Print JSON, as documented in the manual.")]
    package static let notes = """
        ID is the number of the task, as in `toprocess`, `finished` and `failed`. Each of its attempts, when, where and how it ended and
        what became of it; and if it is not over, what it waits for and what can be done about that, by what each farmer at work says of
        itself (as of its last heartbeat, at most a few seconds old). Without LIST or WORKDIR: the work directory that is the current
        folder, or the only one in it. Takes no lock.

        Exit status: 0; 64 there is no such task or work directory; 74 it cannot be read.
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        guard let word = arguments.operands.first else {
            throw UsageError(message: "expected the ID of a task; see taskfarmer explain --help")
        }
        guard let task = word.decimalValue else {
            throw UsageError(message: "\(word.text): expected the ID of a task, a whole number")
        }
        let seen = try SeenFarm(arguments.operands.dropFirst())
        let tasks = try seen.directory.readState().tasks
        guard task < tasks else { throw UsageError(message: seen.directory.noTask(task, of: tasks)) }
        let report = try report(on: task, of: seen)
        OwnProcess.put(arguments.has("json") ? report.json : report.text, to: 1)
        return 0
    }

    /// All that is known of a task that exists.
    static func report(on task: Int, of seen: SeenFarm) throws -> ExplainReport {
        let history = try TaskHistory(task: task, seen.directory, seen.description)
        return ExplainReport(
            facts: history.facts, attempts: history.attempts, priority: history.priority, demand: history.demand,
            resident: history.resident, log: history.log?.description, place: seen.directory.root.bytes,
            signalName: Console.signalName, time: { Clock.text($0) })
    }
}
