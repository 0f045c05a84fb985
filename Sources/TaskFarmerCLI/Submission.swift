// What `submit` and `autoscale` have in common: from the command line to a batch script, and a work directory that is ready.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

struct Submission {
    /// Options of `run` that go on to the farmers, and those that are heeded once, before anything is submitted.
    private static let forwarded =
        [
            "proc", "workdir", "lock-dir", "lock", "share", "trust", "runner", "tasklist", "config", "stop-signals",
            "logs",
            "leave-idle",
            "time-limit", "drain-margin", "history",
        ] + (RetryOptions.options + ResourceOptions.options).map(\.long)
    private static let once = ["retry-failed", "fresh", "assume-dead", "order"]

    static let options: [Option] = {
        var options = RunCommand.options.filter { (forwarded + once).contains($0.long) }
        for (index, option) in options.enumerated() where option.long == "proc" {
            options[index].help =
                "How many tasks run at a time on a node, and how many processors of each node are asked for."
            options[index].standard = "whole nodes"
        }
        return options + [
            Option(
                "scheduler", value: "NAME", "What jobs are submitted to: \(Scheduler.names.joined(separator: ", ")).",
                standard: "slurm", completion: .words(Scheduler.names)),
            Option("poll", value: "SECONDS", "How often the scheduler is asked about jobs.", standard: "10"),
        ]
    }()

    let arguments: Arguments
    var script: BatchScript
    /// In nanoseconds.
    let poll: Int
    /// How many tasks run at a time on a node, where that is said.
    let slots: Int?
    let console: Console
    let directory: WorkDirectory
    private let list: HandledList?
    private let process: CommandProcess

    var queue: JobQueue { JobQueue(script) }

    init(_ arguments: Arguments, _ process: CommandProcess, command: String, jobSuffix: String = "") throws {
        var own = arguments.operands
        var extra: [[UInt8]] = []
        if let end = arguments.operandsBeforeEnd {
            extra = Array(own[end...])
            own = Array(own[..<end])
        }
        guard own.count == 1, let operand = own.first else {
            throw UsageError(
                message: own.isEmpty
                    ? "expected a task list; see taskfarmer \(command) --help"
                    : "expected one task list, got \(own.count); options of the scheduler follow after --")
        }
        let name = arguments.text("scheduler") ?? "slurm"
        guard let scheduler = Scheduler.named(name) else {
            throw UsageError(
                message: "--scheduler \(name): expected one of \(Scheduler.names.joined(separator: ", "))")
        }
        for word in extra where word.contains(10) {
            throw UsageError(message: "\(word.text.debugDescription) has a newline, which no batch script can hold")
        }
        self.arguments = arguments
        self.process = process
        slots = try arguments.number("proc", in: 1...65_536)
        poll = try arguments.seconds("poll") ?? 10_000_000_000
        _ = try arguments.seconds("leave-idle")
        _ = try RunCommand.choice("logs", arguments) as LogKeeping?
        _ = try RetryOptions.policy(arguments)
        _ = try RetryOptions.limit(arguments)
        _ = try TimeOptions.limit(arguments)
        _ = try TimeOptions.margin(arguments)
        _ = try TimeOptions.order(arguments)
        try ResourceOptions.check(arguments)
        let stop = try RunCommand.stopSequence(arguments.text("stop-signals") ?? "TERM,5,KILL")
        let time = try TimeOptions.jobTime(arguments)
        let registry = try Registries.read(arguments, process)
        _ = try registry.runner(named: arguments.text("runner") ?? "shell")
        let console = Console(isVerbose: false, isQuiet: false, isTerminal: OwnProcess.isTerminal(2))
        self.console = console

        let place = try RunCommand.place(arguments)
        if place.isStream && arguments.has("dry-run") {
            throw UsageError(message: "--dry-run writes nothing and cannot keep standard input; name a list")
        }
        directory = place.directory
        let recorded = arguments.has("fresh") ? nil : try? OpenedFarm.readDescription(directory)
        let handlerName = arguments.text("tasklist") ?? recorded?.handler ?? "list"
        let handler = Result { try registry.describedHandler(named: handlerName) }
        if arguments.has("tasklist") || recorded == nil { _ = try handler.get() }
        try RunCommand.makeRoot(for: place, recorded, TrustOptions.share(arguments), TrustOptions.trust(arguments))
        list = try RunCommand.list(place, handler, handlerName, isKnown: recorded != nil, console)

        var farmer = [Path("/proc/self/exe").resolved?.bytes ?? Array("taskfarmer".utf8), Array("run".utf8)]
        for option in Self.forwarded where option != "workdir" {
            guard var value = arguments.values[option] else { continue }
            if option == "history" {
                for path in TimeOptions.histories(arguments) {
                    farmer += [Array("--history".utf8), path.absolute.bytes]
                }
                continue
            }
            if option == "config" || option == "lock-dir" { value = Path(bytes: value).absolute.bytes }
            if option == "trust" {
                let paths = TrustOptions.paths(arguments).map(\.absolute.bytes)
                value = Array(paths.joined(separator: [UInt8(ascii: ",")]))
            }
            farmer.append(Array("--\(option)".utf8))
            if Self.options.contains(where: { $0.long == option && $0.value != nil }) { farmer.append(value) }
        }
        // What decides here decides in the job, whatever SCRATCH is there.
        if !arguments.has("lock-dir"), let scratch = process.variable("SCRATCH"), !scratch.isEmpty {
            farmer += [Array("--lock-dir".utf8), Path(bytes: scratch).absolute.bytes]
        }
        if place.isWorkDirectory || place.isStream {
            farmer.append(directory.root.bytes)
        } else {
            farmer += [Array("--workdir".utf8), directory.root.bytes, Path(bytes: operand).absolute.bytes]
        }
        script = BatchScript(
            scheduler: scheduler, folder: Folder.current, batch: directory.batch,
            jobName: BatchScript.jobName(for: directory.root) + jobSuffix, farmer: farmer)
        script.processors = slots
        script.time = time
        script.extra = extra
        let waits = stop.steps.map { step in if case .wait(let time) = step { time } else { 0 } }
        script.stopTime = waits.reduce(0, +) / 1_000_000_000
    }

    /// What `--dry-run` does instead of anything: shows what would be submitted.
    func show() throws {
        if let list {
            console.line("\(list.file.name): \(try Preparation.count(list)) tasks; nothing is written or submitted")
        }
        OwnProcess.put(try script.text(), to: 1)
    }

    /// Makes sure that jobs can be submitted and that there is a work directory.
    ///
    /// - Returns: its state
    func prepare() throws -> StateRecord {
        try queue.requireScheduler()
        var request = FarmRequest(
            directory: directory, list: list, lockFolder: RunCommand.lockFolder(arguments, process),
            fresh: arguments.has("fresh"), assumedDead: arguments.assumedDead,
            logs: try RunCommand.choice("logs", arguments), locking: try RunCommand.choice("lock", arguments),
            share: try TrustOptions.share(arguments), trust: try TrustOptions.trust(arguments))
        request.order = try TimeOptions.order(arguments)
        request.durations = try TimeOptions.durations(arguments)
        return try Preparation.run(
            request, retryFailed: arguments.has("retry-failed"), retry: try RetryOptions.policy(arguments),
            observer: console)
    }

    /// Shows how far the work is.
    func tell(_ state: StateRecord, _ rate: inout RateEstimate, _ last: inout Int?) {
        rate.note(ended: state.done - (last ?? state.done), at: Clock.boot)
        last = state.done
        console.observe(.progress(.seen(state, totalRate: rate.rate(at: Clock.boot))))
    }
}
