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
        HostsRun.ssh, HostsRun.program,
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
        removed at the end. DIR has to be at the same place on all hosts.

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
        let lockFolder = RunCommand.lockFolder(arguments, process)?.absolute
        let words = peer(try HostsRun.program(arguments), [folder.bytes] + (lockFolder.map { [$0.bytes] } ?? []))
        let starts = try starts(arguments, process, words)
        let peers = try starts.map { try PeerProcess(name: $0.name, words: $0.words, signals: signals) }
        let report = DoctorReport(
            folder: folder.description, lockFolder: lockFolder?.description, examination: try Doctor.examine(peers))
        OwnProcess.put(arguments.has("json") ? report.json : report.text, to: 1)
        return report.fitness.verdict == .unfit ? 71 : 0
    }

    /// What each peer is called and how it is started; two at least.
    private static func starts(
        _ arguments: Arguments, _ process: CommandProcess, _ words: [[UInt8]]
    ) throws -> [(name: String, words: [[UInt8]])] {
        if !arguments.has("hosts"), let stray = ["ssh", "remote-program"].first(where: arguments.has) {
            throw UsageError(message: "--\(stray) goes with --hosts")
        }
        var starts: [(name: String, words: [[UInt8]])]
        if arguments.has("hosts") {
            if arguments.has("srun") { throw UsageError(message: "--hosts and --srun exclude each other") }
            var shell = try HostsRun.shell(arguments, process)
            shell.folder = "/"
            starts = try HostsRun.hosts(arguments).map { ($0.name, shell.arguments(on: $0, words)) }
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

    /// The command that starts a peer.
    static func peer(_ program: [UInt8], _ operands: [[UInt8]]) -> [[UInt8]] {
        [program, Array(DoctorPeerCommand.name.utf8), Array("--".utf8)] + operands
    }
}
