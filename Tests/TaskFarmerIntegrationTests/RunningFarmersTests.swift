// What can be seen of farmers at work, and what their work costs.

import Foundation
import Testing

struct RunningFarmersTests {
    private func json(_ farm: Farm) throws -> [String: Any] {
        let ended = try farm.call("status", "--json", "tasks_workdir")
        #expect(ended.status == 0 && ended.errors == "", "\(ended)")
        return try #require(try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any])
    }

    @Test func `status has every documented key, for each of several farmers`() throws {
        try Farm.use { farm in
            try farm.write(Array(repeating: "echo > up.$PROC_NUMBER; exec sleep 1000", count: 5))
            let farmers = try (0..<2).map { _ in try farm.farmer("-n", "2") }
            try eventually("four tasks run") { (0..<4).allSatisfy { farm.exists("up.\($0)") } }
            var status: [String: Any] = [:]
            try eventually("the heartbeats show them") {
                status = try json(farm)
                return status["running"] as? Int == 4
            }
            #expect(
                Set(status.keys) == [
                    "format", "workdir", "list", "time", "tasks", "finished", "failed", "skipped", "claimed",
                    "toprocess", "held", "attempts", "complete", "running", "delayed", "rate", "seconds_left",
                    "farmers",
                ])
            let places = ["finished", "failed", "skipped", "claimed", "toprocess", "held"].compactMap {
                status[$0] as? Int
            }
            #expect(places.reduce(0, +) == 5 && status["tasks"] as? Int == 5)
            let members = try #require(status["farmers"] as? [[String: Any]])
            #expect(members.compactMap { $0["pid"] as? Int }.sorted() == farmers.map { Int($0.identifier) }.sorted())
            for member in members {
                #expect(
                    Set(member.keys) == [
                        "farmer", "host", "pid", "slots", "claimed", "since", "heartbeat", "job", "allocation", "state",
                        "silent", "outlook", "rate", "running",
                    ])
                for task in try #require(member["running"] as? [[String: Any]]) {
                    #expect(Set(task.keys) == ["id", "attempt", "slot", "process_group", "started", "cpu", "memory"])
                    let group = try #require(task["process_group"] as? Int)
                    #expect(Processes.isAlive(Int32(group)))
                }
            }
            let check = try farm.call("check", "tasks")
            #expect(check.status == 0, "sound while farmers are at work: \(check.output)")
            for farmer in farmers { farmer.signal(SIGTERM) }
            for farmer in farmers { try farmer.ends(75) }
        }
    }

    @Test(.enabled(if: FileManager.default.isReadableFile(atPath: "/proc/self/io"), "needs /proc/PID/io"))
    func `a task costs no more writing on a long list than on a short one`() throws {
        try Farm.use { farm in
            // Rewriting the list for each task, as PyTaskFarmer does, would write it 300 times.
            let count = 100_000
            try farm.write((0..<count).map { "exit 0; task number \($0) of a long list" })
            let size = farm.bytes("tasks").count
            let farmer = try farm.farmer("-n", "2", "-q")
            func written() -> Int {
                let text = try? FileHandle(forReadingFrom: URL(filePath: "/proc/\(farmer.identifier)/io")).readToEnd()
                return Int(Processes.statusLines(String(decoding: text ?? Data(), as: UTF8.self))["wchar"] ?? "") ?? 0
            }
            try eventually("tasks are finished") { farm.ids("finished").count >= 50 }
            let (before, done) = (written(), farm.ids("finished").count)
            try eventually("300 more are finished") { farm.ids("finished").count >= done + 300 }
            let (after, more) = (written(), farm.ids("finished").count - done)
            farmer.signal(SIGTERM)
            try farmer.ends(75)
            #expect(before > size, "the list was written once, when the work directory was made")
            #expect(after - before < more * 20_000, "\(after - before) bytes for \(more) tasks")
            #expect(farm.ids("toprocess").count == count - farm.ids("finished").count)
            try farm.expectSound()
        }
    }
}
