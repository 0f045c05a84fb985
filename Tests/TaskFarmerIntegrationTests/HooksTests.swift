// Commands that are run at a farmer's end: when, by whom, and what they are told.

import Foundation
import Testing

@Suite("Notifications") struct HooksTests {
    private static let all = [
        "--on-end", "cat > end.json; env | grep ^TASKFARMER_ | sort > end.env; echo told", "--on-fail",
        "cat > fail.json; exit 4",
        "--on-stop", "cat > stop.json; env | grep ^TASKFARMER_ | sort > stop.env",
    ]

    private func object(_ farm: Farm, _ name: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(farm.bytes(name))) as? [String: Any])
    }

    @Test func `the end is told once all is over, and failures before it`() throws {
        try Farm.use { farm in
            try farm.write(["true", "exit 3", "kill -9 $$"])
            let ended = try farm.start(["run", "-n", "1"] + Self.all + ["tasks"]).wait()
            #expect(ended.status == 1)
            #expect(ended.errors.contains("told\n") && ended.errors.contains("--on-fail: exit 4"), "\(ended.errors)")
            let end = try object(farm, "end.json")
            #expect(end["event"] as? String == "end" && end["exit_status"] as? Int == 1)
            #expect(["tasks", "finished", "failed", "left"].map { end[$0] as? Int } == [3, 1, 2, 0])
            let failures = try #require(end["failures"] as? [[String: Any]])
            #expect(failures.compactMap { $0["task"] as? Int }.sorted() == [1, 2])
            #expect(Set(failures.compactMap { $0["outcome"] as? String }) == ["exited", "signalled"])
            #expect(failures.allSatisfy { farm.bytes($0["log"] as? String ?? "") == [] })
            #expect(try object(farm, "fail.json")["event"] as? String == "fail")
            let variables = farm.text("end.env").split(separator: "\n").map(String.init)
            #expect(variables.contains("TASKFARMER_FAILED=2") && variables.contains("TASKFARMER_EVENT=end"))
            #expect(variables.contains("TASKFARMER_REASON="))
            #expect(!farm.exists("stop.json"))
            try farm.write([], to: "end.json")
            try farm.start(["run", "-n", "1"] + Self.all + ["tasks"]).ends(1)
            #expect(!farm.text("end.json").contains("event"), "it was over before")
        }
    }

    @Test func `a farmer that stops tells that, and nothing of an end`() throws {
        try Farm.use { farm in
            try farm.write(["echo > up; exec sleep 1000", "true"])
            let farmer = try farm.start(["run", "-n", "1"] + Self.all + ["tasks"])
            try eventually("a task runs") { farm.exists("up") }
            farmer.signal(SIGTERM)
            try farmer.ends(75)
            let stop = try object(farm, "stop.json")
            #expect(stop["reason"] as? String == "SIGTERM" && stop["exit_status"] as? Int == 75)
            #expect(["tasks", "finished", "left"].map { stop[$0] as? Int } == [2, 0, 2])
            #expect(farm.text("stop.env").contains("TASKFARMER_REASON=SIGTERM\n"))
            #expect(!farm.exists("end.json") && !farm.exists("fail.json"))
        }
    }

    @Test func `of several farmers the last to leave tells the end`() throws {
        try Farm.use { farm in
            try farm.write((0..<4).map { "echo > up.\($0); while ! test -e go; do sleep 0.05; done" })
            let words = ["run", "-n", "2", "--on-end", "echo $TASKFARMER_FINISHED >> ends", "tasks"]
            let farmers = try (0..<2).map { _ in try farm.start(words) }
            try eventually("all run") { (0..<4).allSatisfy { farm.exists("up.\($0)") } }
            try farm.write([], to: "go")
            for farmer in farmers { try farmer.ends(0) }
            #expect(farm.text("ends") == "4\n")
            try farm.expectComplete(4)
        }
    }
}
