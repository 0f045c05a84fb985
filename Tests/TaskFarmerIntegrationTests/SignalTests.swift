// What signals and `--timeout` do to a farmer and its tasks.

import Foundation
import Testing

struct SignalTests {
    /// Runs until it is stopped; the second attempt ends at once.
    private static let long =
        "echo attempt $TASKFARMER_ATTEMPT; test $TASKFARMER_ATTEMPT = 2 && exit; "
        + "echo > up.$PROC_NUMBER; exec sleep 1000"

    /// A list of four long tasks of which two run.
    private func startTwoOfFour(_ farm: Farm, _ options: String...) throws -> Program {
        try farm.write(Array(repeating: Self.long, count: 4))
        let farmer = try farm.start(["run", "-n", "2"] + options + ["tasks"])
        try eventually("two tasks run") { farm.exists("up.0") && farm.exists("up.1") }
        return farmer
    }

    /// Two tasks were interrupted and two never ran; all end when they are run again.
    private func expectPutBackAndGoOn(_ farm: Farm) throws {
        #expect(farm.ids("toprocess").sorted() == [0, 1, 2, 3])
        #expect(farm.ids("finished") == [] && farm.ids("failed") == [])
        let outcomes = farm.attempts().map { "\($0["id"] ?? "") \($0["attempt"] ?? "") \($0["outcome"] ?? "")" }
        #expect(outcomes.sorted() == ["0 1 interrupted", "1 1 interrupted"])
        try farm.expectSound()
        #expect(farm.processes() == [])
        let again = try farm.farmer("-n", "2")
        try eventually("the tasks that had not run are running") { farm.exists("up.2") && farm.exists("up.3") }
        #expect(farm.log(0) == "attempt 2\n" && farm.log(1) == "attempt 2\n")
        #expect(farm.state("logs/log_0.1") == "attempt 1\n", "the log of the first attempt is kept")
        again.signal(SIGUSR1)
        try again.ends(75)
        try farm.farmer("-n", "2").ends(0)
        try farm.expectComplete(4)
    }

    @Test(arguments: [SIGUSR1, SIGTERM, SIGINT, SIGHUP])
    func `a signal to stop puts running tasks back, and a restart completes them`(signal: Int32) throws {
        try Farm.use { farm in
            let farmer = try startTwoOfFour(farm)
            farmer.signal(signal)
            let ended = try farmer.ends(75)
            #expect(ended.errors.contains("stopping (SIG"), "\(ended.errors)")
            try expectPutBackAndGoOn(farm)
        }
    }

    /// `scancel`, a time limit and a pre-emption signal every process of a step.
    @Test(arguments: [SIGTERM, SIGUSR1], [false, true])
    func `a signal that meets the farmer and its tasks fails no task, whoever hears of it first`(
        signal: Int32, standsStill: Bool
    ) throws {
        try Farm.use { farm in
            let farmer = try startTwoOfFour(farm)
            if standsStill { farmer.signal(SIGSTOP) }
            for process in farm.processes() where process != farmer.identifier { _ = kill(process, signal) }
            farmer.signal(signal)
            if standsStill { farmer.signal(SIGCONT) }
            try farmer.ends(75)
            try expectPutBackAndGoOn(farm)
        }
    }

    @Test(arguments: ["exit 1", "exit 143"], [false, true])
    func `a task that heeds a signal that meets the farmer too has not failed, whatever its exit status`(
        ending: String, farmerFirst: Bool
    ) throws {
        try Farm.use { farm in
            let task =
                "test $TASKFARMER_ATTEMPT = 2 && exit; trap '\(ending)' TERM; echo > up.$PROC_NUMBER; "
                + "while :; do sleep 0.01; done"
            try farm.write(Array(repeating: task, count: 4))
            let farmer = try farm.start(["run", "-n", "4", "tasks"])
            try eventually("all run") { (0..<4).allSatisfy { farm.exists("up.\($0)") } }
            // It hears of all at once, in no particular order.
            farmer.signal(SIGSTOP)
            if farmerFirst { farmer.signal(SIGTERM) }
            for process in farm.processes() where process != farmer.identifier { _ = kill(process, SIGTERM) }
            if !farmerFirst { farmer.signal(SIGTERM) }
            try eventually("the tasks have ended") { farm.processes().count <= 1 }
            farmer.signal(SIGCONT)
            try farmer.ends(75)
            #expect(farm.ids("failed") == [])
            #expect(farm.attempts().map { $0["outcome"] } == Array(repeating: "interrupted", count: 4))
            try farm.farmer("-n", "4").ends(0)
        }
    }

    @Test func `a task that such a signal ends alone has failed`() throws {
        try Farm.use { farm in
            try farm.write(["kill -TERM $$", "true"])
            try farm.farmer("-n", "1").ends(1)
            #expect(farm.attempts(of: 0).map { $0["signal"] } == ["15"])
            try farm.expectComplete(2, failed: [0])
        }
    }

    @Test func `a time-out puts running tasks back, and a restart completes them`() throws {
        try Farm.use { farm in
            let ended = try startTwoOfFour(farm, "--timeout", "1.5").ends(75)
            #expect(ended.errors.contains("stopping (--timeout)"), "\(ended.errors)")
            try expectPutBackAndGoOn(farm)
        }
    }

    @Test func `a second SIGINT kills tasks that ignore the first, and puts them back`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: ["trap '' TERM INT; echo > up; while :; do sleep 1; done"], "-n", "1", "--stop-signals",
                "TERM,86400,KILL")
            farmer.signal(SIGINT)
            try eventually("the farmer stops") { farmer.errors.contains("stopping (SIGINT)") }
            #expect(farmer.isRunning)
            farmer.signal(SIGINT)
            try farmer.ends(75)
            #expect(farm.ids("toprocess") == [0])
            #expect(farm.attempts().map { $0["outcome"] } == ["interrupted"])
            try farm.expectSound()
        }
    }

    @Test func `SIGUSR2 lets running tasks finish and starts no others`() throws {
        try Farm.use { farm in
            let task = "echo > up.$PROC_NUMBER; until test -e go; do sleep 0.02; done"
            try farm.write(Array(repeating: task, count: 4))
            let farmer = try farm.farmer("-n", "2")
            try eventually("two tasks run") { farm.exists("up.0") && farm.exists("up.1") }
            farmer.signal(SIGUSR2)
            try eventually("the farmer drains") { farmer.errors.contains("draining") }
            try farm.write([], to: "go")
            try farmer.ends(75)
            #expect(farm.ids("finished").sorted() == [0, 1] && farm.ids("toprocess").sorted() == [2, 3])
            #expect(!farm.exists("up.2") && !farm.exists("up.3"))
            try farm.expectSound()
            try farm.farmer("-n", "2").ends(0)
            try farm.expectComplete(4)
        }
    }

    @Test func `a farmer that drains the last tasks has nothing left to be requeued for`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(on: ["echo > up; until test -e go; do sleep 0.02; done"], "-n", "2")
            farmer.signal(SIGUSR2)
            try eventually("the farmer drains") { farmer.errors.contains("draining") }
            try farm.write([], to: "go")
            try farmer.ends(0)
            try farm.expectComplete(1)
        }
    }

    @Test func `SIGTERM while draining stops the tasks after all`() throws {
        try Farm.use { farm in
            let farmer = try startTwoOfFour(farm)
            farmer.signal(SIGUSR2)
            try eventually("the farmer drains") { farmer.errors.contains("draining") }
            farmer.signal(SIGTERM)
            try farmer.ends(75)
            try expectPutBackAndGoOn(farm)
        }
    }

    @Test func `a task that ignores SIGTERM is killed in the end`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: ["trap '' TERM; echo > up; while :; do sleep 1; done"], "-n", "1", "--stop-signals", "TERM,0.2,KILL"
            )
            farmer.signal(SIGTERM)
            try farmer.ends(75)
            #expect(farm.attempts().map { $0["outcome"] } == ["interrupted"])
            #expect(farm.ids("toprocess") == [0])
        }
    }

    @Test func `a task that saves its work on SIGTERM and exits 0 is finished, not run again`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: ["trap 'echo saved; exit 0' TERM; echo > up; while :; do sleep 0.02; done"], "-n", "1",
                "--stop-signals", "TERM,60,KILL")
            farmer.signal(SIGTERM)
            try farmer.ends(0)
            #expect(farm.log(0).hasSuffix("saved\n"))
            try farm.expectComplete(1)
        }
    }

    @Test func `a sequence with a signal of its own reaches the tasks`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: ["trap 'echo warned' USR1; echo > up; while :; do sleep 0.02; done"], "-n", "1", "--stop-signals",
                "SIGUSR1,0.5,TERM,60,KILL")
            farmer.signal(SIGUSR1)
            try farmer.ends(75)
            #expect(farm.log(0).hasSuffix("warned\n"))
            #expect(farm.attempts().map { $0["outcome"] } == ["interrupted"])
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/flock"), "needs flock(1)"))
    func `a farmer that waits for the lock at its start can be stopped`() throws {
        try Farm.use { farm in
            try farm.write(["echo 0"])
            try farm.farmer("-n", "1").ends(0)
            try farm.append("echo 1\n")
            let holder = try farm.start(
                ["--version"], under: ["flock", "tasks_workdir/lock", "sh", "-c", "echo > held; exec sleep 1000"])
            try eventually("somebody holds the lock") { farm.exists("held") }
            let farmer = try farm.farmer("-n", "1")
            try eventually("the farmer is there") {
                Processes.blocksSignals(farmer.identifier) && farmer.isRunning
            }
            farmer.signal(SIGTERM)
            try farmer.ends(75)
            holder.signalGroup(SIGKILL)
            _ = try holder.wait()
            try farm.farmer("-n", "1").ends(0)
            try farm.expectComplete(2)
        }
    }
}
