import ClaimSimulation
import TaskFarmerCore
import Testing

struct TaskTests {
    @Test func `a command keeps bytes that are not UTF-8`() throws {
        let command: [UInt8] = [0x2e, 0x2f, 0xff, 0x20, 0xc3, 0x28, 0x80, 9, 13, 0x20]
        let task = TaskRecord(id: 12, command: command)
        #expect(task.line == utf8("12 ") + command + [10])
        #expect(try #require(TaskRecord(line: task.line.dropLast())) == task)
    }

    @Test(arguments: [
        ("0 x", 0, "x"), ("7 a b  c ", 7, "a b  c "), ("7  x", 7, " x"), ("7 ", 7, ""), ("8 9 x", 8, "9 x"),
    ])
    func `only the first blank separates ID and command`(line: String, id: Int, command: String) {
        #expect(TaskRecord(line: utf8(line)[...]) == TaskRecord(id: id, command: utf8(command)))
    }

    @Test(arguments: [
        "", "7", " 7 x", "-7 x", "+7 x", "x", "x 7", "7\tx", "99999999999999999999 x", "7 a\0b", "\0\0\0\0",
    ])
    func `a damaged line is no task`(line: String) {
        #expect(TaskRecord(line: utf8(line)[...]) == nil)
    }

    static let outcomes: [(Outcome, String, Bool)] = [
        (.succeeded, "succeeded", true), (.exited(1), "exited", true), (.exited(255), "exited", true),
        (.signalled(9), "signalled", true), (.couldNotStart(127, reason: "no such file: ./ü"), "could-not-start", true),
        (.couldNotStart(126, reason: ""), "could-not-start", true), (.interrupted, "interrupted", false),
        (.lost, "lost", false), (.timedOut, "timed-out", true),
        (.outOfMemory, "out-of-memory", true), (.outputLost(reason: "full"), "output-lost", true),
    ]

    @Test(arguments: outcomes)
    func `no outcome changes on its way through a file`(outcome: Outcome, word: String, isFinal: Bool) throws {
        let attempt = Self.attempt.ended(as: outcome)
        #expect(try #require(Attempt(line: Self.line(attempt).dropLast())) == attempt)
        #expect(outcome.word == word)
        #expect(outcome.isFinal == isFinal)
    }

    @Test func `an outcome has an exit status or a signal but never both`() {
        #expect(Outcome.succeeded.exitStatus == 0)
        #expect(Outcome.exited(3).exitStatus == 3)
        #expect(Outcome.couldNotStart(126, reason: "x").exitStatus == 126)
        #expect(Outcome.signalled(9).signal == 9)
        for (outcome, _, _) in Self.outcomes { #expect(outcome.exitStatus == nil || outcome.signal == nil) }
    }

    @Test func `a line of attempts tsv looks as it always has`() {
        #expect(
            Attempt.header(namesJobs: false).text
                == "id\tattempt\thost\tfarmer\tslot\tstart\twall\tuser\tsys\tmax_rss_kib\tblocks_in\tblocks_out\texit\tsignal\t"
                + "outcome\treason\n")
        var attempt = Self.attempt
        let start =
            "12\t2\tnode1\tnode1.77.1700000000000\t3\t1700000000.000001\t61.500000\t0.250000\t0.000009\t2048\t8\t16\t"
        #expect(Self.line(attempt).text == start + "0\t-\tsucceeded\t\n")
        attempt.outcome = .exited(3)
        #expect(Self.line(attempt).text == start + "3\t-\texited\t\n")
        attempt.outcome = .signalled(11)
        #expect(Self.line(attempt).text == start + "-\t11\tsignalled\t\n")
        attempt.outcome = .couldNotStart(127, reason: "no such\tfile\nat all")
        #expect(Self.line(attempt).text == start + "127\t-\tcould-not-start\tno such file at all\n")
        attempt.outcome = .timedOut
        #expect(Self.line(attempt).text == start + "-\t-\ttimed-out\t\n")
        attempt.outcome = .interrupted
        #expect(Self.line(attempt).text == start + "-\t-\tinterrupted\t\n")
        attempt.outcome = .lost
        #expect(Self.line(attempt).text == start + "-\t-\tlost\t\n")
    }

    @Test func `a line names the job where the work directory has that column, and is read with and without`() throws {
        #expect(Attempt.header(namesJobs: true).text.hasSuffix("\toutcome\treason\tjob\n"))
        for (outcome, _, _) in Self.outcomes {
            for job in ["slurm:123_4.0", "-"] {
                var attempt = Self.attempt.ended(as: outcome)
                attempt.jobColumn = job
                let line = Self.line(attempt)
                #expect(line.text.hasSuffix("\t\(job)\n"))
                let read = try #require(Attempt(line: line.dropLast()))
                #expect(read == attempt)
                #expect(read.job == (job == "-" ? nil : job))
            }
        }
        #expect(Self.attempt.job == nil)
    }

    @Test(arguments: ["", "a b", "\u{1}", "x\ty", "é"])
    func `a line with a senseless job is refused`(job: String) {
        var attempt = Self.attempt
        attempt.jobColumn = job
        #expect(Attempt(line: Self.line(attempt).dropLast()) == nil)
    }

    @Test func `every line has as many fields as the header`() {
        let fields = Attempt.header(namesJobs: false).dropLast().split(separator: 9, omittingEmptySubsequences: false)
            .count
        for (outcome, _, _) in Self.outcomes {
            var attempt = Self.attempt
            attempt.outcome = outcome
            let line = Self.line(attempt)
            #expect(line.dropLast().split(separator: 9, omittingEmptySubsequences: false).count == fields)
            #expect(line.filter { $0 == 10 }.count == 1)
        }
    }

    @Test func `a line cut anywhere is not read as an attempt`() {
        let line = Array(Self.line(Self.attempt).dropLast())
        // Without the last tab there is one field less; with it, the line is whole.
        #expect(unnoticedCuts(of: line) { Attempt(line: $0[...]) != nil } == [])
    }

    @Test(arguments: [
        (0, "x"), (0, "-1"), (0, ""), (1, "two"), (4, "-"), (4, "1.5"), (5, "1700000000.1"), (5, "-"), (6, "1.0000000"),
        (7, ""),
        (8, "-1.000000"), (9, "many"), (10, "-1"), (11, ""), (12, "-"), (12, "1"), (12, ""), (12, "4294967296"),
        (13, "9"),
        (13, ""), (13, "x"), (14, "succeeded "), (14, "Succeeded"), (14, "exited"), (14, "lost"), (14, ""),
    ])
    func `a line with one wrong field is refused`(field: Int, text: String) {
        var fields = Self.line(Self.attempt).dropLast().split(separator: 9, omittingEmptySubsequences: false).map(
            Array.init)
        fields[field] = utf8(text)
        let line = Array(fields.joined(separator: [9]))
        #expect(Attempt(line: line[...]) == nil)
        #expect(Attempt(line: (line + [9])[...]) == nil)
    }

    @Test func `a line with too many fields is refused`() {
        #expect(Attempt(line: Self.line(Self.attempt).dropLast() + utf8("\tmore\tand")) == nil)
        #expect(Attempt(line: utf8("")[...]) == nil)
        #expect(Attempt(line: Attempt.header(namesJobs: false).dropLast()) == nil)
    }

    @Test func `an absurd time in a line does not crash the reader`() async {
        await #expect(processExitsWith: .success) {
            let line = Array("1\t1\th\tf\t0\t99999999999999999.000000\t0.0\t0.0\t0.0\t0\t0\t0\t0\t-\tsucceeded\t".utf8)
            precondition(Attempt(line: line[...]) == nil)
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `damage to a line is never judged otherwise than field by field`(seed: UInt64) {
        var generator = SplitMix(seed: seed)
        let letters = utf8("0123456789\t-. asx\u{0}é")
        for (outcome, _, _) in Self.outcomes {
            var attempt = Self.attempt
            attempt.outcome = outcome
            for _ in 0..<300 {
                var line = Array(Self.line(attempt).dropLast())
                for _ in 0..<Int.random(in: 0...2, using: &generator) {
                    let place = Int.random(in: 0..<line.count, using: &generator)
                    let end = Int.random(in: place...min(line.count, place + 2), using: &generator)
                    line.replaceSubrange(
                        place..<end,
                        with: (0..<Int.random(in: 0...2, using: &generator)).map { _ in
                            letters.randomElement(using: &generator) ?? 0
                        })
                }
                let expected = Self.read(line)
                let fields = AttemptFields(line.span)
                let success = fields?.hasSucceeded ?? false
                let isRefused = fields == nil
                #expect(Attempt(line: line[...]) == expected, "\(line.text.debugDescription), seed \(seed)")
                #expect(isRefused == (expected == nil))
                #expect(success == (expected?.outcome == .succeeded))
            }
        }
    }

    /// Reads a line with nothing but the standard library.
    private static func read(_ line: [UInt8]) -> Attempt? {
        let fields = line.split(separator: 9, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        func number(_ field: Int) -> Int? { fields[field].utf8.allSatisfy { 48...57 ~= $0 } ? Int(fields[field]) : nil }
        func time(_ field: Int) -> Int? {
            let parts = fields[field].split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count <= 2, parts.allSatisfy({ $0.utf8.allSatisfy { 48...57 ~= $0 } }),
                let whole = Int(parts[0])
            else { return nil }
            if whole > Int.max / 1_000_000 { return nil }
            if parts.count == 1 { return whole * 1_000_000 }
            return parts[1].utf8.count == 6 ? Int(parts[1]).map { whole * 1_000_000 &+ $0 } : nil
        }
        let job = fields.count == 17 ? fields[16] : nil
        guard fields.count == 16 || job?.isEmpty == false, job?.utf8.allSatisfy({ 33...126 ~= $0 }) != false,
            let exit = fields[12] == "-" ? -1 : number(12),
            let signal = fields[13] == "-" ? -1 : number(13), exit <= Int32.max, signal <= Int32.max,
            let task = number(0), let attempt = number(1), let slot = number(4), let started = time(5),
            let wall = time(6), let user = time(7), let system = time(8), let resident = number(9),
            let blocksIn = number(10), let blocksOut = number(11),
            let word = OutcomeWord(rawValue: fields[14]),
            let outcome = Outcome(
                word, exit: exit < 0 ? nil : Int32(exit), signal: signal < 0 ? nil : Int32(signal),
                reason: fields[15])
        else { return nil }
        return Attempt(
            task: task, number: attempt, host: fields[2], farmer: fields[3], slot: slot, started: started, wall: wall,
            user: user, system: system, maxResidentKiB: resident, blocksIn: blocksIn, blocksOut: blocksOut,
            outcome: outcome, jobColumn: job)
    }

    private static let attempt = Attempt(
        task: 12, number: 2, host: "node1", farmer: "node1.77.1700000000000", slot: 3, started: 1_700_000_000_000_001,
        wall: 61_500_000, user: 250_000, system: 9, maxResidentKiB: 2048, blocksIn: 8, blocksOut: 16,
        outcome: .succeeded)

    private static func line(_ attempt: Attempt) -> [UInt8] {
        var bytes: [UInt8] = []
        attempt.appendLine(to: &bytes)
        return bytes
    }
}
