// The runners and handlers that there are, by name: kinds from the program, and what INI files make of them. A later definition
// of a name hides an earlier one; a bad one hides nothing but itself, and its name says why when it is asked for.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// Kinds of runners and handlers, and the runners and handlers that INI files make of them.
public struct Registry: Sendable {
    /// What a name stands for.
    package struct Definition<Product: Sendable>: Sendable {
        package let name: String
        let place: DefinitionPlace
        package let kind: Kind<Product>?
        /// The arguments as they stand in the file, in its order.
        package let values: [(key: String, value: String, line: Int)]
        /// What is wrong with it; empty where it can be used.
        package internal(set) var problems: [DefinitionProblem]
        /// Whether this is another name of a kind that ships with us.
        package var isAlias: Bool { place.file == nil && kind?.name != name }

        /// The file it stands in; nil for what ships with us.
        package var file: String? { place.file }
        package var line: Int? { place.line }
    }

    package internal(set) var runnerKinds: [RunnerKind]
    package internal(set) var handlerKinds: [HandlerKind]
    /// All definitions, later ones winning.
    package internal(set) var runners: [Definition<any Runner>] = []
    package internal(set) var handlers: [Definition<any TaskListHandler>] = []
    /// What is wrong in files, apart from the definitions.
    package internal(set) var problems: [DefinitionProblem] = []
    /// The files that were read, by where they really lie, and what they were called then.
    var files: [[UInt8]: String] = [:]
    /// Sections that were left aside since they might be another program's.
    var strange: [DefinitionPlace] = []
    /// Which files may be written by others, and those that were refused.
    package var trust = Trust()
    var refused: [FarmError] = []
    let environment: [[UInt8]]

    /// The kinds that ship with us, and of each that needs no arguments one of its name.
    public init() { self.init(environment: OwnProcess.environment) }

    package init(environment: [[UInt8]]) {
        self.environment = environment
        runnerKinds = []
        handlerKinds = []
        for kind in RunnerKinds.all { register(kind) }
        for kind in HandlerKinds.all { register(kind) }
    }

    /// Adds a kind. Where it needs no arguments, its name can be used at once; INI files that are read later can name it.
    public mutating func register(_ kind: RunnerKind) { Self.register(kind, &runnerKinds, &runners) }

    /// Adds a kind. Where it needs no arguments, its name can be used at once; INI files that are read later can name it.
    public mutating func register(_ kind: HandlerKind) { Self.register(kind.demanding, &handlerKinds, &handlers) }

    private static func register<Product>(
        _ kind: Kind<Product>, _ kinds: inout [Kind<Product>], _ definitions: inout [Definition<Product>]
    ) {
        kinds.removeAll { $0.name == kind.name }
        definitions.removeAll { $0.file == nil && $0.kind?.name == kind.name }
        kinds.append(kind)
        if kind.needsArguments { return }
        // What files say wins, whenever they were read.
        let place = definitions.firstIndex { $0.file != nil } ?? definitions.endIndex
        definitions.insert(
            contentsOf: ([kind.name] + kind.aliases).map { name in
                Definition(
                    name: name, place: DefinitionPlace(file: nil, line: nil, section: name), kind: kind, values: [],
                    problems: [])
            }, at: place)
    }

    // MARK: asking

    /// The runner of this name.
    ///
    /// - Throws: `FarmError.configuration` when there is none, or its definition is wrong
    public func runner(named name: String) throws -> any Runner {
        try make(name, runners, runnerKinds, .runner).product
    }

    /// The task list handler of this name.
    ///
    /// - Throws: `FarmError.configuration` when there is none, or its definition is wrong
    public func handler(named name: String) throws -> any TaskListHandler {
        try make(name, handlers, handlerKinds, .handler).product
    }

    /// The handler of this name, and what stands for it and its arguments; nil where it has none.
    package func describedHandler(named name: String) throws -> (handler: any TaskListHandler, definition: String?) {
        let made = try make(name, handlers, handlerKinds, .handler)
        guard let kind = made.definition.kind, !made.definition.values.isEmpty else { return (made.product, nil) }
        let arguments = made.definition.values.map { "\($0.key)\u{0}\($0.value)" }.sorted()
        return (made.product, MD5.hexadecimal(Array(([kind.name] + arguments).joined(separator: "\u{0}\u{0}").utf8)))
    }

    /// What a section can be.
    private struct Role {
        var what: String
        var key: String
        var command: String

        static let runner = Role(what: "runner", key: "Runner", command: "taskfarmer runners")
        static let handler = Role(what: "task list handler", key: "TaskList", command: "taskfarmer handlers")
    }

    private func make<Product>(
        _ name: String, _ definitions: [Definition<Product>], _ kinds: [Kind<Product>], _ role: Role
    ) throws -> (product: Product, definition: Definition<Product>) {
        // It might define this name.
        try requireTrusted()
        guard let definition = definitions.last(where: { $0.name == name }) else {
            throw missing(name, definitions, kinds, role)
        }
        if let problem = definition.problems.first { throw problem.error }
        do {
            return (try product(definition), definition)
        } catch let problem as DefinitionProblem {
            throw problem.error
        }
    }

    private func missing<Product>(
        _ name: String, _ definitions: [Definition<Product>], _ kinds: [Kind<Product>], _ role: Role
    ) -> FarmError {
        func error(_ text: String) -> FarmError { .configuration(file: name.isEmpty ? "''" : name, line: nil, text) }
        if let place = strange.last(where: { $0.section == name }) {
            let file = "\(place.file ?? ""):\(place.line ?? 0)"
            return error("no such \(role.what): [\(name)] in \(file) has no key \(role.key), which would make it one")
        }
        if let kind = kinds.first(where: { $0.name == name || $0.aliases.contains(name) }) {
            let needed = kind.arguments.filter(\.isRequired).map(\.name).joined(separator: ", ")
            return error(
                "a kind of \(role.what) that cannot do without arguments (\(needed)); expected the name of an INI section "
                    + "with \(role.key) = \(name)")
        }
        let usable = Dictionary(definitions.map { ($0.name, $0) }) { $1 }.values.filter(\.problems.isEmpty)
        let names = Set(usable.filter { !$0.isAlias }.map(\.name)).sorted()
        let hint = Nearest.to(name, in: usable.map(\.name).sorted()).map { "; did you mean \($0)?" } ?? ""
        let bad = problems.count + definitions.count { !$0.problems.isEmpty }
        let trouble = bad == 0 ? "" : " (\(bad) in INI files cannot be used: \(role.command))"
        return error("no such \(role.what), expected one of: \(names.joined(separator: ", "))\(hint)\(trouble)")
    }

    /// Finds what shows only when a runner or handler is made: what its kind thinks of the values together. Where the environment
    /// is part of a value, that is another thing elsewhere.
    package mutating func tryAll() {
        for index in runners.indices { runners[index].problems += trouble(runners[index]) }
        for index in handlers.indices { handlers[index].problems += trouble(handlers[index]) }
    }

    private func trouble<Product>(_ definition: Definition<Product>) -> [DefinitionProblem] {
        if !definition.problems.isEmpty || definition.values.contains(where: { $0.value.contains("${") }) { return [] }
        do {
            _ = try product(definition)
        } catch let problem as DefinitionProblem {
            return [problem]
        } catch {}
        return []
    }

    private func product<Product>(_ definition: Definition<Product>) throws -> Product {
        guard let kind = definition.kind else { preconditionFailure("a definition without a kind has a problem") }
        let values = try definition.values.map { value in
            guard let argument = kind.argument(value.key), argument.expandsEnvironment else { return value }
            return (value.key, try expanded(value, argument, definition.place), value.line)
        }
        return try kind.make(
            ArgumentValues(
                place: definition.place, values: values, arguments: kind.arguments, environment: environment))
    }

    /// Puts the environment's values in the place of `${VAR}`.
    private func expanded(
        _ entry: (key: String, value: String, line: Int), _ argument: Argument, _ place: DefinitionPlace
    ) throws -> String {
        func problem(_ text: String) -> DefinitionProblem {
            DefinitionProblem(
                file: place.file, line: entry.line, section: place.section, key: entry.key, text: text)
        }
        var rest = Substring(entry.value)
        var text = ""
        while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            let name = String(rest[start.upperBound..<end])
            let prefix = Array("\(name)=".utf8)
            guard let found = environment.first(where: { $0.starts(with: prefix) }) else {
                throw problem("${\(name)}: the environment has no such variable")
            }
            guard let value = String(validating: found.dropFirst(prefix.count), as: UTF8.self) else {
                throw problem("${\(name)}: its value is not UTF-8; expected text in that encoding")
            }
            text += rest[..<start.lowerBound] + value
            rest = rest[rest.index(after: end)...]
        }
        text += rest
        if let complaint = argument.complaint(about: text) { throw problem("\(text): \(complaint)") }
        return text
    }
}
