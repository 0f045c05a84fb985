import ClaimSimulation
import FoundationEssentials
import TaskFarmerCore
import Testing

struct TraceEventTests {
    @Test func `a timeline event looks as it always has`() {
        #expect(
            Self.event(.succeeded, command: utf8("./run \"a\" ä"))
                == #"{"name":"./run \"a\" ä","cat":"task","ph":"X","ts":1700000000000001,"dur":61500000,"pid":7,"tid":4,"#
                + #""args":{"id":12,"attempt":2,"outcome":"succeeded","exit":0,"user":0.250000,"sys":0.000009,"#
                + #""max_rss_kib":2048}}"#)
        #expect(Self.event(.signalled(9)).contains(#""outcome":"signalled","signal":9,"user""#))
        #expect(Self.event(.exited(3)).contains(#""outcome":"exited","exit":3,"user""#))
        #expect(
            Self.event(.couldNotStart(127, reason: "r")).contains(#""outcome":"could-not-start","exit":127,"user""#))
        #expect(Self.event(.interrupted).contains(#""outcome":"interrupted","user""#))
        #expect(Self.event(.lost).contains(#""outcome":"lost","user""#))
    }

    @Test func `an arrow leads from an attempt to the next, whatever farmers they ran on`() {
        let one = Attempt(task: 12, number: 2, host: "h", farmer: "f", slot: 3, started: 1000, wall: 50, outcome: .lost)
        let next = Attempt(
            task: 12, number: 3, host: "h", farmer: "g", slot: 0, started: 2000, wall: 0, outcome: .succeeded)
        var bytes: [UInt8] = []
        TraceEvent.appendArrow(from: one, process: 7, to: &bytes)
        #expect(bytes.text == #"{"name":"run again","cat":"retry","ph":"s","id":786434,"ts":1049,"pid":7,"tid":4}"#)
        bytes = []
        TraceEvent.appendArrow(to: next, after: 2, process: 8, to: &bytes)
        #expect(
            bytes.text == #"{"name":"run again","cat":"retry","ph":"f","bp":"e","id":786434,"ts":2000,"pid":8,"tid":1}"#
        )
        bytes = []
        // One that took no time at all has its start within itself.
        TraceEvent.appendArrow(from: next, process: 8, to: &bytes)
        #expect(bytes.text.contains(#""ts":2000,"#))
        #expect(
            TraceEvent.counter(.runningTasks, process: 0, at: 5, "1.5").text
                == #"{"name":"running tasks","cat":"farm","ph":"C","ts":5,"pid":0,"args":{"tasks":1.5}}"#)
    }

    @Test func `a farmer and its slots are named once each`() {
        #expect(
            TraceEvent.names(process: 7, farmer: "n\"1", slots: 2).map(\.text) == [
                #"{"name":"process_name","ph":"M","pid":7,"tid":0,"args":{"name":"n\"1"}}"#,
                #"{"name":"thread_name","ph":"M","pid":7,"tid":1,"args":{"name":"slot 0"}}"#,
                #"{"name":"thread_name","ph":"M","pid":7,"tid":2,"args":{"name":"slot 1"}}"#,
            ])
    }

    @Test func `the timeline names the job of a farmer and of each of its attempts`() {
        #expect(
            TraceEvent.names(process: 7, farmer: "n1", job: "slurm:12.0", slots: 0).map(\.text) == [
                #"{"name":"process_name","ph":"M","pid":7,"tid":0,"args":{"name":"n1 slurm:12.0"}}"#,
                #"{"name":"process_labels","ph":"M","pid":7,"tid":0,"args":{"labels":"slurm:12.0"}}"#,
            ])
        #expect(
            TraceEvent.names(process: 7, farmer: "n1", job: "-", slots: 1)
                == TraceEvent.names(process: 7, farmer: "n1", slots: 1))
        #expect(Self.event(.lost, job: "slurm:12.0").hasSuffix(#""max_rss_kib":2048,"job":"slurm:12.0"}}"#))
        #expect(Self.event(.lost, job: "-") == Self.event(.lost))
    }

    @Test func `a timeline is JSON from the first moment on`() {
        #expect(Array(TraceEvent.empty).text == "[\n]\n")
        #expect(isJSON(Array(TraceEvent.empty)))
        let events = TraceEvent.names(process: 1, farmer: "f", slots: 1) + [utf8(Self.event(.lost))]
        #expect(isJSON(TraceEvent.opening + events.joined(separator: utf8(",\n")) + TraceEvent.closing))
    }

    @Test func `a long command is cut, and the cut shows`() {
        let whole = [UInt8](repeating: UInt8(ascii: "x"), count: 200)
        #expect(Self.event(.lost, command: whole).hasPrefix(#"{"name":""# + whole.text + #"","cat""#))
        #expect(Self.event(.lost, command: whole + utf8("y")).hasPrefix(#"{"name":""# + whole.text + #"…","cat""#))
        let split = Self.event(.lost, command: whole.dropLast() + utf8("éé"))
        #expect(isJSON(utf8(split)))
    }

    @Test(
        arguments: [
            ([], #""""#), (utf8("plain text/"), #""plain text/""#), (utf8("\"\\"), #""\"\\""#),
            ([10, 13, 9], #""\n\r\t""#),
            ([0, 1, 8, 12, 27, 31, 127], #""\u0000\u0001\u0008\u000c\u001b\u001f\u007f""#),
            (utf8("aé€😀\u{FFFF}\u{10FFFF}"), "\"aé€😀\u{FFFF}\u{10FFFF}\""),
            ([0x80], #""\\x80""#), ([0xff, 0x41], #""\\xffA""#),
            // Cut sequences, and such whose next byte does not belong to them.
            ([0xc3], #""\\xc3""#), ([0xc3, 0x41], #""\\xc3A""#), ([0xe2, 0x82], #""\\xe2\\x82""#),
            ([0xe2, 0x82, 0x41], #""\\xe2\\x82A""#), ([0xf0, 0x9f, 0x98], #""\\xf0\\x9f\\x98""#),
            // Longer than need be, surrogates, beyond U+10FFFF, and bytes that never occur.
            ([0xc0, 0x80], #""\\xc0\\x80""#), ([0xc1, 0xbf], #""\\xc1\\xbf""#),
            ([0xe0, 0x9f, 0xbf], #""\\xe0\\x9f\\xbf""#),
            ([0xed, 0xa0, 0x80], #""\\xed\\xa0\\x80""#), ([0xf0, 0x8f, 0xbf, 0xbf], #""\\xf0\\x8f\\xbf\\xbf""#),
            ([0xf4, 0x90, 0x80, 0x80], #""\\xf4\\x90\\x80\\x80""#),
            ([0xf5, 0x80, 0x80, 0x80], #""\\xf5\\x80\\x80\\x80""#),
        ] as [([UInt8], String)])
    func `a string is written so that every reader takes it`(bytes: [UInt8], expected: String) {
        #expect(JSONText.string(bytes) == expected)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `no bytes make a string that is no JSON`(seed: UInt64) {
        var generator = SplitMix(seed: seed)
        for _ in 0..<200 {
            var bytes = generator.bytes(Int.random(in: 0...60, using: &generator))
            // More lead bytes than chance would give.
            for index in bytes.indices where Bool.random(using: &generator) { bytes[index] |= 0xc0 }
            var text: [UInt8] = []
            JSONText.append(bytes, to: &text)
            #expect(isJSON(text), "\(bytes), seed \(seed)")
            #expect(throws: Never.self, "\(bytes), seed \(seed)") {
                try JSONDecoder().decode(String.self, from: Data(text))
            }
        }
    }

    @Test(arguments: [5, 6] as [UInt64])
    func `text comes back as it was`(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        for _ in 0..<100 {
            let scalars = (0..<20).compactMap { _ in
                Unicode.Scalar(
                    UInt32.random(in: 0...(Bool.random(using: &generator) ? 0x7f : 0x10ffff), using: &generator))
            }
            let text = String(String.UnicodeScalarView(scalars))
            let back = try JSONDecoder().decode(String.self, from: Data(JSONText.string(text).utf8))
            #expect(Array(back.utf8) == utf8(text), "seed \(seed)")
        }
    }

    private static func event(_ outcome: Outcome, command: [UInt8] = utf8("x"), job: String? = nil) -> String {
        let attempt = Attempt(
            task: 12, number: 2, host: "h", farmer: "f", slot: 3, started: 1_700_000_000_000_001, wall: 61_500_000,
            user: 250_000, system: 9, maxResidentKiB: 2048, outcome: outcome, jobColumn: job)
        var bytes: [UInt8] = []
        TraceEvent.append(attempt, command: command, process: 7, to: &bytes)
        return bytes.text
    }

    private func isJSON(_ bytes: [UInt8]) -> Bool {
        var syntax = JSONSyntax()
        syntax.add(bytes)
        return syntax.isWhole
    }
}
