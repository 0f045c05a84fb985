// A list together with what it means: the lines of a work directory, as they come.

package import TaskFarmerCore
package import TaskFarmerSystem

/// A task list and its handler.
package struct HandledList {
    package let file: TaskListFile
    package let handler: any TaskListHandler
    /// What the handler is called where it was chosen.
    package let handlerName: String
    /// What stands for the handler and its arguments; nil where it has none.
    package let definition: String?
    package let workDirectory: Path

    package init(
        _ file: TaskListFile, handler: any TaskListHandler = ListHandler(), handlerName: String = "list",
        definition: String? = nil, workDirectory: Path
    ) {
        self.file = file
        self.handler = handler
        self.handlerName = handlerName
        self.definition = definition
        self.workDirectory = workDirectory
    }

    package var form: TaskForm { handler.makesStructuredTasks ? .objects : .commands }

    /// Folders that its tasks need in the work directory.
    package var workFolders: [String] { (handler as? any WorkFolderHandler)?.workFolders ?? [] }

    /// Calls `body` with what stands for each task in the work directory, without newline, in order. `mark` says how much of the
    /// list has been read already: only tasks of lines after it come. Afterwards it says how much has been read now.
    package func forEachTask(from mark: inout ListMark, _ body: (borrowing Span<UInt8>) throws -> Void) throws {
        try forEachTaskAndLine(from: &mark) { task, _ in try body(task) }
    }

    /// The same with the number of the line that a task comes from, counted from 1.
    func forEachTaskAndLine(
        from mark: inout ListMark, _ body: (borrowing Span<UInt8>, Int) throws -> Void
    ) throws {
        if let lines = handler as? any LineHandler { return try forEachLine(lines, from: &mark, body) }
        let known = mark.lines
        let reader = TaskListReader(file, workDirectory: workDirectory.bytes)
        let form = form
        var number = 0
        try handler.forEachTask(in: reader) { task in
            number += 1
            if known > 0 && reader.lineNumber <= known { return }
            let line: [UInt8]
            do throws(TaskForm.Problem) {
                line = try form.line(task)
            } catch {
                throw reader.problem(
                    "task \(number) of the list: \(error.message)",
                    line: reader.lineNumber > 0 ? reader.lineNumber : nil)
            }
            try body(line.span, reader.lineNumber)
        }
        mark = try reader.finish()
    }

    private func forEachLine(
        _ handler: any LineHandler, from mark: inout ListMark, _ body: (borrowing Span<UInt8>, Int) throws -> Void
    ) throws {
        // A last line without a newline goes on with what was added, and counts once.
        if mark.bytes > 0 && !mark.isClosed { mark.lines -= 1 }
        try file.forEachLine(from: &mark) { line, number, mayHoldNUL in
            let text = line.extracting(line.textStart(inLine: number)...)
            guard let range = handler.command(in: text, number: number) else { return }
            let command = text.extracting(range)
            if mayHoldNUL, let index = command.firstIndex(of: 0) {
                throw FarmError.configuration(
                    file: file.name.description, line: number,
                    "a NUL byte at column \(index + 1), which no command can hold; remove it and run again")
            }
            try body(command, number)
        }
    }
}
