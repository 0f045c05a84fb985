// What a task list means. A handler turns the bytes that the user handed over into tasks, in order, without holding more than a
// line of them.

public import TaskFarmerCore

/// Turns a task list into tasks.
///
/// The same bytes must always make the same tasks, and bytes added at the end must leave the tasks before them as they were:
/// IDs are counted, and a restart compares. Where that does not hold, `isRepeatable` or `growsAtEnd` says so. A list that cannot
/// be used is refused with `TaskListReader.problem(_:line:)`, naming file and line; nothing was written then. A list is read
/// more than once when a work directory is made.
public protocol TaskListHandler: Sendable {
    /// Whether its tasks are more than command lines of one line each: have arguments, an environment, a folder, a name, or
    /// newlines. Such tasks are kept as JSON.
    var makesStructuredTasks: Bool { get }
    /// Whether the same list makes the same tasks whenever it is read.
    var isRepeatable: Bool { get }
    /// Whether what is added at the end of a list makes tasks that come after all others. Where it is not so, a list that was
    /// changed is told of, and changes nothing.
    var growsAtEnd: Bool { get }

    /// Calls `body` with each task, in order, as its lines are read.
    func forEachTask(in list: TaskListReader, _ body: (TaskDescription) throws -> Void) throws
}

extension TaskListHandler {
    /// Command lines only.
    public var makesStructuredTasks: Bool { false }
    /// The same tasks whenever it is read.
    public var isRepeatable: Bool { true }
    /// What is added makes tasks after all others.
    public var growsAtEnd: Bool { true }
}

/// A handler that makes of each line at most one command line, whatever the lines before it are. It is spared the copies.
package protocol LineHandler: TaskListHandler {
    /// Where in a line its command stands; nil for a line that is no task.
    func command(in line: borrowing Span<UInt8>, number: Int) -> Range<Int>?
}

extension LineHandler {
    package func forEachTask(in list: TaskListReader, _ body: (TaskDescription) throws -> Void) throws {
        try list.forEachLine { line, number in
            guard let range = command(in: line, number: number) else { return }
            try body(TaskDescription(command: [UInt8](copying: line.extracting(range))))
        }
    }
}
