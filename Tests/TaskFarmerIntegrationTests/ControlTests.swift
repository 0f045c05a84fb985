// Users' hands on a farm: what each command does to waiting and running tasks and to farmers, what it says, and that it says so when there
// was nothing to do.

import Foundation
import Testing

@Suite("Control of running work") struct ControlTests {
    private static let long = "echo > up.$TASKFARMER_TASK_ID; exec sleep 1000"

    /// A farmer at work on long tasks, two at a time.
    private func atWork(_ farm: Farm, _ tasks: Int, _ options: String...) throws -> Program {
        try farm.write(Array(repeating: Self.long, count: tasks))
        let farmer = try farm.start(["run", "-n", "2"] + options + ["tasks"])
        // What the others know of it is its journal.
        try eventually("two tasks run") {
            try farm.exists("up.0") && farm.exists("up.1") && farm.journal(says: "S", of: 0)
                && farm.journal(says: "S", of: 1)
        }
        return farmer
    }

    /// Does something, and says so in one line.
    private func expect(_ farm: Farm, _ words: [String], _ status: Int32, _ said: String) throws {
        let ended = try farm.start(words).wait()
        #expect(ended.status == status, "\(words): \(ended.output)\(ended.errors)")
        let text = status == 0 ? ended.output : ended.errors
        #expect(text.contains(said), "\(words): \(ended.output)\(ended.errors)")
        #expect((ended.output + ended.errors).split(separator: "\n").count == 1, "\(ended.output)\(ended.errors)")
    }

    private func outcomes(_ farm: Farm, _ id: Int) -> [String] { farm.attempts(of: id).compactMap { $0["outcome"] } }

    @Test func `cancelled tasks are stopped and skipped, wherever they are, and have not failed`() throws {
        try Farm.use { farm in
            let farmer = try atWork(farm, 6, "--retries", "3")
            try expect(farm, ["hold", "5", "tasks"], 0, "held: 1 waiting")
            try expect(farm, ["cancel", "1,4-5", "tasks"], 0, "cancelled: 1 waiting, 1 held, 1 running")
            try eventually("the running one is recorded") { farm.ids("skipped").sorted() == [1, 4, 5] }
            #expect(outcomes(farm, 1) == ["interrupted"])
            try eventually("its slot is used") { farm.exists("up.2") }
            try expect(farm, ["cancel", "1,4", "tasks"], 1, "nothing cancelled: 2 over already")
            try expect(farm, ["cancel", "0-", "tasks"], 0, "; 3 over already")
            try farmer.ends(0)
            #expect(farm.ids("skipped").sorted() == Array(0..<6) && farm.ids("failed") == [])
            try farm.expectSound()
        }
    }

    @Test func `a task that ends well although it is cancelled is finished`() throws {
        try Farm.use { farm in
            try farm.write(["trap 'exit 0' TERM; echo > up.0; while :; do sleep 0.05; done", Self.long])
            let farmer = try farm.start(["run", "-n", "2", "tasks"])
            try eventually("both run") { farm.exists("up.0") && farm.exists("up.1") }
            _ = try farm.call("cancel", "0-1", "tasks")
            try farmer.ends(0)
            #expect(farm.ids("finished") == [0] && farm.ids("skipped") == [1])
            try farm.expectSound()
        }
    }

    @Test func `what one of two farmers runs is stopped there, and the other one is left alone`() throws {
        try Farm.use { farm in
            let first = try atWork(farm, 4)
            let second = try farm.start(["run", "-n", "2", "tasks"])
            try eventually("all run") { farm.exists("up.2") && farm.exists("up.3") }
            try expect(farm, ["cancel", "2", "tasks"], 0, "cancelled: 1 running")
            try eventually("it is recorded") { farm.ids("skipped") == [2] }
            #expect(farm.attempts().count == 1)
            for farmer in [first, second] { farmer.signal(SIGTERM) }
            for farmer in [first, second] { try farmer.ends(75) }
            #expect(farm.ids("toprocess").sorted() == [0, 1, 3])
            try farm.expectSound()
        }
    }

    @Test func `a farmer that is killed while it stops a cancelled task does not bring it back`() throws {
        try Farm.use { farm in
            try farm.write(["trap '' TERM; echo > up.0; while :; do sleep 0.05; done", Self.long])
            let farmer = try farm.start(["run", "-n", "2", "--stop-signals", "TERM,600,KILL", "tasks"])
            try eventually("both run") { farm.exists("up.0") && farm.exists("up.1") }
            try expect(farm, ["cancel", "0", "tasks"], 0, "cancelled: 1 running")
            farmer.signal(SIGKILL)
            _ = try farmer.wait()
            let next = try farm.start(["run", "-n", "2", "tasks"])
            try eventually("it is recovered") { farm.ids("skipped") == [0] }
            #expect(outcomes(farm, 0) == ["lost"])
            try expect(farm, ["cancel", "1", "tasks"], 0, "cancelled: 1")
            try next.ends(0)
            try farm.expectSound()
        }
    }

    @Test func `held tasks keep nobody at work, and are run when they are released`() throws {
        try Farm.use { farm in
            try farm.write(["exit 3", "true", "true"])
            try farm.farmer("--timeout", "0.000001").ends(75)
            try expect(farm, ["hold", "1-", "tasks"], 0, "held: 2 waiting")
            try expect(farm, ["hold", "1", "tasks"], 1, "nothing held: 1 held already")
            #expect(farm.ids("held").sorted() == [1, 2])
            let ended = try farm.farmer().ends(75)
            #expect(ended.output.contains("2 tasks are held"), "\(ended.output)")
            #expect(try farm.call("status", "tasks").output.contains("held"))
            try expect(farm, ["release", "0-1", "tasks"], 0, "released: 1 held; 1 not held")
            try expect(farm, ["release", "0-1", "tasks"], 1, "nothing released: 2 not held")
            try expect(farm, ["release", "2", "tasks"], 0, "released: 1 held")
            try farm.farmer().ends(1)
            try farm.expectComplete(3, failed: [0])
        }
    }

    @Test func `failed tasks are run again by ID, all, or by how they ended`() throws {
        try Farm.use { farm in
            try farm.write([
                "test -e mended || exit 75", "test -e mended || exit 3", "test -e mended || kill -BUS $$", "true",
            ])
            try farm.farmer().ends(1)
            try farm.write([], to: "mended")
            try expect(farm, ["retry", "--class", "timed-out", "tasks"], 1, "nothing to be run again")
            try expect(farm, ["retry", "--class", "exit:75", "tasks"], 0, "to be run again: 1 failed")
            try expect(farm, ["retry", "2-3", "tasks"], 0, "to be run again: 1 failed; 1 not failed")
            #expect(farm.ids("failed") == [1] && farm.ids("toprocess") == [0, 2])
            try expect(farm, ["retry", "--failed", "tasks"], 0, "to be run again: 1 failed")
            try farm.farmer().ends(0)
            #expect(farm.attempts(of: 0).compactMap { $0["attempt"] } == ["1", "2"])
            try farm.expectComplete(4)
        }
    }

    @Test func `priorities change what runs next`() throws {
        try Farm.use { farm in
            try farm.write((0..<6).map { "echo \($0) >> order" })
            try farm.farmer("--timeout", "0.000001").ends(75)
            try expect(farm, ["priority", "4", "10", "tasks"], 0, "moved: 1 waiting")
            try expect(farm, ["priority", "1,3", "5", "tasks"], 0, "moved: 2 waiting")
            try expect(farm, ["priority", "0", "-1", "tasks"], 0, "moved: 1 waiting")
            try expect(farm, ["priority", "4", "10", "tasks"], 1, "nothing moved: 1 with that priority already")
            try farm.farmer("-n", "1").ends(0)
            #expect(farm.text("order") == "4\n1\n3\n2\n5\n0\n")
            try farm.expectComplete(6)
        }
    }

    @Test func `tasks that are added run while farmers wait for them, and a list may grow beside them`() throws {
        try Farm.use { farm in
            try farm.write(["echo first"])
            let farmer = try farm.farmer("--wait", "-n", "2")
            try eventually("the list is done") { farm.ids("finished") == [0] }
            #expect(try farm.call("add", "-w", "tasks", "echo second").output == "added: 1 task, 1\n")
            try eventually("it is run") { farm.ids("finished") == [0, 1] }
            try farm.write(["# more", "echo third", "echo fourth"], to: "more")
            #expect(try farm.call("add", "-w", "tasks", "-f", "more").output == "added: 2 tasks, 2-3\n")
            try eventually("they are run") { farm.ids("finished").sorted() == [0, 1, 2, 3] }
            try farm.append("echo fifth\n")
            let other = try farm.farmer("--quiet")
            try other.ends(0)
            #expect(try farm.call("add", "-w", "tasks", "-f", "-", input: "more").output == "added: 2 tasks, 5-6\n")
            try eventually("all are run") { farm.ids("finished").count == 7 }
            #expect(farm.log(4) == "fifth\n" && farm.log(5) == "third\n")
            try expect(farm, ["drain", "tasks"], 0, "draining: 1 farmer")
            try farmer.ends(0)
            try expect(farm, ["add", "-w", "tasks", "-f", "/dev/null"], 1, "nothing added")
            try farm.expectComplete(7)
        }
    }

    /// Stopped, by a letter in /proc/PID/stat.
    private func standStill(_ farm: Farm, _ farmer: Program) -> Int {
        farm.processes().filter { $0 != farmer.identifier && Processes.status(of: $0)["State"]?.hasPrefix("T") == true }
            .count
    }

    @Test(arguments: [false, true])
    func `paused tasks stand still, lose none of their time, and go on`(bySignal: Bool) throws {
        try Farm.use { farm in
            try farm.write(
                (0..<3).map { _ in "echo > up.$TASKFARMER_TASK_ID; while ! test -e go; do sleep 0.05; done" })
            let farmer = try farm.start(["run", "-n", "2", "--task-timeout", "5", "tasks"])
            try eventually("two tasks run") { farm.exists("up.0") && farm.exists("up.1") }
            if bySignal { farmer.signal(SIGTSTP) } else { try expect(farm, ["pause", "tasks"], 0, "paused: 1 farmer") }
            try eventually("all stand still") { standStill(farm, farmer) >= 2 }
            try eventually("it is shown") { try farm.call("status", "tasks").output.contains("paused") }
            try expect(farm, ["pause", "tasks"], 1, "nothing paused: 1 paused already")
            // Its heart goes on, and time passes that is not the tasks'.
            Thread.sleep(forTimeInterval: 6)
            #expect(farm.attempts() == [])
            try farm.write([], to: "go")
            if bySignal {
                farmer.signal(SIGCONT)
            } else {
                try expect(farm, ["resume", "tasks"], 0, "resumed: 1 farmer")
            }
            try farmer.ends(0)
            #expect(farm.attempts().allSatisfy { $0["outcome"] == "succeeded" })
            try expect(farm, ["resume", "tasks"], 1, "nothing resumed: no farmer is at work")
            try farm.expectComplete(3)
        }
    }

    @Test func `a paused farmer can be stopped, and its tasks cancelled`() throws {
        try Farm.use { farm in
            let farmer = try atWork(farm, 3)
            try expect(farm, ["pause", "tasks"], 0, "paused: 1 farmer")
            try expect(farm, ["cancel", "0", "tasks"], 0, "cancelled: 1 running")
            try eventually("it is recorded") { farm.ids("skipped") == [0] }
            #expect(!farm.exists("up.2"), "a paused farmer starts nothing")
            try expect(farm, ["stop", "tasks"], 0, "stopping: 1 farmer")
            let ended = try farmer.ends(75)
            #expect(ended.errors.contains("stopping (a request)"), "\(ended.errors)")
            #expect(outcomes(farm, 1) == ["interrupted"] && farm.ids("toprocess").sorted() == [1, 2])
            try expect(farm, ["stop", "tasks"], 1, "nothing stopping: no farmer is at work")
            try farm.expectSound()
        }
    }

    @Test func `only the farmer that is named heeds a request`() throws {
        try Farm.use { farm in
            let first = try atWork(farm, 4)
            let second = try farm.start(["run", "-n", "2", "tasks"])
            try eventually("all run") { farm.exists("up.2") && farm.exists("up.3") }
            try expect(farm, ["stop", "\(first.identifier)", "tasks"], 0, "stopping: 1 farmer")
            try first.ends(75)
            #expect(second.isRunning)
            try expect(farm, ["stop", "nobody", "tasks"], 64, "no farmer at work here is called nobody")
            second.signal(SIGTERM)
            try second.ends(75)
            try farm.expectSound()
        }
    }

    @Test func `a farmer gets more slots at once, and fewer as its tasks end`() throws {
        try Farm.use { farm in
            try farm.write(
                (0..<8).map { "echo > up.\($0); while ! test -e go.\($0) && ! test -e go; do sleep 0.05; done" })
            let farmer = try farm.start(["run", "-n", "1", "tasks"])
            try eventually("one runs") { farm.exists("up.0") }
            try expect(farm, ["resize", "\(farmer.identifier)", "3", "tasks"], 0, "resized: 1 farmer")
            try eventually("three run") { farm.exists("up.1") && farm.exists("up.2") }
            try eventually("everybody knows") {
                farm.state("state").contains("live_slots              0000000000000000003")
            }
            try farm.expectSound()
            try expect(
                farm, ["resize", "\(farmer.identifier)", "3", "tasks"], 1, "nothing resized: 1 of that size already")
            try expect(farm, ["resize", "\(farmer.identifier)", "1", "tasks"], 0, "resized: 1 farmer")
            for id in 0..<2 { try farm.write([], to: "go.\(id)") }
            try eventually("two have ended") { farm.ids("finished").count == 2 }
            #expect(!farm.exists("up.3"), "the third has the only slot")
            try farm.write([], to: "go")
            try farmer.ends(0)
            #expect(farm.state("timeline.json").components(separatedBy: "thread_name").count == 4)
            try farm.expectComplete(8)
        }
    }

    @Test(arguments: [
        ["cancel", "x", "tasks"], ["cancel", "7", "tasks"], ["hold", "0-9", "tasks"], ["release", "9", "tasks"],
        ["hold"],
        ["priority", "0", "high", "tasks"], ["priority", "0"], ["retry", "tasks"],
        ["retry", "--class", "odd", "tasks"],
        ["retry", "--failed", "--class", "lost", "tasks"], ["resize", "x"], ["resize", "x", "0", "tasks"],
        ["add", "-w", "tasks"], ["add", "-w", "tasks", " "], ["pause", "a", "b", "tasks"],
        ["add", "-w", "nowhere", "true"], ["stop", "--wait", "x", "tasks"],
    ])
    func `what makes no sense is refused in one line, and changes nothing`(words: [String]) throws {
        try Farm.use { farm in
            try farm.write(["true", "true"])
            try farm.farmer("--timeout", "0.000001").ends(75)
            let before = farm.state("state")
            try expect(farm, words, 64, "taskfarmer: ")
            #expect(farm.state("state") == before)
        }
    }
}
