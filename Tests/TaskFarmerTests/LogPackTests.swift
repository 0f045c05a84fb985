// Packs: cut at every byte, and kept by a farmer that is killed or whose disk is full at any write.

import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Packs")
struct LogPackTests {
    /// What tasks printed, as it came.
    private static let printed: [(task: Int, attempt: Int, text: String)] = [
        (0, 1, "first\n"), (1, 1, "other "), (0, 1, "second\n"), (0, 1, "third\n"), (10, 1, "\0\u{7f}"), (1, 1, "end"),
        (0, 2, "again\n"),
    ]

    private struct Packed {
        let scratch: Scratch
        let places: LogPlaces
        var directory: WorkDirectory { scratch.bench.directory }

        func read(_ task: Int, attempt: Int) throws -> (text: String, notes: LogReader.Notes) {
            var reader = try LogReader(directory, places.description, task: task)
            var bytes: [UInt8] = []
            let notes = try reader.read(attempt: attempt, follow: false) { bytes += $0 }
            return (bytes.text, notes)
        }
    }

    /// Each piece is written by itself.
    private static func pack() throws -> Packed {
        let (scratch, bench) = try Scratch.withList()
        let places = LogPlaces(bench.directory, try bench.open().description)
        let pack = try LogPack(places, farmer: "n1.1.1")
        for piece in printed {
            pack.add(task: piece.task, attempt: piece.attempt, Array(piece.text.utf8))
            try pack.write()
        }
        return Packed(scratch: scratch, places: places)
    }

    private static func text(_ task: Int, _ attempt: Int, pieces: Int = .max) -> String {
        printed.prefix(pieces).filter { $0.task == task && $0.attempt == attempt }.map(\.text).joined()
    }

    @Test("pieces of tasks that print at the same time come back in order, each task's alone")
    func wholePack() throws {
        let packed = try Self.pack()
        for (task, attempt) in [(0, 1), (1, 1), (10, 1), (0, 2)] {
            let read = try packed.read(task, attempt: attempt)
            #expect(read.text == Self.text(task, attempt) && read.notes.texts == [])
        }
        var reader = try LogReader(packed.directory, packed.places.description, task: 2)
        #expect(reader.lastAttempt == nil)
        try reader.look()
        #expect(try LogReader(packed.directory, packed.places.description, task: 0).lastAttempt == 2)
    }

    @Test("a torn end of an index is dropped, and never a whole line before it", arguments: [true, false])
    func tornIndex(isZeros: Bool) throws {
        let packed = try Self.pack()
        let index = packed.places.index(of: "n1.1.1")
        let whole = try Folder.content(of: index)
        for length in (0..<whole.count).reversed() {
            let zeros = isZeros ? [UInt8](repeating: 0, count: whole.count - length) : []
            try packed.scratch.bench.write(Array(whole[..<length]) + zeros, to: index)
            for (task, attempt) in [(0, 1), (1, 1), (10, 1), (0, 2)] {
                let expected = Self.text(task, attempt, pieces: length / LogEntry.width)
                let reader = try LogReader(packed.directory, packed.places.description, task: task)
                guard reader.lastAttempt ?? 0 >= attempt else {
                    #expect(expected == "", "cut at \(length)")
                    continue
                }
                let read = try packed.read(task, attempt: attempt)
                #expect(read.text == expected && read.notes.texts == [], "cut at \(length)")
            }
        }
    }

    @Test("a line that shows as zeros is read once it is there")
    func lateLine() throws {
        let packed = try Self.pack()
        let index = packed.places.index(of: "n1.1.1")
        let whole = try Folder.content(of: index)
        let zeros = [UInt8](repeating: 0, count: LogEntry.width)
        try packed.scratch.bench.write(Array(whole.dropLast(LogEntry.width)) + zeros, to: index)
        var reader = try LogReader(packed.directory, packed.places.description, task: 0)
        #expect(reader.lastAttempt == 1)
        try packed.scratch.bench.write(whole, to: index)
        try reader.look()
        #expect(reader.lastAttempt == 2)
    }

    @Test("bytes that are not what the index says are not printed, and that is said")
    func damagedPack() throws {
        let packed = try Self.pack()
        let path = packed.places.pack(of: "n1.1.1")
        var bytes = try Folder.content(of: path)
        bytes[bytes.firstIndex(of: UInt8(ascii: "s")) ?? 0] ^= 1  // in "first"
        try packed.scratch.bench.write(bytes, to: path)
        let read = try packed.read(0, attempt: 1)
        #expect(read.text == "second\nthird\n" && read.notes.isDamaged)
        #expect(
            read.notes.texts.count == 1 && read.notes.texts[0].hasPrefix("6 bytes of what attempt 1 printed are lost"))
        for length in 0..<bytes.count {
            try packed.scratch.bench.write(Array(bytes[..<length]), to: path)
            #expect(try packed.read(0, attempt: 2).notes.isDamaged, "cut at \(length)")
        }
    }

    @Test("an index whose numbers are beyond all reason is no reason to crash")
    func absurdIndex() throws {
        let packed = try Self.pack()
        for (offset, length) in [(Int.max, 1), (0, 1 << 60), (1 << 60, 1 << 60), (5, .max - 2)] {
            var line: [UInt8] = []
            LogEntry(task: 3, attempt: 1, offset: offset, length: length, checksum: 0).append(to: &line)
            if line.count > LogEntry.width { continue }
            try packed.scratch.bench.write(line, to: packed.places.index(of: "n1.1.1"))
            #expect(try packed.read(3, attempt: 1).notes.isDamaged)
        }
    }

    @Test("the log of a task of more than 10,000 goes with its success, and its folder's others stay")
    func removal() throws {
        let (scratch, bench) = try Scratch.withList(10_001)
        let places = LogPlaces(bench.directory, try bench.open().description)
        #expect(places.file(of: 9999) == bench.directory.logs.appending("0009").appending("log_9999"))
        try Folder.make(bench.directory.logs.appending("0009"))
        for task in [9998, 9999] { try scratch.bench.write([65], to: places.file(of: task)) }
        let files = LogFiles(places)
        try files.remove(task: 9999)
        #expect(try Folder.facts(places.file(of: 9999)) == nil && Folder.facts(places.file(of: 9998)) != nil)
    }
}

/// A farmer that packs what its tasks print, disturbed at its file operations.
@Suite("Packing farmers")
struct PackingFarmerTests {
    private static let count = 9

    private static func list() -> [UInt8] {
        (0..<count).flatMap { id in
            Array("echo begin \(id); head -c \(id % 3 * 90_000) /dev/zero; echo end \(id); test \(id % 4) != 3\n".utf8)
        }
    }

    private static func expected(_ id: Int) -> [UInt8] {
        Array("begin \(id)\n".utf8) + [UInt8](repeating: 0, count: id % 3 * 90_000) + Array("end \(id)\n".utf8)
    }

    /// - Returns: those recorded as over whose output is not whole
    private static func broken(_ bench: Bench) throws -> [Int] {
        guard let description = try OpenedFarm.readDescription(bench.directory) else { return [] }
        // Undoes a change that was left half made.
        _ = try bench.problems()
        let found = try Reading(bench.directory)
        return try (found.at(.finished) + found.at(.failed)).filter { id in
            var reader = try LogReader(bench.directory, description, task: id)
            var bytes: [UInt8] = []
            guard let last = reader.lastAttempt else { return true }
            let notes = try reader.read(attempt: last, follow: false) { bytes += $0 }
            return bytes != expected(id) || notes.isDamaged
        }
    }

    @Test(
        "nothing is recorded as over whose output is missing, whatever write is the last one or fails",
        arguments: [Crash.Mode.before, .torn, .full, .fullOnce])
    func disturbed(_ mode: Crash.Mode) throws {
        let first = try Scratch()
        try first.bench.write(Self.list(), to: first.bench.list)
        let calls = try Crasher.run(first.path, .pack, at: 0).calls
        try #require(calls.contains { $0.file.hasSuffix(".pack") })
        let writes = calls.indices.filter { calls[$0].kind == .write }.map { $0 + 1 }
        for index in writes.enumerated().filter({ $0.offset % (writes.count / 20 + 1) == 0 }).map(\.element) {
            let scratch = try Scratch()
            let bench = scratch.bench
            try bench.write(Self.list(), to: bench.list)
            let run = try Crasher.run(scratch.path, .pack, at: index, mode)
            let what: Comment = "\(mode) at call \(index): \(run.output.suffix(2000))"
            #expect(run.wasKilled, what)
            if let line = run.output.split(separator: "\n").first(where: { $0.hasPrefix("status") }) {
                #expect(["status 74", "status 1"].contains(line), what)
            }
            do {
                #expect(try Self.broken(bench) == [], what)
                let again = try Crasher.run(scratch.path, .pack, at: 0)
                #expect(again.output.contains("status 1\n"), "\(again.output.suffix(500))")
                #expect(try Self.broken(bench) == [], what)
                let end = try Reading(bench.directory)
                #expect((end.at(.finished) + end.at(.failed)).sorted() == Array(0..<Self.count), what)
            } catch { Issue.record(error, what) }
        }
    }
}
