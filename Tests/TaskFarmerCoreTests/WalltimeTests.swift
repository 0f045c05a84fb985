// The end of a farmer's time, on a virtual clock.

import TaskFarmerCore
import Testing

@Suite("Walltime") struct WalltimeTests {
    private static let second = 1_000_000_000

    @Test func `a limit is what users and SLURM write, and never a bare number`() {
        for (text, seconds) in [
            ("12h", 43_200), ("90m", 5400), ("1.5h", 5400), ("45s", 45), ("2d", 172_800), ("2:00:00", 7200),
            ("1-12", 129_600), ("1-12:30", 131_400), ("1-00:00:10", 86_410), ("59:30", 3570),
        ] { #expect(Walltime.limit(text) == seconds * Self.second, "\(text)") }
        for text in [
            "", "90", "0s", "-1h", "1e3s", "h", "12 h", "1:60:00", "1-", ":", "0:00", "inf", "nan", "2000d", "12x",
        ] { #expect(Walltime.limit(text) == nil, "\(text)") }
    }

    @Test func `what squeue says is left to a job`() {
        // squeue of SLURM 22.05.
        for (output, seconds) in [
            ("2:00\n", 120), ("1-02:04:00\n", 93_840), ("3:00:00\n", 10_800), ("59:00\n", 3540), ("1:57\n1:57\n", 117),
        ] { #expect(Walltime.left(squeue: utf8(output)) == seconds, "\(output)") }
        for output in ["UNLIMITED\n", "NOT_SET\n", "INVALID\n", "", "\n", "0:00\n", "42\n", "1:2x\n", "\u{0}:1\n"] {
            #expect(Walltime.left(squeue: utf8(output)) == nil, "\(output)")
        }
    }

    @Test func `the margin is what stopping takes, or more, or none`() {
        func time(_ margin: Walltime.Margin) -> Walltime {
            Walltime(end: 1000 * Self.second, source: .option, stopLength: 15 * Self.second, margin: margin)
        }
        #expect(time(.standard).stop == 980 * Self.second && time(.standard).due == 980 * Self.second)
        #expect(time(.time(60 * Self.second)).due == 940 * Self.second)
        #expect(time(.time(60 * Self.second)).stop == 980 * Self.second, "what runs is stopped no earlier for it")
        #expect(time(.time(0)).due == 980 * Self.second)
        #expect(time(.none).due == nil && time(.none).stop == 980 * Self.second)
    }

    @Test func `a task fits as long as it will be over in time`() {
        let time = Walltime(end: 1000 * Self.second, source: .option, stopLength: 0, margin: .time(100 * Self.second))
        #expect(time.fit(900, at: 0) == .fits)
        #expect(time.fit(900.5, at: 0) == .tooLong(900.5))
        #expect(time.fit(10, at: 890 * Self.second) == .fits)
        #expect(time.fit(10, at: 891 * Self.second) == .tooLong(10))
        #expect(time.fit(nil, at: 999 * Self.second) == .fits, "of what nothing is known is started")
        #expect(time.fit(0, at: 901 * Self.second) == .tooLong(0))
        #expect(time.fit(.infinity, at: 0) == .tooLong(.infinity))
        let careless = Walltime(end: 1000 * Self.second, source: .option, stopLength: 0, margin: .none)
        #expect(careless.fit(1e9, at: 999 * Self.second) == .fits)
    }

    @Test func `a stop sequence lasts as long as its waits`() throws {
        let sequence = try StopSequence.parse("INT,10,TERM,5,KILL", numbers: ["INT": 2, "TERM": 15, "KILL": 9]).get()
        #expect(sequence.length == 15 * Self.second)
    }
}
