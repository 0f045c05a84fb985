import Foundation
import TaskFarmerCore
import TaskFarmerReport
import Testing

struct ReportTests {
    private var state: StateRecord {
        var state = StateRecord()
        state.tasks = 100
        state.finished = 60
        state.failed = 2
        state.skipped = 1
        state.claimed = 7
        state.toprocess = 30
        state.attempts = 65
        return state
    }

    private var status: StatusReport {
        let second = 1_000_000
        let now = 1_800_000_000 * second
        let running = [
            JournalRecord.RunningTask(task: 70, attempt: 1, slot: 0, group: 4300, started: now - 12 * second),
            JournalRecord.RunningTask(task: 5, attempt: 2, slot: 1, group: 4301, started: now - 3700 * second),
        ]
        let alive = AliveRecord(
            farmer: "n1.4242.1799990000000", host: "n1", boot: "b", processSpace: "p", process: 4242, ticks: 1,
            slots: 4,
            heartbeat: 9, written: now - second, milliRate: 1500, running: running)
        let farmers: [(entry: RosterEntry, alive: AliveRecord?)] = [
            (
                RosterEntry(
                    farmer: "n2.17.1799990000001", ordinal: 2, slots: 8, claimed: 0, host: "n2",
                    joined: now - 90 * second), nil
            ),
            (
                RosterEntry(
                    farmer: alive.farmer, ordinal: 1, slots: 4, claimed: 7, host: "n1", joined: now - 10_000 * second),
                alive
            ),
            (RosterEntry(status: .closed, farmer: "gone", ordinal: 3, slots: 1, host: "n3", joined: now), nil),
        ]
        return StatusReport(
            directory: "/data/a b\"c_workdir", list: "/data/a b\"c", state: state, farmers: farmers, now: now)
    }

    @Test func `the status table changes only on purpose`() throws {
        try Golden.expect(status.text, is: "status.txt")
    }

    @Test func `the JSON of status keeps its keys and types`() throws {
        try Golden.expect(status.json, is: "status.json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(status.json.utf8)) as? [String: Any])
        #expect(object["format"] as? Int == 1)
        #expect(object["complete"] as? Bool == false)
        #expect((object["farmers"] as? [Any])?.count == 2)
    }

    @Test func `what silent farmers told last counts for nothing, and status says that they are silent`() throws {
        var report = status
        report.silent = ["n1.4242.1799990000000"]
        #expect(report.text.contains("\n0 running\n") && report.text.contains("no sign of life"))
        #expect(!report.text.contains("left") && !report.text.contains("attempt  host"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
        #expect(object["running"] as? Int == 0 && object["rate"] as? Double == 0 && object["seconds_left"] is NSNull)
        let farmers = try #require(object["farmers"] as? [[String: Any]])
        #expect(farmers.map { $0["silent"] as? Bool } == [true, false])
        report.silent.insert("n2.17.1799990000001")
        #expect(report.text.contains("\nno farmer shows a sign of life\n"))
    }

    @Test func `status names jobs and what they have, where there are some`() throws {
        var report = status
        var job = Allocation(scheduler: "slurm", job: "123_4", step: "0")
        (job.restarts, job.node, job.slots, job.memory) = (1, "n1", 4, 4000)
        (job.gpus, job.ends) = ("0,1", report.now + 5400 * 1_000_000)
        report.farmers[0].alive?.allocation = job
        report.farmers[0].entry.job = job.label
        // Its own file cannot be read just now.
        report.farmers[1].entry.job = "slurm:124.batch"
        try Golden.expect(report.text, is: "status-slurm.txt")
        try Golden.expect(report.json, is: "status-slurm.json")
        #expect(try JSONSerialization.jsonObject(with: Data(report.json.utf8)) is [String: Any])
    }

    @Test func `a farmer tells what its job is when it begins`() {
        var job = Allocation(scheduler: "slurm", job: "123", step: "0")
        #expect(AllocationText.note(job, slots: 1, ends: nil) == "SLURM job 123 step 0: 1 slot")
        (job.restarts, job.node, job.memory, job.gpus) = (1, "n1", 4000, "0,1")
        #expect(
            AllocationText.note(job, slots: 4, ends: "17:05")
                == "SLURM job 123 step 0, restart 1, on n1: 4 slots, 3.9 GiB, GPUs 0,1, ends 17:05")
        job.step = "batch"
        #expect(AllocationText.note(job, slots: 2, ends: nil).hasPrefix("SLURM job 123 (batch), restart 1, on n1: 2"))
    }

    @Test func `without farmers the JSON is whole as well`() throws {
        let report = StatusReport(directory: "d", list: "l", state: StateRecord(), farmers: [], now: 0)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
        #expect(object["complete"] as? Bool == true)
        #expect(object["seconds_left"] is NSNull)
        #expect(report.text.hasSuffix("complete\n"))
    }

    @Test func `the summary names failures, where their logs are and how to go on`() throws {
        let failures = (0..<2).map { index in
            (
                attempt: Attempt(
                    task: 40 + index, number: 1, host: "h", farmer: "f", slot: 0, started: 0,
                    outcome: index == 0 ? .exited(3) : .couldNotStart(127, reason: "No such file or directory")),
                log: "/w/logs/log_\(40 + index)"
            )
        }
        let totals = RunReport.Totals(
            state: state, ended: 65, attempts: .init(succeeded: 60, failed: 5, interrupted: 3),
            elapsed: 3_725_000_000_000, busyShare: 0.987,
            slots: 4, failures: failures, workDirectory: "/w", stopped: "SIGUSR1; run it again to go on",
            ownProcessor: 6_500_000,
            ownMemory: 10_240)
        try Golden.expect(RunReport.summary(totals) { "signal \($0)" }, is: "summary.txt")
    }

    @Test func `the progress line says what is left and how long`() {
        let line = RunReport.line(.init(tasks: 200, done: 50, failed: 3, running: 4, rate: 2.5))
        #expect(line == "50/200 done (25.0 %), 3 failed, 4 running, 150 left, 2.5/s, 1:00 min left")
        #expect(
            RunReport.line(.init(tasks: 0, done: 0, failed: 0, running: 0, rate: 0)).hasPrefix("0/0 done (100.0 %)"))
    }

    @Test func `a command cannot play tricks on the terminal`() {
        #expect(RunReport.shown(Array("echo \u{1B}[2J\ta".utf8)) == "echo ?[2J?a")
        #expect(RunReport.shown([UInt8](repeating: 120, count: 1000)).count == 120)
    }

    @Test(
        arguments: [
            (0, "0 µs"), (1_700_000, "1.7 ms"), (420_000_000, "0.42 s"), (59_990_000_000, "59.99 s"),
            (185_000_000_000, "3:05 min"),
            (7_384_000_000_000, "2:03:04 h"), (273_900_000_000_000, "3 d 04:05 h"), (-5, "0 µs"),
        ])
    func `durations read well at every size`(nanoseconds: Int, text: String) {
        #expect(Text.duration(nanoseconds) == text)
    }

    @Test(arguments: [(0.05, "3.0/min"), (0.0001, "0.4/h"), (2.25, "2.3/s"), (4321.4, "4321/s"), (.infinity, "?/s")])
    func `rates come in a unit that fits`(rate: Double, text: String) {
        #expect(Text.rate(rate) == text)
    }

    @Test func `columns line up`() {
        #expect(Text.table([["a", "10"], ["bcd", "5", "x"]]) == ["a    10", "bcd   5  x"])
    }
}
