// `taskfarmer list`: what a list would make, without making anything.

import Foundation
import Testing

@Suite("List command")
struct ListCommandTests {
    private static func made(_ farm: Farm) throws -> [String] {
        try farm.names(in: ".").filter { !$0.hasPrefix(".output") }
    }

    @Test("a list and standard input are printed alike, with IDs, and nothing is made")
    func prints() throws {
        try Farm.use { farm in
            try farm.write(["# a comment", "echo 'a  b'", "", "\techo b", "echo c"])
            let before = try Self.made(farm)
            let expected = "0 echo 'a  b'\n1 \techo b\n2 echo c\n"
            let file = try farm.call("list", "tasks")
            let stream = try farm.call("list", "-", environment: ["TMPDIR": farm.folder.path], input: "tasks")
            #expect(file.output == expected && file.status == 0, "\(file.errors)")
            #expect(stream.output == expected && stream.status == 0, "\(stream.errors)")
            let empty = try farm.call("list", "-")
            #expect(empty.output == "" && empty.status == 0, "\(empty.errors)")
            #expect(try Self.made(farm) == before)
            try farm.farmer("-n", "1").ends(0)
            #expect((0..<3).map { farm.log($0) } == ["a  b\n", "b\n", "c\n"])
            #expect(try farm.call("list", "tasks").output == expected, "a work directory makes no difference")
        }
    }

    @Test("what comes before an error is printed, and the error names the line")
    func errors() throws {
        try Farm.use { farm in
            try farm.write(["{\"command\":\"a\"}", "{\"command\":\"b\"}", "{\"commnd\":\"c\"}"])
            let ended = try farm.call("list", "-t", "jsonl", "tasks")
            #expect(ended.status == 78 && ended.output.split(separator: "\n").count == 2, "\(ended.output)")
            #expect(ended.errors.hasPrefix("taskfarmer: tasks:3: "), "\(ended.errors)")
            #expect(ended.errors.split(separator: "\n").count == 1)
            try farm.write(bytes: Array("a\nb\u{0}c\n".utf8))
            let nul = try farm.call("list", "tasks")
            #expect(nul.status == 78 && nul.output == "0 a\n" && nul.errors.contains("tasks:2: a NUL byte at column 2"))
            #expect(!farm.exists("tasks_workdir"))
        }
    }

    @Test("whoever stops reading gets no error, and a full disk is one")
    func brokenPipe() throws {
        try Farm.use { farm in
            try farm.write((0..<100_000).map { "echo \($0)" })
            let ended = try farm.call(
                "list", "tasks", under: ["sh", "-c", "{ \"$0\" \"$@\"; echo $? > status; } | head -n 1"])
            #expect(
                ended.output == "0 echo 0\n" && ended.errors == "" && farm.text("status") == "0\n", "\(ended.errors)")
            let full = try farm.call("list", "tasks", under: ["sh", "-c", "exec \"$0\" \"$@\" > /dev/full"])
            #expect(full.status == 74 && full.errors.contains("standard output"), "\(full.errors)")
        }
    }

    @Test("two million tasks need no memory", arguments: [["-"], ["-t", "scan", "tasks"]])
    func memory(words: [String]) throws {
        try Farm.use { farm in
            let count = 2_000_000
            try farm.write(["[scan]", "TaskList = sweep", "command = echo {a}"], to: "scan.ini")
            let isSweep = words.count > 1
            let lines = isSweep ? "a = 1..\(count)\n" : String(repeating: "echo\n", count: count)
            try farm.write(bytes: Array(lines.utf8))
            // The reader stops near the end, until the writer has been looked at.
            let reader =
                "{ head -c 20000000 > /dev/null; echo > up; until test -e go; do sleep 0.02; done; tail -n 1; }"
            let program = try farm.start(
                ["list"] + words, ["TMPDIR": farm.folder.path], under: ["sh", "-c", "\"$0\" \"$@\" | \(reader)"],
                input: "tasks")
            try eventually("most is printed") { farm.exists("up") }
            let peaks = farm.processes().compactMap { process -> Int? in
                let status = Processes.status(of: process)
                guard status["Name"] == "taskfarmer" else { return nil }
                return status["VmHWM"].flatMap { Int($0.prefix { $0.isNumber }) }
            }
            try farm.write([], to: "go")
            let ended = try program.ends(0)
            #expect(ended.output == (isSweep ? "1999999 echo 2000000\n" : "1999999 echo\n"))
            #expect(peaks.count == 1 && (peaks.first ?? 0) < 60_000, "KiB: \(peaks)")
            #expect(!farm.exists("tasks_workdir"))
        }
    }
}
