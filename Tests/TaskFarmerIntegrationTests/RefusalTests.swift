// What is refused, with which words and which exit status.

import Foundation
import Testing

struct RefusalTests {
    @Test(
        arguments: [
            (["run", "--prco", "3", "tasks"], 64, "did you mean --proc?"),
            (["run", "-n", "0", "tasks"], 64, "expected a whole number"),
            (["run", "-n", "many", "tasks"], 64, "expected a whole number"), (["run"], 64, "expected a task list"),
            (["run", "tasks", "tasks"], 64, "got 2"), (["run", "-r", "shel", "tasks"], 78, "did you mean shell?"),
            (["run", "-t", "lits", "tasks"], 78, "did you mean list?"),
            (["run", "--timeout", "soon", "tasks"], 64, "expected seconds"),
            (["run", "--stop-signals", "TERM,FOO", "tasks"], 64, "neither a signal nor seconds"),
            (["run", "-q", "-v", "tasks"], 64, "exclude each other"),
            (["run", "missing"], 78, "missing: cannot be read"),
            (["stauts"], 64, "did you mean the command status?"), (["status", "tasks"], 64, "no work directory"),
            (["check", "tasks"], 64, "no work directory"),
            (["check", "--new-lock", "tasks"], 64, "goes with --repair"),
            (["completion", "tcsh"], 64, "bash, zsh, fish"),
        ])
    func `bad input gets one clear line and a documented status`(words: [String], status: Int32, text: String) throws {
        try Farm.use { farm in
            try farm.write(["echo > ran"])
            let ended = try farm.start(words).wait()
            #expect(ended.status == status)
            #expect(ended.errors.contains(text), "\(ended.errors)")
            #expect(ended.errors.split(separator: "\n").count == 1)
            #expect(!farm.exists("ran"))
        }
    }

    @Test func `another SCRATCH than the recorded one is refused, and both are named`() throws {
        try Farm.use { farm in
            try farm.write(["echo once >> runs"])
            for name in ["one", "two"] {
                try FileManager.default.createDirectory(
                    at: farm.folder.appending(path: name), withIntermediateDirectories: true)
            }
            let one = farm.folder.appending(path: "one").path
            let two = farm.folder.appending(path: "two").path
            #expect(try farm.run(environment: ["SCRATCH": one]).status == 0)
            let ended = try farm.run(environment: ["SCRATCH": two])
            #expect(ended.status == 71)
            #expect(ended.errors.contains(one + "/"))
            #expect(ended.errors.contains(two + "/"))
            #expect(try farm.run().status == 71)
            #expect(try farm.run("--lock-dir", one).status == 0)
            #expect(farm.text("runs") == "once\n")
            let moved = try farm.call("check", "--repair", "--lock-dir", two, "tasks")
            #expect(moved.status == 0, "\(moved.output)\(moved.errors)")
            #expect(try farm.run(environment: ["SCRATCH": two]).status == 0)
            try farm.expectComplete(1)
        }
    }

    @Test func `a SCRATCH that is no folder is refused`() throws {
        try Farm.use { farm in
            try farm.write(["true"])
            let ended = try farm.run(environment: ["SCRATCH": "/no/such/folder"])
            #expect(ended.status == 78)
            #expect(ended.errors.contains("/no/such/folder"))
        }
    }

    @Test func `an empty lock file is noticed, and repair makes it anew`() throws {
        try Farm.use { farm in
            try farm.write(["true"])
            #expect(try farm.run().status == 0)
            try farm.write(bytes: [], to: "tasks_workdir/lock")
            let ended = try farm.run()
            #expect(ended.status == 71)
            #expect(ended.errors.contains("--repair"))
            #expect(try farm.call("check", "--repair", "tasks").status == 0)
            #expect(try farm.run().status == 0)
        }
    }

    @Test func `starting over is refused while a farmer is at work, and loses nothing`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(on: ["echo > up; exec sleep 1000", "true"], "-n", "2")
            let refused = try farm.run("--fresh")
            #expect(refused.status == 75)
            #expect(refused.errors.contains(".\(farmer.identifier)."))
            #expect(try farm.call("check", "--repair", "tasks").status == 75)
            farmer.signal(SIGTERM)
            #expect(try farmer.wait().status == 75)
            try farm.expectSound()
            #expect(farm.ids("finished") == [1])
        }
    }

    @Test func `a work directory that vanishes stops the farmer and its tasks`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: ["echo > up; exec sleep 1000"] + (0..<50).map { "sleep 0.1; echo \($0)" }, "-n", "2",
                "--stop-signals", "TERM,0.1,KILL")
            try FileManager.default.moveItem(at: farm.workDirectory, to: farm.folder.appending(path: "elsewhere"))
            let ended = try farmer.wait()
            #expect(ended.status == 74 || ended.status == 71, "\(ended.errors)")
            #expect(ended.errors.contains("tasks_workdir"))
            try FileManager.default.moveItem(at: farm.folder.appending(path: "elsewhere"), to: farm.workDirectory)
            try farm.expectSound()
        }
    }

    @Test func `a read-only work directory is refused with the file's name`() throws {
        guard getuid() != 0 else {
            print("skipped: root writes to read-only folders")
            return
        }
        try Farm.use { farm in
            try farm.write(["true"])
            #expect(try farm.run().status == 0)
            try farm.append("true\n")
            let files = try farm.names(in: "tasks_workdir").map { "tasks_workdir/\($0)" } + ["tasks_workdir"]
            for name in files {
                try FileManager.default.setAttributes(
                    [
                        .posixPermissions: name.hasSuffix("logs") || name.hasSuffix("farmers")
                            || name == "tasks_workdir" ? 0o555 : 0o444
                    ], ofItemAtPath: farm.folder.appending(path: name).path)
            }
            let ended = try farm.run()
            for name in files.reversed() {
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o755], ofItemAtPath: farm.folder.appending(path: name).path)
            }
            #expect(ended.status == 74)
            #expect(ended.errors.contains("tasks_workdir/"))
            #expect(try farm.run().status == 0)
            try farm.expectComplete(2)
        }
    }
}
