// `taskfarmer timeline -z`, with the real gzip and with programs of that name that do not do what it does; and names that
// nothing is written to.

import Foundation
import Testing

@Suite("Compressed timelines") struct CompressedTimelineTests {
    /// A farm with a timeline that is longer than a pipe takes without somebody who reads.
    private func farm(_ body: (Farm) throws -> Void) throws {
        try Farm.use { farm in
            try farm.write((0..<400).map { "true \($0) and so on, so that the event is long enough" })
            try farm.farmer("-n", "4").ends(0)
            try body(farm)
        }
    }

    /// PATH with a program `gzip` of these lines before all others.
    private func path(_ farm: Farm, _ lines: [String]) throws -> [String: String] {
        let folder = farm.folder.appending(path: "bin")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try farm.write(["#!/bin/sh"] + lines, to: "bin/gzip")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: folder.appending(path: "gzip").path)
        return ["PATH": "\(folder.path):/usr/bin:/bin"]
    }

    @Test(.enabled(if: Farm.has("gzip"))) func `what gzip gives back is what is written without it`() throws {
        try farm { farm in
            let plain = try farm.call("timeline", "tasks").ends(0).output
            #expect(plain.utf8.count > 1 << 16)
            try farm.call("timeline", "-z", "-o", "run.json.gz", "tasks").ends(0)
            // Whatever it is called.
            try farm.call("timeline", "--gzip", "-o", "run.json", "tasks").ends(0)
            let printing = try farm.start(["timeline", "-z", "tasks"])
            #expect(try printing.ends(0).errors == "")
            try FileManager.default.copyItem(at: printing.output, to: farm.folder.appending(path: "printed.gz"))
            for name in ["run.json.gz", "run.json", "printed.gz"] {
                #expect(farm.bytes(name).starts(with: [0x1f, 0x8b]) && farm.bytes(name).count < plain.utf8.count / 4)
                #expect(try farm.other("/bin/sh", "-c", "gzip -dc < \(name)").ends(0).output == plain)
            }
            // A reader that has seen enough is no failure.
            let words = ["/bin/sh", "-c", "{ \"$1\" timeline -z tasks; echo $? >&2; } | true", "sh"]
            #expect(try farm.startOther(words + [try Program.taskfarmer()]).ends(0).errors == "0\n")
        }
    }

    @Test func `without gzip, or with one that fails, there is one line and the old file stays`() throws {
        try farm { farm in
            try farm.write(["old"], to: "run.json.gz")
            func refuses(_ environment: [String: String], _ expected: String) throws {
                for words in [["-o", "run.json.gz"], []] {
                    let ended = try farm.start(["timeline", "-z"] + words + ["tasks"], environment).ends(74)
                    #expect(ended.errors == "taskfarmer: cannot compress: \(expected)\n")
                }
                #expect(farm.text("run.json.gz") == "old\n")
                #expect(try farm.names(in: ".").filter { $0.hasPrefix(".taskfarmer") } == [])
            }
            try refuses(["PATH": farm.folder.path], "there is no program gzip on PATH")
            let failing = ["head -c 100000 >/dev/null", "echo part", "echo first >&2", "echo no luck >&2"]
            try refuses(
                try path(farm, failing + ["exit 3"]),
                "gzip ended with exit status 3 before everything was written: no luck")
            try refuses(
                try path(farm, ["exec 0<&-", "exit 4"]), "gzip ended with exit status 4 before everything was written")
            try refuses(
                try path(farm, ["echo part", "exit 0"]), "gzip ended with exit status 0 before everything was written")
            try refuses(
                try path(farm, ["kill -KILL $$"]), "gzip ended by SIGKILL before everything was written")
            // One that fails when it has read all of it.
            try refuses(
                try path(farm, ["cat >/dev/null", "exit 1"]),
                "gzip ended with exit status 1 before everything was written")
        }
    }

    @Test(.enabled(if: Farm.has("script"))) func `nothing compressed goes to a terminal`() throws {
        try farm { farm in
            let words = ["/bin/sh", "-c", "exec script -qec \"$1 timeline -z tasks\" /dev/null", "sh"]
            let refused = try farm.startOther(words + [try Program.taskfarmer()]).ends(64)
            #expect(
                refused.output
                    == "taskfarmer: --gzip: standard output is a terminal; name a file with --output\r\n")
        }
    }

    @Test func `a farm's files and its list are not written over by a word too few`() throws {
        try farm { farm in
            let folder = "tasks_workdir/"
            let files = try farm.names(in: folder).filter { $0 != "farmers" && $0 != "logs" }
            let before = files.map { farm.bytes(folder + $0) }
            for command in [["timeline"], ["timeline", "-z"], ["report"]] {
                for name in ["timeline.json", "state", "new.json", "farmers/new.json", "logs/log_0"] {
                    let own = try farm.start(command + ["-o", folder + name, "tasks"]).ends(64)
                    #expect(
                        own.errors
                            == "taskfarmer: --output \(folder)\(name): it would lie in the work directory, among the farmers' files; name a place elsewhere\n"
                    )
                }
                let list = try farm.start(command + ["-o", "tasks", "tasks"]).ends(64)
                #expect(list.errors == "taskfarmer: --output tasks: that is the task list\n")
            }
            #expect(try farm.names(in: folder).filter { $0 != "farmers" && $0 != "logs" } == files)
            #expect(files.map { farm.bytes(folder + $0) } == before)
            #expect(farm.text("tasks").hasPrefix("true 0 and"))
            try farm.expectSound()
        }
    }
}
