// disBatch's task files, as disBatch 3.0 reads them.

public import TaskFarmerCore
internal import TaskFarmerSystem

/// A task for each line of a disBatch task file, with its directives `#DISBATCH PREFIX`, `SUFFIX` and `REPEAT`.
///
/// As there, tasks are run by `/bin/bash` and find `DISBATCH_TASKID` (from 0), `DISBATCH_REPEAT_INDEX` (-1 outside of a REPEAT),
/// `DISBATCH_STREAM_INDEX` (the line's number) and each of these with `_ZP` in six digits, `DISBATCH_NAMETASKS` (the list's name) and
/// `DISBATCH_JOBID` (the work directory's name) in their environment. A line `#TASKFARMER cpus=4 mem=8G gpus=1 time=30m priority=2
/// licence=1`, with any of these and no other words, says what the tasks of the lines after it need, up to the next such line. `BARRIER` and `PERENGINE` are refused, and so is every
/// directive that there is not, which disBatch passes over.
public struct DirectivesHandler: TaskListHandler {
    private let shell: [UInt8]

    /// A handler for disBatch's task files.
    ///
    /// - Parameter shell: what runs the tasks: a program that understands `-c`; disBatch's own choice is `/bin/bash`
    public init(shell: [UInt8] = Array("/bin/bash".utf8)) { self.shell = shell }

    /// For their environment.
    public var makesStructuredTasks: Bool { true }

    /// A task for each line that is one, and as many as a REPEAT says.
    public func forEachTask(in list: TaskListReader, _ body: (TaskDescription) throws -> Void) throws {
        let names = [
            EnvironmentChange("DISBATCH_NAMETASKS", bytes: Path(list.name).name),
            EnvironmentChange("DISBATCH_JOBID", bytes: Path(bytes: list.workDirectory).name),
        ]
        var prefix: [UInt8] = []
        var suffix: [UInt8] = []
        var demands = TaskDemandWords()
        var count = 0
        func task(_ command: [UInt8], line: Int, index: Int) throws {
            let numbers = [("TASKID", count), ("REPEAT_INDEX", index), ("STREAM_INDEX", line)].flatMap { name, value in
                [
                    EnvironmentChange("DISBATCH_\(name)", "\(value)"),
                    EnvironmentChange("DISBATCH_\(name)_ZP", Self.padded(value)),
                ]
            }
            count += 1
            var task = TaskDescription(arguments: [shell, Array("-c".utf8), prefix + command + suffix])
            task.environment = numbers + names
            demands.apply(to: &task)
            try body(task)
        }
        let own = Array("#TASKFARMER ".utf8)
        try list.forEachLine { line, number in
            let bytes = [UInt8](copying: line)
            if bytes.starts(with: own) || bytes == Array(own.dropLast()) {
                demands = TaskDemandWords()
                for word in bytes.dropFirst(own.count).text.split(whereSeparator: \.isWhitespace) {
                    do throws(TaskNeeds.Problem) {
                        try demands.set(String(word))
                    } catch {
                        throw list.problem("#TASKFARMER \(error.message)", line: number)
                    }
                }
                return
            }
            switch DisBatchLine(bytes) {
            case .none: return
            case .prefix(let text): prefix = text
            case .suffix(let text): suffix = text
            case .task(let command): try task(command, line: number, index: -1)
            case .repeated(let times, let start, let step, let command):
                let (last, overflow) = step.multipliedReportingOverflow(by: max(0, times - 1))
                if overflow || start.addingReportingOverflow(last).overflow {
                    throw list.problem("an index above 2^63, expected a smaller start, step or count", line: number)
                }
                for turn in 0..<times { try task(command, line: number, index: start + turn * step) }
            case .refused(let text): throw list.problem(text, line: number)
            }
        }
    }

    /// Six digits, the sign among them.
    private static func padded(_ value: Int) -> String {
        let digits = String(value.magnitude)
        let sign = value < 0 ? "-" : ""
        return sign + String(repeating: "0", count: max(0, 6 - digits.count - sign.count)) + digits
    }
}

extension DirectivesHandler {
    static let kind = HandlerKind(
        "directives",
        summary:
            "disBatch's task files with #DISBATCH PREFIX, SUFFIX and REPEAT, and #TASKFARMER cpus=4 mem=8G time=30m.",
        arguments: [
            Argument("shell", standard: "/bin/bash", help: "What runs the tasks; disBatch takes /bin/bash.")
        ]
    ) { values in
        guard let shell = values.bytes("shell"), !shell.isEmpty else {
            throw values.problem("expected a program that understands -c, such as /bin/bash", key: "shell")
        }
        return DirectivesHandler(shell: shell)
    }
}
