// `taskfarmer run --hosts`: farmers on other machines, started over ssh, in place of one here.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

enum HostsRun {
    /// What `--hosts`, `--ssh` and `--remote-program` are in every command that works on other machines.
    static let hosts = Option(
        "hosts", value: "HOST,…",
        "Start a farmer on each of these machines over ssh instead of here: n1, user@n1, n2*4 (4 tasks at a time there), "
            + "n[01-16], @FILE (one a line). All must see LIST and this folder under the same names.")
    static let ssh = Option(
        "ssh", value: "COMMAND", "How ssh is started, as for a shell: \"ssh -p 2222\".",
        standard: "$TASKFARMER_SSH, else ssh")
    static let program = Option(
        "remote-program", value: "PATH", "Where taskfarmer lies on the machines of --hosts.",
        standard: "where it lies here", completion: .file)
    static let options = [
        hosts, ssh, program,
        Option(
            "env", value: "NAME,…", "Variables of this environment that tasks on --hosts find too.", standard: "none"),
        Option(
            "attached", value: "SECONDS",
            "Take signals as lines (TERM, INT, HUP, USR1, USR2) on standard input, of which the end, or a silence of so many "
                + "seconds, is SIGHUP; print no summary. This is how --hosts starts a farmer."),
    ]

    /// Not passed on as they are.
    private static let own = Set((options.map(\.long)) + ["proc", "fresh", "retry-failed", "lock-dir"])

    /// The machines that `--hosts` names.
    static func hosts(_ arguments: Arguments) throws -> [HostEntry] {
        do {
            return try HostList.parse(arguments.text("hosts") ?? "") { file in
                // Not a regular one where the shell wrote @<(…).
                do throws(SystemError) {
                    let source = try Descriptor(Path(file), .reading)
                    var all: [UInt8] = []
                    var part: [UInt8] = []
                    while try source.readNext(into: &part, count: 1 << 16), all.count < 1 << 22 { all += part }
                    return all.text
                } catch {
                    throw UsageError(message: "--hosts @\(file): \(file) cannot be read: \(error.reason)")
                }
            }
        } catch let problem as HostListProblem {
            throw UsageError(message: problem.message)
        }
    }

    /// How commands are run there.
    static func shell(_ arguments: Arguments, _ process: CommandProcess) throws -> RemoteShell {
        let variables = try (arguments.text("env") ?? "").split(separator: ",").map { name throws(UsageError) in
            guard let value = process.variable(String(name)), !name.contains("=") else {
                throw UsageError(message: "--env \(name): there is no such variable here")
            }
            return Array("\(name)=".utf8) + value
        }
        let words = arguments.values["ssh"] ?? process.variable("TASKFARMER_SSH") ?? []
        return RemoteShell(
            program: words.isEmpty ? Array("ssh".utf8) : words,
            folder: RemoteShell.currentFolder(named: process.variable("PWD")), variables: variables)
    }

    /// The path of taskfarmer there.
    static func program(_ arguments: Arguments) throws -> [UInt8] {
        guard let path = arguments.path("remote-program") ?? RemoteShell.ownProgram else {
            throw UsageError(
                message: "the file of this program is gone: say with --remote-program PATH what to start on the hosts")
        }
        return path.bytes
    }

    /// Refuses what makes no sense together.
    static func check(_ arguments: Arguments) throws {
        if !arguments.has("hosts"), let stray = ["ssh", "remote-program", "env"].first(where: arguments.has) {
            throw UsageError(message: "--\(stray) goes with --hosts")
        }
        guard let reader = ["hosts", "attached"].first(where: arguments.has) else { return }
        if arguments.operands.first == [UInt8(ascii: "-")] {
            throw UsageError(
                message: reader == "hosts"
                    ? "--hosts needs a list in a file: each host reads it, and standard input (-) is here alone"
                    : "--attached reads signals from standard input, which cannot be the list (-) too")
        }
        if arguments.has("hosts") && arguments.has("attached") {
            throw UsageError(message: "--hosts and --attached exclude each other")
        }
    }

    /// The words that start a farmer on a host; the leader is the one that does what is to be done once.
    static func command(
        _ arguments: Arguments, _ process: CommandProcess, program: [UInt8], host: HostEntry, isLeader: Bool
    ) -> [[UInt8]] {
        var words = [program] + ["run", "--attached=\(HostCrew.silence)"].map { Array($0.utf8) }
        for option in RunCommand.options where !own.contains(option.long) {
            if option.value == nil, arguments.has(option.long) { words.append(Array("--\(option.long)".utf8)) }
            for value in arguments.repeated[option.long] ?? [] {
                words.append(Array("--\(option.long)=".utf8) + value)
            }
        }
        if let slots = host.slots.map(String.init) ?? arguments.text("proc") {
            words.append(Array("--proc=\(slots)".utf8))
        }
        // The lock must be the same for all, whatever SCRATCH is there.
        if let folder = RunCommand.lockFolder(arguments, process) {
            words.append(Array("--lock-dir=".utf8) + folder.absolute.bytes)
        }
        for once in ["fresh", "retry-failed"] where isLeader && arguments.has(once) {
            words.append(Array("--\(once)".utf8))
        }
        return words + [Array("--".utf8), arguments.operands[0]]
    }

    /// Runs the farmers; the exit status is that of all.
    static func run(
        _ arguments: Arguments, _ process: CommandProcess, directory: WorkDirectory, console: Console
    ) throws -> Int32 {
        let hosts = try hosts(arguments)
        let shell = try shell(arguments, process)
        let program = try program(arguments)
        // Before anything is started: the mask is inherited.
        let signals = try SignalSource([.terminate, .interrupt, .hangUp, .user1, .user2, .child])
        // A terminal that stands still must not keep farmers from hearing of this process, nor this process from signals.
        try console.detach()
        defer { console.finish() }
        let begun = Clock.boot
        let settings = HostCrew.Settings(
            shell: shell, hasLeader: arguments.has("fresh") || arguments.has("retry-failed")
        ) { host, isLeader in
            command(arguments, process, program: program, host: host, isLeader: isLeader)
        }
        let crew = try HostCrew(hosts, settings, signals: signals, observer: CrewConsole(console: console))
        try crew.run()
        console.finish()
        let ends = crew.members.map { $0.end ?? .notStarted }
        // A farmer's last lines may be lost with its connection; the work directory has what it said and more.
        let state = crew.state.map { told in
            guard let read = try? directory.readState(), read.epoch >= told.epoch else { return told }
            return read
        }
        if !arguments.has("quiet") {
            let rows = zip(crew.members, ends).map {
                (name: $0.host.name, end: $1, report: $0.report, lastLine: $0.lastLine)
            }
            OwnProcess.put(
                HostsReport.summary(
                    rows, state: state, workDirectory: directory.root.description, elapsed: Clock.boot - begun,
                    stopped: crew.stop.map { "\($0)" }), to: 1)
        }
        return HostEnd.exitStatus(ends, state: state)
    }
}

/// Shows what happens on the hosts.
private struct CrewConsole: CrewObserver {
    let console: Console

    func printed(_ line: String, on host: HostEntry) {
        let start = "taskfarmer: "
        console.line(line.hasPrefix(start) ? String(line.dropFirst(start.count)) : line, from: host.name)
    }

    func ended(_ host: HostEntry, _ end: HostEnd) {
        if end.isTrouble { console.line(end.words, from: host.name) }
    }

    func passing(_ signal: Signal) { console.observe(.note("passing \(signal) on to the hosts")) }

    func progress(_ crew: HostCrew) {
        guard console.progressInterval != nil, let state = crew.state else { return }
        var shown = RunReport.Progress(tasks: state.tasks, done: state.done, failed: state.failed, running: 0, rate: 0)
        for member in crew.members where member.end == nil {
            guard case .now(let running, let done, let failed, let milliRate)? = member.report?.figures else {
                continue
            }
            shown.running += running
            shown.done = min(shown.tasks, shown.done + done)
            shown.failed += failed
            shown.rate += Double(milliRate) / 1000
        }
        console.show(shown)
    }
}
