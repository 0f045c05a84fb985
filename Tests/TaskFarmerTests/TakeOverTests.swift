// Making a work directory, from nothing or from what PyTaskFarmer left.

import Foundation
import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Creation and take-over")
struct TakeOverTests {
    private static let commands = [
        "/bin/echo alpha", "/bin/sleep 0.2", "/bin/false", "/bin/echo alpha", "/bin/sleep 30", "/bin/sleep 31",
        "/bin/echo omega", "/usr/bin/env printf %s done",
    ]

    private static func texts(_ found: Reading) -> [String] {
        found.commands.sorted { $0.key < $1.key }.map(\.value.text)
    }

    @Test("tasks that a killed PyTaskFarmer had taken stand in no file and come back from the list")
    func takenByTheDead() throws {
        let scratch = try Scratch()
        try scratch.putPyTaskFarmer()
        let bench = scratch.bench
        try bench.put(Array("6 /bin/echo omega\n7 /usr/bin/env printf %s done\n".utf8), at: .toprocess)
        let opened = try bench.open()
        #expect(opened.notes.contains { $0.contains("took over") })
        let found = try Reading(bench.directory)
        #expect(found.at(.toprocess) == [7, 6, 5, 4])
        #expect(found.at(.finished) == [0, 3, 1])
        #expect(found.at(.failed) == [2])
        #expect(Self.texts(found) == Self.commands)
        #expect(found.events.isEmpty)  // those of PyTaskFarmer carry no ID
        #expect(try bench.content(.timeline).text.contains("\"name\": \"/bin/false\""))
        #expect(try bench.problems() == [])
        #expect(try bench.exchange(try bench.join(opened), 8).map(\.id) == [4, 5, 6, 7])
    }

    @Test("a torn line that a killed PyTaskFarmer left gets its command from the list")
    func tornLine() throws {
        let scratch = try Scratch()
        try scratch.putPyTaskFarmer()
        let bench = scratch.bench
        try bench.put(Array("6 /bin/echo omega\n4 /bin/sleep 3".utf8), at: .toprocess)
        try bench.put(Array("0 /bin/echo alpha\n3 /bin/echo alpha\n1 /bin/sl".utf8), at: .finished)
        try bench.put(Array("[{\"cat\": \"task\", \"na".utf8), at: .timeline)
        _ = try bench.open()
        let found = try Reading(bench.directory)
        #expect(found.at(.finished) == [0, 3, 1])
        #expect(Self.texts(found) == Self.commands)
        #expect(try bench.problems() == [])
    }

    @Test("a line that PyTaskFarmer wrote twice counts once, where it is over")
    func doubled() throws {
        let scratch = try Scratch()
        try scratch.putPyTaskFarmer()
        let bench = scratch.bench
        try bench.append(Array("0 /bin/echo alpha\n6 /bin/echo omega\n".utf8), to: bench.directory.file(.toprocess))
        _ = try bench.open()
        let found = try Reading(bench.directory)
        #expect(found.everywhere.sorted() == Array(0..<8))
        #expect(found.at(.finished) == [0, 3, 1])
        #expect(try bench.problems() == [])
    }

    @Test("what PyTaskFarmer left is kept as it was, and taken over once")
    func keptAndOnce() throws {
        let scratch = try Scratch()
        try scratch.putPyTaskFarmer()
        let bench = scratch.bench
        let finished = try bench.content(.finished)
        let log = bench.directory.logs.appending("log_0")
        let text = try Folder.content(of: log)
        _ = try bench.open()
        #expect(try Folder.content(of: bench.directory.takenOver.appending("finished")) == finished)
        #expect(try Folder.content(of: log) == text)
        try bench.drain(try bench.farm())
        #expect(try bench.open().notes == [])
        #expect(try Reading(bench.directory).at(.finished).count == 7)
        #expect(try bench.problems() == [])
    }

    @Test("starting over forgets what PyTaskFarmer did, before and after it was taken over", arguments: [false, true])
    func freshTakeOver(_ isTakenOver: Bool) throws {
        let scratch = try Scratch()
        try scratch.putPyTaskFarmer()
        let bench = scratch.bench
        if isTakenOver { try bench.drain(try bench.farm()) }
        _ = try bench.open(fresh: true)
        let found = try Reading(bench.directory)
        #expect(found.at(.toprocess) == Array((0..<8).reversed()))
        #expect(found.everywhere.count == 8)
        #expect(try bench.problems() == [])
        try bench.drain(try bench.farm())
        #expect(try bench.problems() == [])
    }

    @Test("tasks are taken in the order of the list, however long the lines, and toprocess shows what is left")
    func order() throws {
        let scratch = try Scratch()
        let bench = scratch.bench
        let lengths = [1, 300, 2, 70_000, 255, 256, 257, 3, 5000, 1, 1, 1, 9000, 1]
        let commands = lengths.enumerated().map { Array(repeating: UInt8(97 + $0.offset), count: $0.element) }
        try bench.write(Array(commands.joined(separator: [10])), to: bench.list)
        let store = try bench.farm()
        var taken: [TaskRecord] = []
        for count in [1, 2, 1, 3, 4] {
            taken += try bench.exchange(store, count)
            #expect(try bench.content(.toprocess).split(separator: 10).count == commands.count - taken.count)
        }
        while taken.count < commands.count { taken += try bench.exchange(store, 1) }
        #expect(taken.map(\.command) == commands)
        #expect(taken.map(\.id) == Array(commands.indices))
        #expect(try bench.problems() == [])
    }

    @Test("tasks that were given back run next, in their order and with their attempts")
    func givenBack() throws {
        let (scratch, bench) = try Scratch.withList()
        let store = try bench.farm()
        let tasks = try bench.exchange(store, 6)
        try Bench.note(tasks.prefix(2), by: store, .interrupted)
        _ = try bench.exchange(store, release: Array(tasks.suffix(3)))
        let other = try bench.farm()
        let next = try bench.exchange(other, 6)
        #expect(next.map(\.id) == [0, 1, 3, 4, 5, 6])
        #expect(next.map(\.attempts) == [1, 1, 0, 0, 0, 0])
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }

    @Test("failed tasks that are retried keep counting their attempts")
    func retried() throws {
        let (scratch, bench) = try Scratch.withList()
        let store = try bench.farm()
        for round in 1...3 {
            let tasks = try bench.exchange(store, 2)
            #expect(tasks.map(\.id) == [0, 1])
            #expect(tasks.map(\.attempts) == [round - 1, round - 1])
            try Bench.note(tasks, by: store, .exited(1))
            _ = try bench.exchange(store)
            #expect(try FailedTasks.retry(.all, store.cycle, bench.patience) == 2)
        }
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }

    @Test("another handler than the one a work directory was made with is refused")
    func otherHandler() throws {
        let (scratch, bench) = try Scratch.withList()
        _ = try bench.open()
        var request = try bench.request()
        request.list = HandledList(
            try TaskListFile(bench.list), handlerName: "other", workDirectory: bench.directory.root)
        #expect(refusal { try OpenedFarm.open(request, holder: "x", bench.patience) }?.word == "configuration")
        request.list = nil
        _ = try OpenedFarm.open(request, holder: "x", bench.patience)
        withExtendedLifetime(scratch) {}
    }

    @Test("without a list and without a work directory nothing is made")
    func nothingThere() throws {
        let (scratch, bench) = try Scratch.withList()
        var request = try bench.request()
        request.list = nil
        #expect(refusal { try OpenedFarm.open(request, holder: "x", bench.patience) }?.word == "noWorkDirectory")
        #expect(refusal { try Check.run(bench.directory, bench.patience) }?.word == "noWorkDirectory")
        #expect(try Folder.facts(bench.directory.root) == nil)
        withExtendedLifetime(scratch) {}
    }
}
