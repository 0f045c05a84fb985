// A farmer in a process whose signals are somebody else's.

import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Farmers without signals")
struct WithoutSignalsTests {
    private func spawn(_ script: String) throws -> Int32 {
        let nothing = try Descriptor("/dev/null", .both)
        return try Children.spawn(
            SpawnRequest(candidates: [Array("/bin/sh".utf8)], arguments: ["sh", "-c", script].map { Array($0.utf8) }),
            environment: CWords(OwnProcess.environment), input: nothing.number, output: nothing.number
        ).process
    }

    @Test("the end of a child wakes who waits for it, and only until it is removed")
    func woken() throws {
        let watch = try ChildWatch()
        let (short, long) = (try spawn(":"), try spawn("exec sleep 1000"))
        watch.add(short)
        watch.add(long)
        #expect(!watch.needsPolling, "this kernel knows no pidfd_open")
        // For ever, if nothing told.
        #expect(Poll.wait(for: [watch.descriptor], nanoseconds: -1) == 1)
        watch.remove(short)
        _ = try Children.reap(short)
        #expect(Poll.wait(for: [watch.descriptor], nanoseconds: 0) == 0)
        Children.signal(group: long, Signal.kill.number)
        #expect(Poll.wait(for: [watch.descriptor], nanoseconds: -1) == 1)
        watch.remove(long)
        #expect(try Children.reap(long).signal == Signal.kill.number)
        #expect(Poll.wait(for: [watch.descriptor], nanoseconds: 0) == 0)
    }

    @Test("a child that cannot be watched is to be asked for")
    func unwatched() throws {
        let watch = try ChildWatch()
        watch.add(-1)
        #expect(watch.needsPolling)
        watch.remove(-1)
        #expect(!watch.needsPolling)
    }

    @Test("shell tasks run to their ends, and the farmer does not spin while they do")
    func tasks() throws {
        let scratch = try Scratch()
        try scratch.bench.write(list: Array(repeating: "exit $((PROC_NUMBER % 2))", count: 60) + ["sleep 1"])
        let summary = try scratch.bench.runFarmer()
        #expect(summary.attempts.succeeded == 31 && summary.attempts.failed == 30)
        #expect(try Check.run(scratch.bench.directory, scratch.bench.patience).isSound)
        // Each task gives a few reasons to look, and so does the passing of time, about four times in a second.
        let most = 20 * 61 + summary.elapsed / 50_000_000
        #expect(summary.rounds < most, "\(summary.rounds) rounds in \(summary.elapsed) ns")
    }

    @Test("a farmer whose time is up does not spin while its tasks end")
    func stopping() throws {
        let scratch = try Scratch()
        try scratch.bench.write(list: ["trap '' TERM; while :; do sleep 1; done"])
        let summary = try scratch.bench.runFarmer(timeout: 100_000_000, stop: "TERM,0.5,KILL")
        #expect(summary.attempts.interrupted == 1)
        #expect(summary.rounds < 30 + summary.elapsed / 50_000_000, "\(summary.rounds) in \(summary.elapsed) ns")
    }

    @Test("a farmer that waits for one task hardly ever looks")
    func waiting() throws {
        let scratch = try Scratch()
        try scratch.bench.write(list: ["sleep 1"])
        let summary = try scratch.bench.runFarmer(slots: 1)
        #expect(summary.attempts.succeeded == 1)
        // Asking every 10 ms would be a hundred times.
        #expect(summary.rounds < 30 + summary.elapsed / 50_000_000, "\(summary.rounds) in \(summary.elapsed) ns")
    }
}
