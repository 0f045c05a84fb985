// Every scenario is killed at every file operation that changes something; then a new farmer comes, and nothing may be lost.

import Foundation
import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Killed anywhere")
struct KilledAnywhereTests {
    /// What is between two of these calls leaves the same files behind. `TASKFARMER_TEST_ALL_CALLS=1` tries all the same, and
    /// everything else that takes long.
    private static let changing: Set<IOCall.Kind> = [.write, .truncate, .unlink, .rename, .makeFolder]
    private static let all = ProcessInfo.processInfo.environment["TASKFARMER_TEST_ALL_CALLS"] != nil

    /// Who comes after one that was killed while it took a turn has to wait for so long, in nanoseconds.
    private static let lease = 5_000_000_000

    private static func indices(
        _ scenario: Scenario, _ kinds: Set<IOCall.Kind>, _ locking: Locking
    ) throws -> [Int] {
        let (scratch, bench) = try setUp(scenario, locking)
        let run = try Crasher.run(scratch.path, scenario, at: 0, .before, locking)
        try #require(run.wasKilled && !run.calls.isEmpty, "\(scenario) does not work undisturbed: \(run.output)")
        try afterwards(bench, scenario, run, .before, "\(scenario) undisturbed")
        return run.calls.enumerated().filter { _, call in
            // A large journal takes long to make; what is peculiar to its rewriting happens here.
            if scenario == .rewrite && !all
                && !["journal0", "journal1", "transaction"].contains(where: call.file.hasSuffix)
            {
                return false
            }
            return kinds.contains(call.kind) || (all && kinds.count > 1)
        }.map { $0.offset + 1 }
    }

    private static func setUp(_ scenario: Scenario, _ locking: Locking) throws -> (Scratch, Bench) {
        let scratch = try Scratch()
        switch scenario {
        case .takeOver:
            try scratch.putPyTaskFarmer()
        case .recovery:
            try scratch.bench.writeList(Scenario.taskCount)
            try #require(try Crasher.run(scratch.path, .victim, at: 0, .before, locking).wasKilled)
        default:
            try scratch.bench.writeList(Scenario.taskCount)
        }
        return (scratch, scratch.bench(locking))
    }

    /// What was promised before the scenario itself began.
    private static func promised(
        _ scenario: Scenario, _ run: Crasher.Run, _ mode: Crash.Mode
    ) -> (finished: Set<Int>, failed: Set<Int>) {
        switch scenario {
        // Ends are flushed at every heartbeat and every exchange; a power failure in between costs them.
        case .note where mode == .power || mode == .powerOutOfOrder: ([], [])
        case .takeOver: ([0, 1, 3], [2])
        case .recovery: ([0], [1, 3, 4])
        case .importing: Scenario.imported
        default: (run.finished, run.failed)
        }
    }

    /// A new farmer comes, finds everything, and works to the end.
    private static func afterwards(
        _ bench: Bench, _ scenario: Scenario, _ run: Crasher.Run, _ mode: Crash.Mode, _ what: Comment
    ) throws {
        if scenario == .repair {
            _ = try Repair.run(bench.directory, lock: .same, assumedDead: [], bench.patience)
        }
        // What was not made to the end is not there: the import is done again.
        if try scenario == .importing && OpenedFarm.readDescription(bench.directory) == nil { try bench.importStatus() }
        let opened = try bench.open(fresh: scenario == .fresh && OpenedFarm.readDescription(bench.directory) == nil)
        let store = try bench.join(opened)
        _ = try store.lookAround(all: true, bench.patience)
        let list = HandledList(try TaskListFile(bench.list), workDirectory: bench.directory.root)
        _ = try ListUpdate.apply(list, cycle: store.cycle, bench.patience)

        let promised = promised(scenario, run, mode)
        let report = try Check.run(bench.directory, bench.patience)
        #expect(report.problems == [], what)
        var count = scenario == .takeOver ? 8 : Scenario.taskCount + (scenario == .growth ? Scenario.grown : 0)
        if scenario == .add, report.state?.tasks != count { count += Scenario.grown }
        #expect(report.state?.claimed == 0, what)
        let found = try Reading(bench.directory)
        #expect(found.everywhere.sorted() == Array(0..<count), what)
        #expect(promised.finished.subtracting(found.at(.finished)) == [], what)
        #expect(promised.failed.subtracting(found.at(.failed)) == [], what)
        try recordedOnce(found, scenario, what)
        try controlled(found, scenario, what)
        if !found.at(.held).isEmpty {
            let farm = ControlledFarm(description: store.description, cycle: store.cycle, bench.patience)
            _ = try farm.release(TaskIDs([0...count]))
        }

        try bench.drain(store)
        let last = try Check.run(bench.directory, bench.patience)
        #expect(last.problems == [], what)
        #expect(last.state?.liveFarmers == 0, what)
        let end = try Reading(bench.directory)
        #expect(end.at(.failed) == found.at(.failed), what)
        #expect(end.at(.skipped) == found.at(.skipped), what)
        #expect((end.at(.finished) + end.at(.failed) + end.at(.skipped)).sorted() == Array(0..<count), what)
        try recordedOnce(end, scenario, what)
        if scenario != .takeOver {
            for id in 0..<count { #expect(end.commands[id] == Bench.command(id), what) }
        }
    }

    /// What a user did is done to all tasks that were meant, or to none, and to no other.
    private static func controlled(_ found: Reading, _ scenario: Scenario, _ what: Comment) throws {
        let moved = (0..<Scenario.taskCount).filter(Scenario.moved.contains)
        switch scenario {
        case .hold: #expect([[], moved].contains(found.at(.held).sorted()), what)
        case .unhold: #expect([moved, [7]].contains(found.at(.held).sorted()), what)
        case .priority:
            let first = Array(found.at(.toprocess).reversed().prefix(4))
            #expect(first == [10, 3, 7, 9] || first == [10, 3, 4, 0], what)
        case .cancel:
            let skipped = Set(found.at(.skipped)).intersection(Scenario.cancelled)
            #expect(skipped.isEmpty ? found.at(.held) == [6] : skipped == Scenario.cancelled, what)
        default: #expect(found.at(.held) == [] && found.at(.skipped) == [], what)
        }
    }

    /// No attempt stands there twice, and the timeline shows just the attempts.
    private static func recordedOnce(_ found: Reading, _ scenario: Scenario, _ what: Comment) throws {
        #expect(Set(found.attempts).count == found.attempts.count, what)
        if scenario != .takeOver && scenario != .repair {
            #expect(found.events == found.attempts.map { $0[0] }, what)
        }
    }

    private static func disturb(
        _ scenario: Scenario, _ mode: Crash.Mode, _ kinds: Set<IOCall.Kind>, _ locking: Locking = .flock
    ) throws {
        for index in try indices(scenario, kinds, locking) {
            let (scratch, bench) = try setUp(scenario, locking)
            let run = try Crasher.run(scratch.path, scenario, at: index, mode, locking)
            let what: Comment = "\(scenario), \(mode) call \(index): \(run.output)"
            #expect(run.wasKilled, what)
            do {
                try LeaseTurns.$standardLease.withValue(Self.lease) {
                    try afterwards(bench, scenario, run, mode, what)
                }
            } catch { Issue.record(error, what) }
        }
    }

    @Test("nothing is lost when a farmer is killed before any change of any file", arguments: Scenario.swept)
    func killed(_ scenario: Scenario) throws {
        try Self.disturb(scenario, .before, Self.changing)
    }

    @Test("nothing is lost when a farmer is killed in the middle of any write", arguments: Scenario.swept)
    func torn(_ scenario: Scenario) throws {
        try Self.disturb(scenario, .torn, [.write])
    }

    @Test(
        "nothing is lost when a farmer that uses leases is killed before any change of any file",
        arguments: all ? Scenario.swept : [.creation, .creationInOrder, .join, .carry, .recovery, .leave])
    func killedWithLease(_ scenario: Scenario) throws {
        try Self.disturb(scenario, .before, Self.changing, .lease)
    }

    @Test(
        "nothing is lost when a farmer that uses leases is killed in the middle of any write",
        arguments: all ? Scenario.swept : [.creation, .carry])
    func tornWithLease(_ scenario: Scenario) throws {
        try Self.disturb(scenario, .torn, [.write], .lease)
    }

    /// Without the one that takes long, unless all is asked for.
    private static let brief = Scenario.swept.filter { $0 != .rewrite || all }

    @Test("a full disk at any write or flush costs nothing but that change", arguments: brief)
    func full(_ scenario: Scenario) throws {
        try Self.disturb(scenario, .full, Self.all ? [.write, .flush] : [.write])
    }

    @Test("a commit whose answer was lost is a commit", arguments: [Scenario.claim, .carry, .release, .requeue, .join])
    func answerLost(_ scenario: Scenario) throws {
        try Self.disturb(scenario, .answerLost, [.truncate])
    }

    @Test("a power failure at any change of any file loses nothing that was committed", arguments: Scenario.swept)
    func powerFailure(_ scenario: Scenario) throws {
        try Self.disturb(scenario, .power, Self.changing)
    }

    @Test(
        "a power failure that kept later writes and lost earlier ones loses nothing either",
        arguments: all ? Scenario.swept : [.carry, .rewrite])
    func powerFailureOutOfOrder(_ scenario: Scenario) throws {
        try Self.disturb(scenario, .powerOutOfOrder, Self.changing)
    }
}
