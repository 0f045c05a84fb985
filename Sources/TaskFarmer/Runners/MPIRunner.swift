// Tasks that are MPI programs. Sources: mpirun(1) of Open MPI, mpiexec of MPICH; `-n` is what both and the MPI standard (11.5,
// "Portable MPI Process Startup") know.

public import TaskFarmerCore

/// Runs commands with `mpirun` or `mpiexec`.
///
/// They end all processes of a task when they get SIGTERM. The environment reaches processes on other nodes as the MPI library
/// does that: Open MPI wants `-x NAME` among the extra arguments.
public struct MPIRunner: Runner {
    private let settings: ParallelSettings

    /// - Parameters:
    ///   - tasks: how many processes a task has
    ///   - program: `mpirun` or `mpiexec`, and its arguments before all others; nil for `mpirun`
    ///   - extra: further arguments
    ///   - settings: where tasks run and with what environment
    public init(
        tasks: Int, program: [[UInt8]]? = nil, extra: [[UInt8]] = [], settings: ProcessSettings = ProcessSettings()
    ) {
        self.init(
            ParallelSettings(
                program: program ?? [Array("mpirun".utf8)], tasks: tasks, extra: extra, process: settings))
    }

    private init(_ settings: ParallelSettings) { self.settings = settings }

    /// As the settings say.
    public var usesTemporaryFolder: Bool { settings.process.usesTemporaryFolder }

    /// A process for the task.
    public func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        .process(settings.process(["-n", "\(settings.tasks)"], task, context))
    }
}

extension MPIRunner {
    static let kind = RunnerKind(
        "mpirun", aliases: ["mpiexec"], summary: "Run commands as MPI programs.",
        arguments: ParallelSettings.arguments("mpirun")
    ) { values in MPIRunner(try ParallelSettings(values)) }
}
