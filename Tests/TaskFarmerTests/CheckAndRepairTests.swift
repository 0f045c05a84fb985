// A check finds what is wrong; a repair mends it and keeps what is recorded as over.

import Foundation
import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Check and repair")
struct CheckAndRepairTests {
    enum Damage: String, CaseIterable, Sendable {
        case lostTask, doubledTask, tornFinished, tornFailed, tornToprocess, foreignLine, brokenTimeline, wrongTotals
        case missingFile, brokenAttempts, brokenRequeued, garbledState, emptyState, lostJournal, halfMadeChange

        /// What the check must say.
        var sign: String {
            switch self {
            case .lostTask: "task 11 is nowhere"
            case .doubledTask: "task 0 is there a second time"
            case .tornFinished: "finished ends without a newline"
            case .tornFailed: "failed ends without a newline"
            case .tornToprocess: "toprocess ends without a newline"
            case .foreignLine: "not of the form `ID command`"
            case .brokenTimeline: "timeline.json is not JSON"
            case .wrongTotals: "state says"
            case .missingFile: "failed is missing"
            case .brokenAttempts: "attempts.tsv:2 is not of its form"
            case .brokenRequeued: "requeued"
            case .garbledState, .emptyState: "not a whole record"
            case .lostJournal: "cannot be read"
            case .halfMadeChange: "task 11 is nowhere"
            }
        }
    }

    /// Finished: 0, 1, 5. Failed: 2. Attempted and put back: 3. Held by a dead farmer: 4. To process: the others.
    private static func worked() throws -> (Scratch, Bench) {
        let (scratch, bench) = try Scratch.withList()
        let first = try bench.farm()
        let tasks = try bench.exchange(first, 6)
        try Bench.note([tasks[0], tasks[1], tasks[5]], by: first, .succeeded)
        try Bench.note([tasks[2]], by: first, .exited(3))
        try Bench.note([tasks[3]], by: first, .interrupted)
        try first.leave(release: [tasks[4]], bench.patience)
        let dead = try bench.joinAsDead()
        let held = try bench.exchange(dead, 2)
        #expect(Set(held.map(\.id)) == [3, 4])
        _ = try bench.exchange(dead, release: held.filter { $0.id == 3 })
        return (scratch, bench)
    }

    private static func cut(_ path: Path, by count: Int) throws {
        let size = try Folder.content(of: path).count
        try Descriptor(path, .both).truncate(to: size - count)
    }

    private static func spoil(_ damage: Damage, _ bench: Bench) throws {
        let directory = bench.directory
        let toprocess = try bench.content(.toprocess)
        let afterFirstLine = toprocess.firstIndex(of: 10).map { $0 + 1 } ?? 0
        switch damage {
        case .lostTask: try bench.put(Array(toprocess[afterFirstLine...]), at: .toprocess)
        case .doubledTask: try bench.append(Array("0 work --on 0\n".utf8), to: directory.file(.failed))
        case .tornFinished: try cut(directory.file(.finished), by: 5)
        case .tornFailed: try cut(directory.file(.failed), by: 5)
        case .tornToprocess: try cut(directory.file(.toprocess), by: 5)
        case .foreignLine: try bench.append(Array("hello\n".utf8), to: directory.file(.finished))
        case .brokenTimeline: try cut(directory.file(.timeline), by: 30)
        case .wrongTotals:
            var state = try #require(StateRecord(try Folder.content(of: directory.state)))
            state.finished += 1
            state.toprocess -= 1
            try bench.write(state.encoded, to: directory.state)
        case .missingFile: try Folder.unlink(directory.file(.failed))
        case .brokenAttempts:
            var bytes = try bench.content(.attempts)
            bytes[Attempt.header(namesJobs: true).count] = UInt8(ascii: "x")
            try bench.put(bytes, at: .attempts)
        case .brokenRequeued:
            var bytes = try bench.content(.requeued)
            bytes[0] ^= 1
            try bench.put(bytes, at: .requeued)
        case .garbledState:
            var bytes = try Folder.content(of: directory.state)
            bytes[500] ^= 1
            try bench.write(bytes, to: directory.state)
        case .emptyState: try bench.write([], to: directory.state)
        case .lostJournal:
            let entry = try #require(try Roster.read(directory).first { $0.status == .live })
            try Folder.unlink(directory.journal(entry.farmer, generation: entry.generation))
        case .halfMadeChange:
            try bench.put(Array(toprocess[afterFirstLine...]), at: .toprocess)
            try bench.write(Array("taskfarmer undo 1 9 some".utf8), to: directory.transaction)
        }
    }

    @Test("a check names each damage, and a repair mends it and keeps what was over", arguments: Damage.allCases)
    func mended(_ damage: Damage) throws {
        let (scratch, bench) = try Self.worked()
        #expect(try bench.problems() == [])
        try Self.spoil(damage, bench)
        let problems = try bench.problems()
        #expect(problems.contains { $0.contains(damage.sign) }, "\(problems)")
        #expect(try bench.problems() == problems)

        let done = try Repair.run(bench.directory, lock: .same, assumedDead: [], bench.patience)
        #expect(!done.isEmpty)
        #expect(try bench.problems() == [])
        let store = try bench.farm()
        let found = try Reading(bench.directory)
        #expect(found.at(.finished) == [0, 1, 5])
        #expect(found.at(.failed) == (damage == .missingFile ? [] : [2]))
        try bench.drain(store)
        #expect(try bench.problems() == [])
        let end = try Reading(bench.directory)
        // Without a readable state nobody knows whether the list is still the one that the tasks were made from.
        #expect(end.everywhere.sorted() == Array(0..<Scenario.taskCount))
        if damage != .lostJournal { #expect(end.at(.skipped) == []) }
        for id in end.at(.finished) { #expect(end.commands[id] == Bench.command(id), "\(id)") }
        withExtendedLifetime(scratch) {}
    }

    @Test("a repair of a sound directory does nothing")
    func nothingToMend() throws {
        let (scratch, bench) = try Self.worked()
        let before = try bench.contents()
        #expect(try Repair.run(bench.directory, lock: .same, assumedDead: [], bench.patience) == [])
        #expect(try bench.contents() == before)
        withExtendedLifetime(scratch) {}
    }

    @Test("a repair refuses while a farmer is at work")
    func farmerAtWork() throws {
        let (scratch, bench) = try Self.worked()
        let store = try bench.farm()
        try Self.spoil(.brokenTimeline, bench)
        let before = try bench.contents()
        let error = refusal { try Repair.run(bench.directory, lock: .same, assumedDead: [], bench.patience) }
        #expect(error == .farmersLive([store.farmer]))
        #expect(refusal { try bench.open(fresh: true) } == .farmersLive([store.farmer]))
        #expect(try bench.contents() == before)
        withExtendedLifetime((scratch, store)) {}
    }

    @Test("half a command is never run: a torn line of toprocess without a list to mend it from is skipped")
    func tornWithoutList() throws {
        let (scratch, bench) = try Self.worked()
        try Self.spoil(.tornToprocess, bench)
        let torn = try #require(try bench.content(.toprocess).split(separator: 10).last?.text)
        try bench.append(Array("one more\n".utf8), to: bench.list)  // not the list as it was
        _ = try Repair.run(bench.directory, lock: .same, assumedDead: [], bench.patience)
        let found = try Reading(bench.directory)
        #expect(found.at(.skipped).count == 1)
        #expect(torn.hasPrefix("\(found.at(.skipped).first ?? -1) "))
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }

    @Test("tasks that nothing but their number is left of are skipped, however many, and not forgotten")
    func lostToprocess() throws {
        let (scratch, bench) = try Scratch.withList(20_000)
        try bench.farm().leave(release: [], bench.patience)
        try bench.write([], to: bench.directory.file(.toprocess))
        try bench.write(Array("echo another\n".utf8), to: bench.list)
        _ = try Repair.run(bench.directory, lock: .same, assumedDead: [], bench.patience)
        #expect(try Reading(bench.directory).at(.skipped).sorted() == Array(0..<20_000))
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }

    @Test("a number of tasks that there cannot have been is refused in one line, and nothing is changed")
    func impossibleCount() throws {
        let (scratch, bench) = try Self.worked()
        var state = try bench.directory.readState()
        state.tasks = 1 << 50
        state.toprocess = (1 << 50) - state.done
        try bench.write(state.encoded, to: bench.directory.state)
        let before = try bench.contents()
        let error = refusal { try Repair.run(bench.directory, lock: .same, assumedDead: [], bench.patience) }
        #expect(error?.word == "configuration" && error?.description.contains("remove this file") == true)
        #expect(try bench.contents() == before)
        withExtendedLifetime(scratch) {}
    }

    @Test("a repair can put the lock beside the old one or into another folder, and farmers find it there")
    func movedLock() throws {
        let (scratch, bench) = try Self.worked()
        let folder = bench.folder.appending("scratch")
        try Folder.make(folder)
        for number in 2...3 {
            _ = try Repair.run(bench.directory, lock: .beside, assumedDead: [], bench.patience)
            let lock = try bench.open().lock.path
            #expect(lock == bench.directory.root.appending("lock.\(number)"))
        }
        _ = try Repair.run(bench.directory, lock: .folder(folder), assumedDead: [], bench.patience)
        let lock = try bench.open(lockFolder: folder).lock.path
        #expect(lock.parent == folder)
        #expect(refusal { try bench.open() }?.word == "otherLock")
        #expect(try bench.problems() == [])
        try bench.drain(try bench.join(try bench.open(lockFolder: folder)))
        #expect(try Reading(bench.directory).at(.failed) == [2])
        withExtendedLifetime(scratch) {}
    }
}
