// Where every task is, and the line that stands for it, without the lock: eight bytes a task. Tasks move meanwhile, mostly from the
// stack to a farmer and from there to `finished` or `failed`: the files are read in that order, so that a task is met at least
// once, and the last place where it was met counts. One that went back just then may be missed.

package import TaskFarmerCore
internal import TaskFarmerSystem

package struct TaskLines {
    package enum Place: UInt64, Sendable, CaseIterable {
        case waiting = 1
        case held, claimed, finished, failed, skipped
    }

    /// A task in a farmer's hands.
    package struct Claim: Sendable {
        package var farmer: RosterEntry
        package var task: TaskRecord
        /// Where it was started.
        package var running: JournalRecord.RunningTask?
        /// Somebody asked that it be not run on.
        package var isCancelled: Bool
    }

    package let state: StateRecord
    package private(set) var claims: [Int: Claim] = [:]
    /// The place in the highest bits, the offset in its file below.
    private var places: [UInt64]
    private let files: [Place: SharedLines]
    private static let shift: UInt64 = 56

    /// - Parameter directory: whose
    /// - Throws: `FarmError` or `SystemError` when it cannot be read
    package init(_ directory: WorkDirectory) throws {
        let first = try directory.readState()
        var files: [Place: SharedLines] = [:]
        var places = [UInt64](repeating: 0, count: first.tasks)
        func note(_ place: Place, _ file: SharedFile, _ state: StateRecord) throws {
            let lines = try SharedLines(file, of: directory, state)
            files[place] = lines
            try lines.forEach { line, offset in
                guard let blank = line.firstIndex(of: 32), let id = line.extracting(..<blank).decimalValue,
                    id < places.count
                else { return }
                places[id] = place.rawValue << Self.shift | UInt64(offset)
            }
        }
        try note(.waiting, .toprocess, first)
        try note(.held, .held, first)
        for entry in try Roster.read(directory) where entry.status == .live {
            guard let replay = entry.replay(in: directory) else { continue }
            for task in replay.held + replay.uncarried.map(\.task) where task.id < places.count {
                claims[task.id] = Claim(
                    farmer: entry, task: task, running: replay.running[task.id],
                    isCancelled: replay.cancelled.contains(task.id))
                places[task.id] = Place.claimed.rawValue << Self.shift
            }
        }
        state = try directory.readState()
        try note(.finished, .finished, state)
        try note(.failed, .failed, state)
        try note(.skipped, .skipped, state)
        self.files = files
        self.places = places
    }

    /// How many tasks there are: their IDs are those below.
    package var count: Int { places.count }

    /// Where a task is; nil where it was just moving.
    package func place(of id: Int) -> Place? { Place(rawValue: places[id] >> Self.shift) }

    /// What stands for a task in its list, by its form.
    ///
    /// - Parameter id: which
    /// - Returns: nil where it was just moving
    /// - Throws: `SystemError` when it cannot be read
    package func line(of id: Int) throws -> [UInt8]? { try record(of: id)?.command }

    /// A task with what its line tells of its attempts: of one that waits that is nothing.
    ///
    /// - Parameter id: which
    /// - Returns: nil where it was just moving
    /// - Throws: `SystemError` when it cannot be read
    package func record(of id: Int) throws -> TaskRecord? {
        guard let place = place(of: id) else { return nil }
        if place == .claimed { return claims[id]?.task }
        guard let line = try files[place]?.line(at: offset(of: id))?[...] else { return nil }
        // A file that was cut and has grown again may have another task there.
        let task = place == .held ? TaskRecord(wholeLine: line) : TaskRecord(line: line)
        return task?.id == id ? task : nil
    }

    /// Where a task's line begins in its file; 0 for one that a farmer has.
    package func offset(of id: Int) -> Int { Int(places[id] & (1 << Self.shift - 1)) }

    /// How many tasks are taken before one that waits.
    package func ahead(of id: Int) -> Int {
        places.count { $0 >> Self.shift == Place.waiting.rawValue && $0 > places[id] }
    }
}

extension RosterEntry {
    /// What the farmer's journal says, read without the lock; nil where it has left, or compacted its journal, meanwhile.
    func replay(in directory: WorkDirectory) -> JournalReplay? {
        guard let bytes = try? Folder.content(of: directory.journal(farmer, generation: generation)) else { return nil }
        return JournalReplay(bytes, epoch: epoch, carried: carried)
    }
}
