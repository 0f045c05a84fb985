// `taskfarmer export`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

package enum ExportCommand: Command {
    package static let name = "export"
    package static let summary = "Print what is recorded of tasks and attempts as a joblog, CSV, JSON lines or SQL."
    package static let usage = "--format FORMAT [OPTIONS] [LIST|WORKDIR]"
    package static let options: [Option] = [
        Option(
            "format", value: "FORMAT",
            "joblog (GNU parallel's, for its --resume and --retry-failed), csv, jsonl, or sql (for an empty database).",
            completion: .words(ExportFormat.allCases.map(\.rawValue))),
        Option(
            "output", short: "o", value: "FILE",
            "Write FILE, which is there only when it is whole. A file of that name is replaced.",
            standard: "standard output", completion: .file),
    ]
    package static let notes = """
        joblog has a line for each task that is over, its last attempt; Seq is its ID and 1. What is no success is none there either:
        timed out is Exitval -1, could not start 126 or 127, lost output 74, out of memory signal 9, cancelled -2.
        csv and jsonl have all attempts, with the columns of attempts.tsv and the command; tasks without any are not in them.
        sql has the tables tasks (all), attempts and farmers: sqlite3 run.db < FILE. The article "Asking your own questions" has
        ten queries. Bytes that are not UTF-8 are \\xNN, but for the joblog, which has them as they are.

        Without LIST or WORKDIR: the work directory that is the current folder, or the only one in it. Takes no lock; of a run that goes
        on it is a picture of the moment.

        Exit status: 0; 64 there is no work directory; 74 something cannot be read or written.

        Examples:
          taskfarmer export --format sql tasks.txt | sqlite3 run.db
          taskfarmer export --format joblog -o joblog tasks.txt; parallel --resume --joblog joblog < tasks.txt
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        guard let format: ExportFormat = try RunCommand.choice("format", arguments) else {
            let words = ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError(message: "expected --format with one of \(words); see taskfarmer export --help")
        }
        let seen = try SeenFarm(arguments.operands)
        try OutputTarget.write(to: arguments.path("output"), of: seen) {
            try Export(seen.directory, seen.description, put: $0).write(format)
        }
        return 0
    }
}
