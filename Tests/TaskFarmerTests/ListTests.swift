// Task lists: the forms they come in, and what happens when they are edited after their tasks were made.

import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Task lists")
struct ListTests {
    /// A bench whose list holds these bytes.
    private static func bench(_ list: String) throws -> (Scratch, Bench) { try bench(Array(list.utf8)) }

    private static func bench(_ list: [UInt8]) throws -> (Scratch, Bench) {
        let scratch = try Scratch()
        try scratch.bench.write(list, to: scratch.bench.list)
        return (scratch, scratch.bench)
    }

    /// The commands in the order of their IDs.
    private static func commands(_ bench: Bench) throws -> [String] {
        let found = try Reading(bench.directory)
        return found.commands.sorted { $0.key < $1.key }.map(\.value.text)
    }

    @Test(
        "every form of a list gives the same tasks",
        arguments: [
            "a 1\nb 2\nc 3\n", "a 1\nb 2\nc 3", "a 1\r\nb 2\r\nc 3\r\n", "a 1\r\nb 2\r\nc 3", "\u{FEFF}a 1\nb 2\nc 3\n",
            "# first\n\na 1\n \t\nb 2\n#c 0\nc 3\n\n\n", "\u{FEFF}# first\r\na 1\r\n\r\nb 2\r\nc 3\r\n",
        ])
    func forms(_ text: String) throws {
        let (scratch, bench) = try Self.bench(text)
        let store = try bench.farm()
        #expect(try Self.commands(bench) == ["a 1", "b 2", "c 3"])
        #expect(try bench.exchange(store, 3).map(\.id) == [0, 1, 2])
        withExtendedLifetime(scratch) {}
    }

    @Test("bytes that are not UTF-8, tabs and blanks at the ends of a command stay as they are")
    func bytesStay() throws {
        let lines: [[UInt8]] = [[32, 97, 0xFF, 0xFE, 98, 32], [9, 0xC3, 9], Array("'🐟' \u{1}".utf8), [97, 13, 98]]
        let (scratch, bench) = try Self.bench(Array(lines.joined(separator: [10])) + [10])
        let store = try bench.farm()
        let tasks = try bench.exchange(store, 4)
        #expect(tasks.map(\.command) == lines)
        try Bench.note(tasks, by: store, .succeeded)
        try store.leave(release: [], bench.patience)
        let found = try Reading(bench.directory)
        #expect(found.commands == Dictionary(uniqueKeysWithValues: lines.enumerated().map { ($0.offset, $0.element) }))
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }

    @Test("a NUL byte is refused with its line, before any task is made")
    func nul() throws {
        let (scratch, bench) = try Self.bench("a 1\n\n# x\0y\nb\0c\nd\n")
        guard case .configuration(let file, let line, let text)? = refusal({ try bench.open() }) else {
            Issue.record("a list with a NUL byte was accepted")
            return
        }
        #expect(file == bench.list.description)
        #expect(line == 4)
        #expect(text.contains("column 2"))
        #expect(try OpenedFarm.readDescription(bench.directory) == nil)

        try bench.write(Array("a 1\nb\n".utf8), to: bench.list)
        _ = try bench.open()
        #expect(try Self.commands(bench) == ["a 1", "b"])
        withExtendedLifetime(scratch) {}
    }

    @Test("lines longer than what is read or written at a time stay whole, and so do their neighbours")
    func longLines() throws {
        let lengths = [3, 300_000, 1, 262_143, 262_144, 5, 1_048_560, 1_048_576, 2, 3_000_000, 7]
        let lines = lengths.enumerated().map { number, length in
            [UInt8](repeating: UInt8(ascii: "a") + UInt8(number), count: length)
        }
        for end in [[], [10]] as [[UInt8]] {
            let (scratch, bench) = try Self.bench(Array(lines.joined(separator: [10])) + end)
            let store = try bench.farm()
            #expect(try bench.problems() == [])
            #expect(try Self.commands(bench) == lines.map(\.text))
            #expect(try bench.exchange(store, 2).map(\.command.count) == [3, 300_000])
            withExtendedLifetime(scratch) {}
        }
    }

    @Test("a NUL byte in a line longer than what is read at a time is refused, one in a comment is not")
    func nulInLongLine() throws {
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: 600_000)
        let (scratch, bench) = try Self.bench(Array("a\n# \0\n".utf8) + long + [0] + long + [10])
        guard case .configuration(_, let line, let text)? = refusal({ try bench.open() }) else {
            Issue.record("a list with a NUL byte was accepted")
            return
        }
        #expect(line == 3)
        #expect(text.contains("column 600001;") || text.contains("column 600001,"))
        try bench.write(Array("a\n# \0\n".utf8) + long + [10], to: bench.list)
        _ = try bench.open()
        #expect(try Self.commands(bench) == ["a", long.text])
        withExtendedLifetime(scratch) {}
    }

    @Test("a list without tasks is complete at once", arguments: ["", "\n", "# nothing\n", "\u{FEFF}"])
    func empty(_ text: String) throws {
        let (scratch, bench) = try Self.bench(text)
        let store = try bench.farm()
        #expect(try bench.exchange(store, 3) == [])
        try store.leave(release: [], bench.patience)
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }

    /// Makes a work directory from one list, puts another in its place, and lets a farmer look.
    private static func edit(_ old: String, _ new: String) throws -> (notes: String, commands: [String]) {
        let (scratch, bench) = try bench(old)
        let store = try bench.farm()
        try bench.write(Array(new.utf8), to: bench.list)
        let list = HandledList(try TaskListFile(bench.list), workDirectory: bench.directory.root)
        let notes = try ListUpdate.apply(list, cycle: store.cycle, bench.patience)
        // A second look finds nothing more to add.
        let before = try bench.content(.toprocess)
        _ = try ListUpdate.apply(list, cycle: store.cycle, bench.patience)
        #expect(try bench.content(.toprocess) == before)
        #expect(try bench.problems() == [])
        defer { withExtendedLifetime(scratch) {} }
        return (notes.joined(separator: "\n"), try commands(bench))
    }

    @Test(
        "lines added at the end become new tasks, whatever the last line looked like",
        arguments: [
            ("a\nb\n", "a\nb\nc\nd\n"), ("a\nb", "a\nb\nc\nd\n"), ("a\nb", "a\nb\nc\nd"),
            ("a\r\nb", "a\r\nb\r\nc\r\nd\r\n"),
            ("a\nb\n# end", "a\nb\n# end\nc\nd\n"), ("a\nb\n", "a\nb\n\n# more\nc\n\nd\n"),
        ])
    func grown(_ lists: (String, String)) throws {
        let (notes, commands) = try Self.edit(lists.0, lists.1)
        #expect(commands == ["a", "b", "c", "d"])
        #expect(notes.contains("2 new tasks"))
    }

    @Test("a list that grew from nothing gets its tasks")
    func grownFromNothing() throws {
        #expect(try Self.edit("", "a\nb\n").commands == ["a", "b"])
        #expect(try Self.edit("# later\n", "# later\na\n").commands == ["a"])
    }

    @Test(
        "a list that was edited changes no task, and the note says which lines",
        arguments: [
            ("a\nb\nc\n", "a\nB \nc\n", "1 tasks were changed (ID 1)"),
            ("a\nb\nc\n", "a\n", "2 tasks at its end were removed"),
            ("a\nb\nc\n", "a\nc\n", "changed (ID 1)"),
            ("a\nb\nc", "a\nb\ncc\n", "changed (ID 2)"),
            ("a\nb\nc\n", "x\na\nb\nc\n", "1 were added"),
            ("# one\na\nb\nc\n", "# two!\na\nb\nc\n", "lines that are no tasks"),
        ])
    func edited(_ example: (old: String, new: String, note: String)) throws {
        let (notes, commands) = try Self.edit(example.old, example.new)
        #expect(commands == ["a", "b", "c"])
        #expect(notes.contains("was edited"))
        #expect(notes.contains(example.note))
    }

    @Test(
        "a list that was only touched makes no task, and is not read again by the next farmer",
        arguments: ["a\nb\n", "a\nb"])
    func touched(_ text: String) throws {
        let (scratch, bench) = try Self.bench(text)
        let store = try bench.farm()
        let before = try bench.content(.toprocess)
        try bench.write(Array("?".utf8), to: bench.list)
        try bench.write(Array(text.utf8), to: bench.list)  // the same again, but later
        let list = HandledList(try TaskListFile(bench.list), workDirectory: bench.directory.root)
        let notes = try ListUpdate.apply(list, cycle: store.cycle, bench.patience)
        #expect(notes == [])
        #expect(try bench.content(.toprocess) == before)
        #expect(store.cycle.seen?.list.modified == (try list.file.facts.modifiedNanoseconds))
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }

    @Test("a list that two farmers saw grow gives its new tasks once")
    func grownOnce() throws {
        let (scratch, bench) = try Self.bench("a\nb\n")
        let stores = [try bench.farm(), try bench.farm()]
        try bench.append(Array("c\nd\n".utf8), to: bench.list)
        for store in stores {
            let list = HandledList(try TaskListFile(bench.list), workDirectory: bench.directory.root)
            _ = try ListUpdate.apply(list, cycle: store.cycle, bench.patience)
        }
        #expect(try Self.commands(bench) == ["a", "b", "c", "d"])
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }

    @Test("a NUL byte in a line that was added is refused with its line and adds nothing")
    func grownWithNul() throws {
        let (scratch, bench) = try Self.bench("a\nb\n")
        let store = try bench.farm()
        try bench.append(Array("c\nd\0\n".utf8), to: bench.list)
        let list = HandledList(try TaskListFile(bench.list), workDirectory: bench.directory.root)
        let before = try bench.contents()
        let error = refusal { try ListUpdate.apply(list, cycle: store.cycle, bench.patience) }
        guard case .configuration(_, let line, _)? = error else {
            Issue.record("a NUL byte was accepted")
            return
        }
        #expect(line == 4)
        #expect(try bench.contents() == before)
        withExtendedLifetime(scratch) {}
    }
}
