// Going on where another tool stopped.

import Foundation
import Testing

@Suite("Imports") struct ImportTests {
    private static let header = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand"

    private func job(
        _ number: Int, _ command: String, exit: Int = 0, signal: Int = 0, host: String = ":",
        start: Double = 1_795_000_000
    ) -> String {
        "\(number)\t\(host)\t\(String(format: "%.3f", start))\t     1.500\t0\t0\t\(exit)\t\(signal)\t\(command)"
    }

    private func status(_ task: Int, _ code: Int, _ command: String, start: Int = 10, flags: String? = nil) -> String {
        "\(flags ?? (code == 0 ? "    " : "R   "))\t\(task)\t\(task + 1)\t-1\tvm\t7\(task)\t\(code)\t1.000\t\(start).000\t\(start + 1).000\t0\t''\t0\t''\t\(command)"
    }

    @Test func `GNU parallel is killed in the middle, and every task is done once`() throws {
        guard Farm.has("parallel") else { return }
        try Farm.use { farm in
            // From the eleventh on they wait for whoever comes after that.
            try farm.write(
                (0..<30).map { id in
                    id < 10 ? "echo \(id) >> ran" : "while ! test -e go; do sleep 0.05; done; echo \(id) >> ran"
                })
            let parallel = try farm.startOther(
                ["parallel", "--will-cite", "-j2", "--joblog", "jobs.log"], input: "tasks")
            try eventually("ten are done") { farm.text("jobs.log").split(separator: "\n").count == 11 }
            parallel.signal(SIGKILL)
            try eventually("what it had started is gone") {
                for process in farm.processes() { _ = kill(process, SIGKILL) }
                return farm.processes().isEmpty
            }
            _ = try parallel.wait()
            let ended = try farm.call("import", "--joblog", "jobs.log", "tasks").ends(0)
            #expect(
                ended.output.contains(
                    "30 tasks: 10 finished, 0 failed, 0 skipped, 20 to process; 10 attempts taken over"))
            try farm.expectSound()
            #expect(farm.ids("finished") == Array(0..<10) && farm.ids("toprocess") == (10..<30).reversed())
            try farm.write([], to: "go")
            try farm.farmer("-n", "2").ends(0)
            #expect(farm.numbers(in: "ran") == Array(0..<30))
            try farm.expectComplete(30)
            #expect(farm.attempts().count == 30)
        }
    }

    @Test func `a joblog's jobs are attempts, and the last one of a task counts`() throws {
        try Farm.use { farm in
            try farm.write((0..<8).map { "echo \($0)" })
            try farm.write(
                [
                    Self.header, job(2, "echo 1", exit: 3, start: 1_795_000_000.5), job(1, "echo 0", host: "user@n1"),
                    job(2, "echo 1", start: 1_795_000_002.5), job(3, "echo 2", signal: 9),
                    job(4, "echo 3", exit: -1, signal: 15),
                    job(5, "echo 4"), job(5, "echo 4", exit: 255), job(7, "echo 6", exit: -2),
                ], to: "jobs.log")
            try farm.call("import", "--joblog", "jobs.log", "tasks").ends(0)
            try farm.expectSound()
            #expect(farm.ids("finished") == [0, 1] && farm.ids("failed") == [2, 3, 4] && farm.ids("skipped") == [6])
            #expect(farm.ids("toprocess") == [7, 5])
            let attempts = farm.attempts()
            #expect(
                attempts.map { "\($0["id"] ?? "").\($0["attempt"] ?? "")" } == [
                    "0.1", "1.1", "1.2", "2.1", "3.1", "4.1", "4.2",
                ])
            #expect(
                attempts.compactMap { $0["outcome"] } == [
                    "succeeded", "exited", "succeeded", "signalled", "timed-out", "succeeded", "exited",
                ])
            #expect(attempts[0]["host"] == "user@n1" && attempts[0]["farmer"] == "user@n1.parallel")
            #expect(attempts[1]["start"] == "1795000000.500000" && attempts[1]["wall"] == "1.500000")
            #expect(attempts[1]["host"] == "localhost" && attempts[1]["exit"] == "3" && attempts[3]["signal"] == "9")
            #expect(attempts[6]["exit"] == "255")
            let events = try #require(
                try JSONSerialization.jsonObject(with: Data(farm.state("timeline.json").utf8)) as? [[String: Any]])
            #expect(events.count { $0["ph"] as? String == "X" } == attempts.count)
            // From the first attempt of tasks 1 and 4 to the second.
            #expect(arrows("s", events) == [1 << 16 | 1, 4 << 16 | 1])
            #expect(arrows("f", events) == [1 << 16 | 1, 4 << 16 | 1])

            // What it knows of tasks is used: attempts are counted on.
            try farm.call("retry", "--failed", "tasks").ends(0)
            try farm.farmer().ends(0)
            #expect(farm.attempts(of: 4).compactMap { $0["attempt"] } == ["1", "2", "3"])
            #expect(farm.attempts(of: 7).compactMap { $0["attempt"] } == ["1"])
            try farm.call("log", "1", "tasks").ends(1)
            try farm.expectSound()
        }
    }

    @Test func `a log in which everything is over leaves nothing to do`() throws {
        try Farm.use { farm in
            try farm.write((0..<3).map { "echo \($0)" })
            try farm.write([Self.header] + (0..<3).map { job($0 + 1, "echo \($0)", exit: $0 / 2) }, to: "jobs.log")
            let made = try farm.call("import", "--joblog", "jobs.log", "tasks").ends(0)
            #expect(made.output.contains("3 tasks: 2 finished, 1 failed, 0 skipped, 0 to process; 3 attempts"))
            try farm.farmer().ends(1)
            #expect(farm.attempts().count == 3)
            try farm.expectComplete(3, failed: [2])
        }
    }

    @Test func `what failed can be run again, in its place`() throws {
        try Farm.use { farm in
            try farm.write((0..<5).map { "echo \($0) >> ran" })
            try farm.write(
                [
                    Self.header, job(1, "echo 0 >> ran", exit: 1), job(2, "echo 1 >> ran"),
                    job(4, "echo 3 >> ran", signal: 11),
                ],
                to: "jobs.log")
            try farm.call("import", "--retry-failed", "--joblog", "jobs.log", "tasks").ends(0)
            try farm.expectSound()
            #expect(farm.ids("toprocess") == [4, 3, 2, 0] && farm.ids("finished") == [1])
            try farm.farmer("-n", "1").ends(0)
            #expect(farm.text("ran") == "0\n2\n3\n4\n")
            #expect(farm.attempts(of: 0).compactMap { $0["attempt"] } == ["1", "2"])
            try farm.expectComplete(5)
            // Arrows lead from what was imported to what was run here.
            let events = try #require(
                try JSONSerialization.jsonObject(with: Data(farm.state("timeline.json").utf8)) as? [[String: Any]])
            #expect(arrows("s", events) == [1, 3 << 16 | 1] && arrows("f", events) == [1, 3 << 16 | 1])
        }
    }

    /// The IDs of where arrows begin or end.
    private func arrows(_ phase: String, _ events: [[String: Any]]) -> [Int] {
        events.filter { $0["ph"] as? String == phase }.compactMap { $0["id"] as? Int }.sorted()
    }

    @Test func `comments and blank lines count for GNU parallel, unless it was not shown them`() throws {
        for (numbers, isWhole) in [([2, 5], true), ([1, 2], false)] {
            try Farm.use { farm in
                try farm.write(["# first", "echo 0", "", "# more", "echo 1", "echo 2"])
                var lines = [Self.header, job(numbers[0], "echo 0"), job(numbers[1], "echo 1", exit: 1)]
                if isWhole { lines += [job(1, "# first"), job(3, "")] }
                try farm.write(lines, to: "jobs.log")
                try farm.call("import", "--joblog", "jobs.log", "tasks").ends(0)
                #expect(farm.ids("finished") == [0] && farm.ids("failed") == [1] && farm.ids("toprocess") == [2])
                try farm.expectSound()
            }
        }
    }

    @Test func `priorities that tasks have in the list hold for those that are left`() throws {
        try Farm.use { farm in
            try farm.write((0..<4).map { #"{"command": "echo \#($0) >> ran", "priority": \#($0)}"# })
            try farm.write([Self.header, job(3, "echo 2 >> ran"), job(1, "echo 0 >> ran", exit: 1)], to: "jobs.log")
            try farm.call("import", "--retry-failed", "-t", "jsonl", "--joblog", "jobs.log", "tasks").ends(0)
            try farm.expectSound()
            try farm.farmer("-n", "1").ends(0)
            #expect(farm.text("ran") == "3\n1\n0\n")
            try farm.expectComplete(4)
        }
    }

    @Test func `disBatch's status file is gone on with, as its fixture shows`() throws {
        try Farm.use { farm in
            try farm.put(fixture: "other-tools/disbatch-3.0_tasks.txt", as: "tasks")
            try farm.put(fixture: "other-tools/disbatch-3.0_status.txt", as: "status")
            try farm.append("echo 4\n")
            try farm.call("import", "--disbatch", "status", "tasks").ends(0)
            try farm.expectSound()
            #expect(farm.ids("finished") == [0, 1] && farm.ids("failed") == [2] && farm.ids("toprocess") == [3])
            #expect(farm.attempts().compactMap { $0["farmer"] } == ["vm.disbatch", "vm.disbatch", "vm.disbatch"])
            #expect(farm.attempts().compactMap { $0["slot"] } == ["0", "1", "0"])
            try farm.farmer().ends(1)
            #expect(farm.log(3) == "4\n")
            try farm.expectComplete(4, failed: [2])
        }
    }

    @Test func `runs of disBatch that went on with each other are one, and a success stays`() throws {
        try Farm.use { farm in
            try farm.write([
                "#DISBATCH PREFIX ( ", "#DISBATCH SUFFIX  )", "echo a",
                "#DISBATCH REPEAT 3 echo $DISBATCH_REPEAT_INDEX >> ran", "echo z",
            ])
            let again = "( echo $DISBATCH_REPEAT_INDEX >> ran )"
            try farm.write([status(0, 0, "( echo a )"), status(1, 1, again), status(2, -100, again)], to: "one")
            try farm.write(
                [
                    status(0, 0, "( echo a )", flags: "   S"), status(1, 0, again, start: 20),
                    status(1, 2, again, start: 30),
                    status(2, 0, again, flags: "   Z"), status(3, -9, again, start: 40),
                    status(0, 0, "setup", flags: "   P"),
                ], to: "two")
            try farm.call("import", "--disbatch", "one", "--disbatch", "two", "tasks").ends(0)
            try farm.expectSound()
            #expect(farm.ids("finished") == [0, 1] && farm.ids("failed") == [3] && farm.ids("toprocess") == [4, 2])
            #expect(
                farm.attempts().map { "\($0["id"] ?? "") \($0["outcome"] ?? "")" } == [
                    "0 succeeded", "1 exited", "1 succeeded", "1 exited", "2 lost", "3 signalled",
                ])
            try farm.farmer("-n", "1").ends(1)
            #expect(farm.text("ran") == "1\n" && farm.attempts(of: 2).last?["attempt"] == "2")
            let joblog = try farm.call("export", "--format", "joblog", "tasks").ends(0).output
            #expect(joblog.split(separator: "\n").first { $0.hasPrefix("2\t") }?.contains("20.000\t") == true)
            try farm.expectComplete(5, failed: [3])
        }
    }

    @Test func `what cannot be believed is told by line, and nothing is made`() throws {
        let good = job(1, "echo 0")
        let cases: [(name: String, lines: [String], complaint: String)] = [
            ("joblog", [good], "jobs:1: expected the header of a joblog"),
            ("joblog", [Self.header, good, "2\t:"], "jobs:3: expected nine columns"),
            (
                "joblog", [Self.header, job(2, "echo one")],
                "jobs:2: Seq 2 is `echo one`, but task 1 of tasks is `echo 1`: expected the list that GNU parallel ran, unchanged; nothing was made"
            ),
            ("joblog", [Self.header, good, job(9, "echo 8")], "jobs:3: Seq 9 is `echo 8`, but tasks has only 3 tasks"),
            ("joblog", [Self.header, job(0, "echo 0")], "jobs:2: Seq is \"0\""),
            ("disbatch", ["nothing"], "jobs:1: expected fifteen columns"),
            (
                "disbatch", [status(0, 0, "echo 0"), status(1, 0, "#DISBATCH BARRIER", flags: "B    ")],
                "jobs:2: task 1 is a barrier"
            ),
            ("disbatch", [status(0, 0, "echo 1")], "jobs:1: task 0 is `echo 1`, but task 0 of tasks is `echo 0`"),
            ("disbatch", [status(3, 0, "echo 3")], "jobs:1: task 3 is `echo 3`, but tasks has only 3 tasks"),
        ]
        for (name, lines, complaint) in cases {
            try Farm.use { farm in
                try farm.write((0..<3).map { "echo \($0)" })
                try farm.write(lines, to: "jobs")
                let ended = try farm.call("import", "--\(name)", "jobs", "tasks").ends(78)
                #expect(ended.errors.hasPrefix("taskfarmer: \(complaint)"), "\(ended.errors)")
                #expect(ended.errors.split(separator: "\n").count == 1)
                #expect(!farm.exists("tasks_workdir"))
            }
        }
    }

    @Test func `a torn last line is passed over, and told`() throws {
        try Farm.use { farm in
            try farm.write(["echo 0", "echo 1"])
            try farm.write(bytes: Array("\(Self.header)\n\(job(1, "echo 0"))\n\(job(2, "ec"))".utf8), to: "jobs.log")
            let ended = try farm.call("import", "--joblog", "jobs.log", "tasks").ends(0)
            #expect(ended.errors.contains("jobs.log:3 is torn"))
            #expect(farm.ids("finished") == [0] && farm.ids("toprocess") == [1])
        }
    }

    @Test func `a work directory that exists is refused`() throws {
        try Farm.use { farm in
            try farm.write(["echo 0", "echo 1"])
            try farm.write([Self.header, job(1, "echo 0")], to: "jobs.log")
            try farm.call("import", "--joblog", "jobs.log", "tasks").ends(0)
            let ended = try farm.call("import", "--joblog", "jobs.log", "tasks").ends(64)
            #expect(ended.errors.contains("is a work directory already: an import makes a new one"))
            try farm.call("import", "--joblog", "jobs.log", "-w", "other", "tasks").ends(0)
            #expect(farm.exists("other/farm.json"))
            let both = try farm.call("import", "--joblog", "a", "--disbatch", "b", "tasks").ends(64)
            #expect(both.errors.hasPrefix("taskfarmer: expected either --joblog FILE or --disbatch FILE"))
            try farm.call("import", "--joblog", "none.log", "-w", "third", "tasks").ends(78)
            #expect(!farm.exists("third"))

            try farm.put(fixture: "pytaskfarmer-0.1.0/tasks.txt", as: "tasks.txt")
            try farm.put(fixture: "pytaskfarmer-0.1.0/tasks.txt_workdir", as: "tasks.txt_workdir")
            try farm.write([Self.header], to: "none.log")
            let before = farm.text("tasks.txt_workdir/toprocess")
            let left = try farm.call("import", "--joblog", "none.log", "tasks.txt").ends(64)
            #expect(left.errors.contains("is a work directory already"))
            #expect(farm.text("tasks.txt_workdir/toprocess") == before && !farm.exists("tasks.txt_workdir/farm.json"))
        }
    }
}
