// One JSON object a line.

public import TaskFarmerCore

/// One task a line, as a JSON object.
public struct JSONLinesHandler: TaskListHandler {
    /// It has no arguments.
    public init() {}

    /// Tasks have arguments, environments and folders.
    public var makesStructuredTasks: Bool { true }

    /// A task for each line that is not blank.
    public func forEachTask(in list: TaskListReader, _ body: (TaskDescription) throws -> Void) throws {
        try list.forEachLine { line, number in
            let bytes = [UInt8](copying: line)
            if bytes.allSatisfy({ $0 == 32 || $0 == 9 }) { return }
            let task: TaskDescription
            do throws(TaskForm.Problem) {
                task = try TaskForm.objects.task(bytes)
            } catch {
                throw list.problem(error.message, line: number)
            }
            try body(task)
        }
    }
}
