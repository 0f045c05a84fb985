import Testing

@testable import TaskFarmerCore

@Suite("What farmers tell of themselves") struct AliveOutlookTests {
    private static var full: AliveRecord.Outlook {
        var outlook = AliveRecord.Outlook(
            offer: Offer(cpus: 16, memory: 64 << 30, gpus: ["0", "1"], others: ["licence": 3, "disk": 100]))
        outlook.common = TaskNeeds(cpus: 2, memory: 1 << 30, others: ["licence": 1])
        outlook.growth = [
            .init(.outOfMemory, limit: nil, growth: .memory(factor: 2, most: nil)),
            .init(.exited, limit: nil, growth: .memory(factor: 1.5, most: 8 << 30)),
        ]
        (outlook.queued, outlook.delayed) = (4, 20)
        outlook.late = (0..<16).map { .init(task: 100 + $0, due: 1_700_000_000_000_000 + $0) }
        (outlook.due, outlook.end) = (1_700_000_100_000_000, 1_700_000_110_000_000)
        outlook.machine = .init(milliLoad: 12_340, free: 5 << 30)
        outlook.heldBack = "12 threads of this machine run (--load)"
        outlook.isCrowded = true
        outlook.refused = .init(count: 256, first: 7, reason: "needs 99 cpus, this farmer has 16")
        outlook.leaving = "--halt soon,fail=1"
        return outlook
    }

    private func record(_ outlook: AliveRecord.Outlook?, slots: Int = 2) -> AliveRecord {
        var record = AliveRecord(
            farmer: "node1.77", host: "node1", boot: "b-1", processSpace: "4026531836", process: 77, ticks: 123_456,
            slots: slots, heartbeat: 9, written: 1_700_000_000_000_000, control: .init(mode: .paused, heeded: 12))
        record.outlook = outlook
        return record
    }

    @Test func `everything is read again`() {
        let least = AliveRecord.Outlook(offer: Offer(cpus: 1))
        for outlook in [Self.full, least] {
            #expect(AliveRecord(record(outlook).encoded)?.outlook == outlook)
        }
    }

    @Test func `what tasks use is read again, in its room, by those who know of it`() {
        var full = record(Self.full, slots: 3)
        full.running = (0..<3).map { slot in
            .init(
                task: 999_999_999_990 + slot, attempt: 1_000_000, slot: slot, group: 4_194_304,
                started: 1_700_000_000_000_000,
                usage: slot == 1 ? nil : .init(processor: 999_999_999_999, resident: 99_999_999_999 + slot))
        }
        let bytes = full.encoded
        #expect(AliveRecord(bytes)?.running == full.running && AliveRecord(bytes)?.outlook == full.outlook)
        #expect(bytes.count == record(nil, slots: 3).encoded.count)
        // Where farmers tell nothing of themselves, they do not tell that either.
        full.control = nil
        full.outlook = nil
        #expect(AliveRecord(full.encoded)?.running.map(\.usage) == [nil, nil, nil])
    }

    @Test func `a record looks as it always has, and what is new stands behind its checksum`() {
        var outlook = AliveRecord.Outlook(offer: Offer(cpus: 4, memory: 1024))
        outlook.queued = 3
        let text =
            "taskfarmer-alive 1 node1.77 node1 b-1 4026531836 77 123456 2 9 1700000000000000 0 0 paused 12\n"
            + "checksum 9abd00f0539e8a70\noffer 4 1024 0\ntasks 3 0\nchecksum "
        let bytes = record(outlook).encoded
        #expect(bytes.prefix(text.utf8.count).text == text)
        let blank = record(nil).encoded
        #expect(bytes.count == blank.count && bytes.count == 512 + 96 * 2 + 1536)
        #expect(AliveRecord(blank)?.outlook == nil && AliveRecord(blank) != nil)
    }

    @Test func `a record keeps its width, whatever it tells`() {
        var outlook = Self.full
        outlook.offer.others = Dictionary(
            uniqueKeysWithValues: (0..<200).map { ("amount-\(1000 + $0)", Int.max >> 1) })
        outlook.common.others = outlook.offer.others
        outlook.heldBack = String(repeating: "é", count: 4000)
        outlook.refused?.reason = String(repeating: "x\u{1B}\n", count: 400)
        outlook.leaving = String(repeating: "y", count: 400)
        outlook.late = (0..<16).map { .init(task: .max - $0, due: .max - $0) }
        let bytes = record(outlook, slots: 64).encoded
        #expect(bytes.count == record(nil, slots: 64).encoded.count)
        let read = AliveRecord(bytes)?.outlook
        #expect(read?.isPartial == true && read?.offer.cpus == 16 && read?.queued == 4)
        #expect(read?.heldBack?.hasPrefix("éé") == true)
        #expect(read?.offer.others["amount-1000"] == Int.max >> 1)
    }

    @Test func `what is torn is not believed, and the rest still counts`() {
        let written = record(Self.full)
        let bytes = written.encoded
        let flips = unnoticedFlips(in: bytes) { damaged in
            guard let read = AliveRecord(damaged) else { return false }
            var rest = read
            rest.outlook = written.outlook
            return rest != written || read.outlook != nil && read.outlook != written.outlook
        }
        #expect(flips == [])
        // A heartbeat that is being written over an older one.
        var later = written
        later.heartbeat = 10
        later.outlook?.queued = 5
        later.outlook?.late = []
        let new = later.encoded
        let mixed = bytes.indices.filter { cut in
            guard let read = AliveRecord(Array(new[..<cut] + bytes[cut...])) else { return false }
            return read.outlook != nil && read.outlook != written.outlook && read.outlook != later.outlook
        }
        #expect(mixed == [])
    }

    @Test func `a line that is not known yet is passed over`() {
        var body = utf8("offer 4 1024 0\nnews 1 2 3\ntasks 1 2\n")
        let sum = Checksum.of(body)
        body.append("checksum ")
        body.append(hexadecimal: sum, digits: 16)
        body.append(10)
        let outlook = AliveRecord.Outlook(body[...])
        #expect(outlook?.offer.cpus == 4 && outlook?.delayed == 2)
    }

    @Test func `what a task needs there grows as it does there`() {
        var failures = FailureCounts()
        failures[.outOfMemory] = 2
        let task = TaskRecord(id: 0, command: utf8("x"), attempts: 2, failures: failures)
        #expect(Self.full.demands(.commands)[task].memory == 4 << 30)
        #expect(Self.full.demands(.commands)[TaskRecord(id: 0, command: utf8("x"))].memory == 1 << 30)
    }
}
