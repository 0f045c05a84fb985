// Lists that look like something else.

import Foundation
import Testing

struct ListFormTests {
    @Test func `a line that begins with a dash is a command, not an option of the shell`() throws {
        try Farm.use { farm in
            try farm.write(["-c 'echo wrong'", "+x", "echo right"])
            #expect(try farm.run().status == 1)
            try farm.expectComplete(3, failed: [0, 1])
            #expect(farm.attempts(of: 0).first?["exit"] == "127")
            #expect(farm.attempts(of: 1).first?["exit"] == "127")
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
