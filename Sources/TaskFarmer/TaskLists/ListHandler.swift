// The plain list: one command a line.

public import TaskFarmerCore

/// One task a line. Blank lines and lines that begin with `#` are no tasks; CRLF endings and a byte order mark are accepted.
public struct ListHandler: TaskListHandler, LineHandler {
    /// It has no arguments.
    public init() {}

    package func command(in line: borrowing Span<UInt8>, number: Int) -> Range<Int>? { TaskLine.command(line) }

    /// A task for each line that is one.
    public func forEachTask(in list: TaskListReader, _ body: (TaskDescription) throws -> Void) throws {
        try list.forEachLine { line, number in
            guard let range = command(in: line, number: number) else { return }
            try body(TaskDescription(command: [UInt8](copying: line.extracting(range))))
        }
    }
}

extension ListHandler {
    static let kind = HandlerKind(
        "list", aliases: ["default", "taskfarmer.task.ListTaskList", "taskfarmer.tasks.ListTaskList"],
        summary: "One command a line; blank lines and lines that begin with # are no tasks."
    ) { _ in ListHandler() }
}
