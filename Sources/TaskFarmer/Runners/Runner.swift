// How a task is executed. A runner translates a task and its context into the process to be started; it does nothing itself, so
// that what it makes can be compared in a test and shown to a user.

public import TaskFarmerCore

/// What a runner may know beside the task.
public struct TaskContext: Sendable, Hashable {
    /// 1 for the first.
    public var attempt: Int
    /// From 0, unique among the running tasks of this farmer.
    public var slot: Int
    /// The farmer's name.
    public var farmer: String
    /// The absolute path of the work directory.
    public var workDirectory: [UInt8]
    /// The file that the attempt's output goes to; `/dev/null` where it has none of its own.
    public var log: [UInt8]
    /// A folder of the attempt's own, made before it is started and removed after it; nil unless the runner asked for one.
    public var temporaryFolder: [UInt8]?

    /// A context, as tests of runners make it.
    ///
    /// - Parameters:
    ///   - attempt: 1 for the first
    ///   - slot: from 0
    ///   - farmer: the farmer's name
    ///   - workDirectory: the absolute path of the work directory
    ///   - log: the file that the attempt's output goes to
    ///   - temporaryFolder: a folder of the attempt's own
    public init(
        attempt: Int, slot: Int, farmer: String, workDirectory: [UInt8], log: [UInt8] = Array("/dev/null".utf8),
        temporaryFolder: [UInt8]? = nil
    ) {
        self.attempt = attempt
        self.slot = slot
        self.farmer = farmer
        self.workDirectory = workDirectory
        self.log = log
        self.temporaryFolder = temporaryFolder
    }
}

/// What is to be started for a task.
public enum Launch: Sendable {
    /// A process.
    case process(TaskProcess)
    /// Work inside this process. The closure is called in the thread that starts tasks and must return at once; whoever does the
    /// work says on the completion, from any thread, how it ended.
    case inside(@Sendable (Completion) -> Void)
}

/// Translates a task into what is to be started.
///
/// `launch` is called once for each attempt, in the thread that starts tasks; it does no input or output and does not fail. What
/// cannot be started shows when it is: the task then fails with the reason in its log.
public protocol Runner: Sendable {
    /// Whether each attempt is to get a folder of its own, in `TaskContext.temporaryFolder`. It lies in the farmer's TMPDIR, or in
    /// `/tmp`, and is removed when the attempt is over.
    var usesTemporaryFolder: Bool { get }

    /// What is to be started.
    func launch(_ task: FarmTask, _ context: TaskContext) -> Launch

    /// The same when the kernel found the arguments too long; nil where there is no other way.
    func longLaunch(_ task: FarmTask, _ context: TaskContext) -> Launch?
}

extension Runner {
    /// Attempts get no folder.
    public var usesTemporaryFolder: Bool { false }

    /// There is no other way.
    public func longLaunch(_ task: FarmTask, _ context: TaskContext) -> Launch? { nil }
}
