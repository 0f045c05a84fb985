// PyTaskFarmer's way: a command is split at blanks and executed, and no shell reads it.

public import TaskFarmerCore

/// Executes commands without a shell: they are split at blanks; quotes, variables and redirections mean nothing.
public struct BasicRunner: Runner {
    private let settings: ProcessSettings

    /// - Parameter settings: where tasks run and with what environment
    public init(settings: ProcessSettings = ProcessSettings()) { self.settings = settings }

    /// As the settings say.
    public var usesTemporaryFolder: Bool { settings.usesTemporaryFolder }

    /// A process for the task.
    public func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        let words =
            task.description.arguments
            ?? task.command.split { $0 == 32 || (9...13).contains($0) }.map { Array($0) }
        return .process(settings.process(words, task, context))
    }
}

extension BasicRunner {
    static let kind = RunnerKind(
        "basic", aliases: ["taskfarmer.runners.BasicRunner"],
        summary: "Execute commands without a shell, split at blanks, as PyTaskFarmer does.",
        arguments: ProcessSettings.arguments
    ) { values in BasicRunner(settings: try ProcessSettings(values)) }
}
