// Every kind of list.

import Foundation
import Testing

struct ListFormTests {
    @Test func `comments, blank lines, CRLF, a byte order mark and a missing last newline are all understood`() throws {
        try Farm.use { farm in
            try farm.write(
                bytes: [0xEF, 0xBB, 0xBF]
                    + Array("# first\r\necho zero\r\n\r\n  \t\r\n#echo no\necho one\n\necho two".utf8))
            #expect(try farm.run().status == 0)
            try farm.expectComplete(3)
            #expect((0..<3).map { farm.log($0) } == ["zero\n", "one\n", "two\n"])
        }
    }

    @Test func `a byte order mark before the first command is no part of it`() throws {
        try Farm.use { farm in
            try farm.write(bytes: [0xEF, 0xBB, 0xBF] + Array("echo zero\n".utf8))
            #expect(try farm.run().status == 0)
            #expect(farm.log(0) == "zero\n")
        }
    }

    @Test func `bytes that are not UTF-8 reach the task unchanged`() throws {
        try Farm.use { farm in
            let bytes: [UInt8] = [0xFF, 0xFE, 0xC3, 0x41, 0x81]
            try farm.write(
                bytes: Array("echo ".utf8) + bytes + [10] + Array("echo '".utf8) + bytes + Array("' | cat\n".utf8))
            #expect(try farm.run().status == 0)
            #expect(farm.bytes("tasks_workdir/logs/log_0") == bytes + [10])
            #expect(farm.bytes("tasks_workdir/logs/log_1") == bytes + [10])
            #expect(farm.bytes("tasks_workdir/finished").contains(0xFF))
            try farm.expectSound()
            let events = try JSONSerialization.jsonObject(with: Data(farm.state("timeline.json").utf8)) as? [Any]
            #expect(events != nil)
        }
    }

    @Test func `a NUL byte is refused with its line, before anything runs`() throws {
        try Farm.use { farm in
            try farm.write(bytes: Array("echo a > ran\n\necho b".utf8) + [0] + Array("c\n".utf8))
            let ended = try farm.run()
            #expect(ended.status == 78)
            #expect(ended.errors.contains("tasks:3: a NUL byte at column 7"))
            #expect(!farm.exists("ran"))
            try farm.write(["echo b"])
            #expect(try farm.run().status == 0, "nothing half made is in the way of the mended list")
            try farm.expectComplete(1)
        }
    }

    @Test func `standard input is a list, and needs a work directory`() throws {
        try Farm.use { farm in
            try farm.write(["echo from a pipe"], to: "input")
            let refused = try farm.call("run", "-", input: "input")
            #expect(refused.status == 64)
            #expect(refused.errors.contains("--workdir"))
            #expect(try farm.call("run", "-w", "tasks_workdir", "-", input: "input").status == 0)
            #expect(farm.log(0) == "from a pipe\n")
            try farm.expectComplete(1)
        }
    }

    @Test(arguments: ["", "# nothing\n\n", "\n"])
    func `a list without tasks is done at once`(text: String) throws {
        try Farm.use { farm in
            try farm.write(bytes: Array(text.utf8))
            #expect(try farm.run().status == 0)
            try farm.expectComplete(0)
        }
    }

    @Test func `a line longer than one argument may be is run all the same`() throws {
        try Farm.use { farm in
            let long = String(repeating: "x", count: 200_000)
            let words = (0..<30_000).map { "w\($0)" }.joined(separator: " ")
            try farm.write(["echo '\(long)' | wc -c", "/bin/echo \(words)"])
            #expect(try farm.run("-n", "1").status == 0, "\(farm.log(0))\(farm.log(1))")
            #expect(farm.log(0).trimmingCharacters(in: .whitespacesAndNewlines) == "200001")
            #expect(farm.log(1) == words + "\n")
            try farm.expectComplete(2)
        }
    }

    @Test func `a line that begins with a dash is a command, not an option of the shell`() throws {
        try Farm.use { farm in
            try farm.write(["-c 'echo wrong'", "+x", "echo right"])
            #expect(try farm.run().status == 1)
            try farm.expectComplete(3, failed: [0, 1])
            #expect(farm.attempts(of: 0).first?["exit"] == "127")
            #expect(farm.attempts(of: 1).first?["exit"] == "127")
        }
    }

    @Test func `lines added to a list become new tasks`() throws {
        try Farm.use { farm in
            try farm.write(bytes: Array("echo 0\necho 1".utf8))
            #expect(try farm.run().status == 0)
            try farm.append("\n# more\necho 2\necho 3\n")
            let ended = try farm.run()
            #expect(ended.status == 0)
            #expect(ended.errors.contains("2 new tasks"))
            try farm.expectComplete(4)
            #expect(farm.attempts().count == 4, "the old ones did not run again")
        }
    }

    @Test func `a changed line is named and changes nothing`() throws {
        try Farm.use { farm in
            try farm.write(["echo 0", "false"])
            #expect(try farm.run().status == 1)
            try farm.write(["echo 0", "true!"])
            let ended = try farm.run("--retry-failed")
            #expect(ended.errors.contains("the lines of 1 tasks were changed (ID 1)"))
            #expect(ended.errors.contains("--fresh"))
            #expect(ended.status == 1)
            try farm.write(["echo 0", "true"])
            #expect(try farm.run("--fresh").status == 0)
            try farm.expectComplete(2)
        }
    }

    @Test func `names with blanks, quotes and bytes that are not UTF-8 are only names`() throws {
        try Farm.use(list: "my 'tasks\" $(x)") { farm in
            try farm.write(["echo > \"$TASKFARMER_WORKDIR/seen\""])
            #expect(try farm.run().status == 0)
            #expect(farm.state("seen") == "\n")
            try farm.expectComplete(1)
        }
        try Farm.use { farm in
            try farm.write(["echo hello"])
            // Foundation cannot name such a file; a shell can.
            try farm.write(["name=$(printf 'l\\377st'); cp tasks \"$name\"; exec \"$1\" run \"$name\""], to: "script")
            let program = try Program(
                ["/bin/sh", "script", try Program.taskfarmer()], environment: [:], in: farm.folder,
                output: farm.folder.appending(path: "out"), input: nil)
            #expect(try program.wait().status == 0)
            let names = try FileManager.default.contentsOfDirectory(atPath: farm.folder.path)
            #expect(names.contains { $0.hasSuffix("st_workdir") && $0 != "tasks_workdir" })
        }
    }
}
