// How a task is executed. A runner translates a task and its context into the process to be started; it does nothing itself, so
// that what it makes can be compared in a test and shown to a user.

package import TaskFarmerCore
package import TaskFarmerSystem

/// What a runner may know beside the task.
package struct TaskContext: Sendable, Equatable {
    /// 1 for the first.
    package var attempt: Int
    /// From 0, unique among the running tasks of this farmer.
    package var slot: Int

    package init(attempt: Int, slot: Int) {
        self.attempt = attempt
        self.slot = slot
    }
}

/// What is to be started for a task.
package enum Launch: Sendable {
    /// A process; it finds a file with the content of `script`, if there is one, as descriptor 3.
    case process(SpawnRequest, script: [UInt8]? = nil)
    /// Work inside this process. The closure is called in the thread that starts tasks and must return at once; whoever does the
    /// work says on the completion, from any thread, how it ended.
    case inside(@Sendable (Completion) -> Void)
}

/// Translates a task into what is to be started.
///
/// `launch` is called once for each attempt, in the thread that starts tasks; it does no input or output and does not fail. What
/// cannot be started shows when it is: the task then fails with the reason in its log.
package protocol Runner: Sendable {
    /// What `-r` calls it.
    static var name: String { get }

    func launch(_ task: FarmTask, _ context: TaskContext) -> Launch

    /// The same when the kernel found the arguments too long; nil where there is no other way.
    func longLaunch(_ task: FarmTask, _ context: TaskContext) -> Launch?
}

/// The runners by name.
package enum Runners {
    package static let names = [ShellRunner.name]

    package static func named(_ name: String, environment: [[UInt8]]) throws -> any Runner {
        if name == ShellRunner.name { return ShellRunner(environment: environment) }
        let hint = Nearest.to(name, in: names).map { "; did you mean \($0)?" } ?? ""
        throw FarmError.configuration(
            file: "-r \(name)", line: nil, "no such runner, expected one of: \(names.joined(separator: ", "))\(hint)")
    }
}
