// `taskfarmer add COMMAND…`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum AddCommand: Command {
    package static let name = "add"
    package static let summary = "Add tasks, also while farmers are at work; they are the next to run."
    package static let usage = "[OPTIONS] COMMAND…|-f FILE"
    package static let options =
        [
            Option(
                "workdir", short: "w", value: "LIST|WORKDIR", "To which work directory.",
                standard: "the current folder, or the only one in it", completion: .file),
            Option(
                "file", short: "f", value: "FILE",
                "The tasks in FILE, written as those of the list are; `-` is standard input.", completion: .file),
            Registries.option,
        ] + ControlOptions.standard
    package static let notes = """
        One word is a command line, for the shell; several are a program and its arguments, quoted as they are. Options of the
        program come after `--`. The tasks have new IDs, after the last; the list stays as it is, and may still grow itself.
        Farmers started with --wait wait for them.

        Exit status: \(ControlOptions.exits); 64 that is no task, or there is no work directory; 78 FILE cannot be used.

        Examples:
          taskfarmer add -w tasks.txt 'sort big | uniq -c > counts'
          taskfarmer add -w tasks.txt -- tar -czf a.tgz a
          generate | taskfarmer add -w tasks.txt -f -
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        guard arguments.operands.isEmpty == arguments.has("file") else {
            throw UsageError(
                message: arguments.has("file")
                    ? "a command and --file exclude each other" : "expected a command; see taskfarmer add --help")
        }
        let registry = try Registries.read(arguments, process)
        let farm = try ControlOptions.farm(arguments.values["workdir"].map { [$0] } ?? [], arguments)
        let commands = try arguments.path("file").map { try tasks($0, farm, registry) } ?? [command(arguments, farm)]
        if commands.isEmpty { return ControlOptions.answer(ControlReport(nothing: "added", "there is no task in it")) }
        let ids = try farm.add(commands)
        let range = ids.count == 1 ? "\(ids.lowerBound)" : "\(ids.lowerBound)-\(ids.upperBound - 1)"
        OwnProcess.put("added: \(Text.count(ids.count, "task")), \(range)\n", to: 1)
        return 0
    }

    private static func command(_ arguments: Arguments, _ farm: ControlledFarm) throws -> [UInt8] {
        let words = arguments.operands
        let line = words.count == 1 ? words[0] : Array(words.map(ShellQuote.word).joined(separator: [32]))
        if line.allSatisfy({ $0 == 32 || $0 == 9 }) { throw UsageError(message: "the command is empty") }
        do throws(TaskForm.Problem) {
            return try (farm.description.form ?? .commands).line(TaskDescription(command: line))
        } catch { throw UsageError(message: "the command has \(error.message)") }
    }

    private static func tasks(_ file: Path, _ farm: ControlledFarm, _ registry: Registry) throws -> [[UInt8]] {
        let list = try Places.list(
            file, handlerName: farm.description.handler, registry, workDirectory: farm.directory.root)
        guard list.form == farm.description.form ?? .commands else {
            throw FarmError.configuration(
                file: "-t \(farm.description.handler)", line: nil,
                "this handler now makes tasks of another form than those of \(farm.directory.root)")
        }
        var commands: [[UInt8]] = []
        var mark = ListMark()
        try list.forEachTask(from: &mark) { commands.append([UInt8](copying: $0)) }
        return commands
    }
}
