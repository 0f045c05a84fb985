// Whatever a run is looked at with, the numbers are those of attempts.tsv.

import Foundation
import Testing

@Suite("All views of a run") struct ViewsAgreeTests {
    /// Tasks by whether they fail for good, once, or not at all.
    private func command(_ id: Int) -> String {
        if id % 50 == 7 { return "echo bad \(id); exit 3" }
        if id % 100 == 13 { return "echo bad \(id); exec sh -c 'kill -SEGV $$'" }
        if id % 100 == 21 { return "test $TASKFARMER_ATTEMPT -gt 1" }
        return "true"
    }

    /// What attempts.tsv says of each task: its attempts in order.
    private func recorded(_ farm: Farm) -> [Int: [[String: String]]] {
        Dictionary(grouping: farm.attempts()) { Int($0["id"] ?? "") ?? -1 }.mapValues { attempts in
            attempts.sorted { Int($0["attempt"] ?? "") ?? 0 < Int($1["attempt"] ?? "") ?? 0 }
        }
    }

    private func number(_ text: String?) -> Double { Double(text ?? "") ?? .nan }

    @Test func `every view of two thousand tasks of four farmers has the numbers of attempts tsv`() throws {
        try Farm.use { farm in
            let tasks = 2_000
            try farm.write((0..<tasks).map(command))
            let farmers = try (0..<4).map { _ in try farm.start(["run", "-n", "2", "--retries", "1", "tasks"]) }
            for farmer in farmers { try farmer.ends(1) }
            let attempts = recorded(farm)
            let all = attempts.values.flatMap(\.self)
            let failed = attempts.filter { $0.value.last?["outcome"] != "succeeded" }.keys.sorted()
            #expect(attempts.count == tasks && failed.count == 60 && all.count == tasks + 80)
            #expect(all.count { $0["outcome"] != "succeeded" } == 140)

            let status = try farm.object(farm.shown("status", "--json", "tasks"))
            #expect(status["attempts"] as? Int == all.count && status["failed"] as? Int == failed.count)
            #expect(status["finished"] as? Int == tasks - failed.count && status["complete"] as? Bool == true)

            try expectLists(farm, attempts, failed)
            try expectExports(farm, all)
            try expectTimelines(farm, all)

            let health = try farm.object(farm.call("health", "--json", "tasks").output)
            #expect(health["attempts"] as? Int == all.count && health["failed"] as? Int == failed.count)
            let figures = try reportFigures(farm.shown("report", "-o", "-", "tasks"))
            #expect(figures["attempts"] as? Int == all.count && figures["failed"] as? Int == failed.count)
            let watched = try farm.shown("watch", "--plain", "tasks")
            #expect(watched.contains("\(tasks)/\(tasks) done (100.0 %), \(failed.count) failed, 0 running, 0 left"))
            for id in [failed[0], 21, 22] {
                let text = try farm.shown("explain", "\(id)", "tasks")
                #expect(text.components(separatedBy: "\n  attempt ").count - 1 == attempts[id]?.count)
            }
            try expectScreen(farm, tasks, failed, all.count - (tasks - failed.count))
        }
    }

    /// `tasks` and `failed`.
    private func expectLists(_ farm: Farm, _ attempts: [Int: [[String: String]]], _ failed: [Int]) throws {
        let listed = try farm.objects(farm.shown("tasks", "--json", "tasks"))
        #expect(listed.count == attempts.count)
        for task in listed {
            let id = try #require(task["id"] as? Int)
            let known = try #require(attempts[id])
            #expect(task["attempts"] as? Int == known.count && task["outcome"] as? String == known.last?["outcome"])
            #expect(task["duration"] as? Double == number(known.last?["wall"]), "task \(id)")
            #expect(task["state"] as? String == (failed.contains(id) ? "failed" : "finished"))
            #expect((task["exit"] as? Int).map { "\($0)" } ?? "-" == known.last?["exit"])
        }
        let failures = try farm.objects(farm.shown("failed", "--json", "tasks"))
        #expect(failures.compactMap { $0["id"] as? Int } == failed)
        for failure in failures {
            let id = try #require(failure["id"] as? Int)
            let last = try #require(attempts[id]?.last)
            #expect(failure["class"] as? String == last["outcome"] && failure["host"] as? String == last["host"])
            #expect(
                failure["attempts"] as? Int == attempts[id]?.count && failure["farmer"] as? String == last["farmer"])
            #expect(failure["lines"] as? [String] == ["bad \(id)"])
            // The same is what `log` prints.
            if id == failed[0] { #expect(try farm.shown("log", "\(id)", "tasks") == "bad \(id)\n") }
        }
    }

    private func expectExports(_ farm: Farm, _ all: [[String: String]]) throws {
        let wall = all.reduce(0) { $0 + number($1["wall"]) }
        let lines = try farm.shown("export", "--format", "jsonl", "tasks").split(separator: "\n")
        #expect(lines.count == all.count)
        let rows = try lines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(abs(rows.reduce(0) { $0 + ($1["wall"] as? Double ?? .nan) } - wall) < 1e-3)
        #expect(rows.count { $0["outcome"] as? String != "succeeded" } == all.count { $0["outcome"] != "succeeded" })
        #expect(
            try farm.shown("export", "--format", "csv", "tasks").split(whereSeparator: \.isNewline).count == all.count
                + 1)
        // That has the last attempt of each task.
        let jobs = try farm.shown("export", "--format", "joblog", "tasks").split(separator: "\n").dropFirst()
        #expect(jobs.count == Set(all.map { $0["id"] }).count)
        #expect(jobs.count { $0.split(separator: "\t").dropFirst(6).prefix(2) != ["0", "0"] } == 60)
    }

    /// The timeline that was written as tasks ended, and the one that is made anew.
    private func expectTimelines(_ farm: Farm, _ all: [[String: String]]) throws {
        for text in [farm.state("timeline.json"), try farm.shown("timeline", "tasks")] {
            let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8))
            let events = try #require(
                (parsed as? [[String: Any]]) ?? (parsed as? [String: Any])?["traceEvents"] as? [[String: Any]])
            let slices = events.filter { $0["ph"] as? String == "X" }
            #expect(slices.count == all.count)
            let microseconds = slices.reduce(0) { $0 + ($1["dur"] as? Double ?? .nan) }
            #expect(abs(microseconds / 1e6 - all.reduce(0) { $0 + number($1["wall"]) }) < 1e-2)
            #expect(events.count { $0["ph"] as? String == "s" } == 80, "an arrow to each second attempt")
            #expect(events.contains { $0["ph"] as? String == "C" })
        }
    }

    private func expectScreen(_ farm: Farm, _ tasks: Int, _ failed: [Int], _ failures: Int) throws {
        guard TerminalWindow.isThere else { return }
        let window = try TerminalWindow(
            farm, columns: 200, rows: 50, "'\(try Program.taskfarmer())' watch tasks; exec sleep 1000")
        defer { window.close() }
        let text = try window.waits(for: "failed attempts (\(failures))", "complete")
        #expect(text.contains("\(tasks - failed.count) finished  \(failed.count) failed  0 claimed  0 to process"))
        #expect(text.contains("100.0 %  \(tasks) of \(tasks) tasks over"))
        // The latest first.
        let last = farm.attempts().last { $0["outcome"] != "succeeded" }
        let row = try #require(
            text.split(separator: "\n").first {
                $0.contains(" exit 3 ") || $0.contains(" SIGSEGV ") || $0.contains(" exit 1 ")
            })
        #expect(row.split(separator: " ").contains { $0 == last?["id"] ?? "?" })
    }
}
