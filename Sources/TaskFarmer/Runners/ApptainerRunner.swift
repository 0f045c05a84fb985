// Apptainer and Singularity. The user's IDs, most of the environment and signals go through by themselves. Changes go by
// APPTAINERENV_NAME: unlike NAME they win over the image's, and do not reach the program itself, which needs PATH, say.
// Source: "Environment and Metadata" and "Bind Paths and Mounts" of Apptainer's user guide, and of SingularityCE's.

public import TaskFarmerCore

/// Runs commands in containers of Apptainer or Singularity.
public struct ApptainerRunner: Runner {
    /// Which of the two.
    public enum Flavor: Sendable { case apptainer, singularity }

    private let flavor: Flavor
    private let program: [[UInt8]]
    private let settings: ContainerSettings

    /// - Parameters:
    ///   - settings: what runs and what it finds
    ///   - flavor: which of the two
    ///   - program: the program and its arguments before `exec`; nil for `apptainer` or `singularity`
    public init(_ settings: ContainerSettings, flavor: Flavor = .apptainer, program: [[UInt8]]? = nil) {
        self.settings = settings
        self.flavor = flavor
        self.program = program ?? [Array((flavor == .apptainer ? "apptainer" : "singularity").utf8)]
    }

    /// As the settings say.
    public var usesTemporaryFolder: Bool { settings.usesTemporaryFolder }

    /// A process for the task.
    public func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        var words = program + [Array("exec".utf8)]
        if settings.usesGPU { words.append(Array("--nv".utf8)) }
        words += settings.folders(context).map { Array("--bind=".utf8) + $0 }
        words += settings.volumes.map { Array("--bind=".utf8) + $0.text }
        words.append(Array("--pwd=".utf8) + settings.start(task))
        words += settings.extra + [settings.image] + settings.command(task)
        return .process(TaskProcess(words, environment: settings.changes(task, context).flatMap(outside)))
    }

    /// What is to be changed outside for a change inside.
    private func outside(_ change: EnvironmentChange) -> [EnvironmentChange] {
        let prefixes = ["APPTAINERENV_", "SINGULARITYENV_"]
        if let value = change.value {
            return [EnvironmentChange(prefixes[flavor == .apptainer ? 0 : 1] + change.name, bytes: value)]
        }
        // The program's own, which do not go inside.
        let isProgram = ["PATH", "HOME", "LD_LIBRARY_PATH"].contains(change.name)
        return ((isProgram ? [] : [""]) + prefixes).map { EnvironmentChange($0 + change.name, bytes: nil) }
    }
}

extension ApptainerRunner {
    static let kind = kind(.apptainer, "apptainer", "Run commands in containers of Apptainer.")
    static let singularityKind = kind(.singularity, "singularity", "Run commands in containers of Singularity.")

    private static func kind(_ flavor: Flavor, _ name: String, _ summary: String) -> RunnerKind {
        RunnerKind(
            name, summary: summary,
            arguments: ContainerSettings.arguments(extra: "Further arguments of \(name) exec.") + [
                ArgumentValues.program(name)
            ]
        ) { values in
            ApptainerRunner(try ContainerSettings(values), flavor: flavor, program: try values.program)
        }
    }
}
