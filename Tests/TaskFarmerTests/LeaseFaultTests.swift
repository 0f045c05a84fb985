// Leases where something goes wrong: writes that come late, holders that thaw, numbers that were cleared away, a full disk.
// Each in a process of its own: the seam is everybody's.

import Foundation
import StoreCrasher
import Synchronization
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

/// A lock in a folder of its own, and its turns.
private struct LeaseBench: Sendable {
    let scratch: Scratch
    let lock: Path
    var folder: Path { lock.adding(suffix: ".turns") }

    init() throws {
        scratch = try Scratch()
        lock = scratch.path.appending("lock")
    }

    func turn(_ number: Int) -> Path { folder.appending("turn.\(number)") }
    func record(_ number: Int) throws -> TurnRecord? { TurnRecord(try Folder.content(of: turn(number))) }
    func names() throws -> Set<String> { Set(try Folder.names(in: folder).map(\.text)) }
    func last() throws -> Int? {
        try Folder.content(of: folder.appending("last")).split(separator: 32).first?.decimalValue
    }

    /// What a write that was long under way may leave in `last`.
    func putLast(_ number: Int) throws {
        var bytes = Array("\(number) \(number) ".utf8)
        bytes += [UInt8](repeating: 32, count: 46 - bytes.count) + Array(".\n".utf8)
        try Scratch.put(bytes, at: folder.appending("last"))
    }

    func elsewhere(beats: Int) -> [UInt8] {
        TurnRecord(
            status: .held, host: "elsewhere", boot: "other", processSpace: "pid:[1]", process: 1, ticks: 1, beats: beats
        ).encoded
    }
}

private let second = 1_000_000_000

/// Ends the process of a test where something is not so.
private func require(_ isSo: Bool, _ found: String = "", line: UInt = #line) {
    precondition(isSo, "line \(line): \(found)")
}

private func waitFor(_ isSo: () throws -> Bool) rethrows { while try !isSo() { Clock.pause(nanoseconds: 1_000_000) } }

extension LeaseTurns {
    /// Takes so many turns, and keeps the last one.
    fileprivate func takeMany(_ count: Int) {
        for round in 1...count {
            waitFor { (try? take()) == true }
            if round < count { release() }
        }
    }
}

/// Happens once, when it is asked whether it does.
private final class Once: Sendable {
    private let value = Atomic<Bool>(false)
    var now: Bool {
        value.compareExchange(expected: false, desired: true, ordering: .sequentiallyConsistent).exchanged
    }
    var hasBeen: Bool { value.load(ordering: .sequentiallyConsistent) }
}

@Suite("Leases where something goes wrong")
struct LeaseFaultTests {
    // MARK: one that thaws

    @Test("a holder that thaws after it was judged to be gone does not renew itself, and writes nothing")
    func thawed() async {
        await #expect(processExitsWith: .success) {
            let bench = try LeaseBench()
            let lease = second / 2
            nonisolated(unsafe) let frozen = try FarmLock(bench.lock, .lease, lease: lease)
            let other = try FarmLock(bench.lock, .lease, lease: lease)
            let (isHeld, isThawed, refused) = (Once(), Once(), Once())
            let mark = LockRecord(nonce: "n", epoch: 1, status: .busy, holder: "frozen", since: 0)
            IOSeam.install { call throws(SystemError) in
                let name = call.path.name.text
                // Its renewals stand still, from the first one on.
                if name == "turn.1", call.kind == .write, isHeld.hasBeen { waitFor { isThawed.hasBeen } }
                if name == "turn.2", call.kind == .open, isThawed.now {
                    // Time to renew twice.
                    let end = Clock.boot + lease / 2
                    waitFor { Clock.boot > end }
                    do { try unsafe frozen.write(mark, flush: true) } catch { _ = refused.now }
                }
                return .max
            }
            try unsafe frozen.acquire(EndlessPatience())
            _ = isHeld.now
            try other.acquire(EndlessPatience())
            IOSeam.install(nil)
            let isEmpty = unsafe frozen.peekIsEmpty
            require(refused.hasBeen && isEmpty, "the one that thawed wrote")
        }
    }

    @Test("whoever passes over a turn that is renewed just then gives way, and leaves no trace")
    func renewedInTime() async {
        await #expect(processExitsWith: .success) {
            let bench = try LeaseBench()
            let turns = try LeaseTurns(bench.lock, lease: second / 5)
            try Scratch.put(bench.elsewhere(beats: 0), at: bench.turn(1))
            let renewal = Once()
            IOSeam.install { call throws(SystemError) in
                if call.path.name == Array("turn.2".utf8), call.kind == .open, renewal.now {
                    try? Scratch.put(bench.elsewhere(beats: 1), at: bench.turn(1))
                }
                return .max
            }
            var took = false
            while !renewal.hasBeen { took = try turns.take() }
            IOSeam.install(nil)
            let (names, last) = (try bench.names(), try bench.last())
            require(!took && !names.contains("turn.2") && last == nil, "\(took) \(names) \(last ?? -1)")
            turns.close()
        }
    }

    @Test("a turn that is renewed before `last` names the next one may be in use: nobody has the next one")
    func renewedLate() async {
        await #expect(processExitsWith: .success) {
            let bench = try LeaseBench()
            let turns = try LeaseTurns(bench.lock, lease: second / 5)
            try Scratch.put(bench.elsewhere(beats: 0), at: bench.turn(1))
            let renewal = Once()
            IOSeam.install { call throws(SystemError) in
                if call.path.name == Array("last".utf8), call.kind == .write, renewal.now {
                    try? Scratch.put(bench.elsewhere(beats: 1), at: bench.turn(1))
                }
                return .max
            }
            var took = false
            while !renewal.hasBeen { took = try turns.take() }
            IOSeam.install(nil)
            let status = try bench.record(2)?.status
            require(!took && status == .held, "\(took)")
            turns.close()
        }
    }

    @Test(
        "where a turn has aged and whoever passed it over is gone as well, the next one waits for both, and not for ever"
    )
    func bothGone() throws {
        let bench = try LeaseBench()
        let turns = try LeaseTurns(bench.lock, lease: second / 10)
        for number in 1...2 { try Scratch.put(bench.elsewhere(beats: 0), at: bench.turn(number)) }
        try bench.putLast(1)
        let end = Clock.boot + 30 * second
        var took = false
        while !took, Clock.boot < end { took = try turns.take() }
        #expect(took)
        #expect(try !bench.names().contains("turn.4"))
        turns.close()
    }

    // MARK: `last`

    @Test("a write of `last` that comes late gives its turn to nobody")
    func lateWrite() async {
        await #expect(processExitsWith: .success) {
            let bench = try LeaseBench()
            let lease = second / 4
            let late = try LeaseTurns(bench.lock, lease: lease)
            let others = try LeaseTurns(bench.lock, lease: lease)
            let third = try LeaseTurns(bench.lock, lease: 60 * second)
            let delay = Once()
            IOSeam.install { call throws(SystemError) in
                if call.kind == .write, call.path.name == Array("last".utf8), delay.now { others.takeMany(20) }
                return .max
            }
            let lateTook = try late.take()
            IOSeam.install(nil)
            let thirdTook = try third.take()
            require(!lateTook && !thirdTook, "\(lateTook) \(thirdTook)")
            let last = try bench.last()
            require(last == 21, "\(last ?? -1)")
            others.release()
            try require(third.take())
            try require(bench.last() == 22)
            for turns in [late, others, third] { turns.close() }
        }
    }

    @Test("a newcomer that finds `last` gone back does not take a number that was cleared away")
    func backward() throws {
        let bench = try LeaseBench()
        let (holder, newcomer) = (try LeaseTurns(bench.lock), try LeaseTurns(bench.lock))
        holder.takeMany(21)
        try bench.putLast(1)
        #expect(try !newcomer.take())
        #expect(try !bench.names().contains("turn.2"))
        #expect(refusal { try holder.requireHeld() }?.word == "suspended", "who cannot tell writes nothing")
        holder.release()
        #expect(try newcomer.take())
        #expect(try bench.last() == 22)
        try newcomer.requireHeld()
        newcomer.close()
        holder.close()
    }

    @Test("nor does one that slept while `last` went on and back")
    func backwardMeanwhile() async {
        await #expect(processExitsWith: .success) {
            let bench = try LeaseBench()
            let (sleeper, others) = (try LeaseTurns(bench.lock), try LeaseTurns(bench.lock))
            others.takeMany(1)
            others.release()
            let sleep = Once()
            IOSeam.install { call throws(SystemError) in
                if call.kind == .open, call.path.name == Array("turn.2".utf8), sleep.now {
                    others.takeMany(20)
                    try? bench.putLast(1)
                }
                return .max
            }
            let took = try sleeper.take()
            IOSeam.install(nil)
            let (names, last) = (try bench.names(), try bench.last())
            require(!took && !names.contains("turn.2") && last == 21, "\(took) \(names) \(last ?? -1)")
            sleeper.close()
            others.close()
        }
    }

    @Test("turns are cleared away in their order, also where one cannot be removed for a while")
    func clearedInOrder() async {
        await #expect(processExitsWith: .success) {
            let bench = try LeaseBench()
            let turns = try LeaseTurns(bench.lock)
            IOSeam.install { call throws(SystemError) in
                if call.kind == .unlink, call.path.name == Array("turn.3".utf8) {
                    throw SystemError("remove", call.path, code: EIO)
                }
                return .max
            }
            turns.takeMany(20)
            IOSeam.install(nil)
            let names = try bench.names()
            require((3...20).allSatisfy { names.contains("turn.\($0)") }, "\(names)")
            turns.release()
            turns.takeMany(1)
            try require(bench.names().count == 9, "all that were left behind are cleared")
            turns.close()
        }
    }

    // MARK: errors

    @Test("a turn that could not be written is taken back by its maker, and keeps nobody waiting")
    func full() async {
        await #expect(processExitsWith: .success) {
            let bench = try LeaseBench()
            let turns = try LeaseTurns(bench.lock)
            let fault = Once()
            IOSeam.install { call throws(SystemError) in
                if call.kind == .write, call.path.name == Array("turn.1".utf8), fault.now {
                    throw SystemError("write", call.path, code: ENOSPC)
                }
                return .max
            }
            require((try? turns.take()) == nil)
            try require(turns.take())
            IOSeam.install(nil)
            turns.close()
        }
    }

    @Test("an error after a turn was made lets it go")
    func letGo() async {
        await #expect(processExitsWith: .success) {
            let faults: [(IOCall.Kind, String)] = [
                (.write, "last"), (.flush, "last"), (.list, "lock.turns"), (.stat, "lock"),
            ]
            for (kind, name) in faults {
                let bench = try LeaseBench()
                let one = try FarmLock(bench.lock, .lease)
                let other = try FarmLock(bench.lock, .lease)
                let fault = Once()
                IOSeam.install { call throws(SystemError) in
                    if call.kind == kind, call.path.name == Array(name.utf8), fault.now {
                        throw SystemError("do", call.path, code: EIO)
                    }
                    return .max
                }
                var failed = false
                do { try one.acquire(EndlessPatience()) } catch { failed = true }
                IOSeam.install(nil)
                require(failed, "\(kind) \(name)")
                try other.acquire(Impatience())
                other.release()
                try one.acquire(Impatience())
                one.release()
            }
        }
    }
}

/// What goes with the lock: the changes made under it, checks, the folder it lies in.
@Suite("Work directories with leases")
struct LeaseWorkTests {
    @Test("one whose turn has passed does not take back what it could not finish: the next one does")
    func leftToTheNext() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            let bench = scratch.bench(.lease)
            try bench.writeList(3)
            let opened = try bench.open()
            let cycle = ChangeCycle(
                directory: opened.directory, lock: opened.lock, nonce: opened.description.nonce, farmer: "one")
            let last = bench.directory.ownLock.adding(suffix: ".turns").appending("last")
            let fault = Once()
            IOSeam.install { call throws(SystemError) in
                if call.kind == .write, call.path.name == Array("finished".utf8), fault.now {
                    // Somebody else has the next turn.
                    let text = "99 99 " + String(repeating: " ", count: 40) + ".\n"
                    try? Scratch.put(Array(text.utf8), at: last)
                    throw SystemError("write", call.path, code: EIO)
                }
                return .max
            }
            let error = refusal {
                try cycle.run(bench.patience) { $0.append(.finished, Array("0 x\n".utf8)) }
            }
            IOSeam.install(nil)
            let left = try Folder.facts(bench.directory.transaction)?.size ?? 0
            require(error?.word == "system" && left > 0, "\(error?.word ?? "no error") \(left)")
            let undone = try Check.run(bench.directory, bench.patience)
            require(undone.isSound && undone.notes == ["undid a change that one left half made"], "\(undone)")
        }
    }

    @Test("a change whose turn cannot be renewed stops before its next write")
    func unrenewed() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            let bench = scratch.bench(.lease)
            try bench.writeList(3)
            let opened = try bench.open()
            let lease = second / 2
            let cycle = ChangeCycle(
                directory: opened.directory, lock: try FarmLock(opened.lock.path, .lease, lease: lease),
                nonce: opened.description.nonce, farmer: "one")
            let (isHeld, isWritten) = (Once(), Once())
            IOSeam.install { call throws(SystemError) in
                if call.kind == .write, isHeld.hasBeen {
                    let name = call.path.name.text
                    if name == "transaction" { _ = isWritten.now }
                    if name.hasPrefix("turn.") { throw SystemError("write", call.path, code: EIO) }
                }
                return .max
            }
            let error = refusal {
                try cycle.run(bench.patience) { change in
                    _ = isHeld.now
                    let end = Clock.boot + lease
                    waitFor { Clock.boot > end }
                    change.append(.finished, Array("0 x\n".utf8))
                }
            }
            IOSeam.install(nil)
            require(error?.word == "suspended" && !isWritten.hasBeen, error?.word ?? "no error")
        }
    }

    @Test("a work directory where flock is not to be had can be checked, and has one autoscaler")
    func withoutFlock() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            let bench = scratch.bench(.lease)
            try bench.writeList(3)
            IOSeam.install { call throws(SystemError) in
                if call.kind == .lock { throw SystemError("lock", call.path, code: ENOLCK) }
                return .max
            }
            try bench.drain(try bench.farm())
            require(try Check.run(bench.directory, bench.patience).isSound)
            _ = try Repair.run(bench.directory, lock: .same, assumedDead: [], bench.patience)
            // Long enough not to run out while this process waits for a processor.
            try LeaseTurns.$standardLease.withValue(6 * second) {
                let owner = try JobQueue.soleOwner(bench.directory)
                require(owner != nil)
                require(try JobQueue.soleOwner(bench.directory) == nil, "there are two")
                withExtendedLifetime(owner) {}
            }
            require(try JobQueue.soleOwner(bench.directory) != nil, "the next one has to wait")
            IOSeam.install(nil)
        }
    }

    @Test("no file that others write to stays open")
    func closed() async {
        await #expect(processExitsWith: .success) {
            let bench = try LeaseBench()
            let open = Atomic<Int>(0)
            IOSeam.install { call throws(SystemError) in
                if call.path == bench.lock {
                    if call.kind == .open { open.add(1, ordering: .relaxed) }
                    if call.kind == .close { open.subtract(1, ordering: .relaxed) }
                }
                return .max
            }
            let lock = try FarmLock(bench.lock, .lease)
            require(open.load(ordering: .relaxed) == 0)
            try lock.acquire(EndlessPatience())
            require(open.load(ordering: .relaxed) == 0)
            try lock.write(LockRecord(nonce: "n", epoch: 1, status: .busy, holder: "one", since: 0), flush: true)
            require(try !lock.isEmpty)
            require(open.load(ordering: .relaxed) == 0)
            lock.release()
            IOSeam.install(nil)
        }
    }

    @Test("whoever waits is told who has the turn, and that it passes by itself")
    func told() throws {
        let bench = try LeaseBench()
        let holder = try FarmLock(bench.lock, .lease, lease: 3600 * second)
        let other = try FarmLock(bench.lock, .lease, lease: second / 2)
        try holder.acquire(EndlessPatience())
        let texts = Mutex<[String]>([])
        try other.acquire(EndlessPatience { text in texts.withLock { $0.append(text) } })
        let text = try #require(texts.withLock { $0.first })
        #expect(text.contains("held by process \(ProcessTable.own) on \(HostIdentity.current.name)"), "\(text)")
        #expect(text.contains("passes by itself") && !text.contains("--new-lock"), "\(text)")
        other.release()
    }

    @Test("a folder of turns that somebody else made is not used: a link, a file, or one that everybody can write to")
    func planted() throws {
        let files = FileManager.default
        for kind in ["link", "file", "folder"] {
            let bench = try LeaseBench()
            let target = bench.scratch.path.appending("elsewhere")
            try Folder.make(target)
            switch kind {
            case "link":
                try files.createSymbolicLink(
                    atPath: bench.folder.description, withDestinationPath: target.description)
            case "file": try Scratch.put([], at: bench.folder)
            default:
                try Folder.make(bench.folder)
                try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: bench.folder.description)
            }
            let word = refusal { try FarmLock(bench.lock, .lease) }?.word
            #expect(word == (kind == "folder" ? "configuration" : "system"), "\(kind)")
            #expect(try Folder.names(in: target).isEmpty)
        }
    }

    @Test("the lock of an autoscaler is not made through a link", arguments: Locking.allCases)
    func plantedAutoscale(_ locking: Locking) throws {
        let scratch = try Scratch()
        let bench = scratch.bench(locking)
        try bench.writeList(3)
        _ = try bench.open()
        let suffix = locking == .flock ? ".autoscale" : ".autoscale.turns"
        let target = scratch.path.appending("elsewhere")
        try FileManager.default.createSymbolicLink(
            atPath: bench.directory.ownLock.adding(suffix: suffix).description, withDestinationPath: target.description)
        #expect(throws: (any Error).self) { try JobQueue.soleOwner(bench.directory) }
        #expect(try Folder.linkFacts(target) == nil)
    }
}

/// Tries once.
private struct Impatience: LockPatience {
    func waiting(for lock: Path, seconds: Int, holder: LockRecord?) {}
    func givesUp(after nanoseconds: Int) -> Bool { true }
}

extension FarmLock {
    fileprivate var peekIsEmpty: Bool { (try? isEmpty) == true }
}
