// What PyTaskFarmer gets wrong, each seen to be right here, and a work directory that it left, continued.

import Foundation
import Testing

struct PeersFaultsTests {
    private func continued(_ body: (Farm, URL) throws -> Void) throws {
        try Farm.use(list: "tasks.txt") { farm in
            let fixture = URL(filePath: #filePath).deletingLastPathComponent().appending(
                path: "Fixtures/pytaskfarmer-0.1.0")
            for name in ["tasks.txt", "tasks.txt_workdir"] {
                try FileManager.default.copyItem(
                    at: fixture.appending(path: name), to: farm.folder.appending(path: name))
            }
            // The two tasks that were running slept for half a minute; here a tenth of a second does.
            for name in ["tasks.txt", "tasks.txt_workdir/toprocess"] {
                let text = farm.text(name).replacing("sleep 30", with: "sleep 0.1").replacing(
                    "sleep 31", with: "sleep 0.1")
                try farm.write(bytes: Array(text.utf8), to: name)
            }
            try body(farm, farm.workDirectory)
        }
    }

    @Test func `a work directory that PyTaskFarmer left is continued`() throws {
        try continued { farm, _ in
            let ended = try farm.run("-n", "2")
            #expect(ended.status == 1, "one task had failed")
            #expect(ended.errors.contains("took over what PyTaskFarmer left"))
            #expect(farm.ids("finished").prefix(3) == [0, 3, 1], "what was recorded stays as it was")
            try farm.expectComplete(8, failed: [2])
            #expect(farm.attempts().map { $0["id"] }.compactMap { $0 }.sorted() == ["4", "5", "6", "7"])
            let events = try #require(
                JSONSerialization.jsonObject(with: Data(farm.state("timeline.json").utf8)) as? [[String: Any]])
            #expect(events.count { $0["ph"] as? String == "X" } == 8, "its four events and ours")
            #expect(farm.state("pytaskfarmer/finished") == "0 /bin/echo alpha\n3 /bin/echo alpha\n1 /bin/sleep 0.2\n")
        }
    }

    @Test func `tasks that a killed PyTaskFarmer lost come back from the list`() throws {
        try continued { farm, _ in
            // SIGKILL leaves what was running in no list at all.
            try farm.write(["6 /bin/echo omega", "7 /usr/bin/env printf %s done"], to: "tasks.txt_workdir/toprocess")
            let ended = try farm.run("-n", "2")
            #expect(ended.errors.contains("2 of these stood in no file"))
            try farm.expectComplete(8, failed: [2])
        }
    }

    @Test func `a killed farmer's running tasks are not lost`() throws {
        try Farm.use { farm in
            try farm.write(["echo > up; test $TASKFARMER_ATTEMPT = 2 || exec sleep 1000"])
            let first = try farm.farmer()
            try eventually("the task runs") { farm.exists("up") }
            first.signal(SIGKILL)
            _ = try first.wait()
            #expect(try farm.run().status == 0)
            try farm.expectComplete(1)
        }
    }

    @Test func `a command that is not found is a failed task and stops nobody`() throws {
        try Farm.use { farm in
            try farm.write(["echo before", "no-such-command-anywhere", "echo after"])
            #expect(try farm.run("-n", "1").status == 1)
            try farm.expectComplete(3, failed: [1])
            #expect(farm.log(1).contains("not found"))
            #expect(farm.attempts(of: 1).first?["exit"] == "127")
        }
    }

    @Test func `farmers with different TMP share one lock`() throws {
        try Farm.use { farm in
            try farm.write((0..<300).map { "echo \($0)" })
            let farmers = try (0..<3).map { number in
                let own = "tmp\(number)"
                try FileManager.default.createDirectory(
                    at: farm.folder.appending(path: own), withIntermediateDirectories: true)
                let path = farm.folder.appending(path: own).path
                return try farm.farmer("-n", "2", environment: ["TMP": path, "TMPDIR": path])
            }
            for farmer in farmers { #expect(try farmer.wait().status == 0) }
            try farm.expectComplete(300)
            #expect(farm.attempts().count == 300)
        }
    }

    @Test func `quotes, pipes, redirection and variables mean what they mean in a shell`() throws {
        try Farm.use { farm in
            try farm.write([
                #"printf '%s|' "a b" 'c  d' | tr a-z A-Z > out"#, "test \"$PROC_NUMBER\" = 1 && echo $((6 * 7))",
            ])
            #expect(try farm.run("-n", "1").status == 0)
            #expect(farm.text("out") == "A B|C  D|")
            #expect(farm.log(1) == "42\n")
        }
    }

    @Test func `grandchildren die with their task`() throws {
        try Farm.use { farm in
            try farm.write(["sleep 1000 & echo $! > pid", "sleep 1000 & wait"])
            let farmer = try farm.farmer("-n", "2")
            try eventually("the first task is over") { farm.state("attempts.tsv").contains("succeeded") }
            let grandchild = try #require(Int32(farm.text("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
            try eventually("its grandchild is gone") { !Processes.isAlive(grandchild) }
            farmer.signal(SIGTERM)
            #expect(try farmer.wait().status == 75)
        }
    }

    @Test func `failed tasks give exit status 1`() throws {
        try Farm.use { farm in
            try farm.write(["true", "exit 7"])
            let ended = try farm.run()
            #expect(ended.status == 1)
            #expect(ended.output.contains("exit 7"))
            #expect(ended.output.contains("logs/log_1"))
        }
    }

    @Test func `the log of an earlier attempt is kept`() throws {
        try Farm.use { farm in
            try farm.write(["echo attempt $TASKFARMER_ATTEMPT; test $TASKFARMER_ATTEMPT = 3"])
            #expect(try farm.run().status == 1)
            #expect(try farm.run("--retry-failed").status == 1)
            #expect(try farm.run("--retry-failed").status == 0)
            #expect(farm.log(0) == "attempt 3\n")
            #expect(farm.state("logs/log_0.1") == "attempt 1\n")
            #expect(farm.state("logs/log_0.2") == "attempt 2\n")
            try farm.expectComplete(1)
        }
    }

    @Test func `a list that got shorter is named and changes nothing`() throws {
        try Farm.use { farm in
            try farm.write(["echo 0", "false", "echo 2"])
            #expect(try farm.run().status == 1)
            try farm.write(["echo 0"])
            let ended = try farm.run("--retry-failed")
            #expect(ended.status == 1)
            #expect(ended.errors.contains("2 tasks at its end were removed (ID 1 to 2)"))
            try farm.expectComplete(3, failed: [1])
        }
    }
}
