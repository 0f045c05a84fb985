// The page that `taskfarmer report` makes, held against attempts.tsv and farmers.tsv.

import Foundation
import Testing

@Suite("Reports") struct ReportTests {
    /// The figures that stand in the page for programs.
    private func seconds(_ text: String?) -> Double { Double(text ?? "") ?? .nan }

    @Test func `its numbers are those of attempts.tsv, with farmers that were stopped and killed`() throws {
        try Farm.use { farm in
            try farm.write(
                (0..<30).map { $0 % 7 == 3 ? "echo bad; exit \($0 % 2 + 1)" : "echo good" }
                    + ["echo '<b>&amp; \"it\"'; exit 9", "test -e go || { echo > up; exec sleep 1000; }"])
            let first = try farm.start(["run", "-n", "1", "--retries", "1", "tasks"])
            try eventually("the last task runs") { try farm.exists("up") && farm.journal(says: "S", of: 31) }
            kill(first.identifier, SIGKILL)
            _ = try first.wait()
            try farm.write([], to: "go")
            try farm.farmer("-n", "2", "--retries", "1").ends(1)
            let made = try farm.call("report", "tasks", "-o", "page.html")
            #expect(made.status == 0 && made.output == "" && made.errors == "", "\(made)")
            let page = try String(contentsOf: farm.folder.appendingPathComponent("page.html"), encoding: .utf8)
            let figures = try reportFigures(page)
            let attempts = farm.attempts()
            #expect(figures["attempts"] as? Int == attempts.count)
            #expect(figures["tasks"] as? Int == 32 && figures["finished"] as? Int == 27)
            #expect(figures["failed"] as? Int == 5)
            let outcomes = try #require(figures["outcomes"] as? [String: [String: Double]])
            for (word, group) in Dictionary(grouping: attempts, by: { $0["outcome"] ?? "" }) {
                let found = try #require(outcomes[word], "\(word)")
                #expect(found["attempts"] == Double(group.count))
                let wall = group.reduce(0) { $0 + seconds($1["wall"]) }
                #expect(abs((found["wall"] ?? .nan) - wall) < 1e-3)
                let processor = group.reduce(0) { $0 + seconds($1["user"]) + seconds($1["sys"]) }
                #expect(abs((found["processor"] ?? .nan) - processor) < 1e-3)
            }
            #expect(Set(outcomes.keys) == Set(attempts.compactMap { $0["outcome"] }))
            // With it perhaps ends of failures that were not judged yet.
            #expect((outcomes["lost"]?["attempts"] ?? 0) >= 1)
            // What farmers had to give is what ran, and what did not.
            let spent = try #require(figures["slot_seconds"] as? [String: Double])
            let busy = attempts.reduce(0) { $0 + seconds($1["wall"]) }
            #expect(
                abs(["useful", "failed", "interrupted", "lost"].reduce(0) { $0 + (spent[$1] ?? .nan) } - busy) < 1e-3)
            let start = attempts.map { seconds($0["start"]) }.min() ?? 0
            #expect(seconds("\(figures["start"] ?? "")") <= start)
            // Nothing of a task becomes markup, and nothing comes from elsewhere.
            #expect(page.contains("&lt;b&gt;&amp;amp; &quot;it&quot;"))
            #expect(!page.contains("<b>") && !page.contains("://"))
            #expect(page.contains("run -n 1 --retries 1 tasks") && page.contains("found dead by"))
            #expect(page.components(separatedBy: "<rect class=\"failed\"").count >= 8)
        }
    }

    @Test func `a page is made before anything was run, while it runs, and on standard output`() throws {
        try Farm.use { farm in
            try farm.write(["echo > up; exec sleep 1000", "true"])
            try farm.farmer("-n", "1", "--timeout", "0.000001").ends(75)
            let empty = try farm.call("report", "-o", "-", "tasks")
            #expect(empty.status == 0 && empty.output.contains("Nothing was attempted yet"), "\(empty.errors)")
            let farmer = try farm.start(["run", "-n", "1", "tasks"])
            try eventually("a heartbeat tells of the first") {
                try farm.call("status", "--json", "tasks").output.contains("\"attempt\":1")
            }
            let page = try farm.call("report", "--output=-", "tasks").output
            #expect(page.contains("Running now") && page.contains("sleep 1000"))
            farmer.signal(SIGTERM)
            try farmer.ends(75)
            let stopped = try farm.call("report", "tasks")
            #expect(stopped.status == 0 && farm.exists("report.html"))
            #expect(try reportFigures(farm.call("report", "-o-", "tasks").output)["attempts"] as? Int == 1)
        }
    }

    @Test func `a name that is no file's is left alone`() throws {
        try Farm.use { farm in
            try farm.write(["true"])
            try farm.farmer().ends(0)
            let refused = try farm.call("report", "-o", "tasks_workdir", "tasks")
            #expect(refused.status == 74 && refused.errors.contains("not a regular file"), "\(refused)")
            try farm.expectSound()
        }
    }
}
