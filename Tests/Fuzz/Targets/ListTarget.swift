// Lists of any bytes, read by every handler that starts no program.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

enum ListTarget {
    /// A few lines may stand for any number of tasks, which are never held in memory: so many are looked at.
    private static let most = 200
    private struct Enough: Error {}

    private static let handlers: [(name: String, handler: any TaskListHandler)] = {
        let text = """
            [csv]
            TaskList = table
            command = run {a} {b}
            [bar]
            TaskList = table
            command = run {a}
            delimiter = bar
            [product]
            TaskList = sweep
            command = run {a} {b}
            [zip]
            TaskList = sweep
            command = run {a}
            mode = zip
            seed = 3
            [each]
            TaskList = files
            command = run {} {.} {/} {//} {#}
            """
        let path = Path("/dev/shm/taskfarmer-fuzz-handlers.\(ProcessTable.own).ini")
        defer { _ = try? Folder.unlink(path) }
        var registry = Registry(environment: [])
        do {
            try Descriptor(path, [.writing, .create, .empty, .noLink], permissions: 0o600).write(Array(text.utf8))
            try registry.read(file: path.description)
            return try ["list", "jsonl", "directives", "csv", "bar", "product", "zip", "each"].map {
                ($0, try registry.handler(named: $0))
            }
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    static func run(_ bytes: [UInt8]) throws {
        guard let first = bytes.first else { return }
        let (name, handler) = handlers[Int(first) % handlers.count]
        let folder = Path("/dev/shm")
        let file = try TaskListFile(emptyIn: folder)
        try file.append(Array(bytes.dropFirst()))
        let list = HandledList(
            file, handler: handler, handlerName: name, workDirectory: folder.appending("none_workdir"))
        let one = try read(list)
        let two = try read(list)
        try require(one.lines == two.lines && one.mark == two.mark, "\(name): two readings differ")
    }

    /// An object's keys come in any order.
    private static func sorted(_ task: TaskDescription) -> TaskDescription {
        var task = task
        task.environment.sort { $0.name < $1.name }
        return task
    }

    private static func read(_ list: HandledList) throws -> (lines: [[UInt8]], mark: ListMark) {
        var mark = ListMark()
        var lines: [[UInt8]] = []
        do {
            try list.forEachTask(from: &mark) { span in
                let line = [UInt8](copying: span)
                try require(!line.contains(10) && !line.contains(0), "\(list.handlerName): a newline or NUL in a task")
                try require(
                    TaskRecord(line: TaskRecord(id: lines.count, command: line).line.dropLast())?.command == line,
                    "\(list.handlerName): a line is not read back")
                let form = list.form
                if form == .objects {
                    let task = try form.task(line)
                    let again = try form.task(form.line(task))
                    try require(sorted(again) == sorted(task), "\(list.handlerName): a task is not read back")
                }
                lines.append(line)
                if lines.count >= most { throw Enough() }
            }
        } catch is Enough {
            mark = ListMark()
        } catch let error as FarmError {
            guard case .configuration(_, _, let text) = error else { throw Finding("\(error)") }
            try require(!text.isEmpty && !text.contains("\n"), "\(list.handlerName): not one line: \(text)")
        }
        return (lines, mark)
    }
}
