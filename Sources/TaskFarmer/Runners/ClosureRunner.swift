// Tasks that run inside this process, as Swift code.

public import TaskFarmerCore
internal import TaskFarmerSystem

/// Runs tasks inside this process, each in a Swift task of its own, in as many at a time as the farmer has slots.
///
/// When the farmer stops, these Swift tasks are cancelled, and what then ends with anything but success goes back to be run
/// again. What does not end within the time of the stop signals is no longer waited for, and its outcome no longer heeded. An
/// error that is thrown ends the attempt with exit status 1 and stands in its log. Code that blocks belongs on threads of its own.
public struct ClosureRunner: Runner {
    private let perform: @Sendable (FarmTask, TaskContext) async throws -> Outcome
    /// Whether each attempt gets a folder of its own.
    public let usesTemporaryFolder: Bool

    /// A runner that calls a closure.
    ///
    /// - Parameters:
    ///   - usesTemporaryFolder: whether each attempt gets a folder of its own, in `TaskContext.temporaryFolder`
    ///   - perform: runs one attempt and says how it ended; called concurrently
    public init(
        usesTemporaryFolder: Bool = false,
        _ perform: @escaping @Sendable (FarmTask, TaskContext) async throws -> Outcome
    ) {
        self.usesTemporaryFolder = usesTemporaryFolder
        self.perform = perform
    }

    /// Work inside this process.
    public func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        .inside { [perform] completion in
            let work = Task {
                do {
                    completion.end(try await perform(task, context))
                } catch {
                    if !completion.isStopped { Self.note(error, context) }
                    completion.end(.exited(1))
                }
            }
            completion.onStop { work.cancel() }
        }
    }

    private static func note(_ error: any Error, _ context: TaskContext) {
        let text = Array("taskfarmer: the task threw an error: \(error)\n".utf8)
        try? Descriptor(Path(bytes: context.log), [.writing, .append, .noLink]).write(text)
    }
}
