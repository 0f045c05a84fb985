// `taskfarmer import`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum ImportCommand: Command {
    package static let name = "import"
    package static let summary = "Make a work directory that goes on where GNU parallel or disBatch stopped."
    package static let usage = "--joblog FILE|--disbatch FILE [OPTIONS] LIST"
    package static let options: [Option] =
        [
            Option("joblog", value: "FILE", "What GNU parallel wrote with --joblog.", completion: .file),
            Option(
                "disbatch", value: "FILE",
                "The status file of disBatch; once for each run of it, in their order.", completion: .file),
            Option("retry-failed", "What failed there is to be run again."),
        ] + shaping
    package static let notes = """
        LIST is what the other tool ran: whole commands, as for `parallel < LIST` or `parallel :::: LIST`, or the task file of disBatch.
        What it has done is finished here, and what failed has failed, each with its attempts; all else, and what was lost, waits.
        Every line of FILE must name the very command that LIST has there; if not, nothing is made. A work directory that exists is
        refused. The article "From other tools, and back" says what is taken over.

        Exit status: 0; 64 there is a work directory already; 78 FILE or LIST is not what was expected; 71, 74 as for run.

        Examples:
          taskfarmer import --joblog jobs.log tasks.txt; taskfarmer run tasks.txt
          taskfarmer import --disbatch tasks_disBatch_260101120000_000_status.txt tasks
        """

    /// The options of `run` that say how a work directory is made.
    private static var shaping: [Option] {
        let names = ["workdir", "lock-dir", "lock", "tasklist", "config", "share", "trust", "logs"]
        return RunCommand.options.filter { names.contains($0.long) }.map { option in
            var option = option
            switch option.long {
            case "tasklist": option.standard = "list; with --disbatch directives"
            case "lock": option.standard = "flock"
            case "logs": option.standard = "files"
            case "share": option.standard = "nobody else"
            default: break
            }
            return option
        }
    }

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        guard arguments.has("joblog") != arguments.has("disbatch") else {
            throw UsageError(message: "expected either --joblog FILE or --disbatch FILE; see taskfarmer import --help")
        }
        guard arguments.operands.count == 1 else {
            throw UsageError(
                message: "expected the task list that the other tool ran, got \(arguments.operands.count) of them")
        }
        let place = try RunCommand.place(arguments)
        if place.isStream || place.isWorkDirectory {
            throw UsageError(message: "\(place.operand): expected a task list in a file")
        }
        var request = try request(arguments, process, place)
        guard let list = request.list else { return 64 }
        let found =
            try arguments.path("joblog").map { try ForeignRecords(joblog: $0) }
            ?? ForeignRecords(disBatch: (arguments.repeated["disbatch"] ?? []).map { Path(bytes: $0) })
        request.work = try ForeignWork(found, of: list, retriesFailed: arguments.has("retry-failed"))
        let patience = EndlessPatience { text in OwnProcess.put("taskfarmer: \(text)\n", to: 2) }
        let opened = try OpenedFarm.open(request, holder: Farmer.newName(), patience)
        for note in (request.work?.notes ?? []) + opened.notes {
            OwnProcess.put("taskfarmer: \(note.oneLine)\n", to: 2)
        }
        let state = try opened.directory.readState()
        OwnProcess.put(
            "\(opened.directory.root.description.oneLine): \(Text.count(state.tasks, "task")): \(state.finished) finished, "
                + "\(state.failed) failed, \(state.skipped) skipped, \(state.toprocess) to process; "
                + "\(Text.count(state.attempts, "attempt")) taken over\n", to: 1)
        return 0
    }

    private static func request(
        _ arguments: Arguments, _ process: CommandProcess, _ place: RunCommand.Place
    ) throws -> FarmRequest {
        let name = arguments.text("tasklist") ?? (arguments.has("disbatch") ? "directives" : "list")
        let registry = try Registries.read(arguments, process)
        let handler = Result { try registry.describedHandler(named: name) }
        let console = Console(isVerbose: false, isQuiet: false, isTerminal: false)
        let list = try RunCommand.list(place, handler, name, isKnown: false, console)
        return FarmRequest(
            directory: place.directory, list: list, lockFolder: RunCommand.lockFolder(arguments, process),
            logs: try RunCommand.choice("logs", arguments), locking: try RunCommand.choice("lock", arguments),
            share: try TrustOptions.share(arguments), trust: try TrustOptions.trust(arguments))
    }
}
