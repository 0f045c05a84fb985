// A registry whose files lie in a folder of a test.

import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

/// A folder with the places where INI files are looked for, apart from the current folder.
struct RegistryBench {
    let scratch: Scratch
    var folder: Path { scratch.path }
    var system: Path { folder.appending("etc") }
    var home: Path { folder.appending("home") }

    init() throws { scratch = try Scratch() }

    /// Puts a file there, and the folders above it.
    @discardableResult
    func put(_ text: String, at name: String) throws -> Path {
        let path = folder.appending(name)
        try makeFolder(path.parent)
        try Scratch.put(Array(text.utf8), at: path)
        return path
    }

    func makeFolder(_ path: Path) throws {
        if try Folder.facts(path) != nil { return }
        try makeFolder(path.parent)
        try Folder.make(path)
    }

    /// What the standard places hold, and this file.
    func registry(_ environment: [String] = [], config: Path? = nil) throws -> Registry {
        var registry = Registry(environment: (["HOME=\(home)"] + environment).map { Array($0.utf8) })
        registry.readStandardPlaces(system: system)
        if let config { try registry.read(file: config.description) }
        return registry
    }

    /// What such a file has, and nothing else.
    func registry(
        text: String, environment: [String] = [], with kinds: RunnerKind..., handlers: [HandlerKind] = []
    ) throws -> Registry {
        var registry = Registry(environment: environment.map { Array($0.utf8) })
        for kind in kinds { registry.register(kind) }
        for kind in handlers { registry.register(kind) }
        try registry.read(file: put(text, at: "x.ini").description)
        return registry
    }
}

extension Registry {
    /// What asking for a runner is refused with, without the folders of its file.
    func runnerRefusal(_ name: String) -> String { Self.shortened(refusal { try runner(named: name) }) }
    func handlerRefusal(_ name: String) -> String { Self.shortened(refusal { try handler(named: name) }) }

    private static func shortened(_ error: FarmError?) -> String {
        guard case .configuration(let file, let line, let text)? = error else {
            return error.map(\.description) ?? "none"
        }
        return "\(Path(file).name.text)\(line.map { ":\($0)" } ?? ""): \(text)"
    }

    /// The environment that a runner adds, as `NAME=value`.
    func changes(_ name: String) throws -> [String] { try process(name, "x").environment.map(Self.text) }

    private static func text(_ change: EnvironmentChange) -> String {
        "\(change.name)=\(change.value.map(\.text) ?? "")"
    }

    /// What a runner makes of a command.
    func process(_ name: String, _ command: String) throws -> TaskProcess {
        let context = TaskContext(attempt: 1, slot: 0, farmer: "node.1.2", workDirectory: Array("/w".utf8))
        let task = FarmTask(id: 0, TaskDescription(command: Array(command.utf8)))
        guard case .process(let process) = try runner(named: name).launch(task, context) else {
            Issue.record("\(name) starts no process")
            return TaskProcess([String]())
        }
        return process
    }
}

/// A runner that keeps what its section said.
struct KeepingRunner: Runner {
    let values: ArgumentValues

    func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        .process(TaskProcess([values.text("a") ?? "-"] + values.others.map { "\($0.name)=\($0.value)" }))
    }

    static func kind(
        _ name: String, aliases: [String] = [], _ arguments: Argument..., summary: String = "Keep."
    ) -> RunnerKind {
        RunnerKind(name, aliases: aliases, summary: summary, arguments: arguments) { KeepingRunner(values: $0) }
    }
}
