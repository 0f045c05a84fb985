// Tasks that are cancelled while a farmer has them, and farmers that are killed before they have said what became of it.

import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Cancelled tasks")
struct CancelledTasksTests {
    private func farm(_ bench: Bench, _ store: Store) -> ControlledFarm {
        ControlledFarm(description: store.description, cycle: store.cycle, bench.patience)
    }

    /// A farmer that is dead and had taken tasks 0 to 3, of which 0 and 1 run.
    private func victim(_ bench: Bench) throws -> (store: Store, tasks: [TaskRecord]) {
        let dead = try bench.joinAsDead()
        let tasks = try bench.exchange(dead, 4)
        for task in tasks { dead.journal.plan([.init(task: task.id, number: 1)]) }
        dead.journal.note(started: tasks.prefix(2).map(Bench.start), ended: [])
        try dead.journal.write()
        return (dead, tasks)
    }

    private func recover(_ bench: Bench, _ dead: Store) throws -> Reading {
        let other = try bench.farm()
        _ = try other.lookAround(all: true, bench.patience)
        #expect(try bench.problems() == [])
        try other.leave(release: [], bench.patience)
        return try Reading(bench.directory)
    }

    @Test func `what was asked of a farmer is done although it died before it heeded it`() throws {
        let (scratch, bench) = try Scratch.withList(8)
        let (dead, _) = try victim(bench)
        let user = farm(bench, try bench.farm())
        let result = try user.cancel(TaskIDs([0, 2, 6]), limit: 0)
        #expect(result.waiting == 1 && result.unanswered == 2 && result.silent == [dead.farmer])
        let found = try recover(bench, dead)
        #expect(found.at(.skipped).sorted() == [0, 2, 6])
        #expect(found.at(.toprocess).sorted() == [1, 3, 4, 5, 7] && found.at(.failed) == [])
        withExtendedLifetime(scratch) {}
    }

    @Test func `a user who waits recovers a farmer that is dead, and hears of no silence`() throws {
        let (scratch, bench) = try Scratch.withList(8)
        _ = try victim(bench)
        let user = farm(bench, try bench.farm())
        let result = try user.cancel(TaskIDs([0, 2, 6]), limit: 60_000_000_000)
        #expect(result.waiting == 1 && result.running == 1 && result.taken == 1 && result.over == 0)
        #expect(result.unanswered == 0 && result.silent == [])
        #expect(try Reading(bench.directory).at(.skipped).sorted() == [0, 2, 6])
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }

    @Test func `a cancelled end that is only in the journal of a dead farmer is one`() throws {
        let (scratch, bench) = try Scratch.withList(4)
        let (dead, tasks) = try victim(bench)
        try Bench.note(tasks.prefix(1), by: dead, .interrupted, .cancelled)
        // One that was to be run again is not, since somebody asked for that meanwhile.
        _ = try farm(bench, try bench.farm()).cancel(TaskIDs([1]), limit: 0)
        try Bench.note(tasks[1...1], by: dead, .exited(3), .again)
        let found = try recover(bench, dead)
        #expect(found.at(.skipped).sorted() == [0, 1] && found.at(.toprocess).sorted() == [2, 3])
        #expect(found.attempts.sorted { $0[0] < $1[0] } == [[0, 1], [1, 1]])
        withExtendedLifetime(scratch) {}
    }

    @Test func `what was noted outlives a rewritten journal`() throws {
        let (scratch, bench) = try Scratch.withList(8)
        let (dead, _) = try victim(bench)
        dead.journal.note(started: [], ended: [], cancelled: [1, 3])
        try dead.journal.write()
        let reason = String(repeating: "a long reason ", count: Journal.largest / 14 + 1)
        dead.journal.note(
            started: [],
            ended: [Bench.attempt(TaskRecord(id: 9999, command: []), by: dead, .couldNotStart(127, reason: reason))])
        try dead.journal.write()
        #expect(dead.journal.isLarge)
        _ = try bench.exchange(dead, 1)
        #expect(dead.journal.generation == 1)
        let found = try recover(bench, dead)
        #expect(found.at(.skipped).sorted() == [1, 3])
        withExtendedLifetime(scratch) {}
    }

    @Test func `a task that its farmer takes again later is not meant`() throws {
        let (scratch, bench) = try Scratch.withList(4)
        let (dead, tasks) = try victim(bench)
        _ = try farm(bench, try bench.farm()).cancel(TaskIDs([2]), limit: 0)
        // It was given back just then, and was put aside by nobody.
        _ = try bench.exchange(dead, release: [tasks[2]])
        #expect(try bench.exchange(dead, 1).map(\.id) == [2])
        let found = try recover(bench, dead)
        #expect(found.at(.skipped) == [] && found.at(.toprocess).contains(2))
        withExtendedLifetime(scratch) {}
    }

    @Test func `tasks that a farmer drops go to skipped in the change that says so`() throws {
        let (scratch, bench) = try Scratch.withList(6)
        let store = try bench.farm()
        let tasks = try bench.exchange(store, 4)
        _ = try store.exchange(.nothing, release: [tasks[3]], drop: [tasks[1]], bench.patience)
        #expect(try bench.problems() == [])
        try store.leave(release: [tasks[0]], drop: [tasks[2]], bench.patience)
        #expect(try bench.problems() == [])
        let found = try Reading(bench.directory)
        #expect(found.at(.skipped) == [1, 2] && found.at(.toprocess) == [5, 4, 3, 0])
        withExtendedLifetime(scratch) {}
    }

    @Test func `a farmer's number of slots is the same everywhere`() throws {
        let (scratch, bench) = try Scratch.withList(6)
        let store = try bench.farm()
        for slots in [7, 2, 9] {
            try store.resize(slots, bench.patience)
            #expect(try bench.problems() == [])
            #expect(try bench.directory.readState().liveSlots == slots)
            #expect(try Roster.read(bench.directory).map(\.slots) == [slots])
        }
        let names = try Folder.content(of: bench.directory.file(.timeline)).text.split(separator: "\n")
            .filter { $0.contains("thread_name") }
        #expect(names.count == 9 && Set(names).count == 9)
        try store.leave(release: [], bench.patience)
        #expect(try bench.directory.readState().liveSlots == 0)
        withExtendedLifetime(scratch) {}
    }

    @Test func `half a request of a user who was killed spoils nothing after it`() throws {
        let (scratch, bench) = try Scratch.withList(6)
        let (dead, _) = try victim(bench)
        try bench.append(Array("0123abcd 1 canc".utf8), to: bench.directory.requests(dead.farmer))
        _ = try farm(bench, try bench.farm()).cancel(TaskIDs([0]), limit: 0)
        #expect(try recover(bench, dead).at(.skipped) == [0])
        withExtendedLifetime(scratch) {}
    }

    @Test func `farmers are named by a part that is in no other's name`() throws {
        let (scratch, bench) = try Scratch.withList(6)
        let first = try bench.farm()
        let user = farm(bench, first)
        #expect(try user.farmers(named: nil).map(\.farmer) == [first.farmer])
        #expect(try user.farmers(named: String(first.farmer.prefix(2))).map(\.farmer) == [first.farmer])
        let second = try bench.farm()
        #expect(try user.farmers(named: second.farmer).map(\.farmer) == [second.farmer])
        for name in ["nowhere", HostIdentity.current.name] {
            #expect(throws: FarmError.self) { try user.farmers(named: name) }
        }
        withExtendedLifetime((scratch, first, second)) {}
    }
}
