// Where the tasks of an embedded farmer come from.

public import TaskFarmerCore
internal import TaskFarmerSystem

/// Where the tasks of a farmer come from.
///
/// Whatever it is, tasks are made once, when the work directory is made. A farmer that is started again over the same work
/// directory goes on with these: tasks that were added at the end become new ones, other changes have no effect and are told of
/// by a note.
public struct TaskSource: Sendable {
    enum Content: Sendable {
        case file(Path, handlerName: String, definition: String?)
        case given(handlerName: String, @Sendable (TaskWriter) async throws -> Void)
        case existing
    }

    let content: Content
    let handler: any TaskListHandler

    /// A file with one command a line.
    ///
    /// - Parameter path: its path
    /// - Returns: the source
    public static func file(_ path: String) -> TaskSource {
        file(path, handler: ListHandler(), named: "list")
    }

    /// A file that a handler turns into tasks.
    ///
    /// - Parameters:
    ///   - path: its path
    ///   - handler: what the file means
    ///   - name: what the handler is called in the work directory, which is refused with a handler of another name
    /// - Returns: the source
    public static func file(_ path: String, handler: any TaskListHandler, named name: String) -> TaskSource {
        TaskSource(content: .file(Path(path), handlerName: name, definition: nil), handler: handler)
    }

    /// A file that a handler of a registry turns into tasks.
    ///
    /// - Parameters:
    ///   - path: its path
    ///   - name: the handler's name
    ///   - registry: where it is looked up
    /// - Returns: the source
    /// - Throws: `FarmError.configuration` when there is no such handler, or its definition is wrong
    public static func file(_ path: String, handlerNamed name: String, in registry: Registry) throws -> TaskSource {
        let made = try registry.describedHandler(named: name)
        return TaskSource(
            content: .file(Path(path), handlerName: name, definition: made.definition), handler: made.handler)
    }

    /// Command lines, each without newline.
    public static func commands(_ lines: some Sequence<String> & Sendable) -> TaskSource {
        TaskSource(
            content: .given(handlerName: "commands") { writer in
                for line in lines { try await writer.add(line: Array(line.utf8)) }
            }, handler: VerbatimHandler())
    }

    /// Tasks.
    public static func tasks(_ tasks: some Sequence<TaskDescription> & Sendable) -> TaskSource {
        TaskSource(
            content: .given(handlerName: "jsonl") { writer in
                for task in tasks { try await writer.add(task) }
            }, handler: JSONLinesHandler())
    }

    /// Tasks that come one after the other; all are read before the first is run.
    public static func tasks<Tasks: AsyncSequence & Sendable>(_ tasks: Tasks) -> TaskSource
    where Tasks.Element == TaskDescription {
        TaskSource(
            content: .given(handlerName: "jsonl") { writer in
                for try await task in tasks { try await writer.add(task) }
            }, handler: JSONLinesHandler())
    }

    /// What is left in a work directory that exists.
    public static let existing = TaskSource(content: .existing, handler: ListHandler())
}

/// Command lines as a program gives them: every line is one, whatever it looks like.
private struct VerbatimHandler: TaskListHandler, LineHandler {
    func command(in line: borrowing Span<UInt8>, number: Int) -> Range<Int>? { 0..<line.count }
}

/// Writes the tasks that a program gives into a nameless file, since lists are read more than once. What is written goes through a
/// thread of its own, a good part at a time.
final class TaskWriter {
    private let list: TaskListFile
    private var bytes: [UInt8] = []
    private var count = 0
    private static let part = 1 << 20

    init(_ list: TaskListFile) { self.list = list }

    func add(_ task: TaskDescription) async throws {
        do throws(TaskForm.Problem) {
            bytes += try TaskForm.objects.line(task)
        } catch {
            throw problem(error.message)
        }
        try await endLine()
    }

    func add(line: [UInt8]) async throws {
        if line.contains(10) { throw problem("a newline; give it as a task, not as a command") }
        bytes += line
        try await endLine()
    }

    private func endLine() async throws {
        bytes.append(10)
        count += 1
        if bytes.count >= Self.part { try await finish() }
    }

    func finish() async throws {
        let part = bytes
        bytes = []
        try await WorkerThread.run { [list] in try list.append(part) }
    }

    private func problem(_ text: String) -> FarmError {
        .configuration(file: "task \(count)", line: nil, text)
    }
}
