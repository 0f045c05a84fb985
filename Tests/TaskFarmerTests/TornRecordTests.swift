// Records that end too early: at every byte, either nothing was meant by them yet, or the farmer refuses to go on.

import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Torn records")
struct TornRecordTests {
    /// A directory in which a farmer was killed in the middle of a change, before it wrote to this file or cut it.
    private static func killed(before file: String, isLast: Bool) throws -> Scratch {
        let first = try Scratch.withList()
        let calls = try Crasher.run(first.scratch.path, .carry, at: 0).calls
        let writes = calls.indices.filter { [.write, .truncate].contains(calls[$0].kind) && calls[$0].file == file }
        let index = try #require(isLast ? writes.last : writes.first)
        let (scratch, _) = try Scratch.withList()
        try #require(try Crasher.run(scratch.path, .carry, at: index + 1).wasKilled)
        return scratch
    }

    /// Calls `body` with the undo record cut at every length, the rest being as the killed farmer left it.
    private static func cutRecord(_ scratch: Scratch, _ body: (_ isWhole: Bool, [String]) throws -> Void) throws {
        let directory = scratch.bench.directory
        let record = try Folder.content(of: directory.transaction)
        let others = try ([directory.ownLock, directory.state] + SharedFile.allCases.map { directory.file($0) })
            .map { ($0, try Folder.content(of: $0)) }
        #expect(UndoRecord(record) != nil)
        for length in (0...record.count).reversed() {
            try scratch.bench.write(Array(record[..<length]), to: directory.transaction)
            try body(length == record.count, try scratch.bench.problems())
            for (path, content) in others where length == record.count || path == directory.ownLock {
                try scratch.bench.write(content, to: path)
            }
        }
    }

    @Test("a torn undo record never lets a half made change pass for a whole one")
    func halfMadeChange() throws {
        let scratch = try Self.killed(before: "state", isLast: true)
        try Self.cutRecord(scratch) { isWhole, problems in
            if isWhole { #expect(problems == []) } else { #expect(problems != []) }
        }
    }

    @Test("a torn undo record of a change that had not begun is nothing")
    func changeNotBegun() throws {
        let scratch = try Self.killed(before: "toprocess", isLast: false)
        try Self.cutRecord(scratch) { _, problems in #expect(problems == []) }
    }

    /// A directory in which a farmer died, its journal and the ends of the records in it.
    private static func victim() throws -> (Scratch, journal: Path, bytes: [UInt8], entry: RosterEntry) {
        let (scratch, bench) = try Scratch.withList()
        try #require(try Crasher.run(scratch.path, .victim, at: 0).wasKilled)
        let entry = try #require(try Roster.read(bench.directory).first)
        let journal = bench.directory.journal(entry.farmer, generation: entry.generation)
        return (scratch, journal, try Folder.content(of: journal), entry)
    }

    @Test("a journal cut anywhere says nothing that it did not say when it was whole")
    func replayOfCutJournal() throws {
        let (_, _, bytes, entry) = try Self.victim()
        let whole = JournalReplay(bytes, epoch: entry.epoch, carried: entry.carried)
        #expect(whole.held.count == 3 && whole.uncarried.count == 5 && whole.running.count == 3)
        for length in 0..<bytes.count {
            let cut = JournalReplay(Array(bytes[..<length]), epoch: entry.epoch, carried: entry.carried)
            let count = cut.held.count + cut.uncarried.count
            #expect(count == 0 || count == 8, "cut at \(length)")
            #expect(whole.uncarried.starts(with: cut.uncarried), "cut at \(length)")
            #expect(cut.running.allSatisfy { id, _ in cut.held.contains { $0.id == id } }, "cut at \(length)")
        }
    }

    @Test("a claim that is torn is refused, and later records that are torn are only forgotten")
    func recoveryOfCutJournal() throws {
        let (scratch, journal, bytes, entry) = try Self.victim()
        let ends = bytes.indices.filter { bytes[$0] == 10 }.map { $0 + 1 }
        let claimed = try #require(
            (0...bytes.count).first { length in
                JournalReplay(Array(bytes[..<length]), epoch: entry.epoch, carried: entry.carried).held.count == 8
            })
        for length in ends.flatMap({ [$0 - 1, $0, $0 + 1] }) where length <= bytes.count {
            let copy = try Scratch()
            try Scratch.copy(scratch.bench.list, to: copy.bench.list)
            try Scratch.copy(scratch.bench.directory.root, to: copy.bench.directory.root)
            let bench = copy.bench
            try bench.write(Array(bytes[..<length]), to: bench.directory.farmers.appending(bytes: journal.name))
            let store = try bench.farm()
            let before = try bench.contents()
            if length < claimed {
                let error = refusal { try store.lookAround(all: true, bench.patience) }
                #expect(error?.word == "staleView", "cut at \(length)")
                #expect(try bench.contents() == before, "cut at \(length)")
            } else {
                let replay = JournalReplay(Array(bytes[..<length]), epoch: entry.epoch, carried: entry.carried)
                _ = try store.lookAround(all: true, bench.patience)
                #expect(try bench.problems() == [], "cut at \(length)")
                let found = try Reading(bench.directory)
                let over = replay.uncarried.filter(\.attempt.outcome.isFinal).map(\.task.id)
                #expect((found.at(.finished) + found.at(.failed)).sorted() == over.sorted(), "cut at \(length)")
                #expect(found.everywhere.sorted() == Array(0..<Scenario.taskCount), "cut at \(length)")
            }
        }
    }
}
