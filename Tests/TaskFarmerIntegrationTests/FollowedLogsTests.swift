// What a task prints, seen while it runs.

import Foundation
import Testing

struct FollowedLogsTests {
    private static let layouts = ["files", "packed", "failed"]

    @Test(arguments: layouts)
    func `the output of a running task shows before it ends`(layout: String) throws {
        try Farm.use { farm in
            try farm.write(["printf early; until test -e go; do sleep 0.02; done; echo ' and late'"])
            let farmer = try farm.farmer("-n", "1", "--logs", layout)
            try eventually("it shows") {
                guard farm.exists("tasks_workdir/farm.json") else { return false }
                return try farm.call("log", "0", "tasks").output == "early"
            }
            try farm.write([], to: "go")
            try farmer.ends(0)
            if layout != "failed" { #expect(try farm.printedText(0) == "early and late\n") }
        }
    }

    @Test(arguments: ["files", "packed"])
    func `following prints everything once and ends with the attempt, even one that is not started yet`(
        layout: String
    ) throws {
        try Farm.use { farm in
            let counting =
                "n=0; while test $n -lt 400; do n=$((n+1)); echo line $n; test $((n % 40)) = 0 && sleep 0.05; done"
            try farm.write(["until test -e go; do sleep 0.02; done", counting + "; printf end"])
            let farmer = try farm.farmer("-n", "1", "--logs", layout)
            try eventually("the work directory is there") {
                try farm.exists("tasks_workdir/farm.json") && farm.call("status", "tasks").status == 0
            }
            let follower = try farm.start(["log", "--follow", "1", "tasks"])
            try eventually("it waits") { follower.errors.contains("task 1 has not been started yet; waiting for it") }
            try farm.write([], to: "go")
            let ended = try follower.ends(0)
            #expect(ended.output == (1...400).map { "line \($0)\n" }.joined() + "end")
            try farmer.ends(0)
            #expect(try farm.call("log", "-f", "1", "tasks").output == ended.output)
        }
    }

    @Test(arguments: ["files", "packed"])
    func `following ends and says so when the farmer is killed`(layout: String) throws {
        try Farm.use { farm in
            try farm.write(["echo begun; exec sleep 1000"])
            let farmer = try farm.farmer("-n", "1", "--logs", layout)
            try eventually("the work directory is there") {
                try farm.exists("tasks_workdir/farm.json") && farm.call("status", "tasks").status == 0
            }
            let follower = try farm.start(["log", "-f", "0", "tasks"])
            try eventually("it shows") { follower.printed == "begun\n" }
            farmer.signal(SIGKILL)
            _ = try farmer.wait()
            let ended = try follower.ends(0)
            #expect(ended.output == "begun\n")
            #expect(ended.errors.contains("which ran attempt 1, is gone"), "\(ended.errors)")
        }
    }

    @Test func `following goes on with the attempt it began with when another one follows at once`() throws {
        try Farm.use { farm in
            let line = "echo attempt $TASKFARMER_ATTEMPT; echo > up.$TASKFARMER_ATTEMPT; test $TASKFARMER_ATTEMPT = 2"
            try farm.write([line + " || { until test -e go; do sleep 0.02; done; echo over; exit 1; }"])
            let first = try farm.farmer("-n", "1")
            try eventually("it runs") { farm.exists("up.1") }
            let follower = try farm.start(["log", "-f", "0", "tasks"])
            try eventually("it shows") { follower.printed == "attempt 1\n" }
            first.signal(SIGTERM)
            try first.ends(75)
            try farm.farmer("-n", "1").ends(0)
            #expect(try follower.ends(0).output == "attempt 1\n")
            #expect(try farm.printedText(0) == "attempt 2\n")
        }
    }

    @Test func `whoever has seen enough ends the following`() throws {
        try Farm.use { farm in
            try farm.write(["while :; do echo line; sleep 0.02; done"])
            let farmer = try farm.farmer("-n", "1", "--logs", "packed")
            try eventually("the work directory is there") {
                try farm.exists("tasks_workdir/farm.json") && farm.call("status", "tasks").status == 0
            }
            let shell = try farm.start(
                ["log", "-f", "0", "tasks"], under: ["sh", "-c", "{ \"$@\"; echo $? > status; } | head -n 1", "sh"])
            #expect(try shell.ends(0).output == "line\n")
            #expect(farm.text("status") == "0\n")
            farmer.signal(SIGTERM)
            try farmer.ends(75)
        }
    }
}
