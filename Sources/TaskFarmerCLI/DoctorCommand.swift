// `taskfarmer doctor`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum DoctorCommand: Command {
    package static let name = "doctor"
    package static let summary =
        "Test whether a folder is fit for a farm: locks, views, speed, clocks, space; in seconds."
    package static let usage = "[OPTIONS] [DIR]"
    package static let options: [Option] = [
        Option(
            "hosts", value: "LIST",
            "One process on each of these hosts, over ssh: names with commas between them, n[01-16], user@n1, @FILE.",
            standard: "two processes on this host"),
        Option(
            "ssh", value: "COMMAND", "With --hosts: how ssh is started, for example `ssh -p 2222`.", standard: "ssh"),
        Option("srun", "One process on each node of the SLURM job around this command."),
        Option(
            "lock-dir", value: "DIR", "The folder for the lock file, as `run` takes it.",
            standard: "$SCRATCH, else DIR",
            completion: .folder),
        Option("json", "Print JSON, as documented in the manual."),
    ]
    package static let notes = """
        DIR is where a work directory would lie, by default the current folder. Two processes or more take locks from each other
        and change a little work directory there with the code that farmers use. It lies in DIR/.taskfarmer-doctor.* and is
        removed at the end. DIR and this program have to be at the same place on all hosts.

        Examples:
          taskfarmer doctor /scratch/me
          taskfarmer doctor --hosts n1,n2 /scratch/me
          salloc -N4 taskfarmer doctor --srun /scratch/me

        Exit status: 0 fit, perhaps with conditions; 71 unfit: locks or views cannot be trusted; 74 input/output error, or a peer
        cannot be reached; 75 stopped; 64 wrong usage; 78 wrong configuration.
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        guard arguments.operands.count <= 1 else {
            throw UsageError(message: "expected one folder, got \(arguments.operands.count)")
        }
        // Before any thread: the mask is inherited.
        let signals = try SignalSource([.terminate, .interrupt, .hangUp])
        let folder = (arguments.operands.first.map { Path(bytes: $0) } ?? Folder.current).absolute
        let scratch = process.variable("SCRATCH").flatMap { $0.isEmpty ? nil : Path(bytes: $0) }
        let lockFolder = (arguments.path("lock-dir") ?? scratch)?.absolute
        let words = peer([folder.bytes] + (lockFolder.map { [$0.bytes] } ?? []))
        let starts = try starts(arguments, words)
        let peers = try starts.map { try PeerProcess(name: $0.name, words: $0.words, signals: signals) }
        let report = DoctorReport(
            folder: folder.description, lockFolder: lockFolder?.description, examination: try Doctor.examine(peers))
        OwnProcess.put(arguments.has("json") ? report.json : report.text, to: 1)
        return report.fitness.verdict == .unfit ? 71 : 0
    }

    /// What each peer is called and how it is started; two at least.
    private static func starts(_ arguments: Arguments, _ words: [[UInt8]]) throws -> [(name: String, words: [[UInt8]])]
    {
        if arguments.has("ssh") && !arguments.has("hosts") { throw UsageError(message: "--ssh goes with --hosts") }
        var starts: [(name: String, words: [[UInt8]])]
        if let list = arguments.text("hosts") {
            if arguments.has("srun") { throw UsageError(message: "--hosts and --srun exclude each other") }
            let hosts: [HostEntry]
            do {
                hosts = try HostList.parse(list) { file in try Folder.content(of: Path(file)).text }
            } catch let problem as HostListProblem {
                throw UsageError(message: problem.message)
            }
            var shell = RemoteShell(folder: "/")
            if let program = arguments.values["ssh"] { shell.program = program }
            starts = hosts.map { ($0.name, shell.arguments(on: $0, words)) }
        } else if arguments.has("srun") {
            starts = try JobNodes.names().map { ($0, JobNodes.command(words, on: $0)) }
        } else {
            starts = [(HostIdentity.current.name, words)]
        }
        // What holds between two processes of a host is the least that can be tested.
        if starts.count == 1 {
            starts = [("#1", starts[0].words), ("#2", starts[0].words)].map { (starts[0].name + $0, $1) }
        }
        return starts
    }

    /// The command that starts a peer: this program itself.
    static func peer(_ operands: [[UInt8]]) -> [[UInt8]] {
        let program = RemoteShell.ownProgram?.bytes ?? Array("taskfarmer".utf8)
        return [program, Array(DoctorPeerCommand.name.utf8), Array("--".utf8)] + operands
    }
}
