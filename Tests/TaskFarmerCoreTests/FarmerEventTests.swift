import TaskFarmerCore
import Testing

@Suite("Who came and went") struct FarmerEventTests {
    private let event = FarmerEvent(
        time: 1_700_000_000_000_001, kind: .joined, farmer: "n1.7.8", ordinal: 3, host: "n1", slots: 4,
        job: "slurm:1.0", text: "run -n 4 'a list'")

    private func read(_ line: ArraySlice<UInt8>) -> FarmerEvent? { FarmerEvent(line.span) }

    @Test func `a line is read as it was written`() throws {
        #expect(event.line == utf8("1700000000.000001\tjoined\tn1.7.8\t3\tn1\t4\tslurm:1.0\trun -n 4 'a list'\n"))
        for kind in FarmerEvent.Kind.allCases {
            var other = event
            other.kind = kind
            #expect(read(other.line.dropLast()) == other)
        }
    }

    @Test func `a text stays one field of one line`() throws {
        var other = event
        other.text = "a\tb\nc\u{7F}é" + String(repeating: "x", count: 9000)
        let line = other.line
        #expect(line.count { $0 == 10 } == 1 && line.count { $0 == 9 } == 7)
        #expect(line.count < 4300)
        #expect(read(line.dropLast())?.text.hasPrefix("a b c é") == true)
    }

    @Test func `a long text is not cut within a character`() throws {
        var other = event
        other.text = String(repeating: "x", count: 4095) + "é"
        let once = try #require(read(other.line.dropLast()))
        #expect(once.text == String(repeating: "x", count: 4095) && once.line == other.line)
    }

    @Test func `lines of another form are refused`() {
        for text in [
            "", "1.0\tjoined\ta\t1\th\t2\t-", "x\tjoined\ta\t1\th\t2\t-\t", "1.000000\tcame\ta\t1\th\t2\t-\t",
            "1.000000\tjoined\t\t1\th\t2\t-\t", "1.000000\tjoined\ta\tx\th\t2\t-\t",
            "1.000000\tjoined\ta\t1\th\t-2\t-\t",
        ] {
            #expect(read(utf8(text)[...]) == nil, "\(text)")
        }
        #expect(read(FarmerEvent.header.dropLast()) == nil)
    }
}
