// What becomes of processes that tasks started, and of tasks whose farmer was killed.

import Foundation
import Testing

struct DescendantsTests {
    /// A number that a task wrote to a file of the farm, once it is there.
    private func number(_ name: String, _ farm: Farm) throws -> Int32 {
        var found: Int32?
        try eventually("\(name) holds a number") {
            let text = farm.text(name)
            found = text.hasSuffix("\n") ? Int32(text.dropLast()) : nil
            return found != nil
        }
        return try #require(found)
    }

    @Test func `grandchildren die when their farmer stops`() throws {
        try Farm.use { farm in
            try farm.write(["sh -c 'sleep 1000 & echo $! > child; wait'"])
            let farmer = try farm.farmer("-n", "1")
            let child = try number("child", farm)
            #expect(Processes.isAlive(child))
            farmer.signal(SIGTERM)
            try farmer.ends(75)
            #expect(!Processes.isAlive(child))
            #expect(farm.processes() == [])
        }
    }

    @Test func `grandchildren that ignore SIGTERM die when the task has gone before them`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: ["(trap '' TERM HUP; echo > up; while :; do sleep 1; done) & wait"], "-n", "1", "--stop-signals",
                "TERM,60,KILL")
            farmer.signal(SIGTERM)
            try farmer.ends(75)
            #expect(farm.processes() == [])
        }
    }

    @Test func `what a task leaves in its process group dies when the task ends`() throws {
        try Farm.use { farm in
            try farm.write(["sleep 1000 & echo $! > child", "until ! kill -0 $(cat child); do sleep 0.02; done"])
            try farm.farmer("-n", "1").ends(0)
            #expect(!Processes.isAlive(try number("child", farm)))
            try farm.expectComplete(2)
        }
    }

    @Test func `tasks die with a farmer that is killed`() throws {
        try Farm.use { farm in
            try farm.write(["echo $$ > task; exec sleep 1000", "trap '' TERM HUP INT; echo $$ > deaf; sleep 1000; :"])
            let farmer = try farm.farmer("-n", "2")
            let tasks = [try number("task", farm), try number("deaf", farm)]
            farmer.signal(SIGKILL)
            _ = try farmer.wait()
            try eventually("the tasks are gone") { !tasks.contains(where: Processes.isAlive) }
            for process in farm.processes() { _ = kill(process, SIGKILL) }
        }
    }

    @Test(arguments: [
        "sleep 1000 & echo $! > child; echo > up; wait",
        "(trap '' TERM HUP INT; while :; do sleep 1; done) & echo $! > child; echo > up; wait",
        "sh -c 'sleep 1000 & echo $! > child; echo > up; wait'; :",
    ])
    func `what a killed farmer left running is killed before its task runs again`(task: String) throws {
        try Farm.use { farm in
            // A zombie that nobody has reaped yet is dead enough.
            let lives = "grep '^State:[[:space:]]*[A-Y]' /proc/$(cat child)/status"
            let second = "if test $TASKFARMER_ATTEMPT = 2; then \(lives) && exit 3; exit 0; fi; "
            try farm.write([second + task])
            let farmer = try farm.farmer("-n", "1")
            try eventually("the task runs, and that is noted") {
                try farm.exists("up") && farm.journal(says: "S", of: 0)
            }
            let child = try number("child", farm)
            farmer.signal(SIGKILL)
            _ = try farmer.wait()
            let next = try farm.farmer("-n", "1").ends(0)
            #expect(next.errors.contains("is gone; 1 of its tasks"), "\(next.errors)")
            #expect(!Processes.isAlive(child))
            #expect(farm.processes() == [])
            #expect(farm.attempts(of: 0).map { $0["outcome"] } == ["lost", "succeeded"])
            try farm.expectComplete(1)
        }
    }

    @Test func `a farmer at work takes over from one that is killed beside it`() throws {
        try Farm.use { farm in
            try farm.write(["echo > up; test $TASKFARMER_ATTEMPT = 2 || exec sleep 1000"])
            let first = try farm.farmer("-n", "1")
            try eventually("the task runs") { farm.exists("up") }
            let second = try farm.farmer("-n", "1")
            try eventually("the second farmer has joined") { farm.state("roster").contains(".\(second.identifier).") }
            first.signal(SIGKILL)
            _ = try first.wait()
            try second.ends(0)
            try farm.expectComplete(1)
        }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `a daemon that left the process group dies when its farmer stops`(signal: Int32) throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: [
                    "setsid sh -c 'trap : TERM INT HUP; echo $$ > daemon; while :; do sleep 1; done' & "
                        + "until test -s daemon; do :; done; echo > up; exec sleep 1000"
                ], "-n", "1")
            let daemon = try number("daemon", farm)
            #expect(Processes.isAlive(daemon))
            farmer.signal(signal)
            try farmer.ends(75)
            #expect(!Processes.isAlive(daemon))
            #expect(farm.processes() == [])
            #expect(farm.attempts().map { $0["outcome"] } == ["interrupted"])
        }
    }

    @Test func `a daemon that leaves the process group neither holds its farmer up nor is killed`() throws {
        try Farm.use { farm in
            try farm.write(["setsid sh -c 'echo $$ > daemon; exec sleep 1000' & until test -s daemon; do :; done"])
            try farm.farmer("-n", "1").ends(0)
            let daemon = try number("daemon", farm)
            #expect(Processes.isAlive(daemon))
            _ = kill(daemon, SIGKILL)
            try farm.expectComplete(1)
        }
    }
}
