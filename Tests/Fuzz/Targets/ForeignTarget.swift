// The logs of other tools: each line by itself, what they say together, and all of it held against a list made from them.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

enum ForeignTarget {
    /// As many tasks has the list.
    private static let most = 64

    static func run(_ bytes: [UInt8]) throws {
        guard let first = bytes.first else { return }
        let isJoblog = first & 1 == 0
        let log = Array(bytes.dropFirst())
        var commands: [Int: [UInt8]] = [:]
        var spans: [(start: Int, end: Int)] = []
        for line in log.split(separator: 10) {
            do throws(ForeignProblem) {
                let found = isJoblog ? try joblog(line) : try disBatch(line)
                guard let found else { continue }
                try check(found.started >= 0 && found.wall >= 0, "an attempt before its time")
                spans.append((found.started, found.started + found.wall))
                if found.task < most { commands[found.task] = found.command }
            } catch {
                try require(!error.message.contains("\n"), "not one line: \(error.message)")
            }
        }
        try slots(spans.prefix(200).sorted { $0.start < $1.start })
        try work(log, isJoblog, commands, retriesFailed: first & 2 == 2)
    }

    private struct Found {
        var task: Int
        var started: Int
        var wall: Int
        var command: [UInt8]
    }

    /// A finding within what throws only problems.
    private static func check(_ condition: Bool, _ text: String) throws(ForeignProblem) {
        if !condition { throw ForeignProblem("\n" + text) }
    }

    private static func joblog(_ line: ArraySlice<UInt8>) throws(ForeignProblem) -> Found? {
        let job = try JoblogLine(line.span)
        var text: [UInt8] = []
        job.appendLine(to: &text)
        let written = text.dropLast()
        guard !written.contains(10), let again = try? JoblogLine(written.span) else {
            throw ForeignProblem("\na line is not read back")
        }
        var second: [UInt8] = []
        again.appendLine(to: &second)
        try check(text == second && again.command == job.command, "a line is not written as it was read")
        if let outcome = job.end.outcome {
            var same = job
            (same.exit, same.signal) = JoblogLine.codes(outcome)
            try check(same.end == job.end, "an end is not the same one there and back")
        }
        return Found(task: job.sequence - 1, started: job.started, wall: job.wall, command: job.command)
    }

    private static func disBatch(_ line: ArraySlice<UInt8>) throws(ForeignProblem) -> Found? {
        guard case .attempt(let attempt) = try DisBatchStatusLine(line.span) else { return nil }
        try check(attempt.command.count <= line.count && attempt.task >= 0, "a command longer than its line")
        return Found(task: attempt.task, started: attempt.started, wall: attempt.wall, command: attempt.command)
    }

    /// No two at a time in one slot, and no more slots than there were attempts.
    private static func slots(_ spans: [(start: Int, end: Int)]) throws {
        let slots = ForeignSlots.assign(spans)
        try require(slots.count == spans.count && slots.allSatisfy { spans.indices.contains($0) }, "slots from nowhere")
        var ends: [Int: Int] = [:]
        for (slot, span) in zip(slots, spans) {
            try require(ends[slot].map { $0 <= span.start } ?? true, "two attempts at a time in slot \(slot)")
            ends[slot] = span.end
        }
    }

    private static func work(
        _ log: [UInt8], _ isJoblog: Bool, _ commands: [Int: [UInt8]], retriesFailed: Bool
    ) throws {
        let folder = Path("/dev/shm")
        let path = folder.appending("taskfarmer-fuzz.\(ProcessTable.own).log")
        try Descriptor(path, [.writing, .create, .empty, .noLink], permissions: 0o600).write(log)
        defer { _ = try? Folder.unlink(path) }
        let file = try TaskListFile(emptyIn: folder)
        let lines = (0..<((commands.keys.max() ?? -1) + 1)).map { commands[$0] ?? Array("true".utf8) }
        try file.append(Array(lines.joined(separator: [10] as [UInt8])) + [10])
        let list = HandledList(file, workDirectory: folder.appending("none_workdir"))
        do {
            let records = isJoblog ? try ForeignRecords(joblog: path) : try ForeignRecords(disBatch: [path, path])
            _ = try ForeignWork(records, of: list, retriesFailed: retriesFailed)
        } catch let error as FarmError {
            guard case .configuration(_, _, let text) = error else { throw Finding("\(error)") }
            try require(!text.isEmpty && !text.contains("\n"), "not one line: \(text)")
        }
    }
}
