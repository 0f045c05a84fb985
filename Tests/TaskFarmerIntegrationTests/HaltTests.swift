// Farmers that stop when enough has failed, succeeded or ended.

import Foundation
import Testing

@Suite("Halting") struct HaltTests {
    @Test func `after a failure nothing else is started, and what runs is let finish`() throws {
        try Farm.use { farm in
            try farm.write([
                "echo > up; until test -e go; do sleep 0.02; done", "until test -e up; do sleep 0.02; done; exit 3",
                "echo > never", "echo > never",
            ])
            let farmer = try farm.farmer("-n", "2", "--halt", "soon,fail=1")
            try eventually("it is reached") { farmer.errors.contains("--halt soon,fail=1 is reached") }
            try farm.write([], to: "go")
            let ended = try farmer.ends(75)
            #expect(ended.output.contains("stopped by --halt soon,fail=1"), "\(ended.output)")
            #expect(
                farm.ids("toprocess").sorted() == [2, 3] && farm.ids("failed") == [1] && farm.ids("finished") == [0])
            #expect(!farm.exists("never"))
            // What has failed before counts, until it is put back.
            try farm.farmer("-q", "--halt", "soon,fail=1").ends(75)
            #expect(!farm.exists("never"))
            try farm.farmer("-q", "--halt", "never").ends(1)
            try farm.expectComplete(4, failed: [1])
        }
    }

    @Test func `now stops what runs, which goes back`() throws {
        try Farm.use { farm in
            try farm.write(["echo > up; sleep 1000", "until test -e up; do sleep 0.02; done"])
            let ended = try farm.farmer("-n", "2", "--stop-signals", "KILL", "--halt", "now,success=1").ends(75)
            #expect(ended.errors.contains("stopping (--halt now,success=1)"), "\(ended.errors)")
            #expect(farm.ids("toprocess") == [0] && farm.ids("finished") == [1])
            try farm.expectSound()
        }
    }

    @Test func `a share is of all tasks, and what is retried is not over`() throws {
        try Farm.use { farm in
            try farm.write((0..<20).map { "exit \($0 < 10 ? 1 : 0)" })
            try farm.farmer("-q", "-n", "1", "--retries", "1", "--halt", "soon,fail=20%").ends(75)
            #expect(farm.ids("failed") == [0, 1, 2, 3])
            #expect(try farm.start(["run", "--halt", "later", "tasks"]).ends(64).errors.contains("--halt later"))
        }
    }
}
