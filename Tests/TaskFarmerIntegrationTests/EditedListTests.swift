// A list that is edited between two runs, or while farmers work on it.

import Foundation
import Testing

struct EditedListTests {
    private static let lines = (0..<6).map { "echo task \($0)" }

    private func withDone(_ body: (Farm) throws -> Void) throws {
        try Farm.use { farm in
            try farm.write(Self.lines)
            try farm.farmer("-n", "1").ends(0)
            try body(farm)
            try farm.expectSound()
        }
    }

    @Test func `appended lines become new tasks`() throws {
        try withDone { farm in
            try farm.append("# more\necho task 6\necho task 7\n")
            let ended = try farm.farmer("-n", "1").ends(0)
            #expect(ended.errors.contains("2 new tasks"), "\(ended.errors)")
            #expect(farm.log(6) == "task 6\n" && farm.log(7) == "task 7\n")
            try farm.expectComplete(8)
            #expect(farm.attempts().count == 8, "nothing ran again")
        }
    }

    @Test func `a last line that gets its newline later is not run twice`() throws {
        try Farm.use { farm in
            try farm.write(bytes: Array("echo task 0\necho task 1".utf8))
            try farm.farmer("-n", "1").ends(0)
            try farm.append("\necho task 2")
            try farm.farmer("-n", "1").ends(0)
            try farm.append("\n")
            try farm.farmer("-n", "1").ends(0)
            #expect(farm.log(2) == "task 2\n" && farm.attempts().count == 3)
            try farm.expectComplete(3)
        }
    }

    @Test func `farmers that see the list grown at once add its tasks once`() throws {
        try withDone { farm in
            try farm.append((6..<40).map { "echo task \($0)\n" }.joined())
            let farmers = try (0..<4).map { _ in try farm.farmer("-n", "1") }
            for farmer in farmers { try farmer.ends(0) }
            try farm.expectComplete(40)
            #expect(farm.attempts().count == 40)
        }
    }

    @Test func `a line that became longer is an edit, not a new task`() throws {
        try Farm.use { farm in
            try farm.write(bytes: Array("echo task 0\necho task 1".utf8))
            try farm.farmer("-n", "1").ends(0)
            try farm.append("0\n")
            let ended = try farm.farmer("-n", "1").ends(0)
            #expect(ended.errors.contains("was edited") && ended.errors.contains("ID 1"), "\(ended.errors)")
            try farm.expectComplete(2)
        }
    }

    @Test func `changed lines are named and change nothing`() throws {
        try withDone { farm in
            var lines = Self.lines
            lines[2] = "echo something else"
            lines[4] = "echo and this"
            try farm.write(lines)
            let ended = try farm.farmer("-n", "1").ends(0)
            #expect(ended.errors.contains("2 tasks were changed (ID 2, 4)"), "\(ended.errors)")
            #expect(ended.errors.contains("--fresh"))
            try farm.expectComplete(6)
            #expect(farm.log(2) == "task 2\n" && farm.attempts().count == 6)
        }
    }

    @Test func `a list that got shorter is named and changes nothing`() throws {
        try withDone { farm in
            try farm.write(Array(Self.lines.prefix(4)))
            let ended = try farm.farmer("-n", "1").ends(0)
            #expect(ended.errors.contains("2 tasks at its end were removed (ID 4 to 5)"), "\(ended.errors)")
            try farm.expectComplete(6)
        }
    }

    @Test func `a list that is gone does no harm once its tasks were made`() throws {
        try Farm.use { farm in
            try farm.write(["echo > up.$PROC_NUMBER; test $TASKFARMER_ATTEMPT = 2 || exec sleep 1000"])
            let farmer = try farm.farmer("-n", "1")
            try eventually("the task runs") { farm.exists("up.0") }
            farmer.signal(SIGTERM)
            try farmer.ends(75)
            try FileManager.default.removeItem(at: farm.list)
            let ended = try farm.start(["run", "-n", "1", "tasks"]).ends(0)
            #expect(
                ended.errors.contains("tasks: cannot be read: No such file or directory; going on"), "\(ended.errors)")
            try farm.expectComplete(1)
        }
    }

    @Test func `starting over reads the edited list and forgets what was done`() throws {
        try withDone { farm in
            try farm.write(["echo other 0", "echo other 1"])
            try farm.farmer("-n", "1", "--fresh").ends(0)
            #expect(farm.log(0) == "other 0\n" && farm.attempts().count == 2)
            #expect(try farm.names(in: "tasks_workdir/logs") == ["log_0", "log_1"], "old logs are gone")
            try farm.expectComplete(2)
        }
    }
}
