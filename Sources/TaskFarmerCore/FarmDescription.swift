// `farm.json`: what a work directory is for, written once.

/// What is kept of what tasks print.
public enum LogKeeping: String, Sendable, CaseIterable {
    /// A file for each attempt.
    case files
    /// One file for each farmer, with an index.
    case packed
    /// A file for each attempt that did not succeed.
    case failed
    case none
}

/// What a work directory is for.
package struct FarmDescription: Sendable, Equatable {
    /// How logs are laid out: all in one folder, or in folders of 1,000.
    package enum LogLayout: String, Sendable { case flat, folders }

    package var format = "taskfarmer"
    package var version: Int
    /// When it was made, in microseconds since 1970.
    package var created: Int
    /// The task list, as it was named; `-` for standard input. Bytes that are not UTF-8 show as U+FFFD.
    package var list: String
    package var handler: String
    /// The lock file. A bare name lies in the work directory.
    package var lock: String
    /// What the lock file must carry: 32 hexadecimal digits.
    package var nonce: String
    package var logs: LogLayout
    /// What is kept of what tasks print, as chosen when it was made; absent in directories made before there was a choice.
    package var keep: LogKeeping?

    /// How the tasks are written; absent for command lines.
    package var form: TaskForm?
    /// What stands for the handler's arguments, so that a change of them is noticed; absent where it has none.
    package var definition: String?
    /// How farmers keep each other out; absent for flock.
    package var locking: Locking?
    /// With whom it is shared; absent where with nobody.
    package var share: FarmShare?
    /// In which order its tasks were made to run, as in `longest` or `random:7`; absent for that of the list.
    package var order: String?

    /// What this program writes in new work directories. Version 2 has tasks as objects, which an older program would hand to a
    /// shell; version 3 has the farmers' jobs in attempts.tsv, the roster and the farmers' own files, and may be guarded
    /// without flock; version 4 has counts of failures beside those of attempts.
    package static let currentVersion = 4

    /// Whether the farmers' jobs are recorded.
    package var namesJobs: Bool { version >= 3 }

    /// Whether it is recorded how tasks that go back have failed.
    package var countsFailures: Bool { version >= 4 }

    /// Whether tasks can be held and have priorities, and farmers heed requests.
    package var hasControl: Bool { version >= 4 }

    package init(
        created: Int, list: String, handler: String, lock: String, nonce: String, logs: LogLayout,
        keep: LogKeeping? = nil, form: TaskForm = .commands, definition: String? = nil, locking: Locking = .flock,
        share: FarmShare? = nil
    ) {
        self.created = created
        self.list = list
        self.handler = handler
        self.lock = lock
        self.nonce = nonce
        self.logs = logs
        self.keep = keep
        self.form = form == .commands ? nil : form
        self.definition = definition
        self.locking = locking == .flock ? nil : locking
        self.share = share
        version = Self.currentVersion
    }

    package var encoded: [UInt8] {
        var bytes = Array("{\n".utf8)
        bytes.append(
            "  \"format\": \(JSONText.string(format)),\n  \"version\": \(version),\n  \"created\": \(created),\n")
        bytes.append("  \"list\": \(JSONText.string(list)),\n  \"handler\": \(JSONText.string(handler)),\n")
        bytes.append("  \"lock\": \(JSONText.string(lock)),\n  \"nonce\": \(JSONText.string(nonce)),\n")
        bytes.append("  \"logs\": \(JSONText.string(logs.rawValue))")
        if let keep { bytes.append(",\n  \"keep\": \(JSONText.string(keep.rawValue))") }
        if let form { bytes.append(",\n  \"form\": \(JSONText.string(form.rawValue))") }
        if let definition { bytes.append(",\n  \"definition\": \(JSONText.string(definition))") }
        if let locking { bytes.append(",\n  \"locking\": \(JSONText.string(locking.rawValue))") }
        if let share { bytes.append(",\n  \"share\": \(JSONText.string(share.rawValue))") }
        if let order { bytes.append(",\n  \"order\": \(JSONText.string(order))") }
        bytes.append("\n}\n")
        return bytes
    }

    /// Why a farm.json cannot be used.
    package enum Problem: Error, Equatable {
        case notReadable
        case unknownVersion(Int)
    }

    package init(_ bytes: [UInt8]) throws(Problem) {
        guard let fields = JSONValue(bytes)?.fields, fields["format"]?.text == "taskfarmer",
            let version = fields["version"]?.integer
        else { throw .notReadable }
        guard (1...Self.currentVersion).contains(version) else { throw .unknownVersion(version) }
        guard let created = fields["created"]?.integer, let list = fields["list"]?.text,
            let handler = fields["handler"]?.text, let lock = fields["lock"]?.text, let nonce = fields["nonce"]?.text,
            let logs = fields["logs"]?.text.flatMap(LogLayout.init)
        else { throw .notReadable }
        self.init(created: created, list: list, handler: handler, lock: lock, nonce: nonce, logs: logs)
        self.version = version
        keep = try Self.choice(fields, "keep")
        form = try Self.choice(fields, "form")
        definition = try Self.optional(fields, "definition")
        locking = try Self.choice(fields, "locking")
        share = try Self.choice(fields, "share")
        order = try Self.optional(fields, "order")
    }

    /// A field that may be missing, or null.
    private static func optional(_ fields: [String: JSONValue], _ name: String) throws(Problem) -> String? {
        guard let value = fields[name], value != .null else { return nil }
        guard let text = value.text else { throw .notReadable }
        return text
    }

    /// One of several words, or nothing.
    private static func choice<Choice: RawRepresentable<String>>(
        _ fields: [String: JSONValue], _ name: String
    ) throws(Problem) -> Choice? {
        guard let word = try optional(fields, name) else { return nil }
        guard let choice = Choice(rawValue: word) else { throw .notReadable }
        return choice
    }

    /// Where a task's log lies below `logs/`.
    package func logName(_ task: Int) -> (folder: String?, file: String) {
        switch logs {
        case .flat: return (nil, "log_\(task)")
        case .folders:
            let folder = String(task / 1000)
            return (String(repeating: "0", count: max(0, 4 - folder.count)) + folder, "log_\(task)")
        }
    }
}
