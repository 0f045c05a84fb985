// What a farmer sees is held against what `state` vouches for: a view that is not the last writer's changes nothing.

import Foundation
import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Stale views")
struct StaleViewTests {
    /// A farmer with tasks that have ended and are not carried over.
    private static func busy() throws -> (Scratch, Bench, Store) {
        let (scratch, bench) = try Scratch.withList()
        let store = try bench.farm()
        let tasks = try bench.exchange(store, 6)
        try Bench.note(tasks.prefix(2), by: store, .succeeded)
        try Bench.note(tasks[2...2], by: store, .exited(1))
        try Bench.note(tasks[3...3], by: store, .interrupted)
        return (scratch, bench, store)
    }

    /// Spoils a file, expects the farmer to refuse and to change nothing, and mends the file.
    private static func spoil(
        _ path: Path, _ bench: Bench, _ store: Store, _ change: (inout [UInt8]) -> Void
    ) throws {
        let good = try Folder.content(of: path)
        var bad = good
        change(&bad)
        try bench.write(bad, to: path)
        let before = try bench.contents()
        #expect(refusal { try bench.exchange(store, 2) }?.word == "staleView", "\(path)")
        #expect(try bench.contents() == before, "\(path)")
        #expect(try bench.problems() != [], "\(path)")
        try bench.write(good, to: path)
    }

    @Test(
        "a shared file with more or fewer bytes than its last writer left is noticed before anything is written",
        arguments: [SharedFile.toprocess, .finished, .failed, .attempts, .timeline, .requeued, .roster])
    func otherSize(_ file: SharedFile) throws {
        let (scratch, bench, store) = try Self.busy()
        let path = bench.directory.file(file)
        try Self.spoil(path, bench, store) { $0 += Array("late write\n".utf8) }
        if try !bench.content(file).isEmpty { try Self.spoil(path, bench, store) { $0.removeLast() } }
        #expect(try bench.exchange(store, 2).map(\.id) == [6, 7])
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }

    @Test("an end of toprocess that has the right length and other bytes is noticed")
    func otherTail() throws {
        let (scratch, bench, store) = try Self.busy()
        let path = bench.directory.file(.toprocess)
        let size = try bench.content(.toprocess).count
        for index in [0, size / 2, size - 2] {
            let good = try Folder.content(of: path)
            var bad = good
            bad[index] ^= 1
            try bench.write(bad, to: path)
            let before = try bench.contents()
            #expect(refusal { try bench.exchange(store, 2) }?.word == "staleView")
            #expect(try bench.contents() == before)
            try bench.write(good, to: path)
        }
        #expect(try bench.exchange(store, 2).map(\.id) == [6, 7])
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }

    @Test("an older state is noticed, even with all the files that belonged to it")
    func olderState() throws {
        let (scratch, bench, store) = try Self.busy()
        let old = try bench.contents()
        _ = try bench.exchange(store, 1)
        let new = try bench.contents()
        for names in [["state"], Array(old.keys)] {
            for name in names { try bench.write(old[name] ?? [], to: bench.directory.root.appending(name)) }
            let before = try bench.contents()
            #expect(refusal { try bench.exchange(store, 1) }?.word == "staleView", "\(names)")
            #expect(try bench.contents() == before, "\(names)")
            for name in names { try bench.write(new[name] ?? [], to: bench.directory.root.appending(name)) }
        }
        #expect(try bench.exchange(store, 1).map(\.id) == [3])
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }

    @Test("a state of the same epoch that another farmer wrote is noticed")
    func epochWrittenTwice() throws {
        let (scratch, bench, store) = try Self.busy()
        var state = try #require(StateRecord(try Folder.content(of: bench.directory.state)))
        state.writer = "somebody.1.2"
        try bench.write(state.encoded, to: bench.directory.state)
        #expect(refusal { try bench.exchange(store, 1) }?.word == "staleView")
        withExtendedLifetime(scratch) {}
    }

    @Test("a state that is ahead of the lock is noticed: the lock file is not the one that others lock")
    func lockBehindState() throws {
        let (scratch, bench, store) = try Self.busy()
        var mark = try #require(try store.cycle.lock.peek())
        mark.epoch = 0
        try bench.write(mark.encoded, to: bench.directory.ownLock)
        #expect(refusal { try bench.exchange(store, 1) }?.word == "staleView")
        // An old view must not become what others see.
        #expect(try Folder.content(of: bench.directory.ownLock) == mark.encoded)
        withExtendedLifetime(scratch) {}
    }

    @Test("a size that is older than the content is no reason to refuse: what can be read decides")
    func oldSize() throws {
        let scratch = try Scratch()
        let path = scratch.path.appending("file")
        for (told, there) in [(0, 5), (5, 9), (9, 4), (4, 0)] {
            try scratch.bench.write([UInt8](repeating: 1, count: told), to: path)
            let handle = try SharedHandle(path, .flock)
            try scratch.bench.write([UInt8](repeating: 1, count: there), to: path)
            #expect(try handle.isOfSize(there))
            for other in 0..<12 where other != there && other != told { #expect(try !handle.isOfSize(other)) }
        }
    }

    @Test("a lock file that was emptied, or belongs to another work directory, guards nothing")
    func otherNonce() throws {
        let (scratch, bench, store) = try Self.busy()
        let good = try Folder.content(of: bench.directory.ownLock)
        var other = try #require(LockRecord(good))
        other.nonce = OwnProcess.nonce()
        let before = try bench.contents()
        for content in [[], other.encoded, Array("not ours\n".utf8)] {
            try bench.write(content, to: bench.directory.ownLock)
            #expect(refusal { try bench.exchange(store, 1) }?.word == "otherNonce")
            #expect(refusal { try bench.open() }?.word == "otherNonce")
            #expect(try bench.contents() == before)
        }
        try bench.write(good, to: bench.directory.ownLock)
        #expect(try bench.exchange(store, 1).map(\.id) == [6])
        withExtendedLifetime(scratch) {}
    }

    @Test("a farmer with another lock folder is refused, with both paths in the message")
    func otherLockFolder() throws {
        let (scratch, bench, _) = try Self.busy()
        let folder = bench.folder.appending("scratch")
        try Folder.make(folder)
        let error = refusal { try bench.open(lockFolder: folder) }
        #expect(error?.word == "otherLock")
        #expect(error?.description.contains(bench.directory.ownLock.description) == true)
        #expect(error?.description.contains(folder.description) == true)
        #expect(try Folder.names(in: folder) == [])
        withExtendedLifetime(scratch) {}
    }

    @Test("a lock file that was removed is noticed by those who have it open and by those who make it anew")
    func removedLock() throws {
        let (scratch, bench, store) = try Self.busy()
        try Folder.unlink(bench.directory.ownLock)
        let before = try bench.contents()
        #expect(refusal { try bench.exchange(store, 1) }?.word == "brokenLock")
        #expect(refusal { try bench.open() }?.word == "otherNonce")
        #expect(try bench.contents() == before)
        withExtendedLifetime(scratch) {}
    }

    @Test("a farm.json of a later version is refused and stays as it is")
    func laterVersion() throws {
        let (scratch, bench, _) = try Self.busy()
        let text = try Folder.content(of: bench.directory.description).text
        let later = Array(text.replacing("\"version\": 4", with: "\"version\": 5").utf8)
        try bench.write(later, to: bench.directory.description)
        let before = try bench.contents()
        let file = bench.directory.description.description
        #expect(refusal { try bench.open() } == .unknownVersion(file: file, 5))
        #expect(refusal { try bench.open(fresh: true) } == .unknownVersion(file: file, 5))
        #expect(refusal { try Check.run(bench.directory, bench.patience) } == .unknownVersion(file: file, 5))
        let repair = refusal { try Repair.run(bench.directory, lock: .same, assumedDead: [], bench.patience) }
        #expect(repair == .unknownVersion(file: file, 5))
        #expect(try bench.contents() == before)
        #expect(try Folder.content(of: bench.directory.description) == later)
        withExtendedLifetime(scratch) {}
    }
}
