// Leases where something goes wrong: writes that come late, holders that thaw, numbers that were cleared away, a full disk.
// Each in a process of its own: the seam is everybody's.

import Foundation
import StoreCrasher
import Synchronization
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

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
            let renewal = IOSeam.once(.open, "turn.2") { _ throws(SystemError) in
                try? Scratch.put(bench.elsewhere(beats: 1), at: bench.turn(1))
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
            let renewal = IOSeam.once(.write, "last") { _ throws(SystemError) in
                try? Scratch.put(bench.elsewhere(beats: 1), at: bench.turn(1))
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
            IOSeam.once(.write, "last") { _ throws(SystemError) in others.takeMany(20) }
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
            IOSeam.once(.open, "turn.2") { _ throws(SystemError) in
                others.takeMany(20)
                try? bench.putLast(1)
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
            IOSeam.once(.write, "turn.1") { call throws(SystemError) in
                throw SystemError("write", call.path, code: ENOSPC)
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
                IOSeam.once(kind, name) { call throws(SystemError) in
                    throw SystemError("do", call.path, code: EIO)
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
