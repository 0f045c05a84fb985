// Tasks that are job steps of SLURM. A step gets processors of its own (--exact), so steps run side by side as long as the
// allocation has room; where the farmer is itself in a step, which holds all of them, steps share with it (--overlap).
// Source: srun(1), "--exact", "--overlap", "INPUT ENVIRONMENT VARIABLES", "SIGNALS AND ESCAPE SEQUENCES". srun passes SIGTERM on to the
// step. One that is killed leaves the step to SLURM, which ends it; its processes on this node carry TASKFARMER_FARMER.

public import TaskFarmerCore

/// Runs each task as a job step of SLURM, in the allocation in which the farmer runs.
public struct SrunRunner: Runner {
    private let step: ParallelStep
    private let nodes: Int?
    private let processorsPerTask: Int?
    private let isInStep: Bool

    /// - Parameters:
    ///   - step: how many processes, and how they are started
    ///   - nodes: on how many nodes; nil for as SLURM decides
    ///   - processorsPerTask: for each process; nil for as SLURM decides
    ///   - isInStep: whether the farmer itself was started by srun
    public init(_ step: ParallelStep, nodes: Int? = nil, processorsPerTask: Int? = nil, isInStep: Bool) {
        self.step = step
        self.nodes = nodes
        self.processorsPerTask = processorsPerTask
        self.isInStep = isInStep
    }

    /// As the settings say.
    public var usesTemporaryFolder: Bool { step.settings.usesTemporaryFolder }

    /// A process for the task.
    public func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        var words = ["--ntasks=\(step.count)"]
        if let nodes { words.append("--nodes=\(nodes)") }
        if let processorsPerTask { words.append("--cpus-per-task=\(processorsPerTask)") }
        words += [isInStep ? "--overlap" : "--exact", "--export=ALL", "--input=none"]
        var process = step.process(words, task, context)
        // That of the farmer's own step would bind every other to the same processors.
        process.environment.insert(EnvironmentChange("SLURM_CPU_BIND", bytes: nil), at: 0)
        return .process(process)
    }
}

extension SrunRunner {
    private static let range = 1...1_000_000

    static let kind = RunnerKind(
        "srun", summary: "Run each task as a job step of SLURM, in the allocation in which the farmer runs.",
        arguments: [
            ParallelStep.countArgument,
            Argument("nodes", .number(range), help: "On how many nodes; without it, as SLURM decides."),
            Argument(
                "cpus_per_task", .number(range), help: "Processors for each process; without it, as SLURM decides."),
        ] + ParallelStep.arguments("srun")
    ) { values in
        let number = values.environment.first { $0.starts(with: "SLURM_STEP_ID=".utf8) }
        return SrunRunner(
            try ParallelStep(values), nodes: values.number("nodes"), processorsPerTask: values.number("cpus_per_task"),
            isInStep: number != nil)
    }
}
