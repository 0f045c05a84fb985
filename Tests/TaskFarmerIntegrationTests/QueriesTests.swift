// The queries of the article "Asking your own questions", taken from it, over a real run, against what attempts.tsv says.

import Foundation
import Testing

@Suite("Queries") struct QueriesTests {
    /// By their headings.
    private static func queries() throws -> [(title: String, sql: String)] {
        let article = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/TaskFarmer/TaskFarmer.docc/Queries.md")
        return try String(contentsOf: article, encoding: .utf8).components(separatedBy: "\n### ").dropFirst().map {
            part in
            let code = part.components(separatedBy: "```sql\n").dropFirst().joined()
            return (
                String(part.prefix { $0 != "\n" }), code.components(separatedBy: "```").first ?? ""
            )
        }
    }

    /// Two farmers of two jobs, one with a task that ran out of tries, one that was run again, and one that nobody ran.
    private func run(_ farm: Farm) throws {
        let first = (0..<6).map { #"{"command": "sh ./work.sh 0.0\#($0)", "mem": "64M", "cpus": 2}"# }
        let second = [
            #"{"command": "false", "name": "it's hopeless"}"#,
            #"{"command": "test $TASKFARMER_ATTEMPT -ge 2 || exit 9"}"#, #"{"command": "sleep 0.05", "mem": "32M"}"#,
            #"{"command": "./none"}"#, #"{"command": "printf '%s\\n' 'a''b' \"c\""}"#,
        ]
        try farm.write(["sleep $1"], to: "work.sh")
        try farm.write(first)
        try farm.farmer("-n", "3", "-t", "jsonl", environment: ["SLURM_JOB_ID": "77", "SLURMD_NODENAME": "n"]).ends(0)
        try farm.append(second.joined(separator: "\n") + "\n")
        try farm.farmer("-n", "2", "--retries", "1", environment: ["SLURM_JOB_ID": "78", "SLURMD_NODENAME": "n"]).ends(
            1)
        try farm.call("add", "--help").ends(0)
    }

    private struct Row {
        var id: Int
        var host: String
        var farmer: String
        var start: Double
        var wall: Double
        var outcome: String
        var memory: Double
        var job: String
        var name: String
        var slot: Int
        var end: Double { start + wall }
    }

    private func rows(_ farm: Farm) -> [Row] {
        let classes = (0..<6).map { _ in "sh work.sh" } + ["false", "test", "sleep", "none", "printf"]
        return farm.attempts().map { attempt in
            let id = Int(attempt["id"] ?? "") ?? -1
            return Row(
                id: id, host: attempt["host"] ?? "", farmer: attempt["farmer"] ?? "",
                start: Double(attempt["start"] ?? "") ?? 0, wall: Double(attempt["wall"] ?? "") ?? 0,
                outcome: attempt["outcome"] ?? "", memory: Double(attempt["max_rss_kib"] ?? "") ?? 0,
                job: attempt["job"] ?? "", name: classes[id], slot: Int(attempt["slot"] ?? "") ?? 0)
        }
    }

    /// What each query must answer, row for row.
    private func expected(_ title: String, _ farm: Farm) -> [[String]]? {
        let rows = rows(farm)
        let good = rows.filter { $0.outcome == "succeeded" }
        func grouped(_ rows: [Row], _ key: (Row) -> String) -> [(key: String, value: [Row])] {
            Dictionary(grouping: rows, by: key).sorted { $0.key < $1.key }
        }
        func text(_ number: Double) -> String { "\(number)" }
        func mean(_ rows: [Row]) -> Double { rows.map(\.wall).reduce(0, +) / Double(rows.count) }
        let first = rows.map(\.start).min() ?? 0
        let last = rows.map(\.end).max() ?? 0
        switch title {
        case "Failed tasks by host":
            return [[rows[0].host, "2"]]
        case "How long the programs take":
            return grouped(good, \.name).map { name, rows in
                let walls = rows.map(\.wall).sorted()
                let high = Int((0.95 * Double(walls.count)).rounded(.up)) - 1
                return [name, "\(walls.count)", text(walls[(walls.count - 1) / 2]), text(walls[high])]
            }
        case "How idle the slots were":
            let events = farm.state("farmers.tsv").split(separator: "\n").map { $0.split(separator: "\t") }
            return grouped(rows, \.farmer).map { farmer, rows in
                let own = events.filter { $0[2] == farmer }
                let times = own.compactMap { Double($0[0]) }
                let slots = own.compactMap { Int($0[5]) }.max() ?? 0
                let span = (times.max() ?? 0) - (times.min() ?? 0)
                return [
                    farmer, "\(slots)", "\(rows.count)",
                    text(1 - rows.map(\.wall).reduce(0, +) / Double(slots) / span),
                ]
            }
        case "Memory asked for, and used":
            return grouped(rows.filter { $0.id < 6 || $0.id == 8 }, \.name).map { name, rows in
                [name, "\(rows.count)", name == "sleep" ? "32" : "64", text((rows.map(\.memory).max() ?? 0) / 1024)]
            }
        case "Core-hours, and what was lost of them":
            return grouped(rows, \.outcome).map { outcome, rows in
                let seconds = rows.map { $0.wall * ($0.id < 6 ? 2 : 1) }.reduce(0, +)
                return [outcome, "\(rows.count)", text(seconds / 3600)]
            }
        case "Retries that helped":
            return [["exited", "2", "1"]]
        case "The tail":
            return rows.sorted { (last - $0.end, $0.id) < (last - $1.end, $1.id) }.prefix(10).map {
                ["\($0.id)", $0.host, text($0.wall), text(last - $0.end)]
            }
        case "Tasks a minute":
            return grouped(good) { "\(Int(($0.end - first) / 60))" }.map { [$0, "\($1.count)"] }
        case "Slow hosts":
            return grouped(good, \.name).map { name, rows in
                [name, rows[0].host, "\(rows.count)", text(mean(rows)), "1"]
            }
        case "What each job did":
            return grouped(rows, \.job).map { job, rows in
                [
                    job, "\(rows.count)", "\(rows.count { $0.outcome == "succeeded" })", "1",
                    text(rows.map(\.wall).reduce(0, +) / 3600),
                ]
            }
        default: return nil
        }
    }

    private func agrees(_ found: [[String]], _ expected: [[String]]) -> Bool {
        found.count == expected.count
            && zip(found, expected).allSatisfy { one, other in
                one.count == other.count
                    && zip(one, other).allSatisfy { found, expected in
                        if found == expected { return true }
                        guard let first = Double(found), let second = Double(expected) else { return false }
                        // As exact as seconds since 1970 can be.
                        return abs(first - second) <= 2e-5 * max(1, abs(second))
                    }
            }
    }

    @Test func `each query of the article says what attempts tsv says`() throws {
        guard Farm.has("sqlite3") else { return }
        try Farm.use { farm in
            try run(farm)
            try farm.call("export", "--format", "sql", "-o", "run.sql").ends(0)
            let loaded = try farm.other("sqlite3", "-bail", "run.db", input: "run.sql")
            #expect(loaded.status == 0 && loaded.output.isEmpty && loaded.errors.isEmpty, "\(loaded.errors)")
            let queries = try Self.queries()
            #expect(queries.count == 10)
            for (title, sql) in queries {
                let ended = try farm.other("sqlite3", "-tabs", "run.db", sql)
                #expect(ended.status == 0, "\(title): \(ended.errors)")
                let found = ended.output.split(separator: "\n").map {
                    $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
                }
                let expected = try #require(self.expected(title, farm), "no such query: \(title)")
                #expect(!expected.isEmpty && agrees(found, expected), "\(title): \(found), expected \(expected)")
            }
        }
    }

    @Test func `any command comes back from a database as it was`() throws {
        guard Farm.has("sqlite3") else { return }
        try Farm.use { farm in
            let commands = [
                "echo 'it''s' \"quoted\" \\ ; -- no comment", ".quit", "/", "go", ":x $1 @y ?1 é \u{1}\u{7f}", "# x",
                "\tindented",
            ]
            try farm.write(bytes: Array((commands.joined(separator: "\n") + "\necho ").utf8) + [0xff, 0x80, 10])
            _ = try farm.start(["run", "--halt", "now,done=1", "tasks"]).wait()
            let sql = try farm.call("export", "--format", "sql").ends(0).output
            for name in ["one.db", "two.db"] {
                try farm.write(bytes: Array(sql.utf8), to: "run.sql")
                let loaded = try farm.other("sqlite3", name, input: "run.sql")
                #expect(loaded.status == 0 && loaded.errors.isEmpty, "\(loaded.errors)")
                let found = try farm.other("sqlite3", name, "SELECT hex(command) FROM tasks ORDER BY id").output
                let tasks = commands.filter { !$0.hasPrefix("#") } + ["echo \\xff\\x80"]
                let expected = tasks.map { $0.utf8.map { String(format: "%02X", $0) }.joined() }
                #expect(found.split(separator: "\n").map(String.init) == expected)
                let states = try farm.other("sqlite3", name, "SELECT COUNT(*) FROM tasks WHERE state IS NOT NULL")
                    .output
                #expect(states == "\(tasks.count)\n")
            }
            // A second time there are such tables, and nothing is changed.
            let again = try farm.other("sqlite3", "-bail", "one.db", input: "run.sql")
            #expect(again.status != 0)
            #expect(
                try farm.other("sqlite3", "one.db", "SELECT COUNT(*) FROM tasks").output
                    == "8\n".replacing("8", with: "\(commands.count)"))
        }
    }
}
