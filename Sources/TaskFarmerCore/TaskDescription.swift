// What a task is to do, as a task list or a program describes it.

/// A change to the environment in which a task runs.
public struct EnvironmentChange: Sendable, Hashable {
    /// The variable, without `=`.
    public var name: String
    /// Without NUL; nil takes the variable away.
    public var value: [UInt8]?

    /// Sets a variable.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = Array(value.utf8)
    }

    /// Sets or takes away a variable.
    ///
    /// - Parameters:
    ///   - name: the variable, without `=`
    ///   - value: without NUL; nil takes the variable away
    public init(_ name: String, bytes value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}

/// What a task is to do: a command line, or a program and its arguments, and where and with what environment it runs.
public struct TaskDescription: Sendable, Hashable {
    /// A line for a shell. For a task with `arguments` it is these, quoted.
    public private(set) var command: [UInt8]
    /// A program and its arguments, where no shell shall read them; nil for a command line.
    public private(set) var arguments: [[UInt8]]?
    /// Carried out in order.
    public var environment: [EnvironmentChange]
    /// Where it runs; nil for where the farmer was started, or where the runner says. Relative to that.
    public var workingDirectory: [UInt8]?
    /// What people call it; has no effect.
    public var name: String?
    /// What it needs while it runs.
    public var needs = TaskNeeds()
    /// How long it is expected to run, in seconds; nil where that is not known.
    public var expectedSeconds: Double?
    /// Tasks of a higher one run first.
    public var priority = 0

    /// A command line.
    ///
    /// - Parameters:
    ///   - command: bytes without NUL; they are never decoded
    ///   - environment: changes to the environment it runs in
    ///   - workingDirectory: where it runs; nil for where the farmer was started
    ///   - name: what people call it
    public init(
        command: [UInt8], environment: [EnvironmentChange] = [], workingDirectory: [UInt8]? = nil, name: String? = nil
    ) {
        self.command = command
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.name = name
    }

    /// A command line.
    public init(_ command: String) { self.init(command: Array(command.utf8)) }

    /// A program and its arguments.
    ///
    /// - Parameters:
    ///   - arguments: at least one, each without NUL; the first is the program, looked for in PATH when it has no slash
    ///   - environment: changes to the environment it runs in
    ///   - workingDirectory: where it runs; nil for where the farmer was started
    ///   - name: what people call it
    public init(
        arguments: [[UInt8]], environment: [EnvironmentChange] = [], workingDirectory: [UInt8]? = nil,
        name: String? = nil
    ) {
        self.init(
            command: ShellQuote.line(arguments), environment: environment, workingDirectory: workingDirectory,
            name: name)
        self.arguments = arguments
    }

    /// A program and its arguments.
    public init(arguments: [String]) { self.init(arguments: arguments.map { Array($0.utf8) }) }

    /// Whether there is no more to it than a command line that fits on one.
    package var isPlain: Bool {
        arguments == nil && environment.isEmpty && workingDirectory == nil && name == nil && needs.isEmpty
            && expectedSeconds == nil && priority == 0 && !command.contains(10)
    }
}

/// A task as runners and programs see it.
public struct FarmTask: Sendable, Hashable, Identifiable {
    /// From 0 in the order of the list; never reused.
    public var id: Int
    /// What it is to do.
    public var description: TaskDescription

    /// A task with an ID and what it is to do.
    public init(id: Int, _ description: TaskDescription) {
        self.id = id
        self.description = description
    }

    /// The command line, as bytes.
    public var command: [UInt8] { description.command }
    /// The command line as text; what is not UTF-8 shows as U+FFFD.
    public var commandText: String { description.command.text }
}
