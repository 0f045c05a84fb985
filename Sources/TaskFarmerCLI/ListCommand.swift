// `taskfarmer list`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

package enum ListCommand: Command {
    package static let name = "list"
    package static let summary = "Print the tasks that a list would make, without making a work directory."
    package static let usage = "[OPTIONS] LIST"
    package static let options: [Option] = [
        Option(
            "tasklist", short: "t", value: "NAME", "How LIST is read; `taskfarmer handlers` lists the names.",
            standard: "list", completion: .names(of: "handlers")),
        Option(
            "workdir", short: "w", value: "DIR", "Where the work directory would lie.", standard: "LIST_workdir",
            completion: .folder),
        Registries.option, TrustOptions.trust, TrustOptions.members,
    ]
    package static let notes = """
        One line for each task, `ID COMMAND` as in `toprocess`; tasks that are more than a command line are JSON objects. `-` reads
        standard input.

        Exit status: 0; 64 wrong usage; 74 it cannot be read; 78 something in LIST or an INI file cannot be used.
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        guard arguments.operands.count == 1, let operand = arguments.operands.first.map({ Path(bytes: $0) }) else {
            throw UsageError(message: "expected one task list; see taskfarmer list --help")
        }
        let registry = try Registries.read(arguments, process)
        let isStream = TaskListFile.isStream(operand)
        let directory =
            (arguments.path("workdir") ?? (isStream ? Path("stdin_workdir") : WorkDirectory.standard(for: operand)))
            .absolute
        let list = try Places.list(
            operand, handlerName: arguments.text("tasklist") ?? "list", registry, workDirectory: directory)
        var lines: [UInt8] = []
        var next = 0
        var mark = ListMark()
        do {
            try list.forEachTask(from: &mark) { line in
                lines.append(decimal: next)
                lines.append(32)
                lines.append(copying: line)
                lines.append(10)
                next += 1
                if lines.count >= 1 << 16 {
                    try OwnProcess.print(lines)
                    lines.removeAll(keepingCapacity: true)
                }
            }
            try OwnProcess.print(lines)
        } catch let error as SystemError where error.isBrokenPipe {
            // Whoever reads has seen enough.
        } catch let error as FarmError {
            // What comes before the error, however little it is.
            OwnProcess.put(lines, to: 1)
            throw error
        }
        return 0
    }
}
