// `taskfarmer tasks` and `taskfarmer failed` on real work directories: what they say agrees with the files, and nothing of what tasks are or
// print reaches a terminal as anything but text.

import Foundation
import Testing

@Suite("Lists of tasks") struct TasksTests {
    private static let commands = [
        "true", "exit 3", "kill -SEGV $$", "echo '\u{1B}[31mred'\t# é", "no-such-program-anywhere", "exit 3",
    ]

    @Test func `each task is listed once, and what is said of it stands in attempts.tsv`() throws {
        try Farm.use { farm in
            try farm.write(Self.commands)
            try farm.farmer("--retries", "1").ends(1)
            let rows = try farm.rows()
            try #require(rows.compactMap { $0["id"] } == ["0", "1", "2", "3", "4", "5"])
            #expect(
                rows.compactMap { $0["state"] } == ["finished", "failed", "failed", "finished", "failed", "failed"])
            for row in rows {
                let attempts = farm.attempts(of: Int(row["id"] ?? "") ?? -1)
                let last = try #require(attempts.last)
                #expect(row["attempts"] == "\(attempts.count)" && row["outcome"] == last["outcome"])
                #expect(row["exit"] == last["exit"] && row["host"] == last["host"])
                #expect(row["duration"] == last["wall"])
            }
            #expect(rows[2]["signal"] == "SIGSEGV" && rows[1]["signal"] == "-")
            #expect(rows[3]["command"] == "echo '\\x1b[31mred'\\t# é")
            let text = try farm.shown("tasks", "tasks")
            #expect(text.split(separator: "\n").count == 7 && !text.contains("\u{1B}"))
            let objects = try farm.objects(try farm.shown("tasks", "--json", "tasks"))
            try #require(objects.compactMap { $0["id"] as? Int } == Array(0..<6))
            #expect(objects[3]["command"] as? String == Self.commands[3])
            #expect(objects[1]["exit"] as? Int == 3 && objects[2]["signal"] as? String == "SIGSEGV")
            #expect(objects[0]["signal"] is NSNull && objects[1]["attempts"] as? Int == 2)
        }
    }

    @Test func `tasks are chosen by their states and IDs, wherever they are`() throws {
        try Farm.use { farm in
            try farm.write(["true", "exit 1"] + Array(repeating: "exec sleep 1000", count: 6))
            try farm.farmer("--timeout", "0.000001").ends(75)
            _ = try farm.call("hold", "6", "tasks")
            _ = try farm.call("cancel", "7", "tasks")
            let farmer = try farm.farmer("-n", "1")
            try eventually("what has ended is recorded") { farm.attempts().count == 2 }
            try eventually("its start is noted") { try farm.ids(inState: "running") == [2] }
            #expect(try farm.ids(inState: "finished") == [0] && farm.ids(inState: "failed") == [1])
            #expect(try farm.ids(inState: "held") == [6] && farm.ids(inState: "skipped") == [7])
            #expect(try farm.ids(inState: "waiting,claimed") == [3, 4, 5])
            #expect(try farm.rows("--ids", "1,6-").compactMap { $0["state"] } == ["failed", "held", "skipped"])
            #expect(try farm.rows("--ids", "1,6-", "--state", "held").count == 1)
            #expect(try farm.shown("tasks", "--json", "--state", "held", "--ids", "0", "tasks") == "[\n]\n")
            farmer.signal(SIGTERM)
            try farmer.ends(75)
        }
    }

    @Test func `before anything ran all tasks wait`() throws {
        try Farm.use { farm in
            try farm.write(["true", "true"])
            try farm.farmer("--timeout", "0.000001").ends(75)
            let rows = try farm.rows()
            #expect(rows.compactMap { $0["state"] } == ["waiting", "waiting"])
            #expect(rows.allSatisfy { $0["attempts"] == "0" && $0["outcome"] == "-" && $0["duration"] == "-" })
            let ended = try farm.call("failed", "tasks")
            #expect(ended.status == 0 && ended.output == "" && ended.errors.contains("no task has failed"))
            #expect(try farm.shown("failed", "--json", "tasks") == "[]\n")
        }
    }

    @Test(arguments: [
        ["tasks", "--state", "odd", "tasks"], ["tasks", "--ids", "9", "tasks"], ["tasks", "--json", "--tsv", "tasks"],
        ["failed", "--class", "odd", "tasks"], ["failed", "--lines", "-1", "tasks"], ["failed", "nowhere"],
        ["explain", "tasks"], ["explain", "9", "tasks"], ["explain"],
    ])
    func `what makes no sense is refused in one line`(words: [String]) throws {
        try Farm.use { farm in
            try farm.write(["true", "true"])
            try farm.farmer().ends(0)
            let ended = try farm.start(words).wait()
            #expect(ended.status == 64 && ended.output == "", "\(ended.output)")
            #expect(ended.errors.hasPrefix("taskfarmer: ") && ended.errors.split(separator: "\n").count == 1)
        }
    }

    @Test func `a reader that has seen enough is no failure`() throws {
        try Farm.use { farm in
            try farm.write((0..<20_000).map { "true # \($0)" })
            try farm.farmer("--timeout", "0.000001").ends(75)
            let pipe = ["bash", "-c", "set -o pipefail; \"$@\" | head -n 2", "bash"]
            let ended = try farm.start(["tasks", "tasks"], under: pipe).wait()
            #expect(ended.status == 0 && ended.errors == "" && ended.output.split(separator: "\n").count == 2)
        }
    }

    // MARK: failed

    private static let failing = [
        "true", "for i in 1 2 3 4 5 6 7; do echo line $i; done; exit 3",
        "printf '\\033[31mcolour\\033[0m\\n'; kill -SEGV $$",
        "exit 75", "echo fine", "echo 10; printf 'a\\rb\\n'; exit 3",
    ]

    @Test(arguments: ["files", "packed", "failed"])
    func `failed tasks are shown with the ends of their logs, wherever these are`(logs: String) throws {
        try Farm.use { farm in
            try farm.write(Self.failing)
            try farm.farmer("-n", "1", "--retries", "1", "--logs", logs).ends(1)
            let text = try farm.shown("failed", "tasks")
            #expect(!text.contains("\u{1B}") && !text.contains("\r"))
            #expect(text.contains("task 1: exit 3 on ") && text.contains(", 2 attempts: for i in"), "\(text)")
            #expect(text.contains("  | line 3\n") && text.contains("  | line 7\n") && !text.contains("| line 2"))
            #expect(text.contains("task 2: killed by SIGSEGV on ") && text.contains("  | colour\n"), "\(text)")
            #expect(text.contains("  | 10\n  | b\n"), "\(text)")
            #expect(text.contains("4 tasks have failed:") && text.contains("  2  exit 3 on "), "\(text)")
            #expect(text.contains("taskfarmer retry --class exit:3 /"), "\(text)")
            let few = try farm.shown("failed", "--class", "exit:3", "--lines", "1", "tasks")
            #expect(few.contains("  | line 7\n") && !few.contains("line 6") && !few.contains("task 2"), "\(few)")
            let none = try farm.shown("failed", "--lines", "0", "--ids", "3", "tasks")
            #expect(none.hasPrefix("task 3: exit 75 on ") && !none.contains(" | "))
            let objects = try farm.objects(try farm.shown("failed", "--json", "tasks"))
            try #require(objects.compactMap { $0["id"] as? Int } == [1, 2, 3, 5])
            #expect(objects.compactMap { $0["class"] as? String } == ["exited", "signalled", "exited", "exited"])
            #expect(objects[0]["lines"] as? [String] == (3...7).map { "line \($0)" })
            #expect(objects[1]["signal"] as? String == "SIGSEGV" && objects[1]["exit"] is NSNull)
            #expect(objects[2]["lines"] as? [String] == [] && objects[2]["exit"] as? Int == 75)
            #expect((objects[0]["log"] as? String)?.hasSuffix(logs == "packed" ? ".pack" : "logs/log_1") == true)
        }
    }

    @Test func `where no logs are kept the tasks are shown without`() throws {
        try Farm.use { farm in
            try farm.write(["echo x; exit 3"])
            try farm.farmer("--logs", "none").ends(1)
            let objects = try farm.objects(try farm.shown("failed", "--json", "tasks"))
            #expect(objects[0]["lines"] is NSNull && objects[0]["log"] is NSNull)
        }
    }

    @Test func `of a long log only the end is read, and it is the last attempt's`() throws {
        try Farm.use { farm in
            let long = "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo attempt $TASKFARMER_ATTEMPT; exit 1"
            try farm.write([long, long])
            for logs in ["files", "packed"] {
                try farm.farmer("--logs", logs, "--retries", "1", "--fresh").ends(1)
                let objects = try farm.objects(try farm.shown("failed", "--json", "--lines", "2", "tasks"))
                for object in objects {
                    #expect((object["lines"] as? [String])?.last == "attempt 2")
                }
            }
        }
    }

    @Test func `whoever wants to run a list that is called like a command is told how`() throws {
        try Farm.use { farm in
            try farm.write(["true"], to: "failed")
            let ended = try farm.call("failed")
            #expect(ended.status == 64 && ended.errors.contains("to run the list `failed`: taskfarmer run failed"))
            #expect(try !farm.call("tasks", "elsewhere").errors.contains("to run the list"))
        }
    }
}
