// The commands: what they are called, what they take, what they do. Each has a file of its own.

package import TaskFarmerSystem

/// One subcommand.
package protocol Command: Sendable {
    static var name: String { get }
    /// One line for the list of commands.
    static var summary: String { get }
    /// What follows the name, as in `[OPTIONS] LIST`.
    static var usage: String { get }
    static var options: [Option] { get }
    /// Paragraphs and examples below the options.
    static var notes: String { get }

    /// Does it.
    ///
    /// - Returns: the exit status
    static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32
}

/// What a command has from its process.
package struct CommandProcess: Sendable {
    package var environment: [[UInt8]]
    package var signals: SignalSource?

    package init(environment: [[UInt8]], signals: SignalSource?) {
        self.environment = environment
        self.signals = signals
    }

    package func variable(_ name: String) -> [UInt8]? {
        let prefix = Array("\(name)=".utf8)
        return environment.first { $0.starts(with: prefix) }.map { Array($0.dropFirst(prefix.count)) }
    }
}

package enum Commands {
    package static let version = "0.1.0"
    package static let all: [any Command.Type] = [
        RunCommand.self, SubmitCommand.self, AutoscaleCommand.self, PlanCommand.self, StatusCommand.self,
        WatchCommand.self, HealthCommand.self, TasksCommand.self, FailedCommand.self, ExplainCommand.self,
        LogCommand.self, ReportCommand.self,
        TimelineCommand.self,
        CheckCommand.self, AddCommand.self, CancelCommand.self, HoldCommand.self, ReleaseCommand.self,
        PriorityCommand.self, RetryCommand.self, PauseCommand.self, ResumeCommand.self, DrainCommand.self,
        StopCommand.self,
        ResizeCommand.self, ListCommand.self, RunnersCommand.self,
        HandlersCommand.self, ExportCommand.self, ImportCommand.self, DoctorCommand.self, CompletionCommand.self,
    ]
    /// What this program starts of itself; not for people.
    static let hidden: [any Command.Type] = [DoctorPeerCommand.self]
}
