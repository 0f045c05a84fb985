// Stopping a farmer from within its process.

import StoreCrasher
import Synchronization
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Stopping without signals")
struct FarmControlTests {
    @Test("a request to stop ends running tasks and puts all back; a second one and a late one do nothing")
    func stop() throws {
        let scratch = try Scratch()
        let bench = scratch.bench
        try bench.write(list: Array(repeating: "exec sleep 1000", count: 5))
        let control = try FarmControl()
        let summary = try bench.runFarmer(Witness { if $0.isStart { control.stop() } }, control: control)
        #expect(summary.stopReason == .requested && summary.stopReason?.words == "a request")
        #expect(summary.exitStatus == 75 && (1...2).contains(summary.attempts.interrupted))
        #expect(try Reading(bench.directory).at(.toprocess).sorted() == Array(0..<5))
        control.stop()
        control.drain()
        #expect(try bench.problems() == [])
    }

    @Test("a request to drain lets running tasks finish and starts no others; a stop after it is heeded")
    func drain() throws {
        let scratch = try Scratch()
        let bench = scratch.bench
        try bench.write(list: Array(repeating: "sleep 0.05", count: 5) + ["exec sleep 1000"])
        let control = try FarmControl()
        let summary = try bench.runFarmer(slots: 1, Witness { if $0.isStart { control.drain() } }, control: control)
        #expect(summary.stopReason == .requested && summary.exitStatus == 75)
        #expect(try Reading(bench.directory).at(.finished) == [0])
        // All six are here at once, the last for ever.
        let other = try FarmControl()
        let witness = Witness { event in
            if event.isStart { other.drain() }
            if case .draining = event { other.stop() }
        }
        let stopped = try bench.runFarmer(slots: 6, witness, control: other)
        #expect(stopped.exitStatus == 75 && stopped.attempts.interrupted >= 1)
        #expect(try Reading(bench.directory).at(.toprocess).contains(5))
        #expect(try bench.problems() == [])
    }

    @Test("a farmer that was stopped before it began runs nothing", arguments: [false, true])
    func before(drains: Bool) throws {
        let scratch = try Scratch()
        try scratch.bench.write(list: ["exit 1"])
        let control = try FarmControl()
        if drains { control.drain() } else { control.stop() }
        let witness = Witness()
        let summary = try scratch.bench.runFarmer(witness, control: control)
        #expect(summary.stopReason == .requested && summary.exitStatus == 75 && summary.ended == 0)
        #expect(witness.starts == 0)
        #expect(try Reading(scratch.bench.directory).at(.toprocess) == [0])
        #expect(try scratch.bench.problems() == [])
    }

    @Test("a farmer that waits for the lock at its start can be stopped")
    func locked() throws {
        let scratch = try Scratch()
        let bench = scratch.bench
        try bench.write(list: ["true"])
        #expect(try bench.runFarmer().exitStatus == 0)
        let lock = try FarmLock(bench.directory.root.appending("lock"), .flock)
        try lock.acquire(bench.patience)
        let control = try FarmControl()
        let error = Mutex<FarmError?>(nil)
        let farmer = try WorkerThread {
            let found = refusal { try bench.runFarmer(control: control) }
            error.withLock { $0 = found }
        }
        control.stop()
        farmer.join()
        #expect(error.withLock { $0 }?.word == "lockBusy")
        lock.release()
        #expect(try bench.problems() == [])
    }

    @Test("a lock call that never returns is told of every ten seconds, and does not keep a farmer from being stopped")
    func lockCallInKernel() throws {
        let control = try FarmControl()
        let witness = Witness()
        let patience = StopPatience(witness, joining: nil, control: control)
        let second = 1_000_000_000
        try patience.watchJoining(nil)
        try patience.watchJoining(("/some/lock", Clock.boot - 9 * second))
        #expect(witness.notes == [])
        for _ in 0..<2 { try patience.watchJoining(("/some/lock", Clock.boot - 11 * second)) }
        #expect(witness.notes.count == 1)
        #expect(witness.notes.first?.hasPrefix("waiting for the lock /some/lock for 11 s: ") == true)
        control.stop()
        // While no call lasts, the farmer itself heeds it.
        try patience.watchJoining(nil)
        let error = refusal { try patience.watchJoining(("/some/lock", Clock.boot)) }
        #expect(error?.word == "stopped" && error?.exitStatus == 75)
        #expect(error?.description.contains("/some/lock") == true)
        // Should the call return after all, its farmer runs nothing.
        #expect(patience.givesUp(after: 0))
        #expect(refusal { try patience.beginWork() }?.word == "stopped")
        let working = StopPatience(witness, joining: nil, control: control)
        try working.beginWork()
        try working.watchJoining(("/some/lock", Clock.boot - 11 * second))
        #expect(witness.notes.count == 1)
    }

    @Test("a lock call is seen from another thread for as long as it lasts, and what it throws comes through")
    func lockCallSeen() throws {
        let path = Path("/of/lockCallSeen")
        let (began, mayEnd) = (try Wakeup(), try Wakeup())
        let caller = try WorkerThread {
            try? LockCalls.during(path) { () throws(SystemError) in
                began.signal()
                mayEnd.wait(nanoseconds: -1)
            }
        }
        began.wait(nanoseconds: -1)
        // Other tests take locks as well; none of their calls lasts.
        while LockCalls.longest?.path != path { Clock.pause(nanoseconds: 1_000_000) }
        mayEnd.signal()
        caller.join()
        #expect(LockCalls.longest?.path != path)
        #expect(throws: SystemError.self) {
            try LockCalls.during(path) { () throws(SystemError) in throw SystemError("lock", path, code: 37) }
        }
        #expect(LockCalls.longest?.path != path)
    }
}
