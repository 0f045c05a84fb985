import TaskFarmerCore
import Testing

struct StopSequenceTests {
    private static let numbers: [String: Int32] = ["KILL": 9, "TERM": 15, "INT": 2, "USR1": 10]

    private static func parse(_ text: String) -> [StopSequence.Step]? {
        try? StopSequence.parse(text, numbers: numbers).get().steps
    }

    @Test(
        arguments: [
            ("TERM,5,KILL", [.signal(15), .wait(nanoseconds: 5_000_000_000), .signal(9)]),
            ("SIGTERM,5,SIGKILL", [.signal(15), .wait(nanoseconds: 5_000_000_000), .signal(9)]),
            ("term,5,sigKill", [.signal(15), .wait(nanoseconds: 5_000_000_000), .signal(9)]),
            ("KILL", [.signal(9)]), ("INT,0.5,KILL", [.signal(2), .wait(nanoseconds: 500_000_000), .signal(9)]),
            ("0,KILL", [.wait(nanoseconds: 0), .signal(9)]),
            (
                "INT,1,TERM,86400,KILL",
                [
                    .signal(2), .wait(nanoseconds: 1_000_000_000), .signal(15), .wait(nanoseconds: 86_400_000_000_000),
                    .signal(9),
                ]
            ),
        ] as [(String, [StopSequence.Step])])
    func `a sequence is carried out as it is written`(text: String, steps: [StopSequence.Step]) {
        #expect(Self.parse(text) == steps)
    }

    @Test(
        arguments: [
            ("TERM", [.signal(15), .signal(9)]),
            ("TERM,2", [.signal(15), .wait(nanoseconds: 2_000_000_000), .signal(9)]),
            ("KILL,1", [.signal(9), .wait(nanoseconds: 1_000_000_000), .signal(9)]),
            ("KILL,TERM", [.signal(9), .signal(15), .signal(9)]),
        ] as [(String, [StopSequence.Step])])
    func `a sequence without a kill at its end gets one`(text: String, steps: [StopSequence.Step]) {
        #expect(Self.parse(text) == steps)
    }

    private static func problem(_ text: String, numbers: [String: Int32]) -> String? {
        if case .failure(let problem) = StopSequence.parse(text, numbers: numbers) { problem.word } else { nil }
    }

    @Test(arguments: [
        ("TERM,x,KILL", "x"), ("", ""), ("TERM,", ""), (",TERM", ""), ("TERM,,KILL", ""), ("TERM 5", "TERM 5"),
        (" TERM", " TERM"), ("TERM,-1", "-1"), ("TERM,86401", "86401"), ("TERM,nan", "nan"), ("TERM,inf", "inf"),
        ("TERM,1e300", "1e300"), ("SIGSIGTERM", "SIGSIGTERM"), ("SIG", "SIG"), ("HUP", "HUP"), ("TERM,5s", "5s"),
        ("TERM;5", "TERM;5"), ("5", "5"), ("5,0", "5,0"),
    ])
    func `the word that is wrong is named`(text: String, word: String) {
        #expect(Self.problem(text, numbers: Self.numbers) == word)
    }

    @Test func `without a kill there is no sequence`() {
        #expect(Self.problem("TERM", numbers: ["TERM": 15]) == "KILL")
    }

    @Test func `a walk waits from the moment of the signal, however often it is asked`() throws {
        var walk = StopSequence.Walk(try StopSequence.parse("INT,2,TERM,5,KILL", numbers: Self.numbers).get())
        let start = 1_000_000_000_000
        #expect(walk.action(at: start) == .signal(2))
        #expect(walk.action(at: start) == .wait(nanoseconds: 2_000_000_000))
        #expect(walk.action(at: start + 1) == .wait(nanoseconds: 1_999_999_999))
        #expect(walk.action(at: start + 1_999_999_999) == .wait(nanoseconds: 1))
        #expect(walk.action(at: start + 2_000_000_000) == .signal(15))
        #expect(walk.action(at: start + 3_000_000_000) == .wait(nanoseconds: 5_000_000_000))
        #expect(walk.action(at: start + 60_000_000_000) == .signal(9))
        #expect(walk.action(at: start + 60_000_000_000) == .done)
        #expect(walk.action(at: .max) == .done)
    }

    @Test func `a wait of nothing is no wait, and waits add up`() throws {
        var none = StopSequence.Walk(try StopSequence.parse("TERM,0,KILL", numbers: Self.numbers).get())
        #expect(none.action(at: 5) == .signal(15))
        #expect(none.action(at: 5) == .signal(9))
        var two = StopSequence.Walk(try StopSequence.parse("1,2,KILL", numbers: Self.numbers).get())
        #expect(two.action(at: 0) == .wait(nanoseconds: 1_000_000_000))
        #expect(two.action(at: 1_000_000_000) == .wait(nanoseconds: 2_000_000_000))
        #expect(two.action(at: 2_999_999_999) == .wait(nanoseconds: 1))
        #expect(two.action(at: 3_000_000_000) == .signal(9))
    }

    @Test func `a hurried walk kills at once, and only once`() throws {
        let sequence = try StopSequence.parse("INT,2,TERM,5,KILL", numbers: Self.numbers).get()
        for steps in 0...3 {
            var walk = StopSequence.Walk(sequence)
            for step in 0..<steps { _ = walk.action(at: step * 2_000_000_000) }
            walk.hurry()
            walk.hurry()
            #expect(walk.action(at: 0) == .signal(9))
            #expect(walk.action(at: 0) == .done)
            walk.hurry()
            #expect(walk.action(at: 0) == .done)
        }
    }

    @Test func `a hurried walk does not wait for what is left of a wait`() throws {
        var walk = StopSequence.Walk(try StopSequence.parse("TERM,5,KILL,3", numbers: Self.numbers).get())
        #expect(walk.action(at: 0) == .signal(15))
        #expect(walk.action(at: 0) == .wait(nanoseconds: 5_000_000_000))
        walk.hurry()
        #expect(walk.action(at: 1) == .signal(9))
        #expect(walk.action(at: 1) == .done)
    }
}
