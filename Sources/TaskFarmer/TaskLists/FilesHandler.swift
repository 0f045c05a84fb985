// A task for each file.

public import TaskFarmerCore
internal import TaskFarmerSystem

/// A task for each file of a list: a command with GNU parallel's placeholders for the file's name.
///
/// Each line is a file name, byte for byte; blank lines and lines that begin with `#` are none (a file `#x` is `./#x`). With a
/// pattern the list is a folder, and the files are the matches below it, in the order of their names' bytes. A match that is new
/// and comes after all others is a new task on a restart; one that comes before others is an edit, and changes nothing.
/// Names begin with the folder as it was named, so a restart must name it in the same way.
public struct FilesHandler: TaskListHandler, FolderHandler {
    private let command: FileTemplate
    private let existing: FileTemplate?
    package let pattern: GlobPattern?
    /// Only where the command has newlines.
    public let makesStructuredTasks: Bool
    /// Not where files that exist make a difference.
    public var isRepeatable: Bool { existing == nil }

    /// A handler for lists of file names.
    ///
    /// - Parameters:
    ///   - command: a command line with `{}` for the file name, `{.}` for it without extension, `{/}` for its last part, `{//}` for its
    ///     folder, `{/.}` for its last part without extension, `{#}` for its number from 1; each is quoted. Without any, ` {}` is added
    ///   - skipIfExists: a file name with placeholders, not quoted, relative to the current folder: a file for which it exists when the
    ///     list is read is no task
    public init(command: [UInt8], skipIfExists: [UInt8]? = nil) {
        self.init(command: command, skipIfExists: skipIfExists, pattern: nil)
    }

    /// A handler for folders.
    ///
    /// - Parameters:
    ///   - command: as above
    ///   - skipIfExists: as above
    ///   - glob: which files below the folder: `*`, `?` and `[a-z]` within names, `**` for any folders
    /// - Throws: `FarmError.usage` for a pattern that leads out of the folder
    public init(command: [UInt8], skipIfExists: [UInt8]? = nil, glob: [UInt8]) throws {
        do throws(GlobPattern.Problem) {
            self.init(command: command, skipIfExists: skipIfExists, pattern: try GlobPattern(glob))
        } catch {
            throw FarmError.usage("glob \(glob.text): \(error.message)")
        }
    }

    package init(command: [UInt8], skipIfExists: [UInt8]?, pattern: GlobPattern?) {
        let template = FileTemplate(command)
        self.command = template.hasPlaceholder ? template : FileTemplate(command + Array(" {}".utf8))
        existing = skipIfExists.map { FileTemplate($0) }
        self.pattern = pattern
        makesStructuredTasks = command.contains(10)
    }

    /// A task for each file.
    public func forEachTask(in list: TaskListReader, _ body: (TaskDescription) throws -> Void) throws {
        var number = 0
        try list.forEachLine { line, _ in
            guard let range = TaskLine.command(line) else { return }
            number += 1
            let file = [UInt8](copying: line.extracting(range))
            if let existing, try Self.exists(existing.filled(file, number: number, quoted: false)) { return }
            try body(TaskDescription(command: command.filled(file, number: number, quoted: true)))
        }
    }

    private static func exists(_ name: [UInt8]) throws -> Bool {
        // With a NUL it names nothing; the command will be refused for it.
        if name.contains(0) { return false }
        return try FarmError.wrapping { () throws(SystemError) in try Folder.facts(Path(bytes: name)) } != nil
    }
}

extension FilesHandler {
    static let kind = HandlerKind(
        "files", summary: "Each line, or each match of a pattern in a folder, is a file; a command is made for it.",
        arguments: [
            Argument(
                "command", isRequired: true,
                help: "The command, with {} {.} {/} {//} {/.} {#} for the file as in GNU parallel, quoted."),
            Argument(
                "skip_if_exists",
                help: "A file name with the same placeholders: where it exists already, there is no task."),
            Argument(
                "glob",
                help:
                    "LIST is a folder, and the files are those below it that match: * ? [a-z] within names, ** for any folders."
            ),
        ]
    ) { values in
        let skip = values.bytes("skip_if_exists")
        if let skip, !FileTemplate(skip).hasPlaceholder {
            throw values.problem("expected a file name with a placeholder, such as {.}.out", key: "skip_if_exists")
        }
        guard let command = values.bytes("command"), !command.isEmpty else {
            throw values.problem("expected a command such as process {} > {.}.out", key: "command")
        }
        let pattern = try values.bytes("glob").map { text in
            do throws(GlobPattern.Problem) {
                return try GlobPattern(text)
            } catch {
                throw values.problem("\(text.text): \(error.message)", key: "glob")
            }
        }
        return FilesHandler(command: command, skipIfExists: skip, pattern: pattern)
    }
}
