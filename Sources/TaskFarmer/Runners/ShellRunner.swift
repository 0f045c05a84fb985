// The default: a task is a line for /bin/sh. A line that means the same without a shell is executed without one; should that be
// refused, the shell gets it after all, so that its message and exit status are what the user sees.

public import TaskFarmerCore

/// Runs command lines with a shell.
public struct ShellRunner: Runner {
    /// The program and its arguments before `-c`.
    private let shell: [[UInt8]]
    /// What runs in the shell before each command; a command is not run when it fails.
    private let setup: [UInt8]?
    private let settings: ProcessSettings

    static let standard = [Array("/bin/sh".utf8)]
    /// The kernel takes arguments of up to 32 pages, with the NUL at the end (MAX_ARG_STRLEN, execve(2)).
    static let longestArgument = 131_071

    /// - Parameters:
    ///   - shell: a program that understands `-c`, and its arguments before that; nil for `/bin/sh`
    ///   - setup: commands that run in the shell before each task, such as `module load …`; when they fail, so does the task
    ///   - settings: where tasks run and with what environment
    public init(shell: [[UInt8]]? = nil, setup: [UInt8]? = nil, settings: ProcessSettings = ProcessSettings()) {
        self.shell = shell ?? Self.standard
        self.setup = setup
        self.settings = settings
    }

    /// As the settings say.
    public var usesTemporaryFolder: Bool { settings.usesTemporaryFolder }

    /// A process for the task.
    public func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        if setup == nil, let arguments = task.description.arguments {
            return .process(settings.process(arguments, task, context))
        }
        let line = line(task)
        if line.count > Self.longestArgument { return script(line, task, context) }
        var process = settings.process(shell + [Array("-c".utf8), Self.optionProof(line)], task, context)
        if setup == nil, shell == Self.standard, case .direct(let words) = ShellLine(task.command) {
            process.fallback = process.arguments
            process.arguments = words
        }
        return .process(process)
    }

    /// The line as a file that the shell reads.
    public func longLaunch(_ task: FarmTask, _ context: TaskContext) -> Launch? {
        if setup == nil && task.description.arguments != nil { return nil }
        return script(line(task), task, context)
    }

    private func line(_ task: FarmTask) -> [UInt8] { Self.line(task, setup: setup) }

    static func line(_ task: FarmTask, setup: [UInt8]?) -> [UInt8] {
        guard let setup else { return task.command }
        // In braces it may end in a comment.
        return Array("{ ".utf8) + setup + Array("\n} || exit\n".utf8) + task.command
    }

    /// A line that begins with - or + would be read as an option; a blank before it changes nothing else.
    static func optionProof(_ line: [UInt8]) -> [UInt8] {
        line.first == UInt8(ascii: "-") || line.first == UInt8(ascii: "+") ? [32] + line : line
    }

    /// What a program that executes others is given for a task: its own arguments, or a shell with its line.
    static func words(_ task: FarmTask, shell: [[UInt8]], setup: [UInt8]?) -> [[UInt8]] {
        if setup == nil, let arguments = task.description.arguments { return arguments }
        return shell + [Array("-c".utf8), optionProof(line(task, setup: setup))]
    }

    private func script(_ line: [UInt8], _ task: FarmTask, _ context: TaskContext) -> Launch {
        .process(settings.script(line, shell: shell, task, context))
    }
}

extension ShellRunner {
    static let kind = RunnerKind(
        "shell", aliases: ["default"],
        summary: "Run command lines with a shell.",
        arguments: [
            shellArgument, setupArgument,
        ] + ProcessSettings.arguments
    ) { values in
        ShellRunner(shell: try values.shell, setup: values.setup, settings: try ProcessSettings(values))
    }

    static let shellArgument = Argument(
        "shell", .words, standard: "/bin/sh", expandsEnvironment: true,
        help: "The shell and its arguments; it must understand -c.")
    static let setupArgument = Argument(
        "setup", help: "Commands that run in the shell before each task; when they fail, so does the task.")
}

extension ArgumentValues {
    /// The argument `shell`.
    var shell: [[UInt8]] {
        get throws {
            let words = words("shell").map { Array($0.utf8) }
            if words.isEmpty { throw problem("expected a program", key: "shell") }
            return words
        }
    }
}
