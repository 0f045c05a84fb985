// `taskfarmer handlers`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

package enum HandlersCommand: Command {
    package static let name = "handlers"
    package static let summary = "List the task list handlers there are."
    package static let usage = "[OPTIONS] [NAME]"
    package static let options: [Option] = [
        Option("list", "Also definitions that later ones hide, and those that cannot be used."),
        Option("names", "Only the names, one a line."),
        Registries.option, TrustOptions.trust, TrustOptions.members,
    ]
    package static var notes: String {
        """
        With NAME: what it is and what it takes. `taskfarmer list` shows what one makes of a list.

        \(Registries.places)

        Exit status: 0; 64 wrong usage; 78 something in an INI file cannot be used, or there is no such handler.
        """
    }

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        var registry = try Registries.read(arguments, process)
        if arguments.operands.isEmpty { registry.tryAll() }
        let list = DefinitionList(
            definitions: registry.handlers, kinds: registry.handlerKinds, key: "TaskList", title: "Handlers (-t NAME):")
        if arguments.operands.count > 1 { throw UsageError(message: "expected the name of one handler") }
        guard let name = arguments.operands.first?.text else {
            return Definitions.print(list, registry, arguments)
        }
        _ = try registry.handler(named: name)
        guard let definition = registry.handlers.last(where: { $0.name == name }) else { return 78 }
        OwnProcess.put(list.text(of: definition), to: 1)
        return 0
    }
}

/// Printing what a registry has.
enum Definitions {
    /// Prints the names and kinds; what cannot be used goes to standard error.
    static func print<Product>(
        _ list: DefinitionList<Product>, _ registry: Registry, _ arguments: Arguments
    ) -> Int32 {
        if arguments.has("names") {
            OwnProcess.put(list.names.map { $0 + "\n" }.joined(), to: 1)
            return 0
        }
        OwnProcess.put(list.text(all: arguments.has("list")) + "\n" + list.kindsText, to: 1)
        let problems = (registry.problems + list.definitions.flatMap(\.problems)).sorted {
            ($0.file ?? "", $0.line ?? 0) < ($1.file ?? "", $1.line ?? 0)
        }
        for problem in problems { OwnProcess.put("taskfarmer: \(problem.error)\n", to: 2) }
        return problems.isEmpty ? 0 : 78
    }
}
