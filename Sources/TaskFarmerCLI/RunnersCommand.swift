// `taskfarmer runners`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum RunnersCommand: Command {
    package static let name = "runners"
    package static let summary = "List the runners there are, or show what one would execute."
    package static let usage = "[OPTIONS] [NAME [LIST|WORKDIR]]"
    package static let options: [Option] = [
        Option("list", "Also definitions that later ones hide, and those that cannot be used."),
        Option(
            "show", value: "ID|COMMAND",
            "Print what NAME would execute for a task of LIST, or for a command, without executing it."),
        Option(
            "tasklist", short: "t", value: "NAME", "With --show: how LIST is read where it has no work directory.",
            standard: "list", completion: .names(of: "handlers")),
        Option("names", "Only the names, one a line."),
        Registries.option, TrustOptions.trust, TrustOptions.members,
    ]
    package static var notes: String {
        """
        With NAME: what it is and what it takes. --show prints lines for a shell: they execute the same program with the same arguments
        in the same environment, as changes to this one.

        \(Registries.places)

        Exit status: 0; 64 wrong usage; 78 something in an INI file cannot be used, or there is no such runner.
        """
    }

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        var registry = try Registries.read(arguments, process)
        if arguments.operands.isEmpty { registry.tryAll() }
        let list = DefinitionList(
            definitions: registry.runners, kinds: registry.runnerKinds, key: "Runner", title: "Runners (-r NAME):")
        guard let name = arguments.operands.first?.text else {
            if arguments.has("show") { throw UsageError(message: "--show needs the NAME of a runner before it") }
            return Definitions.print(list, registry, arguments)
        }
        if arguments.operands.count > (arguments.has("show") ? 2 : 1) {
            throw UsageError(message: "too many operands; see taskfarmer runners --help")
        }
        let runner = try registry.runner(named: name)
        guard let shown = arguments.values["show"] else {
            guard let definition = registry.runners.last(where: { $0.name == name }) else { return 78 }
            OwnProcess.put(list.text(of: definition), to: 1)
            return 0
        }
        return try show(shown, by: runner, arguments, registry, process)
    }

    private static func show(
        _ what: [UInt8], by runner: any Runner, _ arguments: Arguments, _ registry: Registry, _ process: CommandProcess
    ) throws -> Int32 {
        let place = arguments.operands.dropFirst().first.map { Path(bytes: $0) }
        let task: FarmTask
        let directory: Path
        if let id = what.decimalValue {
            guard let place else {
                throw UsageError(
                    message:
                        "--show \(id): the ID of a task needs LIST or WORKDIR; a command that is a number: ' \(id)'")
            }
            (task, directory) = try find(id, place, arguments, registry)
        } else {
            task = FarmTask(id: 0, TaskDescription(command: what))
            directory = try place.map { try Places.existing([$0.bytes]) } ?? Path("tasks.txt_workdir").absolute
        }
        let preview = LaunchPreview(
            task, runner: runner, directory: directory, log: try log(of: task.id, directory),
            environment: process.environment)
        do throws(SystemError) {
            try OwnProcess.print(LaunchText.bytes(preview, inherited: process.environment))
        } catch {
            // Whoever reads may have seen enough.
            if !error.isBrokenPipe { throw error }
        }
        return 0
    }

    private static func log(of task: Int, _ directory: Path) throws -> Path {
        let place = WorkDirectory(directory)
        let description = try? OpenedFarm.readDescription(place)
        return description.map { LogPlaces(place, $0).file(of: task) } ?? place.logs.appending("log_\(task)")
    }

    /// A task of a work directory, or of the list that one would be made of.
    private static func find(
        _ id: Int, _ place: Path, _ arguments: Arguments, _ registry: Registry
    ) throws -> (task: FarmTask, directory: Path) {
        var handlerName = arguments.text("tasklist") ?? "list"
        if !arguments.has("tasklist"), let directory = try? Places.existing([place.bytes]) {
            let farm = try Farm(workDirectory: directory.description)
            if let task = try farm.task(id) { return (task, directory) }
            if try Places.isWorkDirectory(place) {
                let counts = try farm.counts()
                let taken = counts.claimed == 0 ? "" : ", \(counts.claimed) of them with farmers just now"
                throw UsageError(
                    message:
                        "there is no task \(id) in \(place): \(Text.count(counts.tasks, "task"))\(taken), counted from 0"
                )
            }
            // A task that is running is in the list only.
            if let description = try OpenedFarm.readDescription(WorkDirectory(directory)) {
                handlerName = description.handler
            }
        }
        let directory = WorkDirectory.standard(for: place).absolute
        let list = try Places.list(place, handlerName: handlerName, registry, workDirectory: directory)
        var next = 0
        var found: FarmTask?
        var mark = ListMark()
        let form = list.form
        do {
            try list.forEachTask(from: &mark) { line in
                if next == id {
                    found = FarmTask(id: id, try form.task([UInt8](copying: line)))
                    throw Enough()
                }
                next += 1
            }
        } catch is Enough {}
        guard let found else {
            throw UsageError(message: "there is no task \(id) in \(place): \(Text.count(next, "task")), counted from 0")
        }
        return (found, directory)
    }

    /// The rest of a list need not be read.
    private struct Enough: Error {}
}
