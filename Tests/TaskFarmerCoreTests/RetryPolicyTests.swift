import TaskFarmerCore
import Testing

@Suite("Retrying") struct RetryPolicyTests {
    private static let signals: [String: Int32] = ["SEGV": 11, "BUS": 7, "KILL": 9]

    private func counts(_ all: [FailureKind: Int]) -> FailureCounts {
        var counts = FailureCounts()
        for (kind, count) in all { counts[kind] = count }
        return counts
    }

    /// How often a task is run that always ends so; nil for as long as one looks.
    private func attempts(_ policy: RetryPolicy, _ outcome: Outcome) -> Int? {
        var before = FailureCounts()
        for attempt in 1...100 {
            let fate = policy.verdict(outcome, before: before, chance: 0).fate
            if fate == .over { return attempt }
            if fate == .again, let kind = outcome.failure { before[kind] += 1 }
        }
        return nil
    }

    @Test func `without any option failures are final, and what the farmer did costs nothing`() {
        let policy = RetryPolicy()
        for outcome: Outcome in [
            .succeeded, .exited(1), .signalled(9), .timedOut, .couldNotStart(127, reason: ""), .outputLost(reason: ""),
        ] {
            #expect(attempts(policy, outcome) == 1, "\(outcome)")
        }
        #expect(attempts(policy, .interrupted) == nil && attempts(policy, .lost) == nil)
    }

    @Test func `failures share what is forgiven in general`() {
        let policy = RetryPolicy(retries: 3)
        for outcome: Outcome in [.exited(1), .signalled(11), .timedOut] {
            #expect(attempts(policy, outcome) == 4, "\(outcome)")
        }
        let mixed = counts([.exited: 1, .signalled: 1, .timedOut: 1, .lost: 7, .interrupted: 7])
        #expect(policy.verdict(.exited(1), before: mixed, chance: 0).fate == .over)
        #expect(policy.verdict(.exited(1), before: counts([.lost: 7, .interrupted: 7]), chance: 0).fate == .again)
    }

    @Test func `what cannot be started is not tried again, unless a rule says so`() throws {
        let policy = RetryPolicy(retries: 3)
        for outcome: Outcome in [.couldNotStart(127, reason: ""), .exited(126), .exited(127), .outputLost(reason: "")] {
            #expect(attempts(policy, outcome) == 1, "\(outcome)")
        }
        let rules = try RetryPolicy.rules("start=2 exit:127=1", signals: Self.signals)
        #expect(attempts(RetryPolicy(rules: rules), .couldNotStart(127, reason: "")) == 3)
        #expect(attempts(RetryPolicy(rules: rules), .exited(127)) == 2)
    }

    @Test func `the first rule that fits counts, and takes its kind out of the general number`() throws {
        let rules = try RetryPolicy.rules(
            "exit:75,111=5 signal:segv,SIGBUS=2 timeout=0 lost=3 interrupted=1", signals: Self.signals)
        let policy = RetryPolicy(retries: 1, rules: rules)
        #expect(attempts(policy, .exited(75)) == 6 && attempts(policy, .exited(111)) == 6)
        #expect(attempts(policy, .exited(1)) == 2)
        #expect(attempts(policy, .signalled(11)) == 3 && attempts(policy, .signalled(7)) == 3)
        #expect(attempts(policy, .signalled(9)) == 2)
        #expect(attempts(policy, .timedOut) == 1)
        #expect(attempts(policy, .lost) == 4 && attempts(policy, .interrupted) == 2)
        // A time limit has a rule of its own, and does not use up what others share.
        #expect(policy.verdict(.signalled(9), before: counts([.timedOut: 9]), chance: 0).fate == .again)
        let endless = RetryPolicy(rules: try RetryPolicy.rules("exit=inf", signals: Self.signals))
        #expect(attempts(endless, .exited(1)) == nil)
        #expect(endless.needsCounts == false && policy.needsCounts)
    }

    @Test func `a task that asks to be resumed uses nothing up`() {
        #expect(attempts(RetryPolicy(), .exited(85)) == nil)
        #expect(RetryPolicy().verdict(.exited(85), before: .init(), chance: 0).fate == .resumed)
        #expect(attempts(RetryPolicy(resumeStatus: nil), .exited(85)) == 1)
        #expect(attempts(RetryPolicy(rules: [.init(.exited, numbers: [85], limit: 4)]), .exited(85)) == 5)
        #expect(attempts(RetryPolicy(rules: [.init(.exited, limit: 4)]), .exited(85)) == nil)
        #expect(attempts(RetryPolicy(resumeStatus: 3), .exited(85)) == 1)
        #expect(RetryPolicy(resumeStatus: 3).verdict(.exited(3), before: .init(), chance: 0).fate == .resumed)
    }

    @Test func `each wait is twice as long, up to the longest, and up to a quarter more`() throws {
        var policy = RetryPolicy(retries: 50)
        policy.delay = try RetryPolicy.delay("10s..1m")
        func wait(_ failures: Int, _ chance: Double) -> Int {
            policy.verdict(.exited(1), before: counts([.exited: failures]), chance: chance).wait
        }
        #expect([0, 1, 2, 3, 40].map { wait($0, 0) / 1_000_000_000 } == [10, 20, 40, 60, 60])
        #expect(wait(0, 0.5) == 11_250_000_000 && wait(3, 1) == 75_000_000_000)
        #expect(policy.verdict(.lost, before: .init(), chance: 1).wait == 0)
        #expect(policy.verdict(.exited(85), before: .init(), chance: 1).wait == 0)
        #expect(
            policy.verdict(.exited(1), before: counts([.lost: 3, .interrupted: 2]), chance: 0).wait == 10_000_000_000)
        #expect(try RetryPolicy.delay("90") == .init(first: 90_000_000_000, longest: 90_000_000_000))
        #expect(try RetryPolicy.delay("0.5s..0.5s").first == 500_000_000)
    }

    @Test(arguments: [
        ("", "expected rules"), ("exit", "expected how often, like exit=3"), ("exit=", "expected how often"),
        ("exit=-1", "expected how often"), ("exit=251", "expected how often"), ("exit:0=1", "1 to 255"),
        ("exit:256=1", "1 to 255"), ("exit:=1", "1 to 255"), ("exit:1,=1", "1 to 255"), ("signal:FOO=1", "signals"),
        ("signal:65=1", "signals"), ("lost:3=1", "only exit and signal"), ("exits=1", "did you mean \"exit\"?"),
        ("memory=1", "\"memory\" is no way to end"), ("=1", "is no way to end"),
    ])
    func `what makes no sense as a rule is said in one line`(text: String, part: String) {
        do {
            _ = try RetryPolicy.rules(text, signals: Self.signals)
            Issue.record("\(text) was read")
        } catch {
            #expect(error.message.contains(part), "\(error.message)")
        }
    }

    @Test(arguments: [
        "", "..", "10s..", "..10s", "10s..5s", "10x", "-1", "inf", "nan", "1e3", "10s...20s", "5s..6s..7s",
    ])
    func `what makes no sense as a delay is refused`(text: String) {
        #expect(throws: RetryPolicy.Problem.self) { try RetryPolicy.delay(text) }
    }
}

@Suite("Counts of failures") struct FailureCountsTests {
    @Test func `counts are read back as they were written`() {
        var state: UInt64 = 7
        for _ in 0..<2000 {
            var counts = FailureCounts()
            for kind in FailureKind.allCases {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                counts[kind] = Int(state >> 33) % 4 == 0 ? Int(state >> 40) % 300 : 0
            }
            #expect(FailureCounts(counts.text()[...]) == counts)
        }
        var counts = FailureCounts()
        #expect(counts.isEmpty && counts.text().isEmpty && FailureCounts([]) == counts)
        counts[.timedOut] = 1000
        #expect(counts[.timedOut] == 255 && counts.text().text == "t255")
    }

    @Test(arguments: ["e", "1", "e0", "x1", "e1e1", "e256", "e1 ", "E1", "e-1", "e99999999999999999999"])
    func `what is no count is refused`(text: String) {
        #expect(FailureCounts(Array(text.utf8)[...]) == nil)
    }

    @Test func `a text that has no room is shortened, or left out`() {
        var counts = FailureCounts()
        counts[.exited] = 200
        counts[.lost] = 3
        #expect([9, 6, 5, 4, 3].map { counts.text(within: $0)?.text } == ["e200l3", "e200l3", "e99l3", "e9l3", nil])
    }
}

@Suite("Time limits of tasks") struct TaskTimeLimitTests {
    @Test func `times and shares are read`() {
        #expect(TaskTimeLimit("90") == .fixed(90_000_000_000) && TaskTimeLimit("1.5h") == .fixed(5_400_000_000_000))
        #expect(TaskTimeLimit("30m") == .fixed(1_800_000_000_000) && TaskTimeLimit("2d") != nil)
        #expect(TaskTimeLimit("250%") == .percent(250))
        for text in ["", "0", "0s", "-1", "%", "0%", "1e3", "m", "3 m", "inf", "nan", "1001d", "1.2.3", "5w"] {
            #expect(TaskTimeLimit(text) == nil, "\(text)")
        }
    }

    @Test func `a share of the median holds once there is one, and follows the last hundred`() {
        var durations = MedianEstimate()
        let limit = TaskTimeLimit.percent(200)
        for value in [50, 10] {
            durations.note(value * 1_000_000_000)
            #expect(limit.nanoseconds(durations) == nil)
        }
        durations.note(30_000_000_000)
        #expect(limit.nanoseconds(durations) == 60_000_000_000)
        for _ in 0..<101 { durations.note(100_000_000_000) }
        #expect(limit.nanoseconds(durations) == 200_000_000_000)
        // Tasks that had nothing to do are no measure for the others.
        for _ in 0..<101 { durations.note(1_000_000) }
        #expect(limit.nanoseconds(durations) == TaskTimeLimit.least)
        #expect(TaskTimeLimit.fixed(5).nanoseconds(MedianEstimate()) == 5)
    }

    @Test func `what ran out of memory gets more of it, and what took too long more time, up to a bound`() throws {
        let policy = RetryPolicy(
            rules: try RetryPolicy.rules("oom=3:mem*2 exit:9=1:mem*1.5..3G timeout=2:time*3..1h", signals: [:]))
        var failures = FailureCounts()
        #expect(policy.memory(1 << 30, after: failures, offered: 8 << 30) == 1 << 30)
        failures[.outOfMemory] = 2
        #expect(policy.memory(1 << 30, after: failures, offered: 8 << 30) == 4 << 30)
        #expect(policy.memory(1 << 30, after: failures, offered: 3 << 30) == 3 << 30, "no more than there is")
        #expect(policy.memory(4 << 30, after: failures, offered: 3 << 30) == 4 << 30, "and no less than was asked for")
        failures = FailureCounts()
        failures[.exited] = 1
        #expect(policy.memory(1 << 30, after: failures, offered: 8 << 30) == 3 << 29)
        failures[.timedOut] = 2
        #expect(policy.time(60_000_000_000, after: failures) == 540_000_000_000)
        #expect(policy.time(1_800_000_000_000, after: failures) == 3_600_000_000_000)
        #expect(policy.verdict(.outOfMemory, before: FailureCounts(), chance: 0).fate == .again)
        failures[.outOfMemory] = 3
        #expect(policy.verdict(.outOfMemory, before: failures, chance: 0).fate == .over)
    }

    @Test(arguments: [
        "oom=3:mem", "oom=3:mem*1", "oom=3:mem*x", "oom=3:disk*2", "oom=3:mem*2..", "oom=3:mem*2..8", "oom=3:",
        "timeout=1:time*2..8G", "lost=1:mem*2", "start=1:time*2", "interrupted=1:mem*2",
    ])
    func `growth that is none is refused`(text: String) {
        #expect(throws: RetryPolicy.Problem.self) { try RetryPolicy.rules(text, signals: [:]) }
    }
}

@Suite("Whether a node is to blame") struct NodeDoubtTests {
    private let second = 1_000_000_000

    @Test func `what failed here speaks against the node once it succeeded elsewhere, and once only`() {
        var doubt = NodeDoubt()
        for task in 0..<10 { doubt.noteFailure(of: task, at: task) }
        #expect(doubt.noteSuccesses([3, 3, 77]) == nil && doubt.evidence == [3])
        #expect(doubt.noteSuccesses([4]) == nil, "two may be chance")
        #expect(doubt.noteSuccesses([5]) == 3)
        #expect(doubt.text == "tasks 3, 4, 5")
        #expect(doubt.noteSuccesses([6, 7]) == nil, "told once")
        #expect(doubt.noteSuccesses([8]) == 6, "and again when there are twice as many")
        #expect(doubt.text == "tasks 3, 4, 5, 6, 7, …")
        #expect(doubt.watched(at: 20) == [0, 1, 2, 9])
    }

    @Test func `a task is left to others for a while, and what is remembered stays small`() {
        var doubt = NodeDoubt()
        doubt.noteFailure(of: 1, at: 0)
        #expect(doubt.avoided(at: 9 * second) == [1] && doubt.avoided(at: 11 * second).isEmpty)
        #expect(doubt.watched(at: 1000 * second) == [1])
        for task in 0..<100_000 { doubt.noteFailure(of: task, at: task) }
        #expect(doubt.watched(at: 100_000).count <= 1000)
    }
}
