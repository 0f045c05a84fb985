import ClaimSimulation
import TaskFarmerCore
import Testing

struct UndoRecordTests {
    @Test func `the transaction file looks as it always has`() {
        let record = UndoRecord(
            epoch: 8, writer: "node1.77",
            steps: [
                UndoRecord.Step(file: "state", size: 1280, bytes: utf8("a\nb\0c")),
                UndoRecord.Step(file: "toprocess", size: 900),
            ])
        #expect(
            record.encoded.text
                == "taskfarmer undo 1 8 node1.77 2 56\nrestore state 1280 0 5\na\nb\0c\nrestore toprocess 900 0 0\n\n"
                + "checksum 81329d44c97eeec3\n")
    }

    @Test func `what is written is read`() throws {
        for record in [Self.record, UndoRecord(epoch: 1, writer: "w")] {
            #expect(try #require(UndoRecord(record.encoded)) == record)
        }
    }

    @Test func `saved bytes that look like the record itself are only bytes`() throws {
        let inner = Self.record.encoded
        let record = UndoRecord(
            epoch: 9, writer: "w",
            steps: [
                UndoRecord.Step(file: "toprocess", size: 5, offset: 5, bytes: inner),
                UndoRecord.Step(file: "failed", size: 0, offset: 0, bytes: utf8("\nrestore state 0 0 0\n\n")),
            ])
        #expect(try #require(UndoRecord(record.encoded)) == record)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `any bytes can be saved`(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        for _ in 0..<20 {
            let steps = (0..<Int.random(in: 0...4, using: &generator)).map { index in
                UndoRecord.Step(
                    file: "file\(index)", size: Int.random(in: 0...(.max), using: &generator),
                    offset: Int.random(in: 0...(.max), using: &generator),
                    bytes: generator.bytes(Int.random(in: 0...300, using: &generator)).map { $0 % 4 == 0 ? 10 : $0 })
            }
            let record = UndoRecord(epoch: 3, writer: "w", steps: steps)
            #expect(try #require(UndoRecord(record.encoded)) == record, "seed \(seed)")
        }
    }

    @Test func `a record cut anywhere is refused`() {
        #expect(unnoticedCuts(of: Self.record.encoded) { UndoRecord($0) != nil } == [])
    }

    @Test func `a record of which the disk kept only zeros is refused`() {
        let bytes = Self.record.encoded
        let unnoticed = bytes.indices.dropLast().filter { cut in
            UndoRecord(bytes[..<cut] + [UInt8](repeating: 0, count: bytes.count - cut)) != nil
        }
        #expect(unnoticed == [])
        #expect(UndoRecord([UInt8](repeating: 0, count: 4096)) == nil)
    }

    @Test func `a record with something behind it is refused`() {
        #expect(UndoRecord(Self.record.encoded + [10]) == nil)
        #expect(UndoRecord(Self.record.encoded + Self.record.encoded) == nil)
    }

    @Test func `a changed byte in what counts is noticed`() {
        let bytes = Self.record.encoded
        let unnoticed = unnoticedFlips(in: bytes) { UndoRecord($0) != nil }
        #expect(unnoticed.filter { $0 < bytes.count - 26 } == [])
        #expect(unnoticed.filter { (bytes.count - 17..<bytes.count - 1).contains($0) } == [])
    }

    @Test func `a changed byte anywhere is noticed`() {
        #expect(unnoticedFlips(in: Self.record.encoded) { UndoRecord($0) != nil } == [])
    }

    @Test(arguments: [
        "restore a 1 2 3\nabc\nrestore", "restore a 1 2 99\nabc\n", "restore a 1 2 3\n", "restore a 1 2 2\nabc\n",
        "restore a 1 2\nabc\n", "restore a -1 2 3\nabc\n", "restore a 1 2 9223372036854775807\nabc\n", "\n\n\n",
    ])
    func `a whole record that says something impossible is refused`(body: String) {
        var bytes = utf8("taskfarmer undo 1 8 w 1 \(body.utf8.count)\n\(body)")
        let sum = Checksum.of(bytes)
        bytes.append("checksum ")
        bytes.append(hexadecimal: sum, digits: 16)
        bytes.append("\n")
        #expect(UndoRecord(bytes) == nil)
    }

    private static let record = UndoRecord(
        epoch: 41, writer: "node1.77.1700000000000",
        steps: [
            UndoRecord.Step(file: "state", size: 1280, offset: 0, bytes: utf8("taskfarmer state 1\nepoch 7\n")),
            UndoRecord.Step(file: "toprocess", size: 90, offset: 70, bytes: utf8("7 a\n\n8 b\0\0\n") + [0xff, 0, 10]),
            UndoRecord.Step(file: "attempts.tsv", size: 0, offset: 0, bytes: []),
            UndoRecord.Step(file: "roster", size: 640, offset: 320, bytes: [10]),
        ])
}
