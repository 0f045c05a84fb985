// Locks that keep out only farmers of the same host are found by the newcomer, before it changes anything.

import Foundation
import StoreCrasher
import Synchronization
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Locks between hosts")
struct ExclusionTests {
    /// Does something each time it is asked whether to give up.
    private final class Asked: LockPatience {
        let count = Atomic<Int>(0)
        private let body: @Sendable () -> Void
        private let gives: Bool
        init(gives: Bool = false, _ body: @escaping @Sendable () -> Void = {}) {
            self.body = body
            self.gives = gives
        }
        func waiting(for lock: Path, seconds: Int, holder: LockRecord?) {}
        func givesUp(after nanoseconds: Int) -> Bool {
            count.add(1, ordering: .relaxed)
            body()
            return gives
        }
    }

    /// A farmer of another host, and a newcomer that has its files and nothing else.
    private struct Pair {
        let scratch: Scratch
        let bench: Bench
        var other: AliveRecord
        let record: AliveRecord
        let newcomer: Store

        init() throws {
            (scratch, bench) = try Scratch.withList()
            let opened = try bench.open()
            other = bench.newRecord()
            other.host = "elsewhere"
            record = bench.newRecord()
            newcomer = try Store.make(opened, slots: record.slots, record: record, assumedDead: [])
        }

        func require(watch: Int = 3_600_000_000_000, _ patience: any LockPatience) throws {
            try Exclusion.require(
                bench.directory, alive: newcomer.alive, record: record, watch: watch, patience)
        }
    }

    @Test("a newcomer refuses to work where the heart of another host's farmer beats on although its lock is free")
    func beatingWithFreeLock() throws {
        let pair = try Pair()
        let (bench, path, other) = (pair.bench, pair.bench.directory.alive(pair.other.farmer), pair.other)
        try bench.write(other.encoded, to: path)
        let before = try bench.contents()
        let beating = Asked {
            var next = other
            next.heartbeat += 1
            try? bench.write(next.encoded, to: path)
        }
        let error = refusal { try pair.require(beating) }
        #expect(error?.word == "brokenLock")
        #expect(error?.description.contains("between elsewhere and ") == true)
        #expect(error?.exitStatus == 71)
        #expect(
            try bench.contents().filter { !$0.key.hasPrefix("farmers") }
                == before.filter { !$0.key.hasPrefix("farmers") })
    }

    @Test("a farmer of another host is found among many of this one's")
    func foundAmongMany() throws {
        var pair = try Pair()
        for _ in 0..<64 {
            let here = pair.bench.newRecord()
            try pair.bench.write(here.encoded, to: pair.bench.directory.alive(here.farmer))
        }
        pair.other.farmer = "elsewhere.\(ProcessTable.own).1"
        let (bench, path, other) = (pair.bench, pair.bench.directory.alive(pair.other.farmer), pair.other)
        try bench.write(other.encoded, to: path)
        let beating = Asked {
            var next = other
            next.heartbeat += 1
            try? bench.write(next.encoded, to: path)
        }
        #expect(refusal { try pair.require(beating) }?.word == "brokenLock")
    }

    @Test("two newcomers that watch each other see each other's hearts beat")
    func beatsWhileWatching() throws {
        let pair = try Pair()
        let path = pair.bench.directory.alive(pair.record.farmer)
        try pair.bench.write(pair.other.encoded, to: pair.bench.directory.alive(pair.other.farmer))
        let seen = Mutex<Set<Int>>([])
        let watching = Asked {
            if let record = (try? Folder.content(of: path)).flatMap(AliveRecord.init) {
                seen.withLock { _ = $0.insert(record.heartbeat) }
            }
        }
        try pair.require(watch: 600_000_000, watching)
        #expect(seen.withLock(\.count) == watching.count.load(ordering: .relaxed))
    }

    @Test("a newcomer does not wait for farmers whose locks are held, that died long ago, or are of this host")
    func noWait() throws {
        let pair = try Pair()
        let held = try AliveFile(pair.bench.directory, pair.other)
        try pair.bench.write(pair.bench.newRecord().encoded, to: pair.bench.directory.alive("here"))
        var old = pair.other
        old.farmer = "elsewhere.1.1"
        let path = pair.bench.directory.alive(old.farmer)
        try pair.bench.write(old.encoded, to: path)
        try pair.bench.age(path, seconds: 60)
        let patience = Asked()
        try pair.require(patience)
        #expect(patience.count.load(ordering: .relaxed) == 0)
        withExtendedLifetime(held) {}
    }

    @Test("a newcomer that waits for a farmer of another host to show whether it lives can be stopped")
    func stopped() throws {
        let pair = try Pair()
        try pair.bench.write(pair.other.encoded, to: pair.bench.directory.alive(pair.other.farmer))
        #expect(refusal { try pair.require(Asked(gives: true)) }?.exitStatus == 75)
    }

    @Test("locks that are not to be had are an error of their own, which says where to look for some")
    func noLocks() {
        for code in [ENOLCK, ENOTSUP, ENOSYS] {
            let error = FarmError.system(SystemError("lock", "/shared/work/lock", code: code))
            #expect(error.exitStatus == 71)
            #expect(error.description.contains("/shared/work/lock cannot be locked"))
            #expect(error.description.contains("--lock-dir"))
        }
        #expect(FarmError.system(SystemError("write", "/shared/work/lock", code: EIO)).exitStatus == 74)
    }

    @Test(
        "a mount option that keeps locks on one node is found in the table of mounts",
        arguments: [
            ("nfs", "rw,vers=3,hard,nolock,proto=tcp,local_lock=all,addr=10.0.0.1", "nolock"),
            ("nfs", "rw,vers=3,hard,proto=tcp,local_lock=flock,addr=10.0.0.1", "local_lock=flock"),
            ("nfs", "rw,vers=3,hard,proto=tcp,local_lock=all,addr=10.0.0.1", "local_lock=all"),
            ("nfs", "rw,vers=3,hard,proto=tcp,local_lock=none,addr=10.0.0.1", nil),
            ("nfs", "rw,vers=3,hard,proto=tcp,local_lock=posix,addr=10.0.0.1", nil),
            ("nfs4", "rw,vers=4.2,hard,local_lock=none,addr=10.0.0.1", nil),
            ("lustre", "rw,checksum,localflock,lazystatfs", "localflock"),
            ("lustre", "rw,checksum,flock,lazystatfs", nil),
            ("ext4", "rw,nolock", nil),
        ])
    func mountOption(_ type: String, _ options: String, _ expected: String?) {
        let table = """
            22 1 0:21 / / rw - nfs other:/ rw,nolock
            31 22 0:44 / /mnt/a\\040b rw,relatime shared:5 master:2 - \(type) server:/export \(options)
            32 22 0:45 / /mnt/c rw - nfs other:/ rw,nolock

            """
        #expect(MountOptions.localLockOption(of: (0, 44), in: table) == expected)
        #expect(MountOptions.localLockOption(of: (0, 46), in: table) == nil)
        #expect(MountOptions.localLockOption(of: (0, 44), in: "31 22 0:44\n31 22 0:44 / / rw -\n") == nil)
    }
}

extension Bench {
    /// Gives a file the time of an earlier write.
    fileprivate func age(_ path: Path, seconds: Double) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: path.description)
    }
}
