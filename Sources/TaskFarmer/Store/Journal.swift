// A farmer's journal on disk. Two files take turns, so that it stays small however many tasks a farmer runs: when one has
// grown large, what still counts is written to the other, and the next change makes that the valid one. Until it is
// committed, every record goes to both.

internal import Synchronization
package import TaskFarmerCore
internal import TaskFarmerSystem

package final class Journal: Sendable {
    /// Grown beyond this, a journal is rewritten to what still counts, in bytes.
    package static let largest = 4 << 20

    /// Locked while they are written to, however long that takes.
    private struct Files: ~Copyable {
        let first: Descriptor
        let second: Descriptor
        var sizes = [0, 0]
        var active = 0
        /// While a rewritten journal is not committed yet.
        var isDouble = false
        var isDirty = false

        mutating func write(_ bytes: [UInt8], to which: Int) throws {
            if which == 0 { try first.write(bytes, at: sizes[0]) } else { try second.write(bytes, at: sizes[1]) }
            sizes[which] += bytes.count
        }

        mutating func write(_ bytes: [UInt8]) throws {
            if bytes.isEmpty { return }
            try write(bytes, to: active)
            if isDouble { try write(bytes, to: 1 - active) }
            isDirty = true
        }

        mutating func flush() throws {
            if active == 0 || isDouble { try first.flush() }
            if active == 1 || isDouble { try second.flush() }
            isDirty = false
        }
    }

    /// What was noted. Never locked during a write, so that noting costs nothing even where writing takes long.
    private struct Notes {
        /// Records that are not written yet, and starts of which the end may make the record needless.
        var unwritten: [UInt8] = []
        var unwrittenStarts: [Int: JournalRecord.RunningTask] = [:]
        /// What counts: held tasks, those that may have been started, started ones, ends that are not carried over.
        var held: [Int: TaskRecord] = [:]
        var planned: [Int: Int] = [:]
        var running: [Int: JournalRecord.RunningTask] = [:]
        var ended: [JournalReplay.Ended] = []
        /// Held ones that are not to be run on.
        var cancelled: Set<Int> = []

        mutating func takeUnwritten() -> [UInt8] {
            for task in unwrittenStarts.values { JournalRecord.start(task).append(to: &unwritten) }
            unwrittenStarts.removeAll(keepingCapacity: true)
            defer { unwritten = [] }
            return unwritten
        }
    }

    private let farmer: String
    private let files: Mutex<Files>
    private let notes = Mutex(Notes())

    package init(_ directory: WorkDirectory, farmer: String) throws {
        self.farmer = farmer
        let first = try Descriptor(directory.journal(farmer, generation: 0), [.both, .exclusive, .noLink])
        let second = try Descriptor(directory.journal(farmer, generation: 1), [.both, .exclusive, .noLink])
        files = Mutex(Files(first: first, second: second))
        try files.withLock { files in
            try files.write(JournalRecord.header(farmer: farmer))
            try files.flush()
        }
    }

    /// Notes that these attempts are about to be made. Once that is written, their numbers are never used again.
    package func plan(_ attempts: [JournalRecord.PlannedAttempt]) {
        var bytes: [UInt8] = []
        JournalRecord.plan(attempts).append(to: &bytes)
        notes.withLock { notes in
            notes.unwritten += bytes
            for attempt in attempts { notes.planned[attempt.task] = attempt.number }
        }
    }

    /// Notes starts and ends, and tasks that are not to be run on. They count once they are written.
    package func note(started: [JournalRecord.RunningTask], ended: [Attempt], cancelled: [Int] = []) {
        if started.isEmpty && ended.isEmpty && cancelled.isEmpty { return }
        var bytes: [UInt8] = []
        if !cancelled.isEmpty { JournalRecord.cancel(cancelled).append(to: &bytes) }
        for attempt in ended { JournalRecord.end(attempt).append(to: &bytes) }
        notes.withLock { notes in
            for task in started {
                notes.planned[task.task] = nil
                notes.running[task.task] = task
                notes.unwrittenStarts[task.task] = task
            }
            notes.cancelled.formUnion(cancelled.filter { notes.held[$0] != nil })
            for attempt in ended {
                notes.cancelled.remove(attempt.task)
                notes.planned[attempt.task] = nil
                notes.running[attempt.task] = nil
                notes.unwrittenStarts[attempt.task] = nil
                if let task = notes.held.removeValue(forKey: attempt.task) {
                    notes.ended.append(JournalReplay.Ended(attempt: attempt, task: task))
                }
            }
            notes.unwritten += bytes
        }
    }

    /// Writes what was noted.
    package func write() throws {
        try files.withLock { files in
            try write(notes.withLock { $0.takeUnwritten() }, to: &files)
        }
    }

    /// Writes records that were noted; what cannot be written must precede whatever comes next.
    private func write(_ records: [UInt8], to files: inout Files) throws {
        do {
            try files.write(records)
        } catch {
            notes.withLock { $0.unwritten = records + $0.unwritten }
            throw error
        }
    }

    /// What is to be carried over now.
    package struct Carry: Sendable {
        package var ended: [JournalReplay.Ended]
        /// How much of the journal is carried over with it, in bytes.
        package var mark: Int
    }

    /// The ends that are written.
    package func carry() throws -> Carry {
        try files.withLock { files in
            let (records, ended) = notes.withLock { ($0.takeUnwritten(), $0.ended) }
            try write(records, to: &files)
            return Carry(ended: ended, mark: files.sizes[files.active])
        }
    }

    package var generation: Int { files.withLock { $0.active } }
    package var isLarge: Bool { files.withLock { $0.sizes[$0.active] > Self.largest } }

    /// Notes what a change claims and releases, before that is committed. What it carries over is flushed with it: once it is
    /// committed, nobody could tell from where it came.
    package func prepare(epoch: Int, claim tasks: [TaskRecord], release: [Int]) throws {
        var bytes: [UInt8] = []
        if !tasks.isEmpty { JournalRecord.claim(epoch: epoch, tasks: tasks).append(to: &bytes) }
        if !release.isEmpty { JournalRecord.release(epoch: epoch, tasks: release).append(to: &bytes) }
        try files.withLock { files in
            try write(notes.withLock { $0.takeUnwritten() }, to: &files)
            try files.write(bytes)
            try files.flush()
        }
    }

    /// Rewrites what will count after a change into the other file.
    ///
    /// - Returns: the other file's number, and how much of it is carried over
    package func prepareRewrite(
        epoch: Int, claim tasks: [TaskRecord], release: [Int], carrying: Int
    ) throws -> (generation: Int, mark: Int) {
        try files.withLock { files in
            let other = 1 - files.active
            var bytes = JournalRecord.header(farmer: farmer)
            let mark = bytes.count
            let gone = Set(release)
            let (records, now) = notes.withLock { ($0.takeUnwritten(), $0) }
            try write(records, to: &files)
            let later = now.ended.dropFirst(carrying)
            let kept = now.held.values.filter { !gone.contains($0.id) } + later.map(\.task) + tasks
            if !kept.isEmpty { JournalRecord.claim(epoch: epoch, tasks: kept).append(to: &bytes) }
            let planned = now.planned.filter { !gone.contains($0.key) }
            if !planned.isEmpty {
                JournalRecord.plan(planned.map { .init(task: $0.key, number: $0.value) }).append(to: &bytes)
            }
            for task in now.running.values { JournalRecord.start(task).append(to: &bytes) }
            let cancelled = now.cancelled.subtracting(gone)
            if !cancelled.isEmpty { JournalRecord.cancel(cancelled.sorted()).append(to: &bytes) }
            for end in later { JournalRecord.end(end.attempt).append(to: &bytes) }
            if other == 0 { try files.first.truncate(to: 0) } else { try files.second.truncate(to: 0) }
            files.sizes[other] = 0
            try files.write(bytes, to: other)
            if other == 0 { try files.first.flush() } else { try files.second.flush() }
            files.isDouble = true
            return (other, mark)
        }
    }

    /// The change was committed.
    package func committed(claim tasks: [TaskRecord], release: [Int], carrying: Int) {
        files.withLock { files in
            if files.isDouble {
                files.active = 1 - files.active
                files.isDouble = false
            }
        }
        notes.withLock { notes in
            for id in release {
                notes.held[id] = nil
                notes.planned[id] = nil
                notes.cancelled.remove(id)
            }
            for task in tasks { notes.held[task.id] = task }
            notes.ended.removeFirst(carrying)
        }
    }

    /// The change was given up: its claims and releases must never count. If that cannot be written now, as on a full disk, it is
    /// before the next change.
    package func abandoned(epoch: Int) {
        files.withLock { $0.isDouble = false }
        notes.withLock { JournalRecord.void(epoch: epoch).append(to: &$0.unwritten) }
        try? write()
    }

    /// Writes what was noted and flushes what was written since the last time, so that a power failure costs little.
    package func flush() throws {
        try files.withLock { files in
            try write(notes.withLock { $0.takeUnwritten() }, to: &files)
            if files.isDirty { try files.flush() }
        }
    }

    /// Takes the files away, once nothing in them counts any more.
    package static func remove(_ directory: WorkDirectory, farmer: String) {
        for generation in 0...1 { _ = try? Folder.unlink(directory.journal(farmer, generation: generation)) }
        if directory.hasControl { _ = try? Folder.unlink(directory.requests(farmer)) }
        _ = try? Folder.unlink(directory.alive(farmer))
    }
}
