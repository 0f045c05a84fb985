import Foundation
import TaskFarmerCore
import TaskFarmerReport
import Testing

@Suite("How a work directory is, in all forms") struct HealthReportTests {
    private static let now = 1_800_000_000_000_000

    private func report(list: String = "/data/a b\"c\\d\ne") -> HealthReport {
        var state = StateRecord()
        (state.tasks, state.finished, state.failed, state.skipped) = (100, 59, 2, 1)
        (state.claimed, state.toprocess, state.held) = (7, 30, 1)
        (state.attempts, state.timed, state.wall) = (65, 61, 1_234_567_890)
        let running = (0..<2).map {
            JournalRecord.RunningTask(task: 70 + $0, attempt: 1, slot: $0, group: 4300, started: Self.now - 12_000_000)
        }
        var alive = AliveRecord(
            farmer: "n1.4242.1799990000000", host: "n1", boot: "b", processSpace: "p", process: 4242, ticks: 1,
            slots: 4,
            heartbeat: 9, written: Self.now - 1_000_000, milliRate: 1500, running: running, control: .init())
        var outlook = AliveRecord.Outlook(offer: Offer(cpus: 4))
        outlook.heldBack = "12 threads of this machine run (--load)"
        outlook.delayed = 3
        alive.outlook = outlook
        let second = RosterEntry(
            farmer: "n2.17.1799990000001", ordinal: 2, slots: 8, claimed: 1, host: "n2", joined: Self.now - 90_000_000)
        let first = RosterEntry(
            farmer: alive.farmer, ordinal: 1, slots: 4, claimed: 6, host: "n1", joined: Self.now - 10_000_500_000)
        let status = StatusReport(
            directory: list + "_workdir", list: list, state: state, farmers: [(second, nil), (first, alive)],
            now: Self.now)
        let farmers = [
            Explanation.Farmer(name: first.farmer, host: "n1", slots: 4, running: 2, mode: .working, outlook: outlook),
            Explanation.Farmer(name: second.farmer, host: "n2", life: .silent(90_000_000), slots: 8, running: 0),
        ]
        return HealthReport(status, farmers, version: "1.2.3")
    }

    private var unreadable: HealthReport {
        HealthReport(unreadable: "/w", "cannot open /w/state: \"x\"", now: Self.now, version: "1.2.3")
    }

    @Test func `the forms of health change only on purpose`() throws {
        try Golden.expect(report().text, is: "health.txt")
        try Golden.expect(report().json, is: "health.json")
        try Golden.expect(report().metrics, is: "health.prom")
        try Golden.expect(unreadable.text, is: "health-unreadable.txt")
        try Golden.expect(unreadable.json, is: "health-unreadable.json")
        try Golden.expect(unreadable.metrics, is: "health-unreadable.prom")
    }

    @Test func `the JSON has the same keys and types, whether anything can be read or not`() throws {
        let known = try #require(JSONSerialization.jsonObject(with: Data(report().json.utf8)) as? [String: Any])
        let unknown = try #require(JSONSerialization.jsonObject(with: Data(unreadable.json.utf8)) as? [String: Any])
        #expect(Set(known.keys) == Set(unknown.keys))
        #expect(known["healthy"] as? Bool == true && known["status"] as? String == "degraded")
        #expect(unknown["healthy"] as? Bool == false && unknown["status"] as? String == "failing")
        #expect(known["list"] as? String == "/data/a b\"c\\d\ne" && unknown["list"] is NSNull)
    }

    @Test func `metrics keep to the conventions: help and type once, then the samples, all in order`() throws {
        for metrics in [report().metrics, unreadable.metrics] {
            var (seen, current, kind): (Set<String>, String, Substring) = ([], "", "")
            for line in metrics.split(separator: "\n") {
                let words = line.split(separator: " ", maxSplits: 3)
                if line.hasPrefix("# HELP ") {
                    current = String(words[2])
                    #expect(seen.insert(current).inserted && current.hasPrefix("taskfarmer_"), "\(current)")
                } else if line.hasPrefix("# TYPE ") {
                    kind = words[3]
                    #expect(words[2] == current && (kind == "counter") == current.hasSuffix("_total"), "\(current)")
                } else {
                    let name = line.prefix { $0 != " " && $0 != "{" }
                    let isPart = kind == "summary" && ["_sum", "_count"].map { current + $0 }.contains(String(name))
                    #expect(String(name) == current || isPart, "\(line)")
                    #expect(line.split(separator: " ").last.flatMap { Double($0) } != nil, "\(line)")
                }
            }
            #expect(metrics.hasSuffix("\n"))
        }
    }

    @Test func `no path can end a label or a line of the metrics`() {
        #expect(report().metrics.contains(#"list="/data/a b\"c\\d\ne","#))
        #expect(
            report(list: "/x\r\u{7F}").metrics.split(separator: "\n").count
                == report().metrics.split(separator: "\n").count)
    }

    @Test func `what cannot be known yet is NaN, and nothing left is 0`() {
        var state = StateRecord()
        (state.tasks, state.toprocess) = (2, 2)
        func metrics() -> String {
            HealthReport(StatusReport(directory: "d", list: "l", state: state, farmers: [], now: 0), [], version: "v")
                .metrics
        }
        #expect(metrics().contains("\ntaskfarmer_remaining_seconds NaN\n"))
        (state.toprocess, state.finished) = (0, 2)
        #expect(metrics().contains("\ntaskfarmer_remaining_seconds 0\n"))
        #expect(!metrics().contains("taskfarmer_farmer_"))
    }
}
