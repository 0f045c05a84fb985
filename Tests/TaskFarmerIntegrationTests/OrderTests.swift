// The order in which tasks run, and what earlier runs say about how long they take.

import Foundation
import Testing

@Suite("Order and history") struct OrderTests {
    private func started(_ farm: Farm) -> [Int] { farm.text("ran").split(separator: "\n").compactMap { Int($0) } }

    private func list(_ count: Int) -> [String] { (0..<count).map { "echo \($0) >> ran" } }

    /// An attempts.tsv in which tasks took so many seconds.
    private func history(_ farm: Farm, _ seconds: [Int: Double], outcome: String = "succeeded") throws {
        let header =
            "id\tattempt\thost\tfarmer\tslot\tstart\twall\tuser\tsys\tmax_rss_kib\tblocks_in\tblocks_out\texit\tsignal\toutcome\t"
            + "reason\tjob"
        let exit = outcome == "succeeded" ? "0" : "1"
        try farm.write(
            [header]
                + seconds.sorted { $0.key < $1.key }.map {
                    "\($0.key)\t1\th\tf\t0\t1.000000\t\(Int($0.value)).000000\t0.000000\t0.000000\t0\t0\t0\t\(exit)\t-\t\(outcome)\t\t-"
                }, to: "history.tsv")
    }

    @Test func `the longest or the shortest run first, by an earlier table`() throws {
        try Farm.use { farm in
            try farm.write(list(5))
            try history(farm, [0: 3, 1: 9, 2: 1, 4: 30])
            let ended = try farm.farmer("-n", "1", "--order", "longest", "--history", "history.tsv").ends(0)
            #expect(started(farm) == [4, 1, 3, 0, 2], "the unknown one where the middle is")
            #expect(ended.errors.contains("of 5 tasks 4 took so long before"), "\(ended.errors)")
            try farm.expectComplete(5)
            try farm.write([], to: "ran")
            try farm.farmer("-n", "1", "-q", "--fresh", "--order=shortest", "--history=history.tsv").ends(0)
            #expect(started(farm) == [2, 0, 1, 3, 4])
            try farm.expectComplete(5)
        }
    }

    @Test func `an earlier run of a list that was edited is matched by its commands`() throws {
        try Farm.use { farm in
            try farm.write([
                "sleep 0.01; echo a >> ran", "sleep 0.6; echo b >> ran", "sleep 0.3; echo c >> ran", "false",
            ])
            try farm.farmer("-q", "-n", "4").ends(1)
            try farm.write([], to: "ran")
            try farm.write(
                [
                    "echo new >> ran", "sleep 0.3; echo c >> ran", "sleep 0.01; echo a >> ran",
                    "sleep 0.6; echo b >> ran",
                ],
                to: "edited")
            let ended = try farm.start([
                "run", "-n", "1", "--order", "longest", "--history", "tasks_workdir", "edited",
            ]).ends(0)
            let words = farm.text("ran").split(separator: "\n")
            #expect(words.filter { $0 != "new" } == ["b", "c", "a"], "\(ended.errors)")
            #expect(ended.errors.contains("of 4 tasks 3 took so long before"), "\(ended.errors)")
        }
    }

    @Test func `times in the list order it`() throws {
        try Farm.use { farm in
            try farm.write([
                #"{"command":"echo 0 >> ran","time":5}"#, #"{"command":"echo 1 >> ran"}"#,
                #"{"command":"echo 2 >> ran","time":"2h"}"#, #"{"command":"echo 3 >> ran","time":1}"#,
            ])
            try farm.farmer("-n", "1", "-t", "jsonl", "--order", "longest").ends(0)
            #expect(started(farm) == [2, 0, 1, 3])
            try farm.expectComplete(4)
        }
    }

    @Test func `a random order is the same for the same seed, on any machine`() throws {
        try Farm.use { farm in
            try farm.write(list(12))
            try farm.farmer("-q", "-n", "1", "--order", "random:7").ends(0)
            let first = started(farm)
            #expect(first.sorted() == Array(0..<12) && first == [6, 8, 4, 5, 10, 3, 11, 9, 2, 0, 7, 1])
            try farm.expectComplete(12)
        }
    }

    @Test func `without knowledge it is the list's order, and that is said`() throws {
        try Farm.use { farm in
            try farm.write(list(4))
            try history(farm, [0: 1, 2: 9], outcome: "exited")
            let ended = try farm.farmer("-n", "1", "--order", "longest", "--history", "history.tsv").ends(0)
            #expect(started(farm) == [0, 1, 2, 3])
            #expect(ended.errors.contains("how long tasks take is not known"), "\(ended.errors)")
        }
    }

    @Test func `the order of a work directory stays, and asking for another is refused`() throws {
        try Farm.use { farm in
            try farm.write(list(3))
            let farmer = try farm.farmer("-n", "1", "--order", "random:3", "--timeout", "0.0000001")
            _ = try farmer.wait()
            let description = farm.state("farm.json")
            #expect(description.contains(#""order": "random:3""#))
            for other in ["list", "random:4", "longest"] {
                let ended = try farm.farmer("--order", other).ends(78)
                #expect(ended.errors.contains("was made with the order random:3"), "\(ended.errors)")
                #expect(ended.errors.split(separator: "\n").count == 1)
            }
            // What all farmers of a job say, and those after them.
            try farm.farmer("-n", "1", "-q", "--order", "random:3").ends(0)
            try farm.farmer("-q").ends(0)
            #expect(farm.state("farm.json") == description)
            try farm.expectComplete(3)
        }
    }

    @Test func `what is added to the list later runs next, whatever the order was`() throws {
        try Farm.use { farm in
            try farm.write(list(3))
            try history(farm, [0: 1, 1: 2, 2: 3])
            let options = ["run", "-n", "1", "-q", "--order", "longest", "--history", "history.tsv"]
            _ = try farm.start(options + ["--timeout", "0.0000001", "tasks"]).wait()
            try farm.append("echo 3 >> ran\n")
            try farm.start(options + ["tasks"]).ends(0)
            #expect(started(farm).sorted() == [0, 1, 2, 3])
            try farm.expectComplete(4)
        }
    }

    @Test func `a history that cannot be used is one clear line, and nothing is made`() throws {
        try Farm.use { farm in
            try farm.write(list(2))
            try farm.write(["no table"], to: "text")
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: "empty"), withIntermediateDirectories: true)
            try history(farm, [0: 1])
            try farm.write(farm.text("history.tsv").split(separator: "\n").map(String.init) + ["torn\t1"], to: "torn")
            for (name, part) in [
                ("nowhere", "there is no such file or folder"), ("text", "does not begin as attempts.tsv does"),
                ("empty", "there is no attempts.tsv in it"), ("torn", "torn:3: is no line of attempts.tsv"),
                ("/dev/null", "is no file"), ("tasks", "does not begin as attempts.tsv does"),
            ] {
                let ended = try farm.farmer("--order", "longest", "--history", name).ends(78)
                #expect(
                    ended.errors.contains(part) && ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
            }
            for (words, part) in [
                (["--order", "longer"], "did you mean longest?"), (["--order", "random"], "random:SEED"),
                (["--time-limit", "90"], "with a unit"), (["--drain-margin", "x"], "--drain-margin x"),
            ] {
                let ended = try farm.start(["run"] + words + ["tasks"]).ends(64)
                #expect(
                    ended.errors.contains(part) && ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
            }
            #expect(!farm.exists("tasks_workdir"))
        }
    }

    @Test func `a table that is just being written is used up to its last whole line`() throws {
        try Farm.use { farm in
            try farm.write(list(2))
            try history(farm, [0: 1, 1: 5])
            try farm.write(bytes: farm.bytes("history.tsv") + Array("2\t1\thalf of a li".utf8), to: "history.tsv")
            try farm.farmer("-n", "1", "--order", "longest", "--history", "history.tsv").ends(0)
            #expect(started(farm) == [1, 0])
        }
    }

    @Test func `priorities of the list come first, and within them the order that was asked for`() throws {
        try Farm.use { farm in
            try farm.write(
                [(1, 0), (3, 5), (2, -2), (4, 0), (1, 5), (9, -2)].map {
                    #"{"command":"true","time":\#($0.0),"priority":\#($0.1)}"#
                })
            try farm.farmer("-n", "1", "-t", "jsonl", "--order", "longest").ends(0)
            #expect(farm.ids("finished") == [1, 4, 3, 0, 5, 2])
            try farm.expectComplete(6)
        }
    }

    @Test func `a priority that is given later is among those of the list`() throws {
        try Farm.use { farm in
            try farm.write(
                (0..<6).map {
                    #"{"command":"test $PROC_NUMBER != 1 || { echo > up; sleep 1000; }","priority":\#($0 == 1 ? 9 : $0 % 2)}"#
                })
            let farmer = try farm.start(["run", "-n", "1", "-t", "jsonl", "tasks"])
            try eventually("the first one runs") { farm.exists("up") }
            farmer.signal(SIGTERM)
            try farmer.ends(75)
            try farm.start(["priority", "1", "-7", "tasks"]).ends(0)
            try farm.start(["priority", "4", "3", "tasks"]).ends(0)
            _ = try farm.call("cancel", "1", "tasks")
            try farm.farmer("-n", "1", "-t", "jsonl").ends(0)
            #expect(farm.ids("finished") == [4, 3, 5, 0, 2])
        }
    }
}
