// The runners and handlers that there are, by name: kinds from the program, and what INI files make of them. A later definition
// of a name hides an earlier one; a bad one hides nothing but itself, and its name says why when it is asked for.

internal import TaskFarmerCore
package import TaskFarmerSystem

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
        package let problems: [DefinitionProblem]
        /// Whether this is another name of a kind that ships with us.
        package var isAlias: Bool { place.file == nil && kind?.name != name }

        /// The file it stands in; nil for what ships with us.
        package var file: String? { place.file }
        package var line: Int? { place.line }
    }

    package private(set) var runnerKinds: [RunnerKind]
    package private(set) var handlerKinds: [HandlerKind]
    /// All definitions, later ones winning.
    package private(set) var runners: [Definition<any Runner>] = []
    package private(set) var handlers: [Definition<any TaskListHandler>] = []
    /// What is wrong in files, apart from the definitions.
    package private(set) var problems: [DefinitionProblem] = []
    private let environment: [[UInt8]]

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
    public mutating func register(_ kind: HandlerKind) { Self.register(kind, &handlerKinds, &handlers) }

    private static func register<Product>(
        _ kind: Kind<Product>, _ kinds: inout [Kind<Product>], _ definitions: inout [Definition<Product>]
    ) {
        kinds.removeAll { $0.name == kind.name }
        kinds.append(kind)
        if kind.arguments.contains(where: \.isRequired) { return }
        for name in [kind.name] + kind.aliases {
            definitions.append(
                Definition(
                    name: name, place: DefinitionPlace(file: nil, line: nil, section: name), kind: kind, values: [],
                    problems: []))
        }
    }

    // MARK: asking

    /// The runner of this name.
    ///
    /// - Throws: `FarmError.configuration` when there is none, or its definition is wrong
    public func runner(named name: String) throws -> any Runner {
        try make(name, runners, what: "runner", command: "taskfarmer runners").product
    }

    /// The task list handler of this name.
    ///
    /// - Throws: `FarmError.configuration` when there is none, or its definition is wrong
    public func handler(named name: String) throws -> any TaskListHandler {
        try make(name, handlers, what: "task list handler", command: "taskfarmer handlers").product
    }

    /// The handler of this name, and what stands for it and its arguments; nil where it has none.
    package func describedHandler(named name: String) throws -> (handler: any TaskListHandler, definition: String?) {
        let made = try make(name, handlers, what: "task list handler", command: "taskfarmer handlers")
        guard let kind = made.definition.kind, !made.definition.values.isEmpty else { return (made.product, nil) }
        let arguments = made.definition.values.map { "\($0.key)\u{0}\($0.value)" }.sorted()
        return (made.product, MD5.hexadecimal(Array(([kind.name] + arguments).joined(separator: "\u{0}\u{0}").utf8)))
    }

    private func make<Product>(
        _ name: String, _ definitions: [Definition<Product>], what: String, command: String
    ) throws -> (product: Product, definition: Definition<Product>) {
        guard let definition = definitions.last(where: { $0.name == name }) else {
            throw missing(name, definitions, what: what, command: command)
        }
        if let problem = definition.problems.first { throw problem.error }
        do {
            return (try product(definition), definition)
        } catch let problem as DefinitionProblem {
            throw problem.error
        }
    }

    private func missing<Product>(
        _ name: String, _ definitions: [Definition<Product>], what: String, command: String
    ) -> FarmError {
        let usable = definitions.filter(\.problems.isEmpty)
        let names = Set(usable.filter { !$0.isAlias }.map(\.name)).sorted()
        let hint = Nearest.to(name, in: usable.map(\.name)).map { "; did you mean \($0)?" } ?? ""
        let bad = problems.count + definitions.count { !$0.problems.isEmpty }
        let trouble = bad == 0 ? "" : " (\(bad) in INI files cannot be used: \(command))"
        return .configuration(
            file: name, line: nil,
            "no such \(what), expected one of: \(names.joined(separator: ", "))\(hint)\(trouble)")
    }

    private func product<Product>(_ definition: Definition<Product>) throws -> Product {
        guard let kind = definition.kind else { preconditionFailure("a definition without a kind has a problem") }
        let values = try definition.values.map { value in
            guard kind.argument(value.key)?.expandsEnvironment == true else { return value }
            return (value.key, try expanded(value, definition.place), value.line)
        }
        return try kind.make(
            ArgumentValues(
                place: definition.place, values: values, arguments: kind.arguments, environment: environment))
    }

    /// Puts the environment's values in the place of `${VAR}`.
    private func expanded(_ entry: (key: String, value: String, line: Int), _ place: DefinitionPlace) throws -> String {
        var rest = Substring(entry.value)
        var text = ""
        while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            let name = String(rest[start.upperBound..<end])
            let prefix = Array("\(name)=".utf8)
            guard let found = environment.first(where: { $0.starts(with: prefix) }) else {
                throw DefinitionProblem(
                    file: place.file, line: entry.line, section: place.section, key: entry.key,
                    text: "${\(name)}: the environment has no such variable")
            }
            text += rest[..<start.lowerBound] + found.dropFirst(prefix.count).text
            rest = rest[rest.index(after: end)...]
        }
        return text + rest
    }

    // MARK: reading

    /// Reads an INI file.
    ///
    /// - Parameter file: its path
    /// - Throws: `FarmError.configuration` when it cannot be read; what is wrong inside it comes out when it is asked for
    public mutating func read(file: String) throws { try read(Path(file), heedsOnlyOwn: false) }

    /// Reads the places where INI files are looked for, the last ones winning: `/etc/taskfarmer`, `~/.pytaskfarmer`,
    /// `${XDG_CONFIG_HOME:-~/.config}/taskfarmer` and the current folder, in each `runners.d/*.ini` and `tasklists.d/*.ini`, then
    /// `./*.ini`. What cannot be read or used hides nothing else; asking for it says why.
    public mutating func readStandardPlaces() { readStandardPlaces(system: Path("/etc/taskfarmer")) }

    package mutating func readStandardPlaces(system: Path) {
        let home = variable("HOME").map { Path(bytes: $0) }
        var bases: [Path] = [system]
        if let home { bases.append(home.appending(".pytaskfarmer")) }
        if let configuration = variable("XDG_CONFIG_HOME").map({ Path(bytes: $0) }) ?? home?.appending(".config") {
            bases.append(configuration.appending("taskfarmer"))
        }
        for folder in bases.flatMap({ [$0.appending("runners.d"), $0.appending("tasklists.d")] }) {
            read(folder: folder, shown: folder, heedsOnlyOwn: false)
        }
        for name in ["runners.d", "tasklists.d"] { read(folder: Path(name), shown: Path(name), heedsOnlyOwn: false) }
        // Here may lie INI files of any other program.
        read(folder: Path("."), shown: Path(""), heedsOnlyOwn: true)
    }

    private func variable(_ name: String) -> [UInt8]? {
        let prefix = Array("\(name)=".utf8)
        let value = environment.first { $0.starts(with: prefix) }.map { Array($0.dropFirst(prefix.count)) }
        return value?.isEmpty == false ? value : nil
    }

    private mutating func read(folder: Path, shown: Path, heedsOnlyOwn: Bool) {
        let names: [[UInt8]]
        do {
            names = try Folder.names(in: folder)
        } catch {
            if !error.isMissing && !error.isNoFolder { problems.append(DefinitionProblem(unread: folder, error)) }
            return
        }
        let ending = Array(".ini".utf8)
        for name in names.filter({ $0.suffix(4) == ending[...] && $0.first != UInt8(ascii: ".") })
            .sorted(by: { $0.lexicographicallyPrecedes($1) })
        {
            let file = shown.appending(bytes: name)
            do {
                try read(file, heedsOnlyOwn: heedsOnlyOwn)
            } catch {
                if case .configuration(_, _, let text) = error {
                    problems.append(DefinitionProblem(file: file.description, text: text))
                }
            }
        }
    }

    private mutating func read(_ path: Path, heedsOnlyOwn: Bool) throws(FarmError) {
        let bytes: [UInt8]
        do {
            let file = try Descriptor(path, .reading)
            bytes = try file.readAll(atMost: 16 << 20)
        } catch {
            throw .configuration(file: path.description, line: nil, "cannot be read: \(error.reason)")
        }
        let file = INIFile(bytes)
        let isOwn = { (section: INIFile.Section) in
            section.entries.contains { ["Runner", "TaskList"].contains($0.key) }
        }
        if heedsOnlyOwn && !file.sections.contains(where: isOwn) { return }
        var found = file.problems.map { DefinitionProblem(file: path.description, $0) }
        for section in file.sections where !heedsOnlyOwn || isOwn(section) {
            // What is wrong inside a section is the section's.
            let place = DefinitionPlace(file: path.description, line: section.line, section: section.name)
            let isInside = { (problem: DefinitionProblem) in problem.section == section.name && problem.key != nil }
            let own = found.filter(isInside)
            found.removeAll(where: isInside)
            define(place, file, section, own)
        }
        problems += found
    }

    private mutating func define(
        _ place: DefinitionPlace, _ file: INIFile, _ section: INIFile.Section, _ known: [DefinitionProblem]
    ) {
        var (entries, wrong) = file.values(of: section)
        let found = known + wrong.map { DefinitionProblem(file: place.file ?? "", $0) }
        let runner = entries.first { $0.key == "Runner" }
        let handler = entries.first { $0.key == "TaskList" }
        entries.removeAll { ["Runner", "TaskList"].contains($0.key) }
        // DEFAULT is for sections of every kind: of it, a kind gets what it knows.
        let own = Set(section.entries.map(\.key))
        switch (runner, handler) {
        case (let runner?, nil):
            runners.append(define(place, runner, entries, own, found, runnerKinds, "runner"))
        case (nil, let handler?):
            handlers.append(define(place, handler, entries, own, found, handlerKinds, "task list handler"))
        case (nil, nil):
            let hint = entries.lazy.compactMap { entry in
                Nearest.to(entry.key, in: ["Runner", "TaskList"]).map { "; did you mean \($0) by \(entry.key)?" }
            }.first
            problems +=
                found + [
                    DefinitionProblem(
                        file: place.file, line: place.line, section: place.section,
                        text: "expected a key Runner or TaskList\(hint ?? "")")
                ]
        case (_?, let handler?):
            problems +=
                found + [
                    DefinitionProblem(
                        file: place.file, line: handler.line, section: place.section, key: "TaskList",
                        text: "a section is a runner or a task list handler, this one has Runner and TaskList")
                ]
        }
    }

    private func define<Product>(
        _ place: DefinitionPlace, _ named: INIFile.Entry, _ entries: [INIFile.Entry], _ own: Set<String>,
        _ found: [DefinitionProblem], _ kinds: [Kind<Product>], _ what: String
    ) -> Definition<Product> {
        var problems = found
        func problem(_ text: String, _ key: String?, _ line: Int?) {
            problems.append(
                DefinitionProblem(file: place.file, line: line, section: place.section, key: key, text: text))
        }
        let kind = kinds.first { $0.name == named.value || $0.aliases.contains(named.value) }
        if kind == nil {
            let names = kinds.map(\.name)
            let hint = Nearest.to(named.value, in: names + kinds.flatMap(\.aliases)).map { "; did you mean \($0)?" }
            problem(
                "no kind of \(what) is called \(named.value), expected one of: \(names.joined(separator: ", "))"
                    + (hint ?? ""),
                named.key, named.line)
        }
        var values: [(key: String, value: String, line: Int)] = []
        for entry in entries {
            guard let kind else { break }
            guard let argument = kind.argument(entry.key), argument.name != "*" || own.contains(entry.key) else {
                if !own.contains(entry.key) { continue }
                let names = kind.arguments.map(\.shown)
                let hint = Nearest.to(entry.key, in: names).map { "; did you mean \($0)?" } ?? ""
                problem(
                    names.isEmpty
                        ? "\(kind.name) takes no arguments"
                        : "\(kind.name) has no such argument, expected one of: \(names.joined(separator: ", "))\(hint)",
                    entry.key, entry.line)
                continue
            }
            if entry.value.utf8.contains(0) {
                problem("a NUL byte, which no argument can hold", entry.key, entry.line)
            } else if let complaint = argument.complaint(about: entry.value) {
                problem("\(entry.value): \(complaint)", entry.key, entry.line)
            }
            values.append((entry.key, entry.value, entry.line))
        }
        let given = Set(values.map(\.key) + problems.compactMap(\.key))
        for argument in kind?.arguments ?? [] where argument.isRequired && !given.contains(argument.name) {
            problem("\(kind?.name ?? "") needs it: \(argument.help)", argument.name, place.line)
        }
        return Definition(name: place.section, place: place, kind: kind, values: values, problems: problems)
    }
}

extension DefinitionProblem {
    init(file: String, _ problem: INIFile.Problem) {
        self.init(file: file, line: problem.line, section: problem.section, key: problem.key, text: problem.message)
    }

    init(unread path: Path, _ error: SystemError) {
        self.init(file: path.description, text: "cannot be read: \(error.reason)")
    }
}
