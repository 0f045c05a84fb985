// `taskfarmer run LIST`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum RunCommand: Command {
    package static let name = "run"
    package static let summary = "Run every command of a list; go on where an earlier run stopped."
    package static let usage = "[OPTIONS] LIST|WORKDIR"

    package static let options =
        farming + RetryOptions.options + TimeOptions.options + [TimeOptions.halt] + ResourceOptions.options + lasting
        + HookOptions.options + HostsRun.options

    private static let farming: [Option] = [
        Option(
            "proc", short: "n", value: "N", "How many tasks run at a time.",
            standard: "the processors this process may use: affinity, cgroup quota, its part of a scheduler's job"),
        Option(
            "timeout", value: "SECONDS",
            "Stop after so many seconds, as SIGUSR1 does: unfinished tasks go back, exit 75.", standard: "never"),
        Option(
            "leave-idle", value: "SECONDS",
            "Leave, exit 75, when there has been nothing to run for so long, although other farmers still run the last tasks.",
            standard: "stay until all are over, to run what they give back"),
        Option(
            "workdir", short: "w", value: "DIR", "Where the shared state and the logs lie.", standard: "LIST_workdir",
            completion: .folder),
        Option(
            "lock-dir", value: "DIR", "A folder that all nodes share and that supports flock, for the lock file.",
            standard: "$SCRATCH, else the work directory", completion: .folder),
        Option(
            "lock", value: "HOW",
            "How farmers keep each other out: flock, or, where no folder to be had supports that, lease (files with leases; "
                + "promises less).",
            standard: "flock, or as the work directory was made",
            completion: .words(Locking.allCases.map(\.rawValue))),
        Option(
            "runner", short: "r", value: "NAME", "How a task is executed; `taskfarmer runners` lists the names.",
            standard: "shell", completion: .names(of: "runners")),
        Option(
            "tasklist", short: "t", value: "NAME", "How LIST is read; `taskfarmer handlers` lists the names.",
            standard: "list, or as the work directory was made", completion: .names(of: "handlers")),
        Registries.option,
        TrustOptions.share,
        TrustOptions.trust,
        Option(
            "stop-signals", value: "SEQUENCE",
            "How running tasks are stopped: signals and seconds in turn, always ending in KILL.",
            standard: "TERM,5,KILL"),
        Option(
            "logs", value: "HOW",
            "What is kept of what tasks print: files (one for each attempt), packed (one for each farmer), failed (files of "
                + "attempts that did not succeed), none. `taskfarmer log` prints them all.",
            standard: "files, or as the work directory was made",
            completion: .words(LogKeeping.allCases.map(\.rawValue))),
    ]

    private static let lasting: [Option] = [
        Option(
            "wait",
            "Stay when all is done, for tasks that are added, until stopped or drained."),
        Option("retry-failed", "First put every failed task back, to run again."),
        Option(
            "fresh",
            "Start over: forget what was done, delete the logs, read LIST anew. Refused while farmers are at work."),
        Option(
            "assume-dead", value: "HOST,…",
            "Take over tasks from farmers on these hosts, which are down although the file server keeps their locks."),
        Option("verbose", short: "v", "One line for each task started and ended."),
        Option("quiet", short: "q", "Print errors only."),
        Option("version", "Show the version and exit."),
    ]

    package static let notes = """
        LIST has one command a line, or what --tasklist says; blank lines and lines that begin with # are no tasks. `-` reads
        standard input and needs --workdir. With WORKDIR it goes on with the tasks that are there. Start it on as many nodes as
        you like, at any time, over the same LIST: each task runs once. Start it again after a crash, a time limit or a
        pre-emption: it goes on.

        A task finds PROC_NUMBER and TASKFARMER_TASK_ID (its ID, from 0), TASKFARMER_ATTEMPT (from 1), TASKFARMER_SLOT (from 0),
        TASKFARMER_WORKDIR and TASKFARMER_FARMER in its environment, and nothing on standard input. What it prints is in
        WORKDIR/logs/log_ID, or wherever --logs puts it: `taskfarmer log ID` knows.

        Signals: SIGTERM, SIGINT, SIGHUP, SIGUSR1 stop the tasks, put them back and exit 75; a second SIGINT kills at once;
        SIGUSR2 lets running tasks finish first. SIGTSTP lets the tasks stand still and starts no others, SIGCONT lets them go on.
        `taskfarmer pause`, `resume`, `drain`, `stop` and `resize` do the same from any node.

        A task that is stopped, or whose farmer dies, is run again and nothing is counted against it. What cannot be started is not
        tried again unless --retry-on says so.

        With --hosts this process is no farmer: it starts one a host in this folder, shows their lines after the host's name, and
        passes SIGTERM, SIGINT, SIGHUP, SIGUSR1 and SIGUSR2 on; when it or a connection dies, the farmers there stop. --fresh and
        --retry-failed are done once, by the first host. Nothing of the environment is passed on but what --env names; ssh must ask
        for nothing. It ends with the worst status of all farmers, in the order 71, 74, 78, 64, else by the list: 75 while work
        remains, 1, 0. A host that cannot be reached, or is lost, changes that only when no farmer worked at all: 74.

        Examples:
          taskfarmer run tasks.txt
          taskfarmer run -n 8 --timeout 3500 tasks.txt
          srun --ntasks-per-node=1 taskfarmer run tasks.txt
          taskfarmer run --hosts n1,n2*4,@more.txt tasks.txt
          generate | taskfarmer run --workdir sweep -

        Exit status: 0 all done; 1 all done, some tasks failed; 75 work remains, run it again; 64 wrong usage; 71 locks or
        views cannot be trusted; 74 input/output error; 78 wrong configuration.
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        if arguments.has("version") {
            OwnProcess.put("taskfarmer \(Commands.version)\n", to: 1)
            return 0
        }
        guard arguments.operands.count == 1 else {
            throw UsageError(
                message: arguments.operands.isEmpty
                    ? "expected a task list; see taskfarmer run --help"
                    : "expected one task list, got \(arguments.operands.count); quote a name with blanks")
        }
        if arguments.has("quiet") && arguments.has("verbose") {
            throw UsageError(message: "--quiet and --verbose exclude each other")
        }
        let allocation = Allocation.read(process.variable)
        // What other machines have is not known here.
        if arguments.has("hosts") { try ResourceOptions.check(arguments) }
        let (resources, slots) =
            try arguments.has("hosts")
            ? (nil, Farmer.processors(allocation)) : ResourceOptions.settings(arguments, process, allocation)
        try HostsRun.check(arguments)
        let silence = try arguments.number("attached", in: 1...1_000_000)
        let timeout = try arguments.seconds("timeout")
        let stop = try stopSequence(arguments.text("stop-signals") ?? "TERM,5,KILL")
        let retry = try RetryOptions.policy(arguments)
        let timeLimit = try RetryOptions.limit(arguments)
        let wallLimit = try TimeOptions.limit(arguments)
        let margin = try TimeOptions.margin(arguments)
        let order = try TimeOptions.order(arguments)
        let halt = try TimeOptions.halt(arguments)
        let logs: LogKeeping? = try choice("logs", arguments)
        let locking: Locking? = try choice("lock", arguments)
        let share = try TrustOptions.share(arguments)
        let trust = try TrustOptions.trust(arguments)
        let registry = try Registries.read(arguments, process)
        let durations = try TimeOptions.durations(arguments)
        let place = try place(arguments)
        let recorded = arguments.has("fresh") ? nil : try? OpenedFarm.readDescription(place.directory)
        let handlerName = arguments.text("tasklist") ?? recorded?.handler ?? "list"
        let handler = Result { try registry.describedHandler(named: handlerName) }
        // What a work directory was made with is needed only where the list has changed.
        if arguments.has("tasklist") || recorded == nil { _ = try handler.get() }
        let runner = try registry.runner(named: arguments.text("runner") ?? "shell")

        let console = Console(
            isVerbose: arguments.has("verbose"), isQuiet: arguments.has("quiet"), isTerminal: OwnProcess.isTerminal(2))
        let directory = place.directory
        if arguments.has("hosts") && place.isStream {
            throw UsageError(
                message: "--hosts needs a list in a file, which each host reads; \(place.operand) is here alone")
        }
        let isNew = try makeRoot(for: place, recorded, share, trust)
        if arguments.has("hosts") {
            // A list that cannot be read is said once, and not by every host.
            _ = try list(place, handler, handlerName, isKnown: recorded != nil, console)
            return try HostsRun.run(arguments, process, directory: directory, console: console)
        }
        if let allocation {
            console.observe(.note(AllocationText.note(allocation, slots: slots, ends: allocation.ends.map(Clock.text))))
        }
        // Before any thread: the mask is inherited.
        let signals = try SignalSource([.terminate, .interrupt, .hangUp, .user1, .user2, .child, .suspend, .resume])
        let attachment = try silence.map { try Attachment(console, silence: $0 * 1_000_000_000) }
        let list: HandledList?
        do {
            list = try Self.list(place, handler, handlerName, isKnown: recorded != nil, signals: signals, console)
        } catch {
            if isNew { try? Folder.removeEmpty(directory.root) }
            throw error
        }
        let dead = arguments.assumedDead
        var request = FarmRequest(
            directory: directory, list: list,
            lockFolder: lockFolder(arguments, process),
            fresh: arguments.has("fresh"), assumedDead: dead, logs: logs, locking: locking, share: share, trust: trust)
        request.order = order
        request.durations = durations
        var options = FarmerOptions(
            slots: slots, timeout: timeout, stopSequence: stop, runner: runner,
            assumedDead: dead,
            retryFailed: arguments.has("retry-failed"), logs: logs, allocation: allocation)
        options.leaveIdle = try arguments.seconds("leave-idle")
        options.waits = arguments.has("wait")
        options.retry = retry
        options.settings = ([Array("run".utf8)] + arguments.words).map { ShellQuote.word($0).text }.joined(
            separator: " ")
        options.taskTimeLimit = timeLimit
        options.wallLimit = wallLimit
        options.margin = margin
        options.halt = halt
        options.resources = resources
        options.quarantine = try arguments.number("quarantine", in: 1...1_000_000)
        console.show(tasksAs: (list?.form ?? recorded?.form) ?? .commands)
        let summary = try Farmer.run(request, options, signals: signals, observer: attachment ?? console)
        console.finish()
        if let attachment {
            attachment.finish(summary)
        } else if !arguments.has("quiet") {
            OwnProcess.put(text(summary, directory), to: 1)
        }
        HookOptions.run(arguments, summary, directory, console)
        return summary.exitStatus
    }

    /// One of a few words.
    static func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ option: String, _ arguments: Arguments
    ) throws(UsageError) -> Choice? {
        guard let word = arguments.text(option) else { return nil }
        if let choice = Choice(rawValue: word) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        let hint = Nearest.to(word, in: words).map { "; did you mean \($0)?" } ?? ""
        throw UsageError(message: "--\(option) \(word): expected one of \(words.joined(separator: ", "))\(hint)")
    }

    /// Where the lock is to lie, if not in the work directory.
    static func lockFolder(_ arguments: Arguments, _ process: CommandProcess) -> Path? {
        arguments.path("lock-dir") ?? process.variable("SCRATCH").flatMap { $0.isEmpty ? nil : Path(bytes: $0) }
    }

    /// What the operand names.
    struct Place {
        var operand: Path
        var directory: WorkDirectory
        var isWorkDirectory = false
        /// Standard input, or a pipe that has a name.
        var isStream = false
    }

    static func place(_ arguments: Arguments) throws -> Place {
        let operand = Path(bytes: arguments.operands[0])
        let isStream = TaskListFile.isStream(operand)
        if isStream && !arguments.has("workdir") {
            let source = operand == Path("-") ? "standard input" : "\(operand), which is no file,"
            throw UsageError(message: "reading the list from \(source) needs --workdir DIR")
        }
        if !arguments.has("workdir"), try Places.isWorkDirectory(operand) {
            if arguments.has("fresh") {
                throw UsageError(message: "--fresh makes all tasks anew and needs LIST, not a work directory")
            }
            return Place(operand: operand, directory: WorkDirectory(operand.absolute), isWorkDirectory: true)
        }
        let root = (arguments.path("workdir") ?? WorkDirectory.standard(for: operand)).absolute
        return Place(operand: operand, directory: WorkDirectory(root), isStream: isStream)
    }

    /// Makes the folder in which what comes on standard input is kept, before it is read.
    ///
    /// - Returns: whether there was none
    @discardableResult
    static func makeRoot(
        for place: Place, _ recorded: FarmDescription?, _ share: FarmShare?, _ trust: Trust
    ) throws -> Bool {
        guard place.isStream else { return false }
        try trust.heeding(recorded, place.directory).require(place.directory)
        return try OpenedFarm.makeRoot(place.directory, share)
    }

    /// The list; one that is gone, or that nobody can read, does no harm once its tasks were made.
    static func list(
        _ place: Place, _ handler: Result<(handler: any TaskListHandler, definition: String?), any Error>,
        _ name: String,
        isKnown: Bool, signals: SignalSource? = nil, _ console: Console
    ) throws -> HandledList? {
        if place.isWorkDirectory { return nil }
        let root = place.directory.root
        do {
            let handler = try handler.get()
            let file: TaskListFile
            if place.isStream {
                file = try TaskListFile(
                    stream: TaskListFile.stream(place.operand), folder: root, signals: signals)
            } else {
                file = try TaskListFile(place.operand, for: handler.handler, workDirectory: root)
            }
            return HandledList(
                file, handler: handler.handler, handlerName: name, definition: handler.definition, workDirectory: root)
        } catch let error as FarmError where isKnown && !place.isStream {
            console.observe(.note("\(error); going on with the tasks in \(root)"))
            return nil
        }
    }

    static func stopSequence(_ text: String) throws -> StopSequence {
        switch StopSequence.parse(text, numbers: Signal.numbers) {
        case .success(let sequence): return sequence
        case .failure(let problem):
            throw UsageError(
                message:
                    "--stop-signals \(text): \(problem.word.debugDescription) is neither a signal nor seconds; expected for "
                    + "example TERM,5,KILL")
        }
    }

    /// Why it stopped, and what to do then; an error has said what to do.
    private static func stopped(_ summary: FarmSummary) -> String? {
        guard let reason = summary.stopReason else { return nil }
        if case .failure = reason { return "the error above" }
        if case .idle = reason { return reason.words + ": other farmers have the last tasks" }
        if case .unfit(let lack) = reason { return "a lack of resources: \(lack)" }
        return reason.words + (summary.isComplete ? "" : "; run it again to go on")
    }

    private static func text(_ summary: FarmSummary, _ directory: WorkDirectory) -> String {
        let own = OwnProcess.usage
        return RunReport.summary(
            .init(
                state: summary.state, ended: summary.ended, attempts: summary.attempts, elapsed: summary.elapsed,
                busyShare: summary.busyShare, slots: summary.slots,
                failures: summary.failures.map { failure in
                    let command =
                        summary.logs == .none
                        ? "" : "taskfarmer log \(failure.attempt.task) \(ShellQuote.word(directory.root.bytes).text)"
                    return (failure.attempt, failure.log.map { ShellQuote.word($0.bytes).text } ?? command)
                },
                workDirectory: directory.root.description,
                stopped: stopped(summary),
                ownProcessor: own.processorMicroseconds * 1000, ownMemory: own.maxResidentKiB),
            signalName: Console.signalName)
    }
}

extension Arguments {
    /// The hosts of `--assume-dead`.
    var assumedDead: Set<String> { Set((text("assume-dead") ?? "").split(separator: ",").map(String.init)) }
}
