import TaskFarmerCore
import Testing

struct RosterTests {
    // MARK: roster

    private static let entry = RosterEntry(
        farmer: "node1.77", ordinal: 3, slots: 8, generation: 1, epoch: 42, carried: 9000, claimed: 17, host: "node1",
        joined: 1_700_000_000_000_000)

    @Test func `a line of the roster looks as it always has`() {
        let text = "live node1.77 3 8 1 42 9000 17 node1 1700000000000000 64053319131f2cca"
        #expect(Self.entry.encoded.text == text + String(repeating: " ", count: 249) + "\n")
        #expect(Self.entry.encoded.count == RosterEntry.width)
    }

    @Test func `a farmer finds its line again`() {
        var entry = Self.entry
        #expect(RosterEntry(entry.encoded[...]) == entry)
        #expect(RosterEntry((Self.entry.encoded + entry.encoded)[RosterEntry.width...]) == entry)
        entry.status = .closed
        #expect(RosterEntry(entry.encoded[...]) == entry)
        #expect(entry.encoded.starts(with: utf8("closed ")))
    }

    @Test func `a farmer with a long name and large numbers keeps to its line`() {
        let entry = RosterEntry(
            status: .closed, farmer: String(repeating: "f", count: 150), ordinal: 999_999, slots: 99_999, generation: 1,
            epoch: 999_999_999_999, carried: 99_999_999, claimed: 999_999, host: String(repeating: "h", count: 64),
            joined: 9_999_999_999_999_999)
        #expect(entry.encoded.count == RosterEntry.width)
        #expect(RosterEntry(entry.encoded[...]) == entry)
    }

    @Test func `a line of the roster names the farmer's job behind all that older programs know`() {
        var entry = Self.entry
        for job in ["slurm:123_4.0", "-"] {
            entry.job = job
            let text = "live node1.77 3 8 1 42 9000 17 node1 1700000000000000 \(job) "
            #expect(entry.encoded.starts(with: utf8(text)))
            #expect(RosterEntry(entry.encoded[...]) == entry)
            #expect(unnoticedFlips(in: entry.encoded) { RosterEntry($0[...]).map { $0 != entry } ?? false } == [])
        }
        entry.farmer = String(repeating: "f", count: 90)
        entry.host = String(repeating: "h", count: 64)
        entry.job = String(repeating: "j", count: 48)
        (entry.epoch, entry.carried, entry.claimed) = (999_999_999_999, 99_999_999, 999_999)
        #expect(entry.encoded.count == RosterEntry.width)
        #expect(RosterEntry(entry.encoded[...]) == entry)
    }

    @Test func `a torn or changed line of the roster is no line`() {
        let bytes = Self.entry.encoded
        #expect(unnoticedCuts(of: bytes) { RosterEntry($0[...]) != nil } == [])
        #expect(RosterEntry((bytes + [10])[...]) == nil)
        #expect(RosterEntry([UInt8](repeating: 0, count: RosterEntry.width)[...]) == nil)
        #expect(RosterEntry(([UInt8](repeating: 32, count: RosterEntry.width - 1) + [10])[...]) == nil)
        // The blanks behind the checksum say nothing, so what they become need not be noticed; nor is it believed.
        #expect(unnoticedFlips(in: bytes) { RosterEntry($0[...]).map { $0 != Self.entry } ?? false } == [])
        var changed = Self.entry
        changed.status = .closed
        changed.claimed = 0
        let new = changed.encoded
        let mixed = bytes.indices.filter { cut in
            let found = RosterEntry((new[..<cut] + bytes[cut...])[...])
            return found != nil && found != Self.entry && found != changed
        }
        #expect(mixed == [])
    }

    // MARK: lock

    private static let lock = LockRecord(
        nonce: "0123456789abcdef0123456789abcdef", epoch: 42, status: .busy, holder: "node1.77",
        since: 1_700_000_000_000_000)

    @Test func `the lock file looks as it always has`() {
        let text = "taskfarmer-lock 1 0123456789abcdef0123456789abcdef 42 busy node1.77 1700000000000000 "
        #expect(Self.lock.encoded.text == text + String(repeating: " ", count: 255 - text.utf8.count) + "\n")
    }

    @Test func `whoever takes the lock learns who had it`() {
        var lock = Self.lock
        #expect(LockRecord(lock.encoded) == lock)
        lock.status = .idle
        lock.holder = String(repeating: "h", count: 150)
        lock.epoch = .max
        #expect(LockRecord(lock.encoded) == lock)
        #expect(lock.encoded.count == LockRecord.width)
    }

    @Test(arguments: [
        "", "\n", "\0\0\0\0", "taskfarmer-lock 1 n 42 busy h", "taskfarmer-lock 1 n 42 busy h 5 6",
        "taskfarmer-lock 2 n 42 busy h 5", "taskfarmer-lok 1 n 42 busy h 5", "taskfarmer-lock 1 n -42 busy h 5",
        "taskfarmer-lock 1 n 42 BUSY h 5", "taskfarmer-lock 1 n 42 busy h now", "\ntaskfarmer-lock 1 n 42 busy h 5",
    ])
    func `a file that is no lock of ours is not read as one`(text: String) {
        #expect(LockRecord(utf8(text).padded(to: 255).map { $0 + [10] } ?? []) == nil)
    }

    @Test func `a lock record cut before its last number is refused`() throws {
        let bytes = Self.lock.encoded
        let last = try #require(bytes.firstRange(of: utf8("1700")))
        #expect(unnoticedCuts(of: Array(bytes[...last.lowerBound].dropLast())) { LockRecord($0) != nil } == [])
    }

    @Test func `a lock record cut anywhere is refused`() {
        #expect(unnoticedCuts(of: Self.lock.encoded) { LockRecord($0) != nil } == [])
    }

    // MARK: alive

    private static let alive = AliveRecord(
        farmer: "node1.77", host: "node1", boot: "b-1", processSpace: "4026531836", process: 77, ticks: 123_456,
        slots: 2,
        heartbeat: 9, written: 1_700_000_000_000_000, milliRate: 1500,
        running: [JournalRecord.RunningTask(task: 12, attempt: 2, slot: 1, group: 4711, started: 1_699_999_999_000_000)]
    )

    @Test func `a farmer's own file looks as it always has`() {
        let text =
            "taskfarmer-alive 1 node1.77 node1 b-1 4026531836 77 123456 2 9 1700000000000000 1500 1\n"
            + "1 12 2 4711 1699999999000000\nchecksum 9248c777ff1efc17\n"
        #expect(Self.alive.encoded.text == text + String(repeating: " ", count: 561) + "\n")
        #expect(Self.alive.encoded.count == 704)
    }

    @Test func `a farmer's own file tells what it runs`() {
        var alive = Self.alive
        #expect(AliveRecord(alive.encoded) == alive)
        alive.running.append(JournalRecord.RunningTask(task: 13, attempt: 1, slot: 0, group: 4712, started: 5))
        #expect(AliveRecord(alive.encoded) == alive)
        #expect(alive.encoded.count == Self.alive.encoded.count)
    }

    @Test func `a farmer's own file tells its job, and keeps its width`() {
        var alive = Self.alive
        var job = Allocation(scheduler: "slurm", job: "123_4", step: "0")
        alive.allocation = job
        let width = alive.encoded.count
        #expect(alive.encoded.starts(with: utf8("taskfarmer-alive 2 ")))
        #expect(AliveRecord(alive.encoded) == alive)
        (job.restarts, job.node, job.slots, job.memory) = (3, "n1", 8, 4000)
        (job.gpus, job.ends) = (String(repeating: "0,", count: 64), 1_700_000_000_000_000)
        alive.allocation = job
        alive.farmer = String(repeating: "f", count: 150)
        #expect(AliveRecord(alive.encoded) == alive)
        #expect(alive.encoded.count == width)
        let bytes = alive.encoded
        #expect(unnoticedFlips(in: bytes) { AliveRecord($0).map { $0 != alive } ?? false } == [])
        #expect(unnoticedCuts(of: Array(bytes[..<300])) { AliveRecord($0) != nil } == [])
    }

    @Test func `a farmer that runs nothing is readable`() async {
        await #expect(processExitsWith: .success) {
            let idle = AliveRecord(
                farmer: "node1.77", host: "node1", boot: "b-1", processSpace: "4026531836", process: 77, ticks: 123_456,
                slots: 2)
            precondition(idle.encoded.starts(with: Array("taskfarmer-alive 1 node1.77 node1 b-1 ".utf8)))
            precondition(AliveRecord(idle.encoded) == idle)
        }
    }

    @Test func `a farmer's file with a senseless count does not crash its reader`() async {
        await #expect(processExitsWith: .success) {
            for count in ["0", "9", "9223372036854775806", "9223372036854775807", "9223372036854775808"] {
                let head = Array("taskfarmer-alive 1 f h b p 1 1 1 1 1 1 \(count)\n".utf8)
                precondition(AliveRecord(head) == nil)
                precondition(AliveRecord(head + Array("1 1 1 1 1\nchecksum 0000000000000000\n \n".utf8)) == nil)
            }
        }
    }

    @Test func `a large farmer with a long name keeps to its width`() {
        var alive = Self.alive
        alive.farmer = String(repeating: "f", count: 150)
        alive.host = String(repeating: "h", count: 64)
        alive.boot = "01234567-0123-0123-0123-0123456789ab"
        alive.processSpace = "pid:[4026531836]"
        alive.slots = 64
        let width = alive.encoded.count
        #expect(width == 512 + 96 * 64)
        alive.running = (0..<64).map { slot in
            JournalRecord.RunningTask(
                task: 999_999_999_999, attempt: 99_999, slot: slot, group: 4_194_304, started: 9_999_999_999_999_999)
        }
        #expect(alive.encoded.count == width)
        #expect(AliveRecord(alive.encoded) == alive)
    }

    @Test func `a farmer's file that is being written is not read`() throws {
        var alive = Self.alive
        alive.running.append(JournalRecord.RunningTask(task: 13, attempt: 1, slot: 0, group: 4712, started: 5))
        let bytes = alive.encoded
        let end = try #require(bytes.firstRange(of: utf8("checksum "))).upperBound + 16
        #expect(unnoticedCuts(of: Array(bytes[..<end])) { AliveRecord($0) != nil } == [])
        #expect(unnoticedFlips(in: bytes) { AliveRecord($0).map { $0 != alive } ?? false } == [])
        var later = alive
        later.heartbeat = 10
        later.running[0] = JournalRecord.RunningTask(task: 140, attempt: 1, slot: 0, group: 4799, started: 5)
        let new = later.encoded
        let mixed = bytes.indices.filter { cut in
            let found = AliveRecord(Array(new[..<cut] + bytes[cut...]))
            return found != nil && found != alive && found != later
        }
        #expect(mixed == [])
    }

    // MARK: requeued

    @Test func `a line of requeued looks as it always has, and is read again`() {
        let entry = RequeuedEntry(offset: 123_456, task: 78, attempts: 3)
        #expect(entry.encoded.text == "123456 78 3" + String(repeating: " ", count: 36) + "\n")
        #expect(RequeuedEntry(entry.encoded[...]) == entry)
        let largest = RequeuedEntry(offset: 999_999_999_999_999, task: 999_999_999_999, attempts: 999_999_999)
        #expect(largest.encoded.count == RequeuedEntry.width)
        #expect(RequeuedEntry((entry.encoded + largest.encoded)[RequeuedEntry.width...]) == largest)
        var failures = FailureCounts()
        failures[.exited] = 2
        failures[.lost] = 1
        let failed = RequeuedEntry(offset: 123_456, task: 78, attempts: 3, failures: failures)
        #expect(failed.encoded == (utf8("123456 78 3 e2l1").padded(to: 47) ?? []) + [10])
        #expect(RequeuedEntry(failed.encoded[...]) == failed)
    }

    @Test func `counts that do not fit beside large numbers are lowered, and nothing else is`() {
        var failures = FailureCounts()
        for kind in FailureKind.allCases { failures[kind] = 200 }
        let entry = RequeuedEntry(offset: 99_999_999_999, task: 999_999_999, attempts: 1400, failures: failures)
        #expect(entry.encoded.count == RequeuedEntry.width)
        let read = RequeuedEntry(entry.encoded[...])
        #expect(read?.offset == entry.offset && read?.task == entry.task && read?.attempts == 1400)
        #expect(FailureKind.allCases.allSatisfy { read?.failures[$0] == 9 })
    }

    @Test func `a torn line of requeued is no line`() {
        let bytes = RequeuedEntry(offset: 123_456, task: 78, attempts: 3).encoded
        #expect(unnoticedCuts(of: bytes) { RequeuedEntry($0[...]) != nil } == [])
        #expect(RequeuedEntry((bytes + [10])[...]) == nil)
        let zeros = bytes.indices.filter { cut in
            RequeuedEntry((bytes[..<cut] + [UInt8](repeating: 0, count: RequeuedEntry.width - cut))[...]) != nil
        }
        #expect(zeros == [])
    }

    @Test(arguments: ["1 2", "1 2 3 4", "1 x 2 3", "-1 2 3", "1 2 3x", ""])
    func `a line of requeued with a wrong field is refused`(text: String) {
        #expect(RequeuedEntry(((utf8(text).padded(to: RequeuedEntry.width - 1) ?? []) + [10])[...]) == nil)
    }
}
