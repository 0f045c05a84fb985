// What the log of another tool says, one record a line, in the tool's own numbers. Of a command only its checksum is kept: a million of
// them take some 60 MB.

internal import TaskFarmerCore
package import TaskFarmerSystem

/// A job of another tool that is over.
struct ForeignRecord: Sendable {
    /// The tool's number of it.
    var number: UInt32
    var host: UInt32
    /// Microseconds since 1970, and how many it took.
    var started: Int
    var wall: Int
    var end: ForeignEnd
    /// Of its command.
    var checksum: UInt64
    /// Where it stands.
    var file: UInt16
    var line: UInt32
    /// Found when it is known which ran side by side.
    var slot: UInt32 = 0
}

package struct ForeignRecords {
    package enum Tool: Sendable { case parallel, disBatch }

    package let tool: Tool
    let files: [Path]
    private(set) var records: [ForeignRecord] = []
    private(set) var hosts: [String] = []
    /// What the user should know.
    private(set) var notes: [String] = []
    private var hostNumbers: [String: UInt32] = [:]

    private init(_ tool: Tool, _ files: [Path]) {
        self.tool = tool
        self.files = files
    }

    var toolName: String { tool == .parallel ? "GNU parallel" : "disBatch" }
    /// What its numbers are called.
    var numberName: String { tool == .parallel ? "Seq" : "task" }
    /// The number of its first task.
    var first: Int { tool == .parallel ? 1 : 0 }
    /// Its part in the names of those who ran its tasks.
    var farmerSuffix: String { tool == .parallel ? "parallel" : "disbatch" }

    /// Reads a joblog of GNU parallel.
    ///
    /// - Parameter path: the file
    /// - Throws: `FarmError.configuration` for a line that is not of its form
    package init(joblog path: Path) throws {
        self.init(.parallel, [path])
        try read(0) { records, line, number in
            if number == 1 || line.count == JoblogLine.header.count - 1 {
                if [UInt8](copying: line) == JoblogLine.header.dropLast() { return }
                if number == 1 {
                    throw ForeignProblem(
                        "expected the header of a joblog, \"Seq Host Starttime JobRuntime …\" with tabs between")
                }
            }
            let job = try JoblogLine(line)
            records.add(
                job.sequence, job.host == JoblogLine.ownHost ? "localhost" : job.host, job.started, job.wall, job.end,
                job.command, file: 0, line: number)
        }
    }

    /// Reads status files of disBatch, in the order in which they were made: each run has one of its own.
    ///
    /// - Parameter paths: the files
    /// - Throws: `FarmError.configuration` for a line that is not of its form, or is that of a barrier
    package init(disBatch paths: [Path]) throws {
        self.init(.disBatch, paths)
        for index in paths.indices {
            try read(index) { records, line, number in
                switch try DisBatchStatusLine(line) {
                case .header, .other: return
                case .barrier(let task):
                    throw ForeignProblem(
                        "task \(task) is a barrier: tasks cannot wait for others here; make a list of what comes before it and "
                            + "one of what comes after it")
                case .attempt(let attempt):
                    records.add(
                        attempt.task, attempt.host, attempt.started, attempt.wall, attempt.end, attempt.command,
                        file: index, line: number)
                }
            }
        }
    }

    private mutating func add(
        _ number: Int, _ host: String, _ started: Int, _ wall: Int, _ end: ForeignEnd, _ command: [UInt8], file: Int,
        line: Int
    ) {
        let host = Self.plain(host)
        let place = hostNumbers[host] ?? UInt32(hosts.count)
        if hostNumbers[host] == nil {
            hostNumbers[host] = place
            hosts.append(host)
        }
        records.append(
            ForeignRecord(
                number: UInt32(number), host: place, started: started, wall: wall, end: end,
                checksum: Checksum.of(command), file: UInt16(clamping: file), line: UInt32(clamping: line)))
    }

    /// A host as it can stand in attempts.tsv and in the name of a farmer.
    private static func plain(_ host: String) -> String {
        let bytes = host.utf8.prefix(64).map {
            (33...126).contains($0) && $0 != UInt8(ascii: "/") ? $0 : UInt8(ascii: "_")
        }
        return bytes.isEmpty ? "localhost" : bytes.text
    }

    /// Reads a file. A last line without a newline was cut when its writer died, and says nothing.
    private mutating func read(
        _ file: Int, _ body: (inout ForeignRecords, borrowing Span<UInt8>, Int) throws -> Void
    ) throws {
        let name = files[file].description
        var mark = ListMark()
        var before = records.count
        var problem: (line: Int, message: String)?
        func refuse() throws {
            if let problem { throw FarmError.configuration(file: name, line: problem.line, problem.message.oneLine) }
        }
        try TaskListFile(files[file]).forEachLine(from: &mark) { line, number, _ in
            try refuse()
            before = records.count
            do {
                try body(&self, line, number)
            } catch let found as ForeignProblem {
                problem = (number, found.message)
            }
        }
        if mark.isClosed {
            try refuse()
            if mark.lines == 0 && tool == .parallel {
                throw FarmError.configuration(file: name, line: nil, "is empty, expected a joblog with its header")
            }
            return
        }
        records.removeLast(records.count - before)
        notes.append("\(name):\(mark.lines) is torn and passed over: that task is taken for one that was not run")
    }

    /// The command of a record, read once more.
    func command(_ record: ForeignRecord) throws -> [UInt8] {
        var mark = ListMark()
        var command: [UInt8] = []
        try TaskListFile(files[Int(record.file)]).forEachLine(from: &mark) { line, number, _ in
            guard number == Int(record.line) else { return }
            switch tool {
            case .parallel: command = (try? JoblogLine(line))?.command ?? []
            case .disBatch:
                if case .attempt(let attempt)? = try? DisBatchStatusLine(line) { command = attempt.command }
            }
        }
        return command
    }
}
