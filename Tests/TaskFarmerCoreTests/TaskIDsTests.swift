import TaskFarmerCore
import Testing

struct TaskIDsTests {
    @Test(arguments: [
        ("3", "3"), ("3,7-9,12-", "3,7-9,12-"), ("9-12,7,8", "7-12"), ("5-,2", "2,5-"), ("1,1,1", "1"),
        ("3-,7-9", "3-"),
        ("0-0", "0"), ("2,4", "2,4"), ("10-20,12-30", "10-30"),
    ])
    func `IDs and ranges are put in order`(text: String, expected: String) throws {
        let ids = try TaskIDs(parsing: text)
        #expect(ids.text == expected)
        #expect(try TaskIDs(parsing: ids.text) == ids)
    }

    @Test(arguments: ["", ",", "3,", "a", "-3", "3--4", "1-2-3", " 3", "3.5", "9-7", "99999999999999999999"])
    func `anything else is refused`(text: String) {
        #expect(throws: TaskIDs.Problem.self) { try TaskIDs(parsing: text) }
    }

    @Test func `an open end goes to the last task, and a task that does not exist is named`() throws {
        let ids = try TaskIDs(parsing: "3,7-")
        #expect(ids.clipped(to: 10) == .success(try TaskIDs(parsing: "3,7-9")))
        #expect(ids.clipped(to: 7) == .failure(.init(id: 7)))
        #expect(try TaskIDs(parsing: "2-8").clipped(to: 5) == .failure(.init(id: 5)))
        #expect(try TaskIDs(parsing: "0-").clipped(to: 0) == .failure(.init(id: 0)))
    }

    @Test func `what is in it is in one of the ranges`() throws {
        let ids = try TaskIDs(parsing: "0,3-5,9,20-")
        #expect((0..<24).filter(ids.contains) == [0, 3, 4, 5, 9, 20, 21, 22, 23])
        #expect(!TaskIDs().contains(0) && TaskIDs().isEmpty)
        #expect(TaskIDs([4, 2, 3]).text == "2-4" && TaskIDs([4, 2, 3]).count == 3)
    }

    @Test(arguments: [
        ("exit:75", Outcome.exited(75), true), ("exit:75", .exited(74), false), ("exited", .exited(1), true),
        ("timeout", .timedOut, true), ("signal:SEGV", .signalled(11), true), ("signal:9", .signalled(11), false),
        ("start", .couldNotStart(127, reason: "x"), true), ("lost", .lost, true), ("lost", .interrupted, false),
    ])
    func `a class of failures is the word of the outcome, with a number or without`(
        text: String, outcome: Outcome, holds: Bool
    ) throws {
        #expect(try FailureClass(text, signals: ["SEGV": 11]).holds(for: outcome) == holds)
    }

    @Test(arguments: ["", "succeeded", "exit:0", "exit:x", "signal:NO", "lost:3", "timed-oud"])
    func `other classes are refused`(text: String) {
        #expect(throws: FailureClass.Problem.self) { try FailureClass(text, signals: [:]) }
    }

    @Test func `tasks that were added by themselves are none of the list's`() throws {
        var ids = try #require(AddedTasks(utf8("2 3\n7 1\n8 1\n"))).listIDs
        #expect((0..<6).map { _ in ids.next() } == [0, 1, 5, 6, 9, 10])
        #expect(AddedTasks(utf8("2 3\n4 1\n")) == nil && AddedTasks(utf8("2 0\n")) == nil)
        #expect(AddedTasks(AddedTasks.line(first: 4, count: 2))?.count == 2)
        #expect(AddedTasks([])?.end == 0)
    }
}
