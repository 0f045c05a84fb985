import Foundation
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

/// Work directories that earlier programs left. Of version 1: one stopped by SIGTERM, one whose farmer was killed while it held
/// two tasks; of version 2 one that was stopped; of version 3 one where a job of an array was stopped and another was killed;
/// of version 4 one whose farmer was killed while it was paused, with tasks that were added, held, cancelled and moved.
struct GoldenWorkDirectoryTests {
    private func withCopy(of name: String, _ body: (WorkDirectory) throws -> Void) throws {
        let copy = FileManager.default.temporaryDirectory.appendingPathComponent("golden-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: Golden.folder.appendingPathComponent(name), to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        // Empty folders are not kept by git.
        for folder in ["farmers", "logs"] {
            try FileManager.default.createDirectory(
                at: copy.appendingPathComponent(folder), withIntermediateDirectories: true)
        }
        try body(WorkDirectory(Path(copy.path)))
    }

    @Test(arguments: ["version-1", "version-1-killed"])
    func `a work directory of version 1 is sound for ever`(name: String) throws {
        try withCopy(of: name) { directory in
            let report = try Check.run(directory, EndlessPatience())
            #expect(report.problems == [])
            #expect(report.state?.tasks == 8)
            #expect(report.state?.finished == 3)
            #expect(report.state?.failed == 2)
        }
    }

    @Test func `a work directory of version 1 is gone on with, attempts counted`() throws {
        try withCopy(of: "version-1") { directory in
            let opened = try OpenedFarm(existing: directory)
            let record = AliveRecord(
                farmer: Farmer.newName(), host: "elsewhere", boot: "b", processSpace: "p", process: 1, ticks: 1,
                slots: 8)
            let store = try Store.make(opened, slots: 8, record: record, assumedDead: [])
            _ = try store.enter(record, takesTasks: false, EndlessPatience())
            let exchange = try store.exchange(
                ClaimRequest(asked: 8, free: 8, slots: 8), release: [], EndlessPatience())
            #expect(exchange.tasks.map(\.id) == [4, 6, 7])
            #expect(exchange.tasks.map(\.attempts) == [1, 1, 0])
            #expect(exchange.tasks.last?.command == Array("echo last".utf8))
            try store.leave(release: exchange.tasks, EndlessPatience())
            #expect(try Check.run(directory, EndlessPatience()).problems == [])
        }
    }

    @Test func `a work directory of version 2 keeps its tasks whole`() throws {
        try withCopy(of: "version-2") { directory in
            let report = try Check.run(directory, EndlessPatience())
            #expect(report.problems == [])
            let farm = try TaskFarmer.Farm(workDirectory: directory.root.description)
            #expect(try farm.counts().finished == 2)
            #expect(try farm.counts().toProcess == 2)
            let first = TaskDescription(
                command: Array("echo $X".utf8),
                environment: [EnvironmentChange("X", "é"), EnvironmentChange("Y", bytes: nil)],
                workingDirectory: Array("/".utf8), name: "first")
            #expect(try farm.task(0)?.description == first)
            #expect(try farm.task(1)?.description == TaskDescription(arguments: ["printf", "%s", "a\nb"]))
            #expect(try farm.tasks(in: .failed).map(\.commandText) == ["exit 3"])
            #expect(try farm.tasks(in: .toProcess).map(\.commandText) == ["echo last", "sleep 1000"])
            #expect(try farm.output(of: 1) == Array("a\nb".utf8))
        }
    }

    @Test func `a work directory of version 1 gets no columns that its programs do not know`() throws {
        try withCopy(of: "version-1") { directory in
            let opened = try OpenedFarm(existing: directory)
            let record = AliveRecord(
                farmer: Farmer.newName(), host: "elsewhere", boot: "b", processSpace: "p", process: 1, ticks: 1,
                slots: 8)
            let store = try Store.make(opened, slots: 8, record: record, assumedDead: [])
            #expect(store.job == nil)
            let tasks = try store.enter(record, takesTasks: true, EndlessPatience())
            let first = try #require(tasks.first)
            let attempt = Attempt(
                task: first.id, number: first.attempts + 1, host: "elsewhere", farmer: record.farmer, slot: 0,
                started: 1_700_000_000_000_000, outcome: .succeeded, jobColumn: store.job)
            store.journal.note(started: [], ended: [attempt])
            try store.leave(release: Array(tasks.dropFirst()), EndlessPatience())
            let lines = try Folder.content(of: directory.file(.attempts)).split(separator: 10)
            #expect(Set(lines.map { $0.count { $0 == 9 } }) == [15])
            #expect(try Folder.content(of: directory.file(.roster)).text.contains("slurm") == false)
            #expect(try Check.run(directory, EndlessPatience()).problems == [])
        }
    }

    @Test func `a work directory of version 3 is sound, and a dead farmer's attempts keep its job`() throws {
        try withCopy(of: "version-3") { directory in
            let report = try Check.run(directory, EndlessPatience())
            #expect(report.problems == [])
            #expect(report.state?.claimed == 3)
            let farm = try TaskFarmer.Farm(workDirectory: directory.root.description)
            #expect(Set(try farm.attempts().map(\.job)) == ["slurm:4242_3.0"])
            let roster = try Roster.read(directory)
            let place = try #require(roster.firstIndex { $0.status == .live })
            let dead = roster[place]
            #expect(dead.job == "slurm:4300.batch")
            #expect(AliveRecord(try Folder.content(of: directory.alive(dead.farmer)))?.allocation?.node == "n2")
            let opened = try OpenedFarm(existing: directory)
            let cycle = ChangeCycle(
                directory: opened.directory, lock: opened.lock, nonce: opened.description.nonce,
                farmer: Farmer.newName())
            let count = try Recovery.recover(
                place: place, farmer: dead.farmer, directory: opened.directory, cycle: cycle, EndlessPatience())
            #expect(count?.tasks == 3 && count?.givenUp == [])
            let lost = try farm.attempts().filter { $0.outcome == .lost }
            #expect(lost.map(\.task).sorted() == [4, 6])
            #expect(lost.allSatisfy { $0.job == "slurm:4300.batch" })
            #expect(try Check.run(directory, EndlessPatience()).problems == [])
        }
    }

    @Test
    func `a work directory of version 4 keeps its counts of failures and what users did, also with a dead farmer`()
        throws
    {
        try withCopy(of: "version-4") { directory in
            #expect(try Check.run(directory, EndlessPatience()).problems == [])
            let opened = try OpenedFarm(existing: directory)
            let record = AliveRecord(
                farmer: Farmer.newName(), host: "elsewhere", boot: "b", processSpace: "p", process: 1, ticks: 1,
                slots: 8)
            let store = try Store.make(opened, slots: 8, record: record, assumedDead: [])
            let roster = try Roster.read(directory)
            let place = try #require(roster.firstIndex { $0.status == .live })
            let dead = try #require(AliveRecord(try Folder.content(of: directory.alive(roster[place].farmer))))
            #expect(dead.control?.mode == .paused)
            let count = try Recovery.recover(
                place: place, farmer: roster[place].farmer, directory: directory, cycle: store.cycle, EndlessPatience())
            #expect(count?.tasks == 1 && count?.givenUp == [])
            let tasks = try store.enter(record, takesTasks: true, EndlessPatience())
            #expect(tasks.map(\.id) == [3, 6, 2, 0])
            #expect(tasks.map(\.failures).map { $0.text().text } == ["i1l1", "", "", "e2"])
            try store.leave(release: tasks, EndlessPatience())
            let farm = ControlledFarm(description: store.description, cycle: store.cycle, EndlessPatience())
            #expect(try farm.release(TaskIDs([0...8])).done == 2)
            let last = try Folder.content(of: directory.file(.toprocess)).text
            #expect(last.hasSuffix("3 sleep 1000\n4 ulimit -c 0; kill -SEGV $$\n7 echo a 'b  c'\n"), "\(last)")
            #expect(AddedTasks(try Folder.content(of: directory.file(.added)))?.count == 3)
            #expect(try Check.run(directory, EndlessPatience()).problems == [])
        }
    }

    @Test(arguments: ["version-1", "version-2", "version-3"])
    func `older work directories refuse what they have no place for, and let failed tasks go back`(name: String) throws
    {
        try withCopy(of: name) { directory in
            let before = try Folder.content(of: directory.state)
            let farm = try ControlledFarm(directory.root, EndlessPatience())
            let ids = TaskIDs([0...1])
            let all: [() throws -> Void] = [
                { _ = try farm.hold(ids) }, { _ = try farm.release(ids) }, { _ = try farm.prioritize(ids, 1) },
                { _ = try farm.cancel(ids, limit: 0) }, { _ = try farm.add([Array("true".utf8)]) },
                { _ = try farm.ask(.pause, of: try farm.farmers(named: nil), limit: 0) },
            ]
            for (index, body) in all.enumerated() {
                let error = #expect(throws: FarmError.self, "\(index)") { try body() }
                #expect(error?.exitStatus == 64 && error?.description.contains("was made by an older program") == true)
            }
            #expect(try Folder.content(of: directory.state) == before)
            let failed = try #require(StateRecord(before)).failed
            #expect(try farm.retry(.all) == failed)
            #expect(try Folder.content(of: directory.state).count == StateRecord.oldWidth)
            #expect(try Check.run(directory, EndlessPatience()).problems == [])
        }
    }

    @Test func `in a work directory of version 3 nothing is counted that its programs do not know`() throws {
        try withCopy(of: "version-3") { directory in
            let opened = try OpenedFarm(existing: directory)
            let record = AliveRecord(
                farmer: Farmer.newName(), host: "elsewhere", boot: "b", processSpace: "p", process: 1, ticks: 1,
                slots: 8)
            let store = try Store.make(opened, slots: 8, record: record, assumedDead: [])
            let roster = try Roster.read(directory)
            let place = try #require(roster.firstIndex { $0.status == .live })
            _ = try Recovery.recover(
                place: place, farmer: roster[place].farmer, directory: store.directory, cycle: store.cycle,
                EndlessPatience())
            let marks = try Folder.content(of: directory.file(.requeued)).split(separator: 10)
            #expect(!marks.isEmpty && marks.allSatisfy { $0.split(separator: 32).count == 3 })
        }
    }

    @Test func `a killed farmer's journal of version 1 gives its tasks back`() throws {
        try withCopy(of: "version-1-killed") { directory in
            let entry = try #require(try Roster.read(directory).first { $0.status == .live })
            let bytes = try Folder.content(of: directory.journal(entry.farmer, generation: entry.generation))
            let replay = JournalReplay(bytes, epoch: entry.epoch, carried: entry.carried)
            #expect(replay.held.map(\.id) == [4, 6])
            #expect(Set(replay.running.keys) == [4, 6])
        }
    }

    @Test func `a work directory of a later version is refused and left alone`() throws {
        try withCopy(of: "version-1") { directory in
            let text = String(decoding: try Folder.content(of: directory.description), as: UTF8.self)
            let later = text.replacing("\"version\": 1", with: "\"version\": 5")
            try Data(later.utf8).write(to: URL(fileURLWithPath: directory.description.description))
            #expect(throws: FarmError.unknownVersion(file: directory.description.description, 5)) {
                try OpenedFarm(existing: directory)
            }
            #expect(try Folder.content(of: directory.description) == Array(later.utf8))
        }
    }
}
