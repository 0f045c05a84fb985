// What users read when their INI files are wrong. The files are Fixtures/BadConfiguration, what is printed is beside them; with
// TASKFARMER_UPDATE_GOLDEN=1 in the environment it is written anew.

import Foundation
import Testing

@Suite("Messages about INI files")
struct ConfigurationMessagesTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    /// Asked for besides the sections.
    private static let missing = ["goood", "strange", "no such name", ""]

    /// Copies the files to the current folder of the program, and makes those that no repository can hold.
    private static func use(_ body: (Farm) throws -> Void) throws {
        try Farm.use { farm in
            for name in ["runners.d", "tasklists.d", "other.ini"] {
                try FileManager.default.copyItem(
                    at: fixtures.appending(path: "BadConfiguration/\(name)"), to: farm.folder.appending(path: name))
            }
            try farm.write(bytes: Array("[nul]\nRunner = shell\nsetup = a\u{0}b\n".utf8), to: "runners.d/c.ini")
            try farm.write(bytes: Array("[latin]\nRunner = shell\nsetup = ".utf8) + [0xE4, 10], to: "runners.d/d.ini")
            for name in ["runners.d/folder.ini", "folder.ini", "home"] {
                try FileManager.default.createDirectory(
                    at: farm.folder.appending(path: name), withIntermediateDirectories: false)
            }
            try farm.write(["echo a"])
            try body(farm)
        }
    }

    /// What a command prints, and how it ends.
    private static func transcript(_ words: [String], _ farm: Farm) throws -> (text: String, status: Int32?) {
        let home = farm.folder.appending(path: "home").path
        let ended = try farm.start(words, ["HOME": home, "XDG_CONFIG_HOME": home]).wait()
        let shown = words.map { $0.isEmpty || $0.contains(" ") ? "'\($0)'" : $0 }.joined(separator: " ")
        return ("$ taskfarmer \(shown)\n\(ended.output)\(ended.errors)", ended.status)
    }

    private static func expect(
        _ text: String, is name: String, _ where: SourceLocation = #_sourceLocation
    ) throws {
        let file = fixtures.appending(path: "BadConfiguration/\(name)")
        if ProcessInfo.processInfo.environment["TASKFARMER_UPDATE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: file)
            return
        }
        let known = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        #expect(text == known, "differs from Fixtures/BadConfiguration/\(name)", sourceLocation: `where`)
    }

    /// The names of all sections in a folder, in their order.
    private static func sections(_ folder: String, _ farm: Farm) throws -> [String] {
        var names: [String] = []
        for file in try farm.names(in: folder) {
            for line in farm.text("\(folder)/\(file)").split(separator: "\n") where line.hasPrefix("[") {
                let name = String(line.dropFirst().dropLast())
                if name != "DEFAULT" && !names.contains(name) { names.append(name) }
            }
        }
        return names
    }

    @Test(
        "the lists show what can be used and say what cannot",
        arguments: [
            (["runners"], "runners.txt"), (["runners", "--list"], "runners-list.txt"),
            (["handlers"], "handlers.txt"), (["handlers", "--list"], "handlers-list.txt"),
        ])
    func lists(words: [String], golden: String) throws {
        try Self.use { farm in
            let (text, status) = try Self.transcript(words, farm)
            #expect(status == 78)
            try Self.expect(text, is: golden)
            let names = try Self.transcript([words[0], "--names"], farm)
            #expect(
                names.status == 0 && !names.text.contains("unknown") && names.text.contains("\ngood"), "\(names.text)")
        }
    }

    @Test(
        "whoever asks for a name that cannot be used is told why, and nothing is made",
        arguments: [("runners", "-r", "runners.d"), ("handlers", "-t", "tasklists.d")])
    func names(command: String, option: String, folder: String) throws {
        try Self.use { farm in
            let before = try farm.names(in: ".").filter { !$0.hasPrefix(".output") }
            var all = ""
            for name in try Self.sections(folder, farm) + Self.missing {
                let (text, status) = try Self.transcript([command, name], farm)
                all += text
                let isGood = ["good", "hidden", "good-list"].contains(name)
                #expect(status == (isGood ? 0 : 78), "\(text)")
                if isGood { continue }
                let run = try Self.transcript(["run", option, name, "tasks"], farm)
                #expect(run.status == 78)
                #expect(
                    run.text.split(separator: "\n").dropFirst() == text.split(separator: "\n").dropFirst(),
                    "run says the same")
            }
            try Self.expect(all, is: "\(command)-names.txt")
            #expect(try farm.names(in: ".").filter { !$0.hasPrefix(".output") } == before)
        }
    }

    @Test("what makes no sense on the command line ends with 64, and a file that is not there with 78")
    func usage() throws {
        try Self.use { farm in
            let commands: [([String], Int32)] = [
                (["runners", "--show", "a"], 64), (["runners", "good", "--show", "1"], 64),
                (["runners", "good", "--show", "1", "tasks"], 64), (["runners", "good", "tasks"], 64),
                (["runners", "good", "--show", "1", "no-such"], 78), (["handlers", "list", "list"], 64),
                (["list"], 64), (["list", "no-such"], 78), (["list", "-t", "lits", "tasks"], 78),
                (["runners", "--config", "no-such.ini"], 78), (["run", "--config", "runners.d", "tasks"], 78),
            ]
            var all = ""
            for (words, expected) in commands {
                let (text, status) = try Self.transcript(words, farm)
                #expect(status == expected, "\(text)")
                all += text
            }
            try Self.expect(all, is: "usage.txt")
            #expect(!farm.exists("tasks_workdir"))
        }
    }
}
