// Tasks as steps of the SLURM job that the farmer runs in. A step gets exactly what it asks for, so that others fit beside it;
// SLURM lets it wait when there is nothing free. Source: srun(1) of SLURM, options and "SIGNALS AND ESCAPE SEQUENCES".

public import TaskFarmerCore

/// Runs commands as steps of a SLURM job with `srun`.
///
/// The farmer itself should not hold the resources that the steps are to have: start it by the batch script. Where it is in a
/// step itself, which holds all of them, its steps share with it: otherwise they would wait for it for ever. srun forwards SIGTERM and most other signals to the step's tasks; a first SIGINT would only make it tell how they
/// are, so `--quit-on-interrupt` lets it end the step.
public struct SrunRunner: Runner {
    private let settings: ParallelSettings
    private let options: [String]

    /// - Parameters:
    ///   - tasks: how many times the command is started, `--ntasks`
    ///   - nodes: on how many nodes; nil for one where there is one task, else as SLURM decides
    ///   - processorsPerTask: `--cpus-per-task`
    ///   - overlaps: whether steps may share processors, memory and GPUs with all others, `--overlap`
    ///   - extra: further arguments of srun
    ///   - settings: where tasks run and with what environment
    public init(
        tasks: Int = 1, nodes: Int? = nil, processorsPerTask: Int = 1, overlaps: Bool = false, extra: [[UInt8]] = [],
        settings: ProcessSettings = ProcessSettings()
    ) {
        self.init(
            ParallelSettings(program: [Array("srun".utf8)], tasks: tasks, extra: extra, process: settings),
            nodes, processorsPerTask, overlaps)
    }

    private init(_ settings: ParallelSettings, _ nodes: Int?, _ processorsPerTask: Int, _ overlaps: Bool) {
        self.settings = settings
        var options = ["--ntasks=\(settings.tasks)"]
        // The job's number of nodes would be taken, with a warning.
        if let nodes = nodes ?? (settings.tasks == 1 ? 1 : nil) { options.append("--nodes=\(nodes)") }
        options += ["--cpus-per-task=\(processorsPerTask)", overlaps ? "--overlap" : "--exact"]
        self.options = options + ["--export=ALL", "--input=none", "--quit-on-interrupt"]
    }

    /// As the settings say.
    public var usesTemporaryFolder: Bool { settings.process.usesTemporaryFolder }

    /// A process for the task.
    public func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        var process = settings.process(options, task, context)
        // That of a step around the farmer would bind all others to the same processors.
        process.environment.insert(EnvironmentChange("SLURM_CPU_BIND", bytes: nil), at: 0)
        return .process(process)
    }
}

extension SrunRunner {
    static let kind = RunnerKind(
        "srun", summary: "Run commands as steps of the SLURM job around the farmer.",
        arguments: ParallelSettings.arguments(
            "srun",
            own: [
                Argument(
                    "nodes", .number(1...1_000_000),
                    help: "On how many nodes; without it 1 where ntasks is 1, else as SLURM decides."),
                Argument(
                    "cpus_per_task", .number(1...1_000_000), standard: "1",
                    help: "How many processors each of them gets."),
                Argument(
                    "overlap", .flag,
                    help:
                        "Steps share processors, memory and GPUs with all others instead of having their own; without it, "
                        + "only where the farmer is in a step itself."),
            ])
    ) { values in
        let isInStep = values.environment.contains { $0.starts(with: "SLURM_STEP_ID=".utf8) }
        return SrunRunner(
            try ParallelSettings(values), values.number("nodes"), values.number("cpus_per_task") ?? 1,
            values.text("overlap") == nil ? isInStep : values.flag("overlap"))
    }
}
