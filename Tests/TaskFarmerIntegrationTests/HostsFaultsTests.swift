// `run --hosts` where what is in between does not do as it should: ssh, a wrapper, the terminal.

import Foundation
import Testing

extension HostsTests {
    @Test func `where ssh ends well but no farmer ever spoke nothing counts as done, and the host is named`() throws {
        try Self.use { farm in
            try farm.write(["echo"])
            for (ssh, status, words) in [
                ("true", 74, "n1: ended with exit status 0 before a farmer began"),
                ("false", 74, "n1: ended with exit status 1 before a farmer began"),
                ("echo taskfarmer-attached: here; exit 0;", 75, "n1: was lost"),
            ] as [(String, Int32, String)] {
                try farm.write(["#!/bin/sh", ssh], to: "odd")
                let ended = try farm.start(
                    ["run", "--hosts", "n1", "--ssh", "sh \(farm.folder.path)/odd", "tasks"]
                ).ends(status)
                #expect(ended.errors.contains(words), "\(ended.errors)")
                #expect(ended.output.contains("work remains"), "\(ended.output)")
                #expect(!farm.exists("tasks_workdir"))
            }
        }
    }

    @Test func `signals reach all hosts although nobody takes what the launcher shows`() throws {
        try Self.use { farm in
            // More than a pipe holds is printed by the first task's host, and nobody reads it.
            try farm.write(Array(repeating: Self.long, count: 2))
            try farm.write(
                [
                    "#!/bin/sh",
                    "yes $THERE | head -c 300000 >&2; echo > printed.$THERE; exec \(Program.taskfarmer()) \"$@\"",
                ],
                to: "there")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: farm.folder.appending(path: "there").path)
            let path =
                farm.folder.appending(path: "bin").path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
            let launcher = try farm.start(
                [
                    "run", "--hosts", "n1,n2", "-n", "1", "--remote-program",
                    farm.folder.appending(path: "there").path, "tasks",
                ], ["PATH": path],
                under: ["sh", "-c", "mkfifo shown && exec 3<>shown && exec \"$@\" 2>shown", "sh"])
            try eventually("both run a task") { try Self.ups(farm) == 2 }
            launcher.signal(SIGTERM)
            try eventually("both have left") { farm.ids("toprocess").count == 2 }
            // Somebody looks at last.
            let reader = try FileHandle(forReadingFrom: farm.folder.appending(path: "shown"))
            let drain = Thread { while let data = try? reader.read(upToCount: 1 << 16), !data.isEmpty {} }
            drain.start()
            let ended = try launcher.ends(75)
            #expect(ended.output.contains("stopped by SIGTERM"), "\(ended.output)")
            #expect(farm.attempts().map { $0["outcome"] } == ["interrupted", "interrupted"])
        }
    }

    @Test func `what the work directory says at the end counts for more than what was heard last`() throws {
        try Self.use { farm in
            try farm.write(["true"])
            // The line that tells of the end is lost on its way.
            try farm.write(
                ["#!/bin/sh", "\(Program.taskfarmer()) \"$@\" 2>&1 | grep --line-buffered -v ': end '; exit 75"],
                to: "there")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: farm.folder.appending(path: "there").path)
            let ended = try Self.start(
                farm, "--hosts", "n1", "--remote-program", farm.folder.appending(path: "there").path
            ).ends(0)
            #expect(ended.output.contains("1 of 1 task finished"), "\(ended.output)")
        }
    }
}
