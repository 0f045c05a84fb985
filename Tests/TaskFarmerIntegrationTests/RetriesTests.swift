// Tasks that are run again, and for how long they may run.

import Foundation
import Testing

@Suite("Retries") struct RetriesTests {
    private func outcomes(_ farm: Farm, _ id: Int) -> [String] { farm.attempts(of: id).compactMap { $0["outcome"] } }

    @Test func `a failure is forgiven so often, and every attempt is in the table with its log`() throws {
        try Farm.use { farm in
            try farm.write([
                "echo attempt $TASKFARMER_ATTEMPT; test $TASKFARMER_ATTEMPT -ge 3", "echo once more; exit 7", "true",
            ])
            let ended = try farm.farmer("-n", "1", "-v", "--retries", "2").ends(1)
            #expect(ended.output.contains("2 succeeded, 1 failed, 4 retried"), "\(ended.output)")
            #expect(ended.errors.contains("end 1: exit 7 after") && ended.errors.contains(", to be run again: "))
            #expect(outcomes(farm, 0) == ["exited", "exited", "succeeded"])
            #expect(outcomes(farm, 1) == ["exited", "exited", "exited"] && outcomes(farm, 2) == ["succeeded"])
            #expect(farm.attempts(of: 0).compactMap { $0["attempt"] } == ["1", "2", "3"])
            #expect(farm.log(0) == "attempt 3\n" && farm.state("logs/log_0.1") == "attempt 1\n")
            try farm.expectComplete(3, failed: [1])
        }
    }

    @Test func `what was forgiven stays counted when farmers come and go`() throws {
        try Farm.use { farm in
            // Stopped while it waits for the third attempt, killed while it waits for the fourth.
            try farm.write(["echo > up.$TASKFARMER_ATTEMPT; exit 4"])
            let options = ["run", "-n", "1", "--retries", "3", "--retry-delay", "0..0", "tasks"]
            var slow = options
            slow[6] = "1h"
            let first = try farm.start(slow)
            try eventually("it failed once, and that is recorded") { farm.attempts().count == 1 }
            #expect(farm.ids("toprocess").isEmpty, "who is to wait is nobody else's")
            first.signal(SIGTERM)
            try first.ends(75)
            #expect(farm.ids("toprocess") == [0], "a farmer that leaves gives it back at once")
            let second = try farm.start(slow)
            try eventually("it failed twice") { farm.attempts().count == 2 }
            second.signal(SIGKILL)
            _ = try second.wait()
            try farm.start(options).ends(1)
            #expect(outcomes(farm, 0) == ["exited", "exited", "exited", "exited"])
            try farm.expectComplete(1, failed: [0])
        }
    }

    @Test func `other tasks run while one waits, and it keeps nobody from ending`() throws {
        try Farm.use { farm in
            try farm.write(
                ["test -e mended || { echo > up; exit 1; }"] + (0..<20).map { "echo \($0)" } + ["echo > mended"])
            try farm.farmer("-n", "1", "--retries", "1", "--retry-delay", "1.5s").ends(0)
            #expect(outcomes(farm, 0) == ["exited", "succeeded"])
            let starts = farm.attempts(of: 0).compactMap { $0["start"].flatMap(Double.init) }
            #expect(starts.count == 2 && starts[1] - starts[0] >= 1.5)
            try farm.expectComplete(22)
        }
    }

    @Test func `more tasks than one farmer can run again are for everybody`() throws {
        try Farm.use { farm in
            try farm.write((0..<40).map { _ in "test -e go || exit 1; sleep 0.1" })
            let options = ["run", "-n", "1", "--retries", "1", "--retry-delay", "3s", "tasks"]
            let first = try farm.start(options)
            try eventually("all have failed") { farm.attempts().count == 40 }
            try farm.write([], to: "go")
            let second = try farm.start(options)
            try first.ends(0)
            try second.ends(0)
            #expect(Set(farm.attempts().filter { $0["outcome"] == "succeeded" }.compactMap { $0["farmer"] }).count == 2)
            try farm.expectComplete(40)
        }
    }

    @Test func `rules say which failures are forgiven`() throws {
        try Farm.use { farm in
            try farm.write([
                "exit 75", "exit 2", "ulimit -c 0; kill -SEGV $$", "ulimit -c 0; kill -BUS $$", "nosuchcommand",
                "nosuchcommand | cat; exit 127",
            ])
            try farm.farmer("-n", "1", "--retries", "1", "--retry-on", "exit:75,111=3 signal:SEGV=0").ends(1)
            #expect((0..<6).map { farm.attempts(of: $0).count } == [4, 2, 1, 2, 1, 1])
            try farm.expectComplete(6, failed: [0, 1, 2, 3, 4, 5])
        }
    }

    @Test func `a task that asks for it is resumed and uses no retry up`() throws {
        try Farm.use { farm in
            try farm.write(["echo step >>steps; test $(wc -l <steps) -ge 5 || exit 85", "exit 85"])
            try farm.farmer("-n", "1", "--resume-code", "none").ends(1)
            #expect(farm.attempts().count == 2)
            try farm.write(["echo step >>steps; test $(wc -l <steps) -ge 5 || exit 85"], to: "other")
            try farm.start(["run", "-n", "1", "other"]).ends(0)
            #expect(farm.text("steps") == String(repeating: "step\n", count: 5))
            try farm.start(["check", "other"]).ends(0)
        }
    }

    @Test func `a task that runs too long is stopped with all its descendants, and forgiven as others are`() throws {
        try Farm.use { farm in
            try farm.write([
                "sleep 1000 & sleep 1000", "trap 'echo heard; exit 0' TERM; sleep 1000 & wait",
                "trap 'exit 85' TERM; test $TASKFARMER_ATTEMPT -ge 2 || { sleep 1000 & wait; }",
                "trap '' TERM; sleep 1000; sleep 1000", "echo quick",
            ])
            let ended = try farm.farmer(
                "-n", "2", "--task-timeout", "0.5", "--stop-signals", "TERM,0.3,KILL", "--retry-on", "timeout=1"
            ).ends(1)
            #expect(ended.output.contains("timed out"), "\(ended.output)")
            #expect(outcomes(farm, 0) == ["timed-out", "timed-out"])
            #expect(outcomes(farm, 1) == ["succeeded"] && farm.log(1) == "heard\n")
            #expect(outcomes(farm, 2) == ["exited", "succeeded"])
            #expect(outcomes(farm, 3) == ["timed-out", "timed-out"])
            let attempt = try #require(farm.attempts(of: 0).first)
            #expect(attempt["exit"] == "-" && attempt["signal"] == "-")
            try farm.expectComplete(5, failed: [0, 3])
        }
    }

    @Test func `a share of the median stops what takes much longer than the others`() throws {
        try Farm.use { farm in
            // The limit is ten seconds at least.
            try farm.write((0..<5).map { _ in "sleep 0.1" } + ["sleep 1000"])
            try farm.farmer("-n", "1", "--task-timeout", "500%", "--stop-signals", "KILL").ends(1)
            #expect(outcomes(farm, 5) == ["timed-out"])
            try farm.expectComplete(6, failed: [5])
        }
    }

    @Test func `what is stopped is interrupted even when its time is up meanwhile, and may ask to be resumed`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: [
                    "trap 'sleep 1.2; exit 1' TERM; echo > up; sleep 1000 & wait",
                    "trap 'exit 85' TERM; echo > up2; sleep 1000 & wait",
                ], "-n", "2", "--task-timeout", "1.5", "--retry-on", "interrupted=1")
            try eventually("both are up") { farm.exists("up2") }
            farmer.signal(SIGTERM)
            try farmer.ends(75)
            #expect(outcomes(farm, 0) == ["interrupted"])
            #expect(farm.attempts(of: 1).compactMap { $0["exit"] } == ["85"])
            #expect(farm.ids("toprocess").sorted() == [0, 1])
        }
    }

    @Test func `a farmer that drains gives back what waits, although it still runs something`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: ["echo > up; until test -e go; do sleep 0.05; done", "exit 3"], "-n", "2", "--retries", "1",
                "--retry-delay", "1h")
            try eventually("one has failed") { farm.attempts().count == 1 }
            farmer.signal(SIGUSR2)
            try eventually("it is given back") { farm.ids("toprocess") == [1] }
            #expect(farmer.isRunning)
            try farm.write([], to: "go")
            try farmer.ends(75)
        }
    }

    @Test func `a task that takes its farmers with it is given up where a rule says so`() throws {
        try Farm.use { farm in
            try farm.write(["echo > up.$TASKFARMER_ATTEMPT; sleep 1000"])
            for attempt in 1...2 {
                let farmer = try farm.start(["run", "-n", "1", "--retry-on", "lost=1", "tasks"])
                try eventually("the task is up") { farm.exists("up.\(attempt)") }
                try eventually("its start is noted") { (try? farm.journal(says: "S", of: 0)) == true }
                farmer.signal(SIGKILL)
                _ = try farmer.wait()
            }
            let last = try farm.farmer("--retry-on", "lost=1").ends(1)
            #expect(last.errors.contains("0 of its tasks go back to be run; 0 of them have failed"), "\(last.errors)")
            #expect(outcomes(farm, 0) == ["lost", "lost"])
            try farm.expectComplete(1, failed: [0])
        }
    }

    @Test func `what makes no sense is refused, and nothing is made`() throws {
        try Farm.use { farm in
            try farm.write(["true"])
            for (words, part) in [
                (["--retries", "-1"], "--retries -1"), (["--retries", "251"], "0 to 250"),
                (["--retry-on", "exits=1"], "did you mean \"exit\"?"),
                (["--retry-delay", "5m..1s"], "--retry-delay 5m..1s"),
                (["--task-timeout", "0"], "--task-timeout 0"), (["--resume-code", "0"], "1 to 255"),
            ] {
                let ended = try farm.start(["run"] + words + ["tasks"]).ends(64)
                #expect(
                    ended.errors.contains(part) && ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
            }
            #expect(!farm.exists("tasks_workdir"))
        }
    }

    @Test func `retries are refused where nothing counts failures`() throws {
        try Farm.use { farm in
            try farm.write(["false"])
            try farm.farmer("-q").ends(1)
            let description = farm.state("farm.json").replacing("\"version\": 4", with: "\"version\": 3")
            try Data(description.utf8).write(to: farm.workDirectory.appending(path: "farm.json"))
            let ended = try farm.farmer("--retry-failed", "--retries", "1").ends(64)
            #expect(
                ended.errors.contains("--fresh") && ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
            try farm.farmer("-q", "--retry-failed", "--retry-on", "lost=inf").ends(1)
            try farm.farmer("-q", "--fresh", "--retries", "1").ends(1)
            #expect(outcomes(farm, 0) == ["exited", "exited"])
        }
    }
}
