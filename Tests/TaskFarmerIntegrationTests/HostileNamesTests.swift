// Names are names: nothing in them is run, and what is printed to be copied reads them back.

import Foundation
import Testing

struct HostileNamesTests {
    @Test func `nothing is evaluated from the names of files that tasks are made of`() throws {
        try Farm.use { farm in
            let names = [
                "$(touch x1)", "; touch x2", "`touch x3`", "-rf", "a' b\"", "%s", "~", "é\u{1b}[31m", "& touch x4 &",
            ]
            try farm.write(["[show]", "TaskList = files", "command = printf %%s\\\\n {} >> seen"], to: "show.ini")
            try farm.write(names)
            let ended = try farm.call("run", "-n", "1", "-t", "show", "tasks")
            #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
            #expect(farm.text("seen") == names.joined(separator: "\n") + "\n")
            #expect((1...4).allSatisfy { !farm.exists("x\($0)") })
        }
    }

    @Test(arguments: ["with blank", "it's", "per%cent", "$(touch made)", "-dash"])
    func `a command that is printed to be copied works for every name of a work directory`(name: String) throws {
        try Farm.use { farm in
            try farm.write(["echo why; exit 3"])
            let directory = farm.folder.appending(path: name).path
            let ended = try farm.call("run", "--logs", "packed", "-w", directory, "tasks")
            #expect(ended.status == 1, "\(ended.output)\(ended.errors)")
            let line = try #require(ended.output.split(separator: "\n").first { $0.contains("taskfarmer log 0 ") })
            let words = line[try #require(line.range(of: "log 0 ")).lowerBound...]
            let program = try Program.taskfarmer()
            let shown = try farm.call(
                "-c", "'\(program)' \(words)", under: ["sh", "-c", "shift; exec sh \"$@\"", "sh"])
            #expect(shown.output == "why\n", "\(words): \(shown.errors)")
            #expect(!farm.exists("made"))
        }
    }

    @Test func `a newline in a name does not make two lines of a message`() throws {
        try Farm.use { farm in
            let folder = "x\nFAKE: all done"
            try farm.write(["true"])
            try farm.farmer("-w", folder).ends(0)
            for words in [
                ["run", "-w", folder, "tasks"], ["status", folder], ["check", folder], ["doctor", folder],
            ] {
                let ended = try farm.start(words).wait()
                #expect(ended.status == 0)
                #expect(!ended.output.split(separator: "\n").contains { $0.hasPrefix("FAKE") }, "\(ended.output)")
            }
            let ended = try farm.call("run", "no\nsuch\u{1b}[2Jlist")
            #expect(ended.status == 78 || ended.status == 64)
            #expect(ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
            #expect(!ended.errors.contains("\u{1b}"))
        }
    }
}
