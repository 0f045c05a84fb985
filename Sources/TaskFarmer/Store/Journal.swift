// A farmer's journal on disk. Two files take turns, so that it stays small however many tasks a farmer runs: when one has
// grown large, what still counts is written to the other, and the next change makes that the valid one. Until it is
// committed, every record goes to both.

internal import Synchronization
package import TaskFarmerCore
internal import TaskFarmerSystem

package final class Journal: Sendable {
    /// Grown beyond this, a journal is rewritten to what still counts, in bytes.
    package static let largest = 4 << 20

    private struct Files: ~Copyable {
        let first: Descriptor
        let second: Descriptor
        var sizes = [0, 0]
        var active = 0
        /// While a rewritten journal is not committed yet.
        var isDouble = false
        var isDirty = false
        /// Records that could not be written when they should have been, and must precede whatever comes next.
        var owed: [UInt8] = []
        /// What counts: held tasks, started ones, ends that are not carried over.
        var held: [Int: FarmTask] = [:]
        var running: [Int: JournalRecord.RunningTask] = [:]
        var ended: [JournalReplay.Ended] = []

        mutating func write(_ bytes: [UInt8], to which: Int) throws {
            if which == 0 { try first.write(bytes, at: sizes[0]) } else { try second.write(bytes, at: sizes[1]) }
            sizes[which] += bytes.count
        }

        mutating func write(_ bytes: [UInt8]) throws {
            let all = owed + bytes
            if all.isEmpty { return }
            try write(all, to: active)
            if isDouble { try write(all, to: 1 - active) }
            isDirty = true
            owed = []
        }

        mutating func flush() throws {
            if active == 0 || isDouble { try first.flush() }
            if active == 1 || isDouble { try second.flush() }
            isDirty = false
        }
    }

    private let farmer: String
    private let files: Mutex<Files>

    package init(_ directory: WorkDirectory, farmer: String) throws {
        self.farmer = farmer
        let first = try Descriptor(directory.journal(farmer, generation: 0), [.both, .exclusive, .noLink])
        let second = try Descriptor(directory.journal(farmer, generation: 1), [.both, .exclusive, .noLink])
        files = Mutex(Files(first: first, second: second))
        try files.withLock { state in
            try state.write(JournalRecord.header(farmer: farmer))
            try state.flush()
        }
    }

    /// Notes starts and ends as they happen, in one write.
    package func note(started: [JournalRecord.RunningTask], ended: [Attempt]) throws {
        if started.isEmpty && ended.isEmpty { return }
        var bytes: [UInt8] = []
        for task in started { JournalRecord.start(task).append(to: &bytes) }
        for attempt in ended { JournalRecord.end(attempt).append(to: &bytes) }
        try files.withLock { state in
            try state.write(bytes)
            for task in started { state.running[task.task] = task }
            for attempt in ended {
                state.running[attempt.task] = nil
                if let task = state.held.removeValue(forKey: attempt.task) {
                    state.ended.append(JournalReplay.Ended(attempt: attempt, task: task))
                }
            }
        }
    }

    /// What is to be carried over now.
    package struct Carry: Sendable {
        package var ended: [JournalReplay.Ended]
        /// How much of the journal is carried over with it, in bytes.
        package var mark: Int
    }

    package var carry: Carry { files.withLock { Carry(ended: $0.ended, mark: $0.sizes[$0.active]) } }

    package var generation: Int { files.withLock { $0.active } }
    package var isLarge: Bool { files.withLock { $0.sizes[$0.active] > Self.largest } }

    /// Notes what a change claims and releases, before that is committed. What it carries over is flushed with it: once it is
    /// committed, nobody could tell from where it came.
    package func prepare(epoch: Int, claim tasks: [FarmTask], release: [Int]) throws {
        var bytes: [UInt8] = []
        if !tasks.isEmpty { JournalRecord.claim(epoch: epoch, tasks: tasks).append(to: &bytes) }
        if !release.isEmpty { JournalRecord.release(epoch: epoch, tasks: release).append(to: &bytes) }
        try files.withLock { state in
            try state.write(bytes)
            try state.flush()
        }
    }

    /// Rewrites what will count after a change into the other file.
    ///
    /// - Returns: the other file's number, and how much of it is carried over
    package func prepareRewrite(
        epoch: Int, claim tasks: [FarmTask], release: [Int], carrying: Int
    ) throws -> (generation: Int, mark: Int) {
        try files.withLock { state in
            let other = 1 - state.active
            var bytes = JournalRecord.header(farmer: farmer)
            let mark = bytes.count
            let gone = Set(release)
            let later = state.ended.dropFirst(carrying)
            let kept = state.held.values.filter { !gone.contains($0.id) } + later.map(\.task) + tasks
            if !kept.isEmpty { JournalRecord.claim(epoch: epoch, tasks: kept).append(to: &bytes) }
            for task in state.running.values { JournalRecord.start(task).append(to: &bytes) }
            for end in later { JournalRecord.end(end.attempt).append(to: &bytes) }
            if other == 0 { try state.first.truncate(to: 0) } else { try state.second.truncate(to: 0) }
            state.sizes[other] = 0
            try state.write(bytes, to: other)
            if other == 0 { try state.first.flush() } else { try state.second.flush() }
            state.isDouble = true
            return (other, mark)
        }
    }

    /// The change was committed.
    package func committed(claim tasks: [FarmTask], release: [Int], carrying: Int) {
        files.withLock { state in
            if state.isDouble {
                state.active = 1 - state.active
                state.isDouble = false
            }
            for id in release { state.held[id] = nil }
            for task in tasks { state.held[task.id] = task }
            state.ended.removeFirst(carrying)
        }
    }

    /// The change was given up: its claims and releases must never count. If that cannot be written now, as on a full disk, it is
    /// before the next change.
    package func abandoned(epoch: Int) {
        files.withLock { state in
            state.isDouble = false
            JournalRecord.void(epoch: epoch).append(to: &state.owed)
            try? state.write([])
        }
    }

    /// Flushes what was written since the last time, so that a power failure costs little.
    package func flush() throws {
        try files.withLock { state in
            if state.isDirty { try state.flush() }
        }
    }

    /// Takes the files away, once nothing in them counts any more.
    package static func remove(_ directory: WorkDirectory, farmer: String) {
        for generation in 0...1 { _ = try? Folder.unlink(directory.journal(farmer, generation: generation)) }
        _ = try? Folder.unlink(directory.alive(farmer))
    }
}
