// INI files of a user in the real program: which of them wins, and what becomes of a work directory when they change.

import Foundation
import Testing

@Suite("Configuration")
struct ConfigurationTests {
    /// An environment in which no file of whoever runs the tests is found.
    private static func environment(_ farm: Farm) -> [String: String] {
        ["HOME": farm.folder.appending(path: "home").path, "XDG_CONFIG_HOME": farm.folder.appending(path: "xdg").path]
    }

    private static func put(_ lines: [String], _ name: String, _ farm: Farm) throws {
        let folder = farm.folder.appending(path: name).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try farm.write(lines, to: name)
    }

    @Test("the current folder wins over the user's files, and --config over all")
    func order() throws {
        try Farm.use { farm in
            let files = [
                "home/.pytaskfarmer/runners.d/z.ini", "xdg/taskfarmer/runners.d/y.ini", "runners.d/x.ini",
                "tasklists.d/w.ini", "v.ini", "other/u.ini",
            ]
            for (index, file) in files.enumerated() {
                try Self.put(["[which]", "Runner = shell", "env.PLACE = \(index)"], file, farm)
                let options = file == "other/u.ini" ? ["--config", file] : []
                let shown = try farm.start(
                    ["runners"] + options + ["which", "--show", "a"], Self.environment(farm)
                ).wait()
                #expect(shown.output.contains("  PLACE=\(index) \\\n"), "\(file): \(shown.output)\(shown.errors)")
            }
            let all = try farm.call("runners", "--list", "--config", "other/u.ini", environment: Self.environment(farm))
            #expect(
                all.status == 0
                    && all.output.split(separator: "\n").count { $0.contains("hidden by other/u.ini:1") } == 5)
            let twice = try farm.call("runners", "--list", "--config", "./v.ini", environment: Self.environment(farm))
            #expect(
                twice.output.split(separator: "\n").count { $0.contains("hidden by ./v.ini:1") } == 4, "\(twice.output)"
            )
        }
    }

    @Test("INI files of other programs in the current folder are nobody's business")
    func strangers() throws {
        try Farm.use { farm in
            try Self.put(["[tool]", "bare words", "= x", "[tool]", "a = %(b)s"], "tox.ini", farm)
            let ended = try farm.call("runners", environment: Self.environment(farm))
            #expect(ended.status == 0 && ended.errors == "", "\(ended.errors)")
        }
    }

    @Test("an INI file may come from a pipe")
    func pipe() throws {
        try Farm.use { farm in
            try farm.write(["[which]", "Runner = shell", "env.A = piped"], to: "own.text")
            let ended = try farm.call(
                "runners", "--config", "/dev/stdin", "which", "--show", "a", environment: Self.environment(farm),
                under: ["sh", "-c", "cat own.text | \"$0\" \"$@\""])
            #expect(ended.output.contains("  A=piped \\\n"), "\(ended.errors)")
        }
    }

    @Test("a runner and a handler of --config are used, and the run goes on with a work directory as operand")
    func workDirectory() throws {
        try Farm.use { farm in
            try Self.put(
                ["[loud]", "Runner = shell", "env.WORD = loud", "[rows]", "TaskList = table", "command = sh -c {c}"],
                "other/own.ini", farm)
            try farm.write(["c", "echo $WORD", "test -e go", "echo b $WORD"])
            let environment = Self.environment(farm)
            let own = ["--config", "other/own.ini", "-n", "1", "-r", "loud"]
            let first = try farm.start(["run", "-t", "rows"] + own + ["tasks"], environment).wait()
            #expect(first.status == 1, "\(first.errors)")
            #expect(farm.log(0) == "loud\n" && farm.log(2) == "b loud\n")
            try farm.write([], to: "go")
            try FileManager.default.removeItem(at: farm.list)
            let second = try farm.start(["run", "--retry-failed"] + own + ["tasks_workdir"], environment).wait()
            #expect(second.status == 0, "\(second.errors)")
            try farm.expectComplete(3)
            #expect(!farm.exists("tasks_workdir_workdir"))
        }
    }

    @Test("an argument of the handler that changed is noted and changes nothing; another handler is refused")
    func changedHandler() throws {
        try Farm.use { farm in
            let environment = Self.environment(farm)
            func define(_ command: String) throws {
                try farm.write(["[rows]", "TaskList = table", "command = \(command)"], to: "own.ini")
            }
            func run(_ words: String...) throws -> Ended {
                try farm.start(["run", "-n", "1"] + words + ["tasks"], environment).wait()
            }
            try define("echo first {c}")
            try farm.write(["c", "1", "2"])
            #expect(try run("-t", "rows").status == 0)
            try define("echo second {c}")
            let again = try run("-t", "rows")
            #expect(again.status == 0 && again.errors.contains("rows"), "\(again.errors)")
            #expect(farm.attempts().count == 2 && farm.log(1) == "first 2\n")
            let kept = farm.state("farm.json")
            for words in [["-t", "list"], ["-t", "jsonl"]] {
                let other = try farm.start(["run"] + words + ["tasks"], environment).wait()
                #expect(other.status == 78 && other.errors.contains("rows"), "\(words): \(other.errors)")
            }
            #expect(farm.state("farm.json") == kept && farm.attempts().count == 2)
            #expect(try run("--fresh", "-t", "rows").status == 0)
            #expect(farm.log(1) == "second 2\n")
            try farm.expectComplete(2)
        }
    }
}
