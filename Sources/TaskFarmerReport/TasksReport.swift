// `taskfarmer tasks`: a line for each task, put together as bytes, since there may be millions. The forms for programs are documented in
// the article "Seeing what happened".

package import TaskFarmerCore

package struct TasksReport: Sendable {
    package enum Format: Sendable { case text, json, tsv }

    /// What there is to say of a task.
    package struct Row: Sendable {
        package var id: Int
        package var state: TaskState
        /// How many attempts are recorded.
        package var attempts: Int
        /// How the last of them ended, where, and how long it took, in microseconds.
        package var last: (outcome: Outcome, host: String, wall: Int)?
        /// A name or a command line; nil where the task was just moving.
        package var command: [UInt8]?

        package init(
            id: Int, state: TaskState, attempts: Int, last: (outcome: Outcome, host: String, wall: Int)?,
            command: [UInt8]?
        ) {
            self.id = id
            self.state = state
            self.attempts = attempts
            self.last = last
            self.command = command
        }
    }

    private let format: Format
    private let signalName: @Sendable (Int32) -> String
    private var isFirst = true
    /// Of the columns of the text, without the last.
    private let widths: [Int]
    private static let heads = ["id", "state", "attempts", "outcome", "exit", "signal", "host", "duration"]

    /// - Parameters:
    ///   - format: for whom
    ///   - tasks: how many there are, for the width of their numbers
    ///   - hosts: the names that may occur
    ///   - signalName: names signals
    package init(
        _ format: Format, tasks: Int, hosts: [String], signalName: @escaping @Sendable (Int32) -> String
    ) {
        self.format = format
        self.signalName = signalName
        let host = hosts.map(\.oneLine.count).max() ?? 0
        widths = [max(2, "\(max(0, tasks - 1))".count), 8, 8, 15, 4, 9, max(4, host), 13]
    }

    /// What comes before the first task.
    package func begin(_ bytes: inout [UInt8]) {
        switch format {
        case .json: bytes.append("[\n")
        case .tsv: bytes.append((Self.heads + ["command"]).joined(separator: "\t") + "\n")
        case .text:
            for (place, head) in Self.heads.enumerated() { cell(head, place, &bytes) }
            bytes.append("command\n")
        }
    }

    /// What comes after the last one.
    package func end(_ bytes: inout [UInt8]) {
        if format == .json { bytes.append(isFirst ? "]\n" : "\n]\n") }
    }

    package mutating func append(_ row: Row, to bytes: inout [UInt8]) {
        switch format {
        case .json: json(row, &bytes)
        case .tsv: tsv(row, &bytes)
        case .text: text(row, &bytes)
        }
        isFirst = false
    }

    private func signal(_ row: Row) -> String? { row.last?.outcome.signal.map(signalName) }

    private func text(_ row: Row, _ bytes: inout [UInt8]) {
        cell("\(row.id)", 0, &bytes)
        cell(row.state.rawValue, 1, &bytes)
        cell("\(row.attempts)", 2, &bytes)
        cell(row.last?.outcome.word ?? "-", 3, &bytes)
        cell(row.last?.outcome.exitStatus.map { "\($0)" } ?? "-", 4, &bytes)
        cell(signal(row) ?? "-", 5, &bytes)
        cell(row.last.map(\.host.oneLine) ?? "-", 6, &bytes)
        cell(row.last.map { Text.duration($0.wall * 1000) } ?? "-", 7, &bytes)
        PlainText.append(row.command ?? [], upTo: 120, to: &bytes)
        bytes.append(10)
    }

    /// Numbers stand to the right.
    private static let isRight = [true, false, true, false, true, false, false, true]

    private func cell(_ text: String, _ place: Int, _ bytes: inout [UInt8]) {
        let room = max(0, widths[place] - text.count)
        if Self.isRight[place] { blanks(room, &bytes) }
        bytes.append(text)
        if !Self.isRight[place] { blanks(room, &bytes) }
        blanks(2, &bytes)
    }

    private func blanks(_ count: Int, _ bytes: inout [UInt8]) {
        for _ in 0..<count { bytes.append(32) }
    }

    private func tsv(_ row: Row, _ bytes: inout [UInt8]) {
        func field(_ text: String) {
            bytes.append(text)
            bytes.append(9)
        }
        bytes.append(decimal: row.id)
        bytes.append(9)
        field(row.state.rawValue)
        bytes.append(decimal: row.attempts)
        bytes.append(9)
        field(row.last?.outcome.word ?? "-")
        field(row.last?.outcome.exitStatus.map { "\($0)" } ?? "-")
        field(signal(row) ?? "-")
        field(row.last.map(\.host.oneLine) ?? "-")
        if let last = row.last { bytes.append(seconds: last.wall) } else { bytes.append("-") }
        bytes.append(9)
        PlainText.appendEscaped(row.command ?? [], to: &bytes)
        bytes.append(10)
    }

    private func json(_ row: Row, _ bytes: inout [UInt8]) {
        if !isFirst { bytes.append(",\n") }
        bytes.append("{\"id\":")
        bytes.append(decimal: row.id)
        bytes.append(",\"state\":\"")
        bytes.append(row.state.rawValue)
        bytes.append("\",\"attempts\":")
        bytes.append(decimal: row.attempts)
        if let last = row.last {
            bytes.append(",\"outcome\":\"")
            bytes.append(last.outcome.word)
            bytes.append("\",\"exit\":")
            if let status = last.outcome.exitStatus { bytes.append(decimal: Int(status)) } else { bytes.append("null") }
            bytes.append(",\"signal\":")
            bytes.append(signal(row).map { "\"\($0)\"" } ?? "null")
            bytes.append(",\"host\":")
            JSONText.append(Array(last.host.utf8), to: &bytes)
            bytes.append(",\"duration\":")
            bytes.append(seconds: last.wall)
        } else {
            bytes.append(",\"outcome\":null,\"exit\":null,\"signal\":null,\"host\":null,\"duration\":null")
        }
        bytes.append(",\"command\":")
        if let command = row.command { JSONText.append(command, to: &bytes) } else { bytes.append("null") }
        bytes.append("}")
    }
}
