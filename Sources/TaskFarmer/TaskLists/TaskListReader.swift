// One reading of a task list.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// One reading of a task list, from its beginning.
public final class TaskListReader {
    private let list: TaskListFile
    /// Where the work directory lies or will lie: its absolute path.
    public let workDirectory: [UInt8]
    /// How many lines have been read, the one that is being looked at included.
    public private(set) var lineNumber = 0
    private(set) var mark: ListMark?

    init(_ list: TaskListFile, workDirectory: [UInt8]) {
        self.list = list
        self.workDirectory = workDirectory
    }

    /// The list as the user named it; `-` for standard input.
    public var name: String { list.name.description }

    /// Calls `body` with each line, without its newline, and its number, counted from 1. A carriage return before the newline and
    /// a UTF-8 byte order mark at the beginning are left out. A last line without a newline counts.
    public func forEachLine(_ body: (borrowing Span<UInt8>, Int) throws -> Void) throws {
        var mark = ListMark()
        try list.forEachLine(from: &mark) { line, number, _ in
            lineNumber = number
            let first = line.textStart(inLine: number)
            let last = line.count > first && line[line.count - 1] == 13 ? line.count - 1 : line.count
            try body(line.extracting(first..<last), number)
        }
        self.mark = mark
    }

    /// Reads what the handler did not want to see.
    func finish() throws -> ListMark {
        if mark == nil { try forEachLine { _, _ in } }
        return mark ?? ListMark()
    }

    /// An error in the list, to be thrown.
    ///
    /// - Parameters:
    ///   - text: what was expected there and what to do; control characters in it, which the list may have brought, show as
    ///     question marks
    ///   - line: its number, counted from 1; nil for none in particular
    /// - Returns: the error, which names the list
    public func problem(_ text: String, line: Int? = nil) -> any Error {
        FarmError.configuration(file: name, line: line, text.oneLine)
    }
}
