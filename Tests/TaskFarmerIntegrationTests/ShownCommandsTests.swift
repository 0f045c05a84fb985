// What `taskfarmer runners NAME --show` prints, executed by a shell, is what a farmer executes: a program that writes down with
// which arguments and in which environment it was started cannot tell the difference.

import Foundation
import Testing

@Suite("Shown commands")
struct ShownCommandsTests {
    /// Started as `probe`; its own arguments and environment, as the kernel has them, and its folder.
    private static let probe = """
        #!/bin/sh
        cat /proc/$$/cmdline > "$PROBE_OUT.$PROC_NUMBER.argv"
        cat /proc/$$/environ > "$PROBE_OUT.$PROC_NUMBER.environ"
        readlink /proc/$$/cwd > "$PROBE_OUT.$PROC_NUMBER.folder"
        readlink /proc/$$/fd/0 >> "$PROBE_OUT.$PROC_NUMBER.folder"
        """

    private static let runners = """
        [full]
        Runner = shell
        setup = SETUP=1
            export SETUP # a comment
        env.A = x 'y" $z
        env.OLDPWD = else
        cwd = sub folder
        tempdir = True
        [plain]
        Runner = basic
        env.-B = like an option
        env.A =
        [dots]
        Runner = shell
        cwd = sub folder/link/..
        """

    private static let objects: [String] = [
        #"{"command":"probe 'a b' \"c\nd\" $HOME *.ini"}"#,
        #"{"command":["probe","","a\nb","é","'","-x","$A","END_OF_TASK"]}"#,
        #"{"command":"probe x","env":{"A":null,"GONE":null,"NEW":"1\n2"}}"#,
        #"{"command":["./a=b","1"],"cwd":"BIN"}"#, #"{"command":["a=b","1"]}"#,
        #"{"command":"probe 1 2","cwd":"BIN"}"#,
        #"{"command":"cat >/dev/null <<END_OF_TASK\nx\nEND_OF_TASK\nprobe y z # LONG"}"#,
    ]

    struct Case: Sendable, CustomTestStringConvertible {
        var runner: String
        var handler: String
        var lines: [[UInt8]]
        var testDescription: String { "\(runner), \(handler)" }
    }

    static let cases =
        ["shell", "full", "plain", "dots"].map {
            Case(runner: $0, handler: "jsonl", lines: objects.map { Array($0.utf8) })
        }
        + ["shell", "full", "plain"].map {
            Case(
                runner: $0, handler: "list",
                lines: [
                    Array("probe 'a b' $A".utf8), Array("probe ".utf8) + [0xFF, 32, 0xC3],
                    Array("probe direct words".utf8),
                    Array("probe c | cat; # if".utf8),
                ])
        }

    private static func prepare(_ farm: Farm, _ lines: [[UInt8]]) throws -> [String: String] {
        let bin = farm.folder.appending(path: "bin")
        for name in ["bin", "home", "sub folder/deep"] {
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: name), withIntermediateDirectories: true)
        }
        try FileManager.default.createSymbolicLink(
            atPath: farm.folder.appending(path: "sub folder/link").path, withDestinationPath: "../bin")
        for name in ["probe", "a=b"] {
            try Data(probe.utf8).write(to: bin.appending(path: name))
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: bin.appending(path: name).path)
        }
        try farm.write([runners], to: "own.ini")
        let long = String(repeating: "a", count: 200_000)
        try farm.write(
            bytes: lines.flatMap { line in
                guard String(validating: line, as: UTF8.self) != nil else { return line + [10] }
                let text = String(decoding: line, as: UTF8.self)
                return Array(text.replacing("BIN", with: bin.path).replacing("LONG", with: long).utf8) + [10]
            })
        let home = farm.folder.appending(path: "home").path
        return [
            "HOME": home, "XDG_CONFIG_HOME": home, "GONE": "here", "A": "inherited",
            "PATH": "\(bin.path):/usr/bin:/bin",
            "PROBE_OUT": farm.folder.appending(path: "probe").path,
        ]
    }

    /// What the probe of a task saw; what carries the farmer's name is known to be there only.
    private static func seen(_ id: Int, _ farm: Farm) throws -> [String] {
        defer {
            for part in ["argv", "environ", "folder"] {
                try? FileManager.default.removeItem(at: farm.folder.appending(path: "probe.\(id).\(part)"))
            }
        }
        let named = ["TASKFARMER_FARMER", "TMPDIR"]
        // A shell may set these.
        let shells = ["_", "SHLVL"]
        let entries = farm.bytes("probe.\(id).environ").split(separator: 0).compactMap { entry -> String? in
            let name = String(decoding: entry.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
            if shells.contains(name) { return nil }
            return named.contains(name) ? name : entry.map { String($0) }.joined(separator: ",")
        }
        let words = farm.bytes("probe.\(id).argv").map { String($0) }.joined(separator: ",")
        return [words, farm.text("probe.\(id).folder")] + entries.sorted()
    }

    @Test("the lines start the same program with the same arguments in the same environment", arguments: cases)
    func same(_ tested: Case) throws {
        try Farm.use { farm in
            let environment = try Self.prepare(farm, tested.lines)
            func shown(_ id: Int, _ place: String, _ more: [String] = []) throws -> [UInt8] {
                let program = try farm.start(["runners", tested.runner, "--show", "\(id)", place] + more, environment)
                let ended = try program.wait()
                #expect(ended.status == 0, "\(ended.errors)")
                return Array(try Data(contentsOf: program.output))
            }
            /// Without the farmer's name, which is another each time.
            func unnamed(_ bytes: [UInt8]) -> [[UInt8]] {
                bytes.split(separator: 10).filter { line in
                    let text = String(decoding: line, as: UTF8.self)
                    return !["FARMER=", "TMPDIR=", "is made before"].contains { text.contains($0) }
                }.map(Array.init)
            }
            var before: [[UInt8]] = []
            var byShell: [[String]] = []
            for id in tested.lines.indices {
                before.append(try shown(id, "tasks", ["-t", tested.handler]))
                try farm.write(bytes: before[id], to: "shown.sh")
                _ = try farm.call("x", environment: environment, under: ["sh", "-c", "exec sh shown.sh"])
                byShell.append(try Self.seen(id, farm))
            }
            #expect(!farm.exists("tasks_workdir"))
            _ = try farm.run("-n", "1", "-r", tested.runner, "-t", tested.handler, environment: environment)
            for id in tested.lines.indices {
                let byFarmer = try Self.seen(id, farm)
                #expect(
                    byShell[id] == byFarmer, "task \(id): \(String(decoding: before[id].prefix(2000), as: UTF8.self))")
                for place in ["tasks", "tasks_workdir"] {
                    let after = try shown(id, place)
                    #expect(unnamed(after) == unnamed(before[id]), "with a work directory, from \(place)")
                }
            }
        }
    }

    @Test("an ID that is not there is told, and a running task is found in the list")
    func missing() throws {
        try Farm.use { farm in
            try farm.write(["echo > up; until test -e go; do sleep 0.02; done", "echo b"])
            let farmer = try farm.farmer("-n", "1")
            try eventually("the task runs") { farm.exists("up") }
            let shown = try farm.call("runners", "shell", "--show", "0", "tasks")
            #expect(shown.status == 0 && shown.output.contains("until test -e go"), "\(shown.errors)")
            let running = try farm.call("runners", "shell", "--show", "0", "tasks_workdir")
            #expect(running.status == 64 && running.errors.contains("with farmers just now"), "\(running.errors)")
            try farm.write([], to: "go")
            try farmer.ends(0)
            let missing = try farm.call("runners", "shell", "--show", "7", "tasks_workdir")
            #expect(missing.status == 64)
            #expect(missing.errors == "taskfarmer: there is no task 7 in tasks_workdir: 2 tasks, counted from 0\n")
            let other = try farm.call("runners", "shell", "--show", "7", "tasks")
            #expect(other.errors == "taskfarmer: there is no task 7 in tasks: 2 tasks, counted from 0\n")
        }
    }

    @Test("whoever stops reading gets no error, and comments stay comments whatever is in them")
    func reading() throws {
        try Farm.use { farm in
            let status = ["sh", "-c", "{ \"$0\" \"$@\"; echo $? > status; } | head -n 1"]
            let command = "echo " + String(repeating: "a b ", count: 100_000) + "| cat"
            try farm.write([command])
            let ended = try farm.call("runners", "shell", "--show", "0", "tasks", under: status)
            #expect(ended.output == "env \\\n" && ended.errors == "" && farm.text("status") == "0\n", "\(ended.errors)")
            let folder = "tmp\n touch made"
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: folder), withIntermediateDirectories: false)
            try farm.write(["[t]", "Runner = shell", "tempdir = yes"], to: "t.ini")
            let shown = try farm.call(
                "runners", "t", "--show", "true", environment: ["TMPDIR": farm.folder.appending(path: folder).path])
            try farm.write([shown.output], to: "shown.sh")
            _ = try farm.call("x", under: ["sh", "-c", "exec sh shown.sh"])
            #expect(shown.status == 0 && !farm.exists("made"))
            let empty = try farm.call("runners", "basic", "--show", " ")
            #expect(empty.output == "# nothing is executed: the command is empty\n")
        }
    }
}
