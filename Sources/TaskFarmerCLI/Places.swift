// Which work directory a user means.

package import TaskFarmer
internal import TaskFarmerCore
package import TaskFarmerSystem

package enum Places {
    /// A list, a work directory, or nothing: then the current folder, or the only work directory in it.
    package static func existing(_ operands: [[UInt8]]) throws -> Path {
        guard operands.count <= 1 else {
            throw UsageError(message: "expected one task list or work directory, got \(operands.count)")
        }
        if let operand = operands.first.map({ Path(bytes: $0) }) {
            if try isWorkDirectory(operand) { return operand.absolute }
            let beside = WorkDirectory.standard(for: operand)
            if try isWorkDirectory(beside) { return beside.absolute }
            throw FarmError.noWorkDirectory(
                "there is no work directory at \(operand) or \(beside): `taskfarmer \(ShellQuote.word(operand.bytes).text)` makes one"
            )
        }
        let here = Folder.current
        if try isWorkDirectory(here) { return here }
        let found = try Folder.names(in: here).map { here.appending(bytes: $0) }.filter { try isWorkDirectory($0) }
        if found.count == 1 { return found[0] }
        throw FarmError.noWorkDirectory(
            found.isEmpty
                ? "there is no work directory here: name a task list or a work directory"
                : "there are \(found.count) work directories here: name one of "
                    + found.map { String(decoding: $0.name, as: UTF8.self) }.sorted().joined(separator: ", "))
    }

    /// Whether a word names a work directory, or a list that has one.
    static func isPlace(_ operand: [UInt8]) throws -> Bool {
        let path = Path(bytes: operand)
        return try isWorkDirectory(path) || isWorkDirectory(WorkDirectory.standard(for: path))
    }

    /// A list and what it means; standard input is copied into a nameless file in TMPDIR first.
    package static func list(
        _ operand: Path, handlerName: String, _ registry: Registry, workDirectory: Path
    ) throws -> HandledList {
        let made = try registry.describedHandler(named: handlerName)
        let file: TaskListFile
        if TaskListFile.isStream(operand) {
            let folder = Path(bytes: OwnProcess.variable("TMPDIR") ?? Array("/tmp".utf8))
            file = try TaskListFile(stream: TaskListFile.stream(operand), folder: folder)
        } else {
            file = try TaskListFile(operand, for: made.handler, workDirectory: workDirectory)
        }
        return HandledList(
            file, handler: made.handler, handlerName: handlerName, definition: made.definition,
            workDirectory: workDirectory)
    }

    static func isWorkDirectory(_ path: Path) throws -> Bool {
        try Folder.facts(path.appending("farm.json")) != nil
    }
}
