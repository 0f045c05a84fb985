import Foundation
import TaskFarmerCore
import TaskFarmerReport
import Testing

@Suite("What commands that look print") struct LookingReportTests {
    private static func signalName(_ number: Int32) -> String { number == 11 ? "SIGSEGV" : "signal \(number)" }

    private func tasks(_ format: TasksReport.Format) -> String {
        var report = TasksReport(format, tasks: 1_000, hosts: ["n1", "node-17"], signalName: Self.signalName)
        var bytes: [UInt8] = []
        report.begin(&bytes)
        let rows: [(TaskState, Int, Outcome?, String?)] = [
            (.finished, 1, .succeeded, "true"), (.failed, 2, .exited(75), "a\tb \u{1B}[31m\"é\""),
            (.failed, 1, .signalled(11), "x"), (.failed, 1, .couldNotStart(127, reason: ""), "nothing"),
            (.running, 1, .lost, String(repeating: "long ", count: 40)), (.waiting, 0, nil, nil),
        ]
        for (id, row) in rows.enumerated() {
            report.append(
                .init(
                    id: id * 100, state: row.0, attempts: row.1,
                    last: row.2.map { ($0, id % 2 == 0 ? "n1" : "node-17", 1_500_000 * (id + 1) * (id + 1) * id) },
                    command: row.3.map { Array($0.utf8) }), to: &bytes)
        }
        report.end(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `the forms of the list of tasks change only on purpose`() throws {
        try Golden.expect(tasks(.text), is: "tasks.txt")
        try Golden.expect(tasks(.tsv), is: "tasks.tsv")
        try Golden.expect(tasks(.json), is: "tasks.json")
        let objects = try JSONSerialization.jsonObject(with: Data(tasks(.json).utf8)) as? [[String: Any]]
        #expect(objects?.count == 6)
        #expect(tasks(.tsv).split(separator: "\n").allSatisfy { $0.count { $0 == "\t" } == 8 })
    }

    @Test func `failures are told alike in words and in JSON`() throws {
        for isJSON in [false, true] {
            var report = FailedReport(json: isJSON, signalName: Self.signalName)
            var bytes: [UInt8] = []
            let all: [(Outcome?, String, [String]?)] = [
                (.exited(75), "n1", ["reading", "no licence"]), (.exited(75), "n1", []), (.signalled(11), "n2", nil),
                (.couldNotStart(127, reason: ""), "n2", ["not found"]), (nil, "", nil),
            ]
            for (id, failure) in all.enumerated() {
                report.append(
                    .init(
                        id: id,
                        last: failure.0.map { .init(outcome: $0, host: failure.1, farmer: "f.1", wall: 2_010_000) },
                        attempts: id, command: Array("./simulate \(id)".utf8), lines: failure.2,
                        log: failure.2.map { _ in "/w/logs/log_\(id)" }), to: &bytes)
            }
            report.end(Array("/w".utf8), &bytes)
            let text = String(decoding: bytes, as: UTF8.self)
            try Golden.expect(text, is: isJSON ? "failed.json" : "failed.txt")
            if isJSON { #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [Any]) }
        }
    }

    private var outlook: AliveRecord.Outlook {
        var outlook = AliveRecord.Outlook(offer: Offer(cpus: 4, memory: 32 << 30, gpus: ["0"], others: ["licence": 1]))
        (outlook.queued, outlook.delayed) = (3, 1)
        outlook.late = [.init(task: 5, due: 1_800_000_060_000_000)]
        outlook.heldBack = "12 threads of this machine run (--load)"
        outlook.end = 1_800_003_600_000_000
        outlook.due = 1_800_003_590_000_000
        return outlook
    }

    @Test func `an explanation is told alike in words and in JSON`() throws {
        var facts = Explanation.Facts(
            state: .waiting, task: TaskRecord(id: 12, command: Array("./simulate --seed 12".utf8)), form: .commands,
            now: 1_800_000_000_000_000)
        facts.ahead = 3
        facts.expected = 9000
        var large = outlook
        large.heldBack = nil
        large.common.memory = 64 << 30
        facts.farmers = [
            .init(name: "n1.1.1", host: "n1", slots: 4, running: 4, outlook: outlook),
            .init(name: "n2.1.1", host: "n2", slots: 4, running: 4, outlook: large),
            .init(name: "n3.1.1", host: "n3", slots: 4, running: 0, mode: .paused),
            .init(name: "n4.1.1", host: "n4", life: .silent(90_000_000), slots: 4, running: 1),
        ]
        let report = ExplainReport(
            facts: facts,
            attempts: [
                Attempt(
                    task: 12, number: 1, host: "n1", farmer: "n1.1.0", slot: 2, started: 1_799_990_000_000_000,
                    wall: 190_000_000, outcome: .outOfMemory),
                Attempt(
                    task: 12, number: 2, host: "n2", farmer: "n2.1.0", slot: 0, started: 1_799_991_000_000_000,
                    wall: 2_000_000, outcome: .signalled(11)),
            ], priority: 2, demand: Demand(cpus: 8, memory: 64 << 30, gpus: 1, others: ["licence": 1]), resident: nil,
            log: "/w/logs/log_12", place: Array("/w".utf8), signalName: Self.signalName, time: { "t\($0 / 1_000_000)" })
        try Golden.expect(report.text, is: "explain.txt")
        try Golden.expect(report.json, is: "explain.json")
        #expect(try JSONSerialization.jsonObject(with: Data(report.json.utf8)) is [String: Any])
    }

    @Test func `status tells what farmers keep for later and why they start nothing`() throws {
        let now = 1_800_000_000_000_000
        var alive = AliveRecord(
            farmer: "n1.4242.1", host: "n1", boot: "b", processSpace: "p", process: 4242, ticks: 1, slots: 4,
            heartbeat: 9, written: now - 1_000_000, control: .init())
        alive.outlook = outlook
        var draining = alive
        draining.farmer = "n2.17.2"
        draining.control = .init(mode: .draining)
        draining.outlook?.leaving = "--halt soon,fail=1"
        draining.outlook?.delayed = 0
        var state = StateRecord()
        (state.tasks, state.claimed, state.toprocess) = (40, 4, 36)
        let farmers: [(entry: RosterEntry, alive: AliveRecord?)] = [alive, draining].enumerated().map { place, alive in
            (
                RosterEntry(
                    farmer: alive.farmer, ordinal: place, slots: 4, claimed: 4, host: place == 0 ? "n1" : "n2",
                    joined: now - 60_000_000), alive
            )
        }
        let report = StatusReport(directory: "/w", list: "/l", state: state, farmers: farmers, now: now)
        try Golden.expect(report.text, is: "status-outlook.txt")
        try Golden.expect(report.json, is: "status-outlook.json")
        #expect(try JSONSerialization.jsonObject(with: Data(report.json.utf8)) is [String: Any])
    }
}
