// What attempts took before, read from attempts.tsv: of an earlier run for `--history`, and of the end of this work directory's own.
// Commands stand beside it in `finished`. What is held while they are brought together is four bytes for each ID of the earlier
// run, and then sixteen for each task that succeeded (`DurationEstimates.mostTasks` at most).

package import TaskFarmerCore
package import TaskFarmerSystem

package enum DurationFiles {
    /// Reads earlier runs.
    ///
    /// - Parameters:
    ///   - histories: each an attempts.tsv, or a work directory
    ///   - estimates: what they add to
    /// - Throws: `FarmError.configuration` where one cannot be used
    package static func read(_ histories: [Path], into estimates: inout DurationEstimates) throws {
        for history in histories {
            do { try read(history, into: &estimates) } catch let error as SystemError { throw FarmError.system(error) }
        }
        estimates.settle()
    }

    private static func read(_ named: Path, into estimates: inout DurationEstimates) throws {
        func refusal(_ text: String) -> FarmError {
            .configuration(
                file: "history \(named)", line: nil, "\(text), expected an attempts.tsv or a work directory")
        }
        guard let facts = try Folder.facts(named) else { throw refusal("there is no such file or folder") }
        let file = facts.isFolder ? named.appending(SharedFile.attempts.rawValue) : named.absolute
        guard let found = try Folder.facts(file) else { throw refusal("there is no attempts.tsv in it") }
        guard found.isRegular else { throw refusal("is no file") }
        let walls = try Self.walls(TaskListFile(file), refusal)
        let directory = WorkDirectory(file.parent)
        let finished = directory.file(.finished)
        guard let made = try OpenedFarm.readDescription(directory), try Folder.facts(finished)?.isRegular == true else {
            for (task, wall) in walls.enumerated() where wall >= 0 {
                estimates.remember(task: task, nil, seconds: Double(wall))
            }
            return
        }
        let form = made.form ?? .commands
        var mark = ListMark()
        try TaskListFile(finished).forEachLine(from: &mark) { line, _, _ in
            guard let (id, command) = Self.task(line), id < walls.count, walls[id] >= 0 else { return }
            estimates.remember(
                task: id, TaskIdentity(line: line.extracting(command), form), seconds: Double(walls[id]))
        }
    }

    /// How long the attempt of each task took that succeeded, in seconds, by ID; -1 where none did.
    private static func walls(_ table: TaskListFile, _ refusal: (String) -> FarmError) throws -> [Float] {
        let header = Attempt.header(namesJobs: false).dropLast()
        guard try table.bytes(at: 0, count: header.count).elementsEqual(header) else {
            throw refusal("does not begin as attempts.tsv does")
        }
        var walls: [Float] = []
        var bad: Int?
        var mark = ListMark()
        try table.forEachLine(from: &mark) { line, number, _ in
            if let bad { throw Self.malformed(table, bad) }
            // Tables that were put together have more than one header.
            if line.count >= header.count, line.extracting(0..<2).elementsEqual("id") { return }
            guard let attempt = AttemptFields(line) else {
                bad = number
                return
            }
            guard attempt.hasSucceeded, attempt.task < DurationEstimates.mostTasks else { return }
            if attempt.task >= walls.count {
                walls += [Float](repeating: -1, count: attempt.task + 1 - walls.count)
            }
            walls[attempt.task] = Float(Double(attempt.wall) / 1e6)
        }
        // A farmer may just be writing the last one.
        if let bad, mark.isClosed { throw Self.malformed(table, bad) }
        return walls
    }

    private static func malformed(_ table: TaskListFile, _ line: Int) -> FarmError {
        .configuration(
            file: table.name.description, line: line, "is no line of attempts.tsv; remove it, or leave this history out"
        )
    }

    /// The ID in a line `ID command`, and where the command stands.
    private static func task(_ line: borrowing Span<UInt8>) -> (id: Int, command: Range<Int>)? {
        guard let blank = line.indices.first(where: { line[$0] == 32 }), let id = line.extracting(..<blank).decimalValue
        else { return nil }
        return (id, blank + 1..<line.count)
    }

    // MARK: this work directory

    /// So much is read of the end of each file, in bytes.
    private static let end = 256 << 10

    /// Reads the last attempts of a work directory, and what tasks they were of, for their classes. What cannot be read, or just
    /// changes, is left out.
    package static func readEnd(of directory: WorkDirectory, _ form: TaskForm, into estimates: inout DurationEstimates)
    {
        var walls: [Int: Double] = [:]
        forEachLastLine(of: directory.file(.attempts)) { line in
            guard let attempt = AttemptFields(line), attempt.hasSucceeded else { return }
            walls[attempt.task] = Double(attempt.wall) / 1e6
        }
        if walls.isEmpty { return }
        forEachLastLine(of: directory.file(.finished)) { line in
            guard let (id, command) = task(line), let wall = walls[id] else { return }
            estimates.note(kind: TaskIdentity(line: line.extracting(command), form).kind, seconds: wall)
        }
    }

    private static func forEachLastLine(of path: Path, _ body: (borrowing Span<UInt8>) -> Void) {
        guard let file = try? Descriptor(path, [.reading, .noLink]), let size = try? file.facts().size,
            let bytes = try? file.read(at: max(0, size - end), count: min(size, end))
        else { return }
        var newlines: [UInt32] = []
        bytes.span.indices(of: 10, into: &newlines)
        // What comes first may be the end of a line.
        var start = size > end ? newlines.first.map { Int($0) + 1 } ?? bytes.count : 0
        for newline in newlines where Int(newline) >= start {
            body(bytes.span.extracting(start..<Int(newline)))
            start = Int(newline) + 1
        }
    }
}
