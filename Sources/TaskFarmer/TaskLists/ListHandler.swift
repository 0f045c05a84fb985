// The plain list: one command a line.

package import TaskFarmerCore
internal import TaskFarmerSystem

/// One task a line. Blank lines and lines that begin with `#` are no tasks; CRLF endings and a byte order mark are accepted.
package struct ListHandler: TaskListHandler {
    package static let name = "list"

    package init() {}

    package func forEachTask(
        in list: TaskListFile, from mark: inout ListMark, _ body: (borrowing Span<UInt8>) throws -> Void
    ) throws {
        try list.forEachLine(from: &mark) { line, number, mayHoldNUL in
            let skipped = number == 1 && Self.hasByteOrderMark(line) ? TaskLine.byteOrderMark.count : 0
            let text = line.extracting(skipped...)
            guard let range = TaskLine.command(text) else { return }
            let command = text.extracting(range)
            if mayHoldNUL, let index = command.firstIndex(of: 0) {
                throw FarmError.configuration(
                    file: list.name.description, line: number,
                    "a NUL byte at column \(index + 1), which no command can hold; remove it and run again")
            }
            try body(command)
        }
    }

    private static func hasByteOrderMark(_ line: borrowing Span<UInt8>) -> Bool {
        line.count >= 3 && line[0] == 0xEF && line[1] == 0xBB && line[2] == 0xBF
    }
}
