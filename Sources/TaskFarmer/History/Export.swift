// What is recorded, in forms that other tools read: GNU parallel's joblog, tables as text, and SQL. Nothing is locked: it is what was
// committed when it was read. Tasks are looked at first, so that attempts are there of all that are said to be over.

package import TaskFarmerCore
internal import TaskFarmerSystem

package enum ExportFormat: String, Sendable, CaseIterable {
    case joblog, csv, jsonl, sql
}

package struct Export {
    let directory: WorkDirectory
    let tasks: TaskLines
    private let form: TaskForm
    private let attempts: RecordedAttempts
    private let put: ([UInt8]) throws -> Void
    private static let part = 1 << 20

    /// Looks where every task is.
    ///
    /// - Parameters:
    ///   - directory: whose tasks and attempts
    ///   - description: that directory's
    ///   - put: takes the text, in parts
    /// - Throws: `FarmError` or `SystemError` when something cannot be read
    package init(
        _ directory: WorkDirectory, _ description: FarmDescription, put: @escaping ([UInt8]) throws -> Void
    ) throws {
        self.directory = directory
        self.put = put
        form = description.form ?? .commands
        tasks = try TaskLines(directory)
        attempts = try RecordedAttempts(directory)
    }

    /// Writes all of it.
    ///
    /// - Parameter format: in which form
    /// - Throws: what `put` throws; `FarmError` or `SystemError` when something cannot be read
    package func write(_ format: ExportFormat) throws {
        var text: [UInt8] = []
        switch format {
        case .joblog: try writeJoblog(&text)
        case .csv: try writeTable(&text, first: AttemptRow.csvHeader) { $0.appendCSV(to: &$1) }
        case .jsonl: try writeTable(&text, first: []) { $0.appendJSON(to: &$1) }
        case .sql: try writeSQL(&text)
        }
        try put(text)
    }

    /// Hands the text over as soon as there is much of it.
    func pass(_ text: inout [UInt8]) throws {
        if text.count < Self.part { return }
        try put(text)
        text.removeAll(keepingCapacity: true)
    }

    /// Each attempt of the tasks that were looked at.
    func forEachAttempt(_ body: (borrowing Span<UInt8>, AttemptFields) throws -> Void) throws {
        try attempts.forEach { line, fields in
            if fields.task < tasks.count { try body(line, fields) }
        }
    }

    /// What a task is; nil where it was just moving.
    func task(_ id: Int) throws -> TaskDescription? {
        guard let line = try tasks.line(of: id) else { return nil }
        return (try? form.task(line)) ?? TaskDescription(command: line)
    }

    private func writeTable(
        _ text: inout [UInt8], first: [UInt8], _ append: (AttemptRow, inout [UInt8]) -> Void
    ) throws {
        text += first
        try forEachAttempt { line, fields in
            append(AttemptRow(line, fields, command: try task(fields.task)?.command ?? []), &text)
            try pass(&text)
        }
    }

    // MARK: joblog

    /// One line for each task that is over, its last attempt, in the order in which they ended, as GNU parallel itself does.
    private func writeJoblog(_ text: inout [UInt8]) throws {
        text += JoblogLine.header
        var last = [UInt32](repeating: 0, count: tasks.count)
        func counts(_ fields: AttemptFields) -> Bool {
            switch tasks.place(of: fields.task) {
            case .finished: fields.hasSucceeded
            case .failed, .skipped: true
            default: false
            }
        }
        try forEachAttempt { _, fields in
            if counts(fields) { last[fields.task] = max(last[fields.task], UInt32(clamping: fields.number)) }
        }
        try forEachAttempt { line, fields in
            guard counts(fields), last[fields.task] == UInt32(clamping: fields.number),
                let task = try task(fields.task), let outcome = fields.outcome(reason: "")
            else { return }
            let isSkipped = tasks.place(of: fields.task) == .skipped
            let codes = isSkipped ? (exit: JoblogLine.skipped, signal: 0) : JoblogLine.codes(outcome)
            JoblogLine(
                sequence: fields.task + 1, host: line.extracting(fields.host).text, started: fields.started,
                wall: fields.wall, exit: codes.exit, signal: codes.signal, command: task.command
            ).appendLine(to: &text)
            try pass(&text)
        }
        // Those that were cancelled before they had any, or come from a PyTaskFarmer run, which kept none.
        for id in 0..<tasks.count where last[id] == 0 {
            let exit: Int? =
                switch tasks.place(of: id) {
                case .finished: 0
                case .failed: 1
                case .skipped: JoblogLine.skipped
                default: nil
                }
            guard let exit, let task = try task(id) else { continue }
            JoblogLine(
                sequence: id + 1, host: JoblogLine.ownHost, started: 0, wall: 0, exit: exit, signal: 0,
                command: task.command
            ).appendLine(to: &text)
            try pass(&text)
        }
    }
}
