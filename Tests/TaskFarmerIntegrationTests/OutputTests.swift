// What people and programs read.

import Foundation
import Testing

struct OutputTests {
    @Test func `the JSON of status tells what runs, while it runs`() throws {
        try Farm.use { farm in
            try farm.write(["echo > up; exec sleep 1000", "true", "false"])
            let farmer = try farm.farmer("-n", "3")
            func status() throws -> [String: Any] {
                let ended = try farm.call("status", "--json", "tasks")
                #expect(ended.status == 0)
                return try #require(try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any])
            }
            var seen: [String: Any] = [:]
            try eventually("the running task shows") {
                guard farm.exists("tasks_workdir/farm.json"), !farm.text("tasks_workdir/farm.json").isEmpty else {
                    return false
                }
                seen = try status()
                return seen["running"] as? Int == 1 && seen["finished"] as? Int == 1 && seen["failed"] as? Int == 1
            }
            #expect(seen["tasks"] as? Int == 3)
            #expect(seen["complete"] as? Bool == false)
            let member = try #require((seen["farmers"] as? [[String: Any]])?.first)
            #expect(member["pid"] as? Int == Int(farmer.identifier))
            #expect(member["slots"] as? Int == 3)
            #expect(((member["running"] as? [[String: Any]])?.first)?["id"] as? Int == 0)
            farmer.signal(SIGTERM)
            #expect(try farmer.wait().status == 75)
            seen = try status()
            #expect((seen["farmers"] as? [Any])?.isEmpty == true)
            #expect(seen["toprocess"] as? Int == 1)
        }
    }

    @Test func `the timeline keeps to the Chrome trace event format`() throws {
        try Farm.use { farm in
            try farm.write(["echo \"quoted\" \\\\ tab\there", "false", "kill -9 $$", "sleep 0.05"])
            #expect(try farm.run("-n", "2").status == 1)
            let events = try #require(
                JSONSerialization.jsonObject(with: Data(farm.state("timeline.json").utf8)) as? [[String: Any]])
            var tasks: Set<Int> = []
            for event in events {
                #expect(event["name"] is String)
                #expect(event["pid"] is Int)
                #expect(event["tid"] is Int || event["ph"] as? String == "C")
                let arguments = try #require(event["args"] as? [String: Any])
                switch event["ph"] as? String {
                case "M":
                    #expect(["process_name", "thread_name"].contains(event["name"] as? String ?? ""))
                    #expect(arguments["name"] is String)
                case "X":
                    #expect((event["ts"] as? Int ?? 0) > 1_500_000_000_000_000, "microseconds since 1970")
                    #expect((event["dur"] as? Int ?? -1) >= 0)
                    tasks.insert(arguments["id"] as? Int ?? -1)
                case "C":
                    #expect(["running tasks", "memory at most"].contains(event["name"] as? String ?? ""))
                    #expect((event["ts"] as? Int ?? 0) > 1_500_000_000_000_000, "microseconds since 1970")
                    #expect(arguments.count == 1 && arguments.values.allSatisfy { $0 is Double })
                default:
                    Issue.record("unknown phase in \(event)")
                }
            }
            #expect(tasks == [0, 1, 2, 3])
        }
    }

    @Test func `verbose has a line for each start and end, quiet has none`() throws {
        try Farm.use { farm in
            try farm.write(["echo 0", "exit 3"])
            let loud = try farm.run("-v", "-n", "1")
            for text in ["start 0 in slot 0: echo 0", "end 0: succeeded after", "end 1: exit 3 after"] {
                #expect(loud.errors.contains(text))
            }
            let quiet = try farm.run("-q", "--retry-failed")
            #expect(quiet.status == 1)
            #expect(quiet.output + quiet.errors == "")
        }
    }

    @Test func `away from a terminal nothing is drawn over`() throws {
        try Farm.use { farm in
            try farm.write((0..<20).map { "sleep 0.05; exit \($0 % 2)" })
            let ended = try farm.run("-n", "4")
            #expect(!(ended.output + ended.errors).contains("\r"))
            #expect(!(ended.output + ended.errors).contains("\u{1B}"))
        }
    }

    @Test func `at most 20 failures are listed, and where the rest is`() throws {
        try Farm.use { farm in
            try farm.write((0..<30).map { "exit \($0 + 1)" })
            let ended = try farm.run()
            #expect(ended.output.split(separator: "\n").count { $0.contains("logs/log_") } == 20)
            #expect(ended.output.contains("all 30 failed tasks: cat "))
        }
    }

    @Test func `completion scripts are accepted by their shells`() throws {
        try Farm.use { farm in
            for shell in ["bash", "zsh", "fish"] {
                let ended = try farm.call("completion", shell)
                #expect(ended.status == 0)
                try farm.write(bytes: Array(ended.output.utf8), to: "script.\(shell)")
                let found = ["/bin", "/usr/bin", "/usr/local/bin"].map { "\($0)/\(shell)" }
                    .first { FileManager.default.isExecutableFile(atPath: $0) }
                guard let found else {
                    print("skipped: \(shell) is not installed")
                    continue
                }
                let program = try Program(
                    [found, "-n", "script.\(shell)"], environment: [:], in: farm.folder,
                    output: farm.folder.appending(path: "out.\(shell)"), input: nil)
                let checked = try program.wait()
                #expect(checked.status == 0, "\(checked.errors)")
            }
        }
    }
}
