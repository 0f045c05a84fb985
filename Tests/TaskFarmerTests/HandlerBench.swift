// A handler as an INI file makes it, and the lists and work directories that it is tried on.

import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

/// A handler from an INI section's lines, and a folder for its lists.
struct HandlerBench {
    let scratch: Scratch
    let handler: any TaskListHandler
    private let definition: String?

    init(_ lines: String) throws {
        scratch = try Scratch()
        var registry = Registry(environment: [])
        try registry.read(file: Self.write("[x]\n" + lines + "\n", scratch.path.appending("x.ini")))
        (handler, definition) = try registry.describedHandler(named: "x")
    }

    private static func write(_ text: String, _ path: Path) throws -> String {
        try Scratch.put(Array(text.utf8), at: path)
        return path.description
    }

    /// What a wrong section is answered with, without the place.
    static func complaint(_ lines: String) -> String {
        do {
            _ = try HandlerBench(lines)
            return "none"
        } catch {
            guard case .configuration(_, let line, let text)? = error as? FarmError else { return "\(error)" }
            return "\(line.map { "\($0): " } ?? "")\(text)"
        }
    }

    private func handled(_ list: Path) throws -> HandledList {
        HandledList(
            try TaskListFile(list, for: handler, workDirectory: directory.root), handler: handler, handlerName: "x",
            definition: definition, workDirectory: directory.root)
    }

    var directory: WorkDirectory { scratch.bench.directory }
    var folder: Path { scratch.path }

    /// What the work directory would hold for a list of these bytes.
    func tasks(_ list: String, name: String = "list.txt") throws -> [String] {
        let path = folder.appending(name)
        try Scratch.put(Array(list.utf8), at: path)
        return try tasks(of: path)
    }

    func tasks(of path: Path) throws -> [String] {
        let handled = try handled(path)
        var found: [String] = []
        var mark = ListMark()
        try handled.forEachTask(from: &mark) { found.append($0.text) }
        return found
    }

    /// What such a list is refused with, `line: text`.
    func refused(_ list: String, name: String = "list.txt") -> String {
        do {
            return "not: \(try tasks(list, name: name))"
        } catch {
            guard case .configuration(_, let line, let text)? = error as? FarmError else { return "\(error)" }
            return "\(line.map { "\($0): " } ?? "")\(text)"
        }
    }

    /// The work directory's tasks in the order of their IDs, after a start with the list as it is now, and what was said.
    func start(_ path: Path? = nil) throws -> (tasks: [String], notes: [String]) {
        let bench = scratch.bench
        let list = try handled(path ?? bench.list)
        let opened = try OpenedFarm.open(
            FarmRequest(directory: directory, list: list, lockFolder: nil), holder: bench.newRecord().farmer,
            bench.patience)
        let store = try bench.join(opened)
        let notes = try ListUpdate.apply(list, cycle: store.cycle, bench.patience)
        try store.leave(release: [], bench.patience)
        #expect(try bench.problems() == [])
        return (try Reading(directory).commands.sorted { $0.key < $1.key }.map(\.value.text), notes)
    }

    /// The same after the list got these bytes.
    func start(list: String) throws -> (tasks: [String], notes: [String]) {
        try Scratch.put(Array(list.utf8), at: scratch.bench.list)
        return try start()
    }

    /// The list unchanged changes nothing, grown it brings new tasks with new IDs only, edited it changes nothing.
    func expectRestarts(
        _ first: String, grown: String, edited: String, _ where: SourceLocation = #_sourceLocation
    ) throws {
        let all = try tasks(grown)
        let made = try start(list: first)
        #expect(!made.tasks.isEmpty && made.tasks.count < all.count, sourceLocation: `where`)
        let again = try start(list: first)
        #expect(again.tasks == made.tasks && again.notes == [], sourceLocation: `where`)
        let more = try start(list: grown)
        #expect(more.tasks == all, sourceLocation: `where`)
        #expect(more.notes.first?.contains("has grown") == true, sourceLocation: `where`)
        let other = try start(list: edited)
        #expect(other.tasks == all, sourceLocation: `where`)
        #expect(other.notes.first?.contains("was edited") == true, sourceLocation: `where`)
    }
}
