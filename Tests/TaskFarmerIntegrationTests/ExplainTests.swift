// Why tasks do not run, as `taskfarmer explain` finds it out on real work directories with real farmers.

import Foundation
import Testing

@Suite("Explanations") struct ExplainTests {
    private static let long = "echo > up; exec sleep 1000"

    /// The reasons of a task, as JSON has them.
    private func reasons(_ farm: Farm, _ id: Int) throws -> [String] {
        let object = try farm.object(try farm.shown("explain", "--json", "\(id)", "tasks"))
        return try #require(object["reasons"] as? [[String: Any]]).compactMap { $0["reason"] as? String }
    }

    /// Waits until the farmers have told so, which takes a heartbeat.
    private func eventually(_ farm: Farm, _ id: Int, says reason: String) throws -> String {
        try TaskFarmerIntegrationTests.eventually("task \(id): \(reason)") { try reasons(farm, id).contains(reason) }
        return try farm.shown("explain", "\(id)", "tasks")
    }

    private func end(_ farmers: Program...) throws {
        for farmer in farmers { farmer.signal(SIGTERM) }
        for farmer in farmers { try farmer.ends(75) }
    }

    @Test func `what is over says how, with all its attempts`() throws {
        try Farm.use { farm in
            try farm.write(["true", "echo x; test -e mended || exit 3", "true"])
            try farm.farmer("--retries", "1").ends(1)
            let finished = try farm.shown("explain", "0", "tasks")
            #expect(
                finished.hasPrefix("task 0: finished\n") && finished.contains("attempt 1") && finished.contains("log_0")
            )
            let failed = try farm.shown("explain", "1", "tasks")
            #expect(failed.contains("exit 3 after ") && failed.contains(": run again\n"), "\(failed)")
            #expect(failed.contains(": given up\n") && failed.contains("what to do: taskfarmer retry 1 "), "\(failed)")
            let object = try farm.object(try farm.shown("explain", "--json", "1", "tasks"))
            let attempts = try #require(object["attempts"] as? [[String: Any]])
            #expect(attempts.compactMap { $0["then"] as? String } == ["run again", "given up"])
            #expect(attempts.compactMap { $0["duration"] as? Double }.count == 2)
            #expect(object["running"] is NSNull && object["state"] as? String == "failed")
        }
    }

    @Test func `what waits without farmers, is held or cancelled says what to do`() throws {
        try Farm.use { farm in
            try farm.write(["true", "true", "true", "true"])
            try farm.farmer("--timeout", "0.000001").ends(75)
            _ = try farm.call("hold", "1", "tasks")
            _ = try farm.call("cancel", "2", "tasks")
            _ = try farm.call("priority", "3", "5", "tasks")
            #expect(try reasons(farm, 0) == ["no-farmer", "behind"])
            #expect(try farm.shown("explain", "0", "tasks").contains("it waits behind 1 task that is taken before it"))
            let last = try farm.shown("explain", "3", "tasks")
            #expect(last.contains("no farmer is at work\n") && last.contains("priority"), "\(last)")
            #expect(try reasons(farm, 3) == ["no-farmer"])
            let held = try farm.shown("explain", "1", "tasks")
            #expect(held.contains("it is held") && held.contains("what to do: taskfarmer release 1 "), "\(held)")
            #expect(try reasons(farm, 2) == ["skipped"])
        }
    }

    @Test func `what runs says where, and what waits says behind how many`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(on: Array(repeating: Self.long, count: 40), "-n", "1")
            try TaskFarmerIntegrationTests.eventually("its start is noted") {
                try farm.ids(inState: "running") == [0]
            }
            let running = try farm.shown("explain", "0", "tasks")
            #expect(running.contains("it has run on ") && running.contains(", in slot 0 of "), "\(running)")
            let object = try farm.object(try farm.shown("explain", "--json", "0", "tasks"))
            let facts = try #require(object["running"] as? [String: Any])
            #expect(facts["attempt"] as? Int == 1 && (facts["memory"] as? Int ?? 0) > 0)
            let waiting = try farm.ids(inState: "waiting")
            #expect(waiting.last == 39)
            let said = try eventually(farm, 39, says: "busy")
            #expect(said.contains("it waits behind \(waiting.count - 1) task"), "\(said)")
            #expect(said.contains("its slot runs a task") && said.contains("taskfarmer priority 39 1 "), "\(said)")
            try end(farmer)
        }
    }

    @Test func `a task that waits for its retry says until when`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: [Self.long, "exit 4"], "-n", "2", "--retries", "1", "--retry-delay", "2h")
            let said = try eventually(farm, 1, says: "delayed")
            #expect(
                said.contains("keeps it for its --retry-delay until ") && said.contains(": to be run again"), "\(said)")
            let status = try farm.object(try farm.shown("status", "--json", "tasks"))
            #expect(status["delayed"] as? Int == 1)
            #expect(try farm.shown("status", "tasks").contains("1 to be run again later"))
            try end(farmer)
        }
    }

    @Test func `a task that needs what nobody offers says what`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: [#"{"command":"echo > up; exec sleep 1000"}"#, #"{"resources":{"licence":2},"command":"true"}"#],
                "-n", "2", "-t", "jsonl", "--offer", "licence=1")
            let said = try eventually(farm, 1, says: "needs")
            #expect(said.contains("it needs licence=2, this farmer has 1") && said.contains("licence=2\n"), "\(said)")
            #expect(said.contains("what to do: start a farmer that has it"), "\(said)")
            try end(farmer)
        }
    }

    @Test func `a paused farmer is named`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(on: [Self.long, Self.long], "-n", "1")
            #expect(try farm.call("pause", "tasks").status == 0)
            let said = try eventually(farm, 1, says: "paused")
            #expect(said.contains("what to do: taskfarmer resume "), "\(said)")
            _ = try eventually(farm, 0, says: "paused")
            try end(farmer)
        }
    }

    @Test func `a draining farmer says why it takes no more`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: ["until test -e up; do sleep 0.01; done; exit 1", Self.long] + Array(repeating: "true", count: 400),
                "-n", "2", "--halt", "soon,fail=1")
            let said = try eventually(farm, 401, says: "leaving")
            #expect(said.contains("takes no more tasks (--halt soon,fail=1)"), "\(said)")
            #expect(try farm.shown("status", "tasks").contains("draining (--halt soon,fail=1)"))
            try end(farmer)
        }
    }

    @Test func `a task that will not be over in time says so, by the list or by its farmer`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: [#"{"command":"echo > up; exec sleep 1000"}"#, #"{"time":"3h","command":"true"}"#], "-n", "2", "-t",
                "jsonl", "--time-limit", "2h")
            let said = try eventually(farm, 1, says: "time")
            #expect(said.contains("it may take 3:00:00 h, and there 1:59:"), "\(said)")
            try end(farmer)
        }
        try Farm.use { farm in
            let header =
                "id\tattempt\thost\tfarmer\tslot\tstart\twall\tuser\tsys\tmax_rss_kib\tblocks_in\tblocks_out\texit\t"
                + "signal\toutcome\treason\tjob"
            let row = "1\t1\th\tf\t0\t1.0\t7200.000000\t0.000000\t0.000000\t0\t0\t0\t0\t-\tsucceeded\t\t-"
            try farm.write([header, row.replacingOccurrences(of: "1.0", with: "1.000000")], to: "history.tsv")
            let farmer = try farm.farmerAtWork(
                on: [Self.long, "true"], "-n", "2", "--time-limit", "1h", "--history", "history.tsv")
            let said = try eventually(farm, 1, says: "refused")
            #expect(said.contains("it takes longer than there is time"), "\(said)")
            try end(farmer)
        }
    }

    @Test func `a farmer that the machine holds back says why, also in the status`() throws {
        try Farm.use { farm in
            try farm.write(["true", "true"])
            let table = try String(contentsOfFile: "/proc/meminfo", encoding: .utf8)
            let total = try #require(
                table.split(separator: "\n").first?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
            let farmer = try farm.start(["run", "--memfree", "\(total - 4096)K", "tasks"])
            try TaskFarmerIntegrationTests.eventually("there is a work directory") {
                try farm.call("status", "tasks").status == 0
            }
            let said = try eventually(farm, 0, says: "held-back")
            #expect(said.contains("of memory is free (--memfree "), "\(said)")
            #expect(try farm.shown("status", "tasks").contains("held back ("))
            try end(farmer)
        }
    }

    @Test func `a dead farmer is named, and what it ran`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(on: [Self.long, "true"], "-n", "1")
            try TaskFarmerIntegrationTests.eventually("its start is noted") {
                try farm.ids(inState: "running") == [0]
            }
            farmer.signal(SIGKILL)
            _ = try farmer.wait()
            let said = try eventually(farm, 0, says: "dead")
            #expect(said.contains("is dead; the next farmer that looks puts back what it had"), "\(said)")
            try farm.write([], to: "go")
            _ = try farm.call("cancel", "0", "tasks")
            try farm.farmer().ends(0)
            #expect(farm.ids("skipped") == [0] && farm.ids("finished") == [1])
        }
    }
}
