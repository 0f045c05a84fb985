// Three tables as SQL, in one transaction, for an empty database. Nothing but standard words, so that it is not for sqlite3 alone; no
// column is called by a word that one of these programs keeps for itself, like `user`. Statements have many rows: with 50 instead of
// 500, sqlite3 takes a third longer.

internal import TaskFarmerCore
internal import TaskFarmerSystem

extension Export {
    private static let tables = """
        BEGIN;
        CREATE TABLE tasks (
            id INTEGER PRIMARY KEY, state TEXT NOT NULL, command TEXT NOT NULL, class TEXT NOT NULL, name TEXT,
            attempts INTEGER NOT NULL, cpus INTEGER, mem BIGINT, gpus INTEGER, expected DOUBLE PRECISION, priority INTEGER NOT NULL
        );
        CREATE TABLE attempts (
            task INTEGER NOT NULL, attempt INTEGER NOT NULL, host TEXT NOT NULL, farmer TEXT NOT NULL, slot INTEGER NOT NULL,
            start DOUBLE PRECISION NOT NULL, wall DOUBLE PRECISION NOT NULL, cpu_user DOUBLE PRECISION NOT NULL,
            cpu_sys DOUBLE PRECISION NOT NULL, max_rss_kib BIGINT NOT NULL, blocks_in BIGINT NOT NULL, blocks_out BIGINT NOT NULL,
            exit INTEGER, signal INTEGER, outcome TEXT NOT NULL, reason TEXT, job TEXT,
            PRIMARY KEY (task, attempt)
        );
        CREATE TABLE farmers (
            farmer TEXT PRIMARY KEY, host TEXT NOT NULL, job TEXT, slots INTEGER NOT NULL,
            joined DOUBLE PRECISION, gone DOUBLE PRECISION, event TEXT
        );

        """

    private static let indexes = """
        CREATE INDEX tasks_state ON tasks (state);
        CREATE INDEX tasks_class ON tasks (class);
        CREATE INDEX attempts_host ON attempts (host);
        CREATE INDEX attempts_farmer ON attempts (farmer);
        CREATE INDEX attempts_outcome ON attempts (outcome);
        CREATE INDEX attempts_start ON attempts (start);
        COMMIT;

        """

    func writeSQL(_ text: inout [UInt8]) throws {
        text.append(Self.tables)
        var count = [UInt32](repeating: 0, count: tasks.count)
        var farmers = try SeenFarmers(SharedLines(.farmers, of: directory, tasks.state))
        try forEachAttempt { line, fields in
            count[fields.task] += 1
            farmers.note(line, fields)
        }
        try writeTasks(&text, attempts: count)

        var rows = SQLRows("attempts")
        try forEachAttempt { line, fields in
            rows.begin(&text)
            AttemptRow(line, fields, command: []).appendSQL(to: &text)
            try pass(&text)
        }
        rows.end(&text)

        rows = SQLRows("farmers")
        for (name, farmer) in farmers.sorted {
            rows.begin(&text)
            text.append(UInt8(ascii: "("))
            for value in [name, farmer.host, farmer.job] {
                QuotedText.append(sql: value, to: &text)
                text.append(UInt8(ascii: ","))
            }
            text.append(decimal: farmer.slots)
            text.append(UInt8(ascii: ","))
            for time in [farmer.joined, farmer.gone] {
                if let time { text.append(seconds: time) } else { text.append("NULL") }
                text.append(UInt8(ascii: ","))
            }
            text.append(farmer.event.map { "'\($0.rawValue)')" } ?? "NULL)")
            try pass(&text)
        }
        rows.end(&text)
        text.append(Self.indexes)
    }

    private func writeTasks(_ text: inout [UInt8], attempts: [UInt32]) throws {
        var rows = SQLRows("tasks")
        for id in 0..<tasks.count {
            let task = try task(id)
            let command = task?.command ?? []
            rows.begin(&text)
            text.append(UInt8(ascii: "("))
            text.append(decimal: id)
            // One that was met nowhere was going back just then.
            text.append(",'\(tasks.place(of: id) ?? .waiting)'")
            for value in [command, TaskClass.name(of: command), task?.name.map { Array($0.utf8) }] {
                text.append(UInt8(ascii: ","))
                QuotedText.append(sql: value, to: &text)
            }
            text.append(UInt8(ascii: ","))
            text.append(decimal: Int(attempts[id]))
            for number in [task?.needs.cpus, task?.needs.memory, task?.needs.gpus] {
                text.append(UInt8(ascii: ","))
                if let number { text.append(decimal: number) } else { text.append("NULL") }
            }
            text.append(",\(task?.expectedSeconds.map { "\($0)" } ?? "NULL"),\(task?.priority ?? 0))")
            try pass(&text)
        }
        rows.end(&text)
    }
}

/// So many rows to a statement.
private struct SQLRows {
    private let head: [UInt8]
    private var count = 0
    private static let most = 500

    init(_ table: String) { head = Array("INSERT INTO \(table) VALUES\n".utf8) }

    /// Call it before each row.
    mutating func begin(_ text: inout [UInt8]) {
        if count % Self.most == 0 {
            end(&text)
            text.append(copying: head.span)
        } else {
            text.append(",\n")
        }
        count += 1
    }

    /// Call it after the last row.
    func end(_ text: inout [UInt8]) { if count > 0 { text.append(";\n") } }
}

/// The farmers that came, as farmers.tsv tells, and those that made attempts of which it does not.
private struct SeenFarmers {
    struct Farmer {
        var host: [UInt8]
        var job: [UInt8]?
        /// The most that it had.
        var slots: Int
        /// When it came and went, as far as that is known.
        var joined: Int?
        var gone: Int?
        /// What was told of it last.
        var event: FarmerEvent.Kind?
        /// When its first attempt began, or it joined.
        var first: Int
    }

    private var farmers: [[UInt8]: Farmer] = [:]

    init(_ lines: SharedLines) throws {
        try lines.forEach { line, _ in
            guard let event = FarmerEvent(line) else { return }
            let name = Array(event.farmer.utf8)
            var farmer =
                farmers[name]
                ?? Farmer(
                    host: Array(event.host.utf8), job: Self.job(Array(event.job.utf8)), slots: 0, first: event.time)
            farmer.slots = max(farmer.slots, event.slots)
            farmer.event = event.kind
            switch event.kind {
            case .joined: farmer.joined = event.time
            case .left, .lost: farmer.gone = event.time
            case .resized: break
            }
            farmers[name] = farmer
        }
    }

    private static func job(_ text: [UInt8]?) -> [UInt8]? { text == Array(Allocation.none.utf8) ? nil : text }

    mutating func note(_ line: borrowing Span<UInt8>, _ fields: AttemptFields) {
        let name = [UInt8](copying: line.extracting(fields.farmer))
        if let known = farmers[name] {
            if known.slots <= fields.slot { farmers[name]?.slots = fields.slot + 1 }
            return
        }
        farmers[name] = Farmer(
            host: [UInt8](copying: line.extracting(fields.host)),
            job: Self.job(fields.job.map { [UInt8](copying: line.extracting($0)) }), slots: fields.slot + 1,
            first: fields.started)
    }

    /// In the order in which they came.
    var sorted: [(key: [UInt8], value: Farmer)] {
        farmers.sorted { one, other in
            one.value.first == other.value.first
                ? one.key.lexicographicallyPrecedes(other.key) : one.value.first < other.value.first
        }
    }
}
