// Tasks with more to them than a command line.

public import TaskFarmerCore

/// A task for each line of JSON: an object with `command` (a command line, or an array of a program and its arguments), `env` (an
/// object of strings; null takes a variable away), `cwd` and `name`; what it needs while it runs: `cpus`, `mem` (bytes, or a size
/// with a unit such as "8G"), `gpus` and `resources` (an object of numbers); `time`, its expected duration (seconds, or a time such as "30m"), and
/// `priority` (a whole number; higher ones run first). Blank lines are none; unknown fields are refused.
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
        "jsonl",
        summary:
            "One JSON object a line: command (a string or an array), env, cwd, name, cpus, mem, gpus, resources, time, priority."
    ) { _ in JSONLinesHandler() }
}
