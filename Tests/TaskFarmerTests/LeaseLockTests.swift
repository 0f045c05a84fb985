// A lock without flock: turns that are created exclusively and renewed.

import StoreCrasher
import Synchronization
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Leases in place of flock")
struct LeaseLockTests {
    private static let second = 1_000_000_000

    private static func turn(_ lock: Path, _ number: Int) -> Path {
        lock.adding(suffix: ".turns").appending("turn.\(number)")
    }

    private static func record(_ lock: Path, _ number: Int) throws -> TurnRecord? {
        TurnRecord(try Folder.content(of: turn(lock, number)))
    }

    @Test("no two ever hold the lock at once, however many want it")
    func exclusion() throws {
        let scratch = try Scratch()
        let lock = scratch.path.appending("lock")
        let counter = scratch.path.appending("counter")
        try Scratch.put(Array("0".utf8), at: counter)
        let failures = Mutex<[String]>([])
        let threads = try (0..<4).map { _ in
            try WorkerThread {
                do {
                    let mine = try FarmLock(lock, .lease)
                    for _ in 0..<50 {
                        try mine.acquire(EndlessPatience())
                        let count = try Folder.content(of: counter).decimalValue ?? -1
                        try Scratch.put(Array("\(count + 1)".utf8), at: counter)
                        mine.release()
                    }
                } catch { failures.withLock { $0.append("\(error)") } }
            }
        }
        for thread in threads { thread.join() }
        #expect(failures.withLock { $0 } == [])
        #expect(try Folder.content(of: counter).decimalValue == 200)
        #expect(try Folder.names(in: lock.adding(suffix: ".turns")).count < 12, "old turns are cleared away")
    }

    @Test("a turn whose holder on another host is not heard of for a lease is passed over, and not before")
    func passedOver() throws {
        let scratch = try Scratch()
        let lock = scratch.path.appending("lock")
        let lease = Self.second / 5
        let turns = try LeaseTurns(lock, lease: lease)
        let gone = TurnRecord(
            status: .held, host: "elsewhere", boot: "other", processSpace: "pid:[1]", process: 1, ticks: 1, beats: 0)
        try Scratch.put(gone.encoded, at: Self.turn(lock, 1))
        let begin = Clock.boot
        #expect(try !turns.take())
        while try !turns.take() { Clock.pause(nanoseconds: 1_000_000) }
        #expect(Clock.boot - begin >= lease)
        #expect(try Self.record(lock, 2)?.status == .held)
        turns.close()
        #expect(try Self.record(lock, 2)?.status == .free)
    }

    @Test("a turn whose file was never written to its end is passed over as well")
    func torn() throws {
        let scratch = try Scratch()
        let lock = scratch.path.appending("lock")
        let turns = try LeaseTurns(lock, lease: Self.second / 20)
        try Scratch.put(Array("taskfarmer-turn 1 he".utf8), at: Self.turn(lock, 1))
        #expect(try !turns.take())
        while try !turns.take() { Clock.pause(nanoseconds: 1_000_000) }
        turns.close()
    }

    @Test("a turn of a process of this host that is no more is passed over at once")
    func deadHere() throws {
        let scratch = try Scratch()
        let lock = scratch.path.appending("lock")
        let turns = try LeaseTurns(lock)
        let own = HostIdentity.current
        let dead = TurnRecord(
            status: .held, host: own.name, boot: own.boot, processSpace: own.processSpace,
            process: Int(ProcessTable.own), ticks: 1, beats: 0)
        try Scratch.put(dead.encoded, at: Self.turn(lock, 1))
        #expect(try turns.take())
        turns.close()
    }

    @Test("a holder that was passed over writes nothing more")
    func noticed() throws {
        let scratch = try Scratch()
        let lock = scratch.path.appending("lock")
        // One that does not renew for an hour, in the eyes of one that waits for a moment.
        let frozen = try FarmLock(lock, .lease, lease: 3600 * Self.second)
        let other = try FarmLock(lock, .lease, lease: Self.second / 20)
        let mark = LockRecord(nonce: "n", epoch: 1, status: .busy, holder: "frozen", since: 0)
        try frozen.acquire(EndlessPatience())
        try frozen.write(mark, flush: true)
        try other.acquire(EndlessPatience())
        #expect(refusal { try frozen.write(mark, flush: true) }?.word == "suspended")
        frozen.release()
        try other.write(LockRecord(nonce: "n", epoch: 2, status: .busy, holder: "other", since: 0), flush: true)
        #expect(try frozen.peek()?.holder == "other")
        other.release()
    }

    @Test("a turn that is held is renewed")
    func renewed() throws {
        let scratch = try Scratch()
        let lock = scratch.path.appending("lock")
        let turns = try LeaseTurns(lock, lease: Self.second / 20)
        #expect(try turns.take())
        while try Self.record(lock, 1)?.beats ?? 0 < 3 { Clock.pause(nanoseconds: 1_000_000) }
        turns.close()
    }

    /// In a process of its own: the seam is everybody's.
    @Test("one that slept while others had twenty turns does not take a number whose file was cleared away")
    func late() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            let lock = scratch.path.appending("lock")
            let late = try LeaseTurns(lock)
            let others = try LeaseTurns(lock)
            IOSeam.once(.open, "turn.1") { _ throws(SystemError) in
                for _ in 0..<20 {
                    guard (try? others.take()) == true else { fatalError("the others found no turn") }
                    others.release()
                }
            }
            let took = try late.take()
            IOSeam.install(nil)
            let names = Set(try Folder.names(in: lock.adding(suffix: ".turns")).map(\.text))
            precondition(took && names.contains("turn.21") && !names.contains("turn.1"), "\(took) \(names.sorted())")
            late.close()
            others.close()
        }
    }

    @Test("who asks for another way than the work directory was made with is refused")
    func mixed() throws {
        let scratch = try Scratch()
        try scratch.bench.writeList(3)
        _ = try scratch.bench(.lease).farm()
        #expect(refusal { try scratch.bench(.flock).open() }?.word == "configuration")
        var asking = try scratch.bench.request()
        asking.locking = nil
        let opened = try OpenedFarm.open(asking, holder: "x", EndlessPatience())
        #expect(opened.directory.locking == .lease)
    }

    @Test(
        "a farmer of another host that leases is dead when its heart stood still, and is never taken for a broken lock")
    func heartAlone() throws {
        let scratch = try Scratch()
        let bench = scratch.bench(.lease)
        try bench.writeList(3)
        var record = bench.newRecord()
        record.host = "elsewhere"
        let store = try bench.join(try bench.open(), record: record)
        let liveness = Liveness(store.directory)
        #expect(try liveness.judge(record.farmer) == .watching)
        for _ in 0..<3 {
            record.heartbeat += 1
            try store.alive.write(record)
            #expect(try liveness.judge(record.farmer) == .alive)
        }
        #expect(try liveness.judge(record.farmer) == .watching)
        withExtendedLifetime(store) {}
    }
}
