// Tasks with more to them than a command line.

public import TaskFarmerCore

/// A task for each line of JSON: an object with `command` (a command line, or an array of a program and its arguments), `env` (an
/// object of strings; null takes a variable away), `cwd` and `name`. Blank lines are none; unknown fields are refused.
public struct JSONLinesHandler: TaskListHandler {
    /// It has no arguments.
    public init() {}

    /// Always.
    public var makesStructuredTasks: Bool { true }

    /// A task for each line.
    public func forEachTask(in list: TaskListReader, _ body: (TaskDescription) throws -> Void) throws {
        try list.forEachLine { line, number in
            if line.isBlank { return }
            let task: TaskDescription
            do throws(TaskForm.Problem) {
                task = try TaskForm.objects.task([UInt8](copying: line))
            } catch {
                throw list.problem(error.message, line: number)
            }
            try body(task)
        }
    }
}

extension JSONLinesHandler {
    static let kind = HandlerKind(
        "jsonl", summary: "One JSON object a line: command (a string or an array), env, cwd, name."
    ) { _ in JSONLinesHandler() }
}
