// How tasks end, and what that does to the farmer.

import Foundation
import Testing

struct TaskBehaviourTests {
    @Test func `a failing task is a failed task, and the farmer's exit status tells`() throws {
        try Farm.use { farm in
            try farm.write(["echo good", "echo bad; exit 3", "false", "exit 255"])
            let ended = try farm.farmer("-n", "2").ends(1)
            #expect(ended.output.contains("exit 3") && ended.output.contains("logs/log_1"), "\(ended.output)")
            #expect(farm.log(1) == "bad\n")
            #expect(farm.state("failed").split(separator: "\n").contains("1 echo bad; exit 3"))
            #expect(
                farm.attempts().map { "\($0["id"] ?? "") \($0["exit"] ?? "") \($0["outcome"] ?? "")" }.sorted() == [
                    "0 0 succeeded", "1 3 exited", "2 1 exited", "3 255 exited",
                ])
            try farm.expectComplete(4, failed: [1, 2, 3])
            try farm.farmer("-n", "2").ends(1)
            #expect(farm.attempts().count == 4, "what failed is not run again unasked")
        }
    }

    @Test func `failed tasks run again when that is asked for, and keep the log of the first attempt`() throws {
        try Farm.use { farm in
            try farm.write(["echo attempt $TASKFARMER_ATTEMPT; test -e mended", "echo fine"])
            try farm.farmer("-n", "1").ends(1)
            try farm.write([], to: "mended")
            try farm.farmer("-n", "1", "--retry-failed").ends(0)
            #expect(farm.log(0) == "attempt 2\n" && farm.state("logs/log_0.1") == "attempt 1\n")
            try farm.expectComplete(2)
        }
    }

    @Test(arguments: [
        ("no-such-command-anywhere x", "127", "No such file or directory"),
        ("./no/such/file", "127", "No such file or directory"),
        ("./plain", "126", "Permission denied"),
        ("./folder", "126", "Permission denied"),
    ])
    func `a command that cannot be started fails alone, with its reason`(
        command: String, status: String, reason: String
    ) throws {
        try Farm.use { farm in
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: "folder"), withIntermediateDirectories: false)
            try farm.write(["echo no program"], to: "plain")
            try farm.write(["echo before", command, "echo after"])
            try farm.farmer("-n", "1").ends(1)
            let attempt = try #require(farm.attempts(of: 1).first)
            #expect(attempt["exit"] == status && attempt["outcome"] == "could-not-start")
            #expect(attempt["reason"] == reason)
            #expect(farm.log(1).contains("not found") || farm.log(1).lowercased().contains("permission denied"))
            try farm.expectComplete(3, failed: [1])
        }
    }

    @Test func `a command not found by the shell is a failure with the shell's words in its log`() throws {
        try Farm.use { farm in
            try farm.write(["no-such-command-anywhere | cat; exit 127"])
            try farm.farmer("-n", "1").ends(1)
            #expect(farm.log(0).contains("not found"))
            #expect(farm.attempts(of: 0).map { $0["exit"] } == ["127"])
        }
    }

    @Test(arguments: [("KILL", SIGKILL), ("SEGV", SIGSEGV), ("ABRT", SIGABRT), ("TERM", SIGTERM)])
    func `a task that a signal ends is a failed task with that signal`(name: String, number: Int32) throws {
        try Farm.use { farm in
            try farm.write(["ulimit -c 0; kill -\(name) $$", "echo after"])
            let ended = try farm.farmer("-n", "1").ends(1)
            #expect(ended.output.contains("killed by SIG\(name)"), "\(ended.output)")
            let attempt = try #require(farm.attempts(of: 0).first)
            #expect(attempt["signal"] == "\(number)" && attempt["exit"] == "-" && attempt["outcome"] == "signalled")
            try farm.expectComplete(2, failed: [0])
        }
    }

    @Test func `a task that reads finds nothing on its standard input instead of waiting`() throws {
        try Farm.use { farm in
            try farm.write(["cat", "cat; echo end", "read line || echo none", "readlink /proc/self/fd/0"])
            try farm.farmer("-n", "2").ends(0)
            #expect(farm.log(0) == "" && farm.log(1) == "end\n" && farm.log(2) == "none\n")
            #expect(farm.log(3) == "/dev/null\n")
        }
    }

    @Test func `a task that floods its log neither stalls nor loses a byte`() throws {
        try Farm.use { farm in
            try farm.write(["yes 0123456789abcde | head -c 52428800", "echo small", "echo also >&2"])
            try farm.farmer("-n", "2").ends(0)
            let log = farm.workDirectory.appending(path: "logs/log_0").path
            let size = try FileManager.default.attributesOfItem(atPath: log)[.size] as? NSNumber
            #expect(size?.intValue == 52_428_800)
            #expect(farm.log(1) == "small\n" && farm.log(2) == "also\n")
            try farm.expectComplete(3)
        }
    }

    @Test func `both outputs go to the log in the order in which they were written`() throws {
        try Farm.use { farm in
            try farm.write(["for n in 1 2 3; do echo out $n; echo err $n >&2; done"])
            try farm.farmer("-n", "1").ends(0)
            #expect(farm.log(0) == "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n")
        }
    }

    @Test func `tasks of more slots than processors run at the same time`() throws {
        try Farm.use { farm in
            // Each waits for all: with one slot too few nobody would ever end.
            try farm.write(
                Array(repeating: "echo > up.$PROC_NUMBER; until test -e up.7; do sleep 0.02; done", count: 7))
            try farm.append("until test -e up.0 -a -e up.6; do sleep 0.02; done; echo > up.7\n")
            try farm.farmer("-n", "8").ends(0)
            try farm.expectComplete(8)
        }
    }
}
