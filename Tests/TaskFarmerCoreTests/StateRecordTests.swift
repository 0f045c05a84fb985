import TaskFarmerCore
import Testing

struct StateRecordTests {
    @Test func `the state file looks as it always has`() {
        let expected = """
            taskfarmer state 2
            epoch                   0000000000000000007
            tasks                   0000000000000000100
            toprocess               0000000000000000060
            claimed                 0000000000000000010
            finished                0000000000000000025
            failed                  0000000000000000004
            skipped                 0000000000000000001
            attempts                0000000000000000033
            requeued                0000000000000000002
            farmers                 0000000000000000003
            live_farmers            0000000000000000002
            live_slots              0000000000000000008
            list_bytes              0000000000000001234
            list_lines              0000000000000000101
            list_modified           1700000000123456789
            timed                   0000000000000000029
            wall                    0000000000000123456
            held                    0000000000000000000
            bytes toprocess         0000000000000001000
            bytes finished          0000000000000002000
            bytes failed            0000000000000003000
            bytes skipped           0000000000000004000
            bytes requeued          0000000000000005000
            bytes roster            0000000000000006000
            bytes attempts.tsv      0000000000000007000
            bytes timeline.json     0000000000000008000
            bytes held              0000000000000009000
            bytes priorities        0000000000000010000
            bytes added             0000000000000011000
            bytes farmers.tsv       0000000000000012000
            tail                    0123456789abcdef
            list_checksum           fedcba9876543210
            list_closed             0000000000000000000
            writer                  node1.77.1700000000000

            """
        let room = StateRecord.width - 42 - expected.utf8.count
        var bytes = utf8(expected + String(repeating: " ", count: room) + "\n" + "checksum                ")
        bytes.append(hexadecimal: Checksum.of(bytes.dropLast(24)), digits: 16)
        bytes.append("\n")
        #expect(Self.record.encoded == bytes)
        #expect(bytes.count == StateRecord.width)
    }

    @Test func `the state of an older work directory stays what its programs know`() throws {
        var record = Self.record
        record.isOld = true
        for file in [SharedFile.held, .priorities, .added, .farmers] { record.sizes[file] = 0 }
        let text = record.encoded.text
        #expect(text.hasPrefix("taskfarmer state 1\n") && text.utf8.count == StateRecord.oldWidth)
        #expect(!text.contains("held") && !text.contains("priorities") && !text.contains("added"))
        #expect(StateRecord(record.encoded) == record)
        #expect(StateRecord(leading: record.encoded + utf8("being rebuilt from before-repair.1\n")) == record)
        #expect(StateRecord(leading: Self.record.encoded + utf8("more")) == Self.record)
        #expect(StateRecord(leading: utf8("more")) == nil)
    }

    @Test func `what is written is read`() throws {
        #expect(try #require(StateRecord(Self.record.encoded)) == Self.record)
        #expect(try #require(StateRecord(StateRecord().encoded)) == StateRecord())
        var largest = Self.record
        largest.tasks = 1 << 59 - 1
        largest.sizes[.timeline] = 1 << 59 - 1
        largest.tail = .max
        largest.list.modified = .max
        largest.list.isClosed = true
        #expect(try #require(StateRecord(largest.encoded)) == largest)
        #expect(largest.encoded.count == StateRecord.width)
    }

    @Test func `numbers of which a few cannot be added any more are no state`() {
        for path in [\StateRecord.tasks, \.claimed, \.finished, \.sizes[.timeline]!] {
            var record = Self.record
            record[keyPath: path] = 1 << 59
            #expect(StateRecord(record.encoded) == nil)
        }
        var record = Self.record
        record.wall = .max
        #expect(StateRecord(record.encoded)?.wall == 1 << 59)
    }

    @Test(arguments: [1, 22, 56, 57, 88, 96])
    func `a farmer with a long name can write the state`(length: Int) {
        var record = Self.record
        record.writer = String(repeating: "w", count: length)
        #expect(record.encoded.count == StateRecord.width)
        #expect(StateRecord(record.encoded) == record)
    }

    @Test func `a list from before 1970 does not make the state unreadable`() {
        var record = Self.record
        record.list.modified = -1_000_000_000
        #expect(record.encoded.count == StateRecord.width)
        #expect(StateRecord(record.encoded)?.list.lines == record.list.lines)
    }

    @Test func `a changed byte in what counts is noticed`() {
        let bytes = Self.record.encoded
        let unnoticed = unnoticedFlips(in: bytes) { StateRecord($0) != nil }
        #expect(unnoticed.filter { $0 < bytes.count - 41 } == [])
        #expect(unnoticed.filter { (bytes.count - 17..<bytes.count - 1).contains($0) } == [])
    }

    @Test func `a changed byte anywhere is noticed`() {
        #expect(unnoticedFlips(in: Self.record.encoded) { StateRecord($0) != nil } == [])
    }

    @Test func `a state file that is too short or too long is refused`() {
        let bytes = Self.record.encoded
        #expect(unnoticedCuts(of: bytes) { StateRecord($0) != nil } == [])
        #expect(StateRecord(bytes + [10]) == nil)
        #expect(StateRecord([UInt8](repeating: 0, count: StateRecord.width)) == nil)
    }

    @Test func `half of an old record and half of a new one are no record`() {
        let old = Self.record.encoded
        var record = Self.record
        record.epoch = 8
        record.finished = 26
        record.sizes[.timeline] = 9000
        let new = record.encoded
        let mixed = new.indices.filter { cut in
            let bytes = Array(new[..<cut] + old[cut...])
            return bytes != old && bytes != new && StateRecord(bytes) != nil
        }
        #expect(mixed == [])
    }

    @Test func `a task in two places, or in none, is noticed`() {
        #expect(Self.record.isBalanced)
        #expect(Self.record.done == 30)
        for path in [\StateRecord.toprocess, \.claimed, \.finished, \.failed, \.skipped, \.held, \.tasks] {
            var record = Self.record
            record[keyPath: path] += 1
            #expect(!record.isBalanced)
        }
    }

    private static let record: StateRecord = {
        var record = StateRecord()
        record.epoch = 7
        record.writer = "node1.77.1700000000000"
        record.tasks = 100
        record.toprocess = 60
        record.claimed = 10
        record.finished = 25
        record.failed = 4
        record.skipped = 1
        record.attempts = 33
        record.requeued = 2
        record.timed = 29
        record.wall = 123_456
        record.farmers = 3
        record.liveFarmers = 2
        record.liveSlots = 8
        for (index, file) in SharedFile.allCases.enumerated() { record.sizes[file] = (index + 1) * 1000 }
        record.tail = 0x0123_4567_89ab_cdef
        record.list.bytes = 1234
        record.list.checksum = 0xfedc_ba98_7654_3210
        record.list.lines = 101
        record.list.modified = 1_700_000_000_123_456_789
        record.list.isClosed = false
        return record
    }()
}
