// Tasks that are MPI programs, started by mpirun or mpiexec. Both pass SIGTERM on to their processes. Source: mpirun(1) of Open MPI, the
// Hydra manual of MPICH.

public import TaskFarmerCore

/// Runs each task as so many processes of MPI.
public struct MPIRunner: Runner {
    private let step: ParallelStep

    /// - Parameter step: how many processes, and how they are started
    public init(_ step: ParallelStep) { self.step = step }

    /// As the settings say.
    public var usesTemporaryFolder: Bool { step.settings.usesTemporaryFolder }

    /// A process for the task.
    public func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        .process(step.process(["-n", String(step.count)], task, context))
    }
}

extension MPIRunner {
    static let kind = RunnerKind(
        "mpirun", summary: "Run each task as so many processes of MPI.",
        arguments: [ParallelStep.countArgument] + ParallelStep.arguments("mpirun")
    ) { values in MPIRunner(try ParallelStep(values)) }
}
