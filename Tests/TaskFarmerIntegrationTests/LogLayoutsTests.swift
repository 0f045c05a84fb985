// What is kept, for which attempts, whatever the layouts of the runs were; and what is refused.

import Foundation
import Testing

struct LogLayoutsTests {
    private static let layouts = ["files", "packed", "failed"]
    private static let pairs = layouts.flatMap { first in layouts.map { (first, $0) } }

    @Test(arguments: pairs)
    func `a failed task that runs again keeps the output of its first attempt`(first: String, second: String) throws {
        try Farm.use { farm in
            try farm.write(["echo attempt $TASKFARMER_ATTEMPT; test $TASKFARMER_ATTEMPT -gt 2", "true"])
            try farm.farmer("-n", "1", "--logs", first).ends(1)
            try farm.farmer("-n", "1", "--logs", second, "--retry-failed").ends(1)
            try farm.farmer("-n", "1", "--logs", first, "--retry-failed").ends(0)
            for attempt in 1...2 {
                let text = try farm.printed(0, "--attempt", "\(attempt)")
                #expect(text == Array("attempt \(attempt)\n".utf8), "attempt \(attempt)")
            }
            if first == "failed" {
                _ = try farm.printed(0, "--attempt", "3", status: 1)
            } else {
                #expect(try farm.printedText(0) == "attempt 3\n")
            }
            try farm.expectComplete(2)
        }
    }

    @Test(arguments: pairs)
    func `an interrupted task keeps the output of its first attempt`(first: String, second: String) throws {
        try Farm.use { farm in
            let wait = "echo > up; while :; do sleep 0.02; done"
            let farmer = try farm.farmerAtWork(
                on: ["echo attempt $TASKFARMER_ATTEMPT; test -e mended || { \(wait); }; exit 3"], "-n", "1", "--logs",
                first)
            farmer.signal(SIGTERM)
            try farmer.ends(75)
            try farm.write([], to: "mended")
            try farm.farmer("-n", "1", "--logs", second).ends(1)
            #expect(farm.attempts(of: 0).map { $0["outcome"] } == ["interrupted", "exited"])
            #expect(try farm.printed(0, "--attempt", "1") == Array("attempt 1\n".utf8))
            #expect(try farm.printedText(0) == "attempt 2\n")
        }
    }

    @Test(arguments: ["files", "packed"])
    func `a lost attempt keeps what it had printed`(layout: String) throws {
        try Farm.use { farm in
            try farm.write(["echo attempt $TASKFARMER_ATTEMPT; test $TASKFARMER_ATTEMPT = 2 || exec sleep 1000"])
            let farmer = try farm.farmer("-n", "1", "--logs", layout)
            try eventually("it shows") {
                try farm.exists("tasks_workdir/farm.json") && farm.call("log", "0", "tasks").output == "attempt 1\n"
            }
            farmer.signal(SIGKILL)
            _ = try farmer.wait()
            try farm.farmer("-n", "1", "--logs", layout).ends(0)
            #expect(try farm.printed(0, "--attempt", "1") == Array("attempt 1\n".utf8))
            #expect(try farm.printedText(0) == "attempt 2\n")
        }
    }

    @Test func `only what did not succeed leaves a log where that was asked for`() throws {
        try Farm.use { farm in
            try farm.write(["echo good", "echo bad; exit 3", "kill -9 $$", "no-such-command-anywhere", "true"])
            try farm.farmer("-n", "2", "--logs", "failed").ends(1)
            #expect(try farm.logNames() == ["log_1", "log_2", "log_3"])
            let ended = try farm.call("log", "0", "tasks")
            #expect(ended.status == 1)
            #expect(ended.errors == "taskfarmer: nothing was kept of what attempt 1 of task 0 printed\n")
            #expect(try farm.printedText(1) == "bad\n")
        }
    }

    @Test func `nothing is made where nothing is to be kept, and no log is promised`() throws {
        try Farm.use { farm in
            try farm.write(["echo good", "echo bad; exit 3"])
            let ended = try farm.farmer("-n", "1", "--logs", "none").ends(1)
            #expect(try farm.logNames() == [])
            #expect(!ended.output.contains("taskfarmer log"), "\(ended.output)")
            for id in 0...1 {
                let log = try farm.call("log", "\(id)", "tasks")
                #expect(log.status == 1)
                #expect(log.errors == "taskfarmer: nothing was kept of what attempt 1 of task \(id) printed\n")
            }
        }
    }

    @Test func `a work directory keeps to the layout that it was made with, unless another is asked for`() throws {
        try Farm.use { farm in
            try farm.write(["echo one; exit 1"])
            try farm.farmer("--logs", "packed").ends(1)
            #expect(farm.state("farm.json").contains("\"keep\": \"packed\""))
            try farm.farmer("--retry-failed").ends(1)
            #expect(!(try farm.logNames().contains("log_0")))
            try farm.farmer("--retry-failed", "--logs", "files").ends(1)
            #expect(try farm.logNames().contains("log_0"))
            #expect(try farm.printed(0, "--attempt", "2") == Array("one\n".utf8))
            try farm.farmer("--fresh", "--logs", "none").ends(1)
            #expect(try farm.logNames() == [])
        }
    }

    @Test func `a pack that is shorter than its index says loses what is missing and no more`() throws {
        try Farm.use { farm in
            try farm.write(["echo first", "echo second"])
            try farm.farmer("-n", "1", "--logs", "packed").ends(0)
            let name = try #require(try farm.logNames().first { $0.hasSuffix(".pack") })
            let pack = farm.workDirectory.appending(path: "logs/\(name)")
            try Data(farm.bytes("tasks_workdir/logs/\(name)").dropLast(3)).write(to: pack)
            let words = [try farm.call("log", "0", "tasks"), try farm.call("log", "1", "tasks")]
            #expect(words[0].status == 0 && words[0].output == "first\n")
            #expect(words[1].status == 74 && words[1].output == "")
            #expect(words[1].errors.contains("7 bytes of what attempt 1 printed are lost"), "\(words[1].errors)")
            try FileManager.default.removeItem(at: pack)
            let gone = try farm.call("log", "0", "tasks")
            #expect(gone.status == 74)
            #expect(gone.errors.split(separator: "\n").count == 1 && gone.errors.contains(".pack"), "\(gone.errors)")
        }
    }

    @Test(arguments: [
        ("log", 64, "expected the ID of a task"),
        ("log x tasks", 64, "x: expected the ID of a task, a whole number"),
        ("log -- -1 tasks", 64, "-1: expected the ID of a task"),
        ("log 99999999999999999999 tasks", 64, "expected the ID of a task"),
        ("log 3 tasks", 64, "there is no task 3 in"),
        ("log 0 tasks more", 64, "expected one task list or work directory, got 2"),
        ("log 0 nowhere", 64, "no work directory"),
        ("log --attempt 0 0 tasks", 64, "--attempt 0: expected a whole number from 1"),
        ("log --attempt 2 0 tasks", 64, "task 0 has had no attempt 2; the last is 1"),
        ("log --follow=1 0 tasks", 64, "--follow takes no value"),
        ("log --folow 0 tasks", 64, "did you mean --follow?"),
        ("log 2 tasks", 1, "task 2 has not been started yet"),
        ("run --logs paked tasks", 64, "expected one of files, packed, failed, none; did you mean packed?"),
        ("run --logs= tasks", 64, "expected one of files, packed, failed, none"),
        ("run tasks --logs", 64, "--logs needs a value"),
    ])
    func `what is wrong is said in one line`(words: String, status: Int32, text: String) throws {
        try Farm.use { farm in
            try farm.write(["echo out", "kill -TERM $PPID; sleep 1000", "true"])
            try farm.farmer("-n", "1", "-q").ends(75)
            let ended = try farm.start(words.split(separator: " ").map(String.init)).wait()
            #expect(ended.status == status)
            #expect(ended.output == "")
            #expect(ended.errors.split(separator: "\n").count == 1 && ended.errors.contains(text), "\(ended.errors)")
        }
    }

    @Test func `the logs of version 1 are printed for ever, those of earlier attempts too`() throws {
        try Farm.use { farm in
            let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "TaskFarmerCLITests/Golden/version-1-killed")
            try FileManager.default.copyItem(at: golden, to: farm.workDirectory)
            for (task, options, file) in [
                (0, [], "log_0"), (2, [], "log_2"), (6, [], "log_6"), (6, ["--attempt", "1"], "log_6.1"),
                (4, ["--attempt", "1"], "log_4.1"),
            ] {
                let ended = try farm.start(["log", "\(task)"] + options + ["tasks"]).ends(0)
                #expect(ended.output == farm.state("logs/\(file)"), "\(file)")
            }
        }
    }

    @Test func `what PyTaskFarmer kept is printed after the take-over`() throws {
        try Farm.use(list: "tasks.txt") { farm in
            let fixture = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "Fixtures/pytaskfarmer-0.1.0")
            for name in ["tasks.txt", "tasks.txt_workdir"] {
                try FileManager.default.copyItem(
                    at: fixture.appending(path: name), to: farm.folder.appending(path: name))
            }
            try farm.farmer("-n", "1", "--timeout", "0.2").ends(75)
            #expect(farm.log(0) != "")
            #expect(try farm.printedText(0) == farm.log(0))
        }
    }
}
