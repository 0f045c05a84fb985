// A process to be started for a task, as a value: what a runner makes, what `--show` prints, what tests compare.

public import TaskFarmerCore

/// A process that is to be started for a task. It runs in a process group of its own, reads nothing (`/dev/null`), and writes to
/// the task's log. In its environment is the farmer's, then `environment`, then what every task finds (PROC_NUMBER and
/// TASKFARMER_…).
public struct TaskProcess: Sendable, Hashable {
    /// The program and its arguments. The program is looked for in PATH, as it is in the environment, unless it has a slash.
    public var arguments: [[UInt8]]
    /// Carried out in order.
    public var environment: [EnvironmentChange]
    /// Where it starts; nil for where the farmer was started. PWD says the same.
    public var workingDirectory: [UInt8]?
    /// What ends a task that does not end with its processes, such as a container that somebody else runs: a program and its
    /// arguments, run when the attempt was stopped or ended by a signal, after its processes are gone. It has 30 seconds. With one,
    /// an attempt that was stopped goes back whatever its exit status is: that says nothing about what somebody else runs.
    public var cleanup: [[UInt8]]?
    /// Executed when `arguments` cannot be: a shell, which says in its own words what is wrong.
    package var fallback: [[UInt8]]?
    /// The content of a file that the process finds as descriptor 3.
    package var script: [UInt8]?

    /// - Parameters:
    ///   - arguments: the program and its arguments, without NUL
    ///   - environment: changes to the environment, carried out in order
    ///   - workingDirectory: where it starts; nil for where the farmer was started
    ///   - cleanup: a program and its arguments, run after an attempt that was stopped
    public init(
        _ arguments: [[UInt8]], environment: [EnvironmentChange] = [], workingDirectory: [UInt8]? = nil,
        cleanup: [[UInt8]]? = nil
    ) {
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.cleanup = cleanup
    }

    /// - Parameter arguments: the program and its arguments
    public init(_ arguments: [String]) { self.init(arguments.map { Array($0.utf8) }) }
}

/// What the runners that start a process on this host have in common: where it starts and with what environment.
public struct ProcessSettings: Sendable, Hashable {
    /// Carried out before the task's own changes.
    public var environment: [EnvironmentChange]
    /// For tasks that do not say where they run; nil for where the farmer was started.
    public var workingDirectory: [UInt8]?
    /// Whether each attempt gets a folder of its own, in TMPDIR.
    public var usesTemporaryFolder: Bool

    /// - Parameters:
    ///   - environment: changes to the environment, carried out before the task's own
    ///   - workingDirectory: for tasks that do not say where they run
    ///   - usesTemporaryFolder: whether each attempt gets a folder of its own, in TMPDIR
    public init(
        environment: [EnvironmentChange] = [], workingDirectory: [UInt8]? = nil, usesTemporaryFolder: Bool = false
    ) {
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.usesTemporaryFolder = usesTemporaryFolder
    }

    /// A process for a task, with these settings, the task's own, and TMPDIR where the attempt has a folder of its own.
    public func process(_ arguments: [[UInt8]], _ task: FarmTask, _ context: TaskContext) -> TaskProcess {
        var changes = environment
        if let folder = context.temporaryFolder { changes.append(EnvironmentChange("TMPDIR", bytes: folder)) }
        changes += task.description.environment
        return TaskProcess(arguments, environment: changes, workingDirectory: task.folder(from: workingDirectory))
    }

    /// A shell that reads a line from descriptor 3, where it may be of any length.
    func script(_ line: [UInt8], shell: [[UInt8]], _ task: FarmTask, _ context: TaskContext) -> TaskProcess {
        var process = process(shell + [Array("/proc/self/fd/3".utf8)], task, context)
        process.script = line + [10]
        return process
    }
}

extension FarmTask {
    /// Where it runs: a relative folder of its own is meant from the runner's, which it is where it has none.
    func folder(from base: [UInt8]?) -> [UInt8]? {
        guard let own = description.workingDirectory else { return base }
        guard let base, own.first != UInt8(ascii: "/") else { return own }
        return base + [UInt8(ascii: "/")] + own
    }
}
