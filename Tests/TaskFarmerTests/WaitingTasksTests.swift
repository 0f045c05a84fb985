// What users do to tasks that nobody has: the files afterwards, the order in which farmers take them, and what is refused.

import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Waiting tasks in users' hands")
struct WaitingTasksTests {
    private func farm(_ bench: Bench, _ store: Store) -> ControlledFarm {
        ControlledFarm(description: store.description, cycle: store.cycle, bench.patience)
    }

    private func ids(_ text: String) throws -> TaskIDs { try TaskIDs(parsing: text) }

    /// Takes everything, one task after another.
    private func takeAll(_ bench: Bench, _ store: Store) throws -> [TaskRecord] {
        var tasks: [TaskRecord] = []
        while let task = try bench.exchange(store, 1).first {
            tasks.append(task)
            #expect(try bench.problems() == [])
        }
        return tasks
    }

    @Test func `a held task keeps its attempts, its failures and its command, and comes back with them`() throws {
        let (scratch, bench) = try Scratch.withList(8)
        let store = try bench.farm()
        let first = try bench.exchange(store, 3)
        try Bench.note(first, by: store, .exited(3), .again)
        _ = try bench.exchange(store)
        let farm = farm(bench, store)
        #expect(try farm.hold(try ids("1,5-6")) == .init(done: 3))
        #expect(try Folder.content(of: bench.directory.file(.held)).text.hasPrefix("1 1:e1 work --on 1"))
        #expect(try bench.problems() == [])
        #expect(try farm.hold(try ids("1")) == .init(already: 1))
        #expect(try takeAll(bench, store).map(\.id) == [0, 2, 3, 4, 7])
        #expect(try farm.hold(try ids("0-1")) == .init(already: 1, claimed: 1))
        #expect(try farm.release(try ids("0-").clipped(to: 8).get()) == .init(done: 3, over: 5))
        let back = try takeAll(bench, store)
        #expect(back.map(\.id) == [1, 5, 6] && back.map(\.attempts) == [1, 0, 0])
        #expect(back[0].failures[.exited] == 1 && back[0].command == Bench.command(1))
        withExtendedLifetime(scratch) {}
    }

    @Test func `priorities say what is taken first, whatever goes back or is added meanwhile`() throws {
        let (scratch, bench) = try Scratch.withList(10)
        let store = try bench.farm()
        let farm = farm(bench, store)
        #expect(try farm.prioritize(try ids("6-7"), 4) == .init(done: 2))
        #expect(try farm.prioritize(try ids("2"), 9) == .init(done: 1))
        #expect(try farm.prioritize(try ids("0"), -1) == .init(done: 1))
        #expect(try farm.prioritize(try ids("7"), 4) == .init(already: 1))
        let taken = try bench.exchange(store, 2)
        #expect(taken.map(\.id) == [2, 6])
        _ = try bench.exchange(store, release: taken)
        #expect(try bench.problems() == [])
        #expect(try farm.add([Array("more".utf8)]) == 10..<11)
        #expect(try farm.prioritize(try ids("4"), 4) == .init(done: 1))
        #expect(try bench.problems() == [])
        #expect(try takeAll(bench, store).map(\.id) == [10, 2, 6, 7, 4, 1, 3, 5, 8, 9, 0])
        #expect(try Folder.content(of: bench.directory.file(.priorities)) == [])
        withExtendedLifetime(scratch) {}
    }

    @Test func `tasks that a farmer passes over keep their priorities`() throws {
        let (scratch, bench) = try Scratch.withList(8)
        let store = try bench.farm()
        let farm = farm(bench, store)
        _ = try farm.prioritize(try ids("3-5"), 4)
        _ = try farm.prioritize(try ids("6"), 9)
        // On top: 6, 3, 4, 5, 0, 1. Neither 6 nor 4 is for this farmer, nor 0.
        let filter = TaskFilter(window: 256) { [6, 4, 0].contains($0.id) ? "it is not for this farmer" : nil }
        let request = ClaimRequest(asked: 3, free: 3, slots: 4)
        let taken = try store.exchange(request, filter: filter, release: [], bench.patience).tasks
        #expect(taken.map(\.id) == [3, 5, 1])
        #expect(try bench.problems() == [])
        let marks = try Folder.content(of: bench.directory.file(.priorities))
        #expect(PriorityMark.all(marks)?.map(\.priority) == [4, 9])
        #expect(try farm.prioritize(try ids("7"), 5) == .init(done: 1))
        #expect(try takeAll(bench, store).map(\.id) == [6, 7, 4, 0, 2])
        withExtendedLifetime(scratch) {}
    }

    @Test func `tasks that were added are none of the list's, and its own growth is noticed all the same`() throws {
        let (scratch, bench) = try Scratch.withList(4)
        let store = try bench.farm()
        let farm = farm(bench, store)
        #expect(try farm.add([Array("a".utf8), Array("b".utf8)]) == 4..<6)
        func update() throws -> [String] {
            let list = HandledList(try TaskListFile(bench.list), workDirectory: bench.directory.root)
            return try ListUpdate.apply(list, cycle: store.cycle, bench.patience)
        }
        #expect(try update() == [])
        try bench.append(Array("c\n".utf8), to: bench.list)
        #expect(try update() == ["\(bench.list) has grown: 1 new task"])
        #expect(try farm.add([Array("d".utf8)]) == 7..<8)
        try bench.append(Array("e\n".utf8), to: bench.list)
        _ = try update()
        let reading = try Reading(bench.directory)
        #expect([4, 5, 6, 7, 8].map { reading.commands[$0]?.text } == ["a", "b", "c", "d", "e"])
        // The line of task 6 is changed, the last one is removed: these are named, and no other.
        var lines = try Folder.content(of: bench.list).split(separator: 10).map(Array.init)
        lines[lines.count - 2] = Array("x".utf8)
        lines.removeLast()
        try bench.write(Array(lines.joined(separator: [10])) + [10], to: bench.list)
        let notes = try update().joined()
        #expect(notes.contains("the lines of 1 tasks were changed (ID 6)"), "\(notes)")
        #expect(notes.contains("1 tasks at its end were removed (ID 8)"), "\(notes)")
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }

    @Test func `failed tasks go back by ID or by how they ended, their attempts counted and their failures not`() throws
    {
        let (scratch, bench) = try Scratch.withList(6)
        let store = try bench.farm()
        let tasks = try bench.exchange(store, 6)
        let ends: [Outcome] = [.exited(75), .exited(3), .timedOut, .signalled(11), .exited(75), .succeeded]
        for (task, end) in zip(tasks, ends) { try Bench.note([task], by: store, end) }
        _ = try bench.exchange(store)
        let farm = farm(bench, store)
        #expect(try farm.retry(.ended(FailureClass("exit:75", signals: [:]))) == 2)
        #expect(try farm.retry(.ids(try ids("3,5"))) == 1)
        #expect(try Reading(bench.directory).at(.failed) == [1, 2])
        #expect(try bench.problems() == [])
        let back = try takeAll(bench, store)
        #expect(back.map(\.id) == [3, 0, 4] && back.allSatisfy { $0.attempts == 1 && $0.failures.isEmpty })
        #expect(try farm.retry(.all) == 2 && farm.retry(.all) == 0)
        withExtendedLifetime(scratch) {}
    }

    @Test func `a repair keeps what is held and what was added, and says that priorities are forgotten`() throws {
        let (scratch, bench) = try Scratch.withList(6)
        let store = try bench.farm()
        let farm = farm(bench, store)
        _ = try farm.add([Array("more".utf8)])
        _ = try farm.prioritize(try ids("4"), 3)
        _ = try farm.hold(try ids("2,6"))
        try store.leave(release: [], bench.patience)
        try bench.append(Array("torn".utf8), to: bench.directory.file(.finished))
        let done = try Repair.run(bench.directory, lock: .same, assumedDead: [], bench.patience).joined()
        #expect(done.contains("2 held") && done.contains("priorities are forgotten"), "\(done)")
        #expect(try bench.problems() == [])
        let reading = try Reading(bench.directory)
        #expect(reading.at(.held) == [6, 2] && reading.commands[6]?.text == "more")
        #expect(reading.at(.toprocess) == [5, 4, 3, 1, 0])
        #expect(try Folder.content(of: bench.directory.file(.added)).text == "6 1\n")
        withExtendedLifetime(scratch) {}
    }

    @Test func `check finds held tasks and marks that are not of their form`() throws {
        let (scratch, bench) = try Scratch.withList(6)
        let store = try bench.farm()
        let farm = farm(bench, store)
        _ = try farm.prioritize(try ids("4"), 3)
        _ = try farm.hold(try ids("2"))
        let held = bench.directory.file(.held)
        let whole = try Folder.content(of: held)
        try bench.write(Array("2 work".utf8) + whole.dropFirst(6), to: held)
        #expect(try bench.problems().contains { $0.contains("held:1 is not of the form") })
        try bench.write(whole, to: held)
        #expect(try bench.problems() == [])
        let marks = bench.directory.file(.priorities)
        let mark = try #require(PriorityMark.all(try Folder.content(of: marks))?.first)
        try bench.write(PriorityMark(offset: mark.offset + 1, priority: 3).encoded, to: marks)
        #expect(try bench.problems() == ["priorities: line 1 points at no line of toprocess"])
        try bench.write(mark.encoded, to: marks)
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }
}
