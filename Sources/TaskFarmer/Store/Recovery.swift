// Who is in the roster, as seen without the lock, and what becomes of what a dead farmer held.

package import TaskFarmerCore
internal import TaskFarmerSystem

/// Reading the roster without the lock, for looks that decide nothing by themselves.
package enum Roster {
    package static func read(_ directory: WorkDirectory) throws -> [RosterEntry] {
        let bytes = try FarmError.wrapping { () throws(SystemError) in try Folder.content(of: directory.file(.roster)) }
        return stride(from: 0, to: bytes.count - bytes.count % RosterEntry.width, by: RosterEntry.width).compactMap {
            RosterEntry(bytes[$0..<($0 + RosterEntry.width)])
        }
    }

    /// The farmers at work, and what each says of itself; nil where that cannot be read.
    package static func live(_ directory: WorkDirectory) throws -> [(entry: RosterEntry, alive: AliveRecord?)] {
        try read(directory).filter { $0.status == .live }.map { entry in
            (entry, AliveFile.read(directory, farmer: entry.farmer))
        }
    }
}

/// Taking over what a dead farmer held.
package enum Recovery {
    /// Replays its journal in one change: ends not yet carried over are recorded, claims without an end go back.
    ///
    /// - Parameters:
    ///   - place: its line in the roster
    ///   - dead: its name
    ///   - directory: where it worked
    ///   - cycle: by whose changes that is done
    ///   - retry: how often tasks may be lost with their farmers
    ///   - patience: what is done while the lock is waited for
    /// - Returns: how many tasks went back, and which have failed because they were lost too often; nil when somebody else was quicker
    /// - Throws: `FarmError` where it cannot be done
    package static func recover(
        place: Int, farmer dead: String, directory: WorkDirectory, cycle: ChangeCycle,
        retry: RetryPolicy = RetryPolicy(),
        _ patience: any LockPatience
    ) throws -> (tasks: Int, givenUp: [Int])? {
        let result: (tasks: Int, givenUp: [Int])? = try cycle.run(patience) { change in
            guard place < change.rosterCount else { return nil }
            var entry = try change.rosterEntry(place)
            guard entry.status == .live, entry.farmer == dead else { return nil }
            let path = directory.journal(dead, generation: entry.generation)
            let replay = JournalReplay(try Folder.content(of: path), epoch: entry.epoch, carried: entry.carried)
            guard replay.held.count + replay.uncarried.count == entry.claimed else {
                throw FarmError.staleView(
                    file: path.description, expected: "\(entry.claimed) claimed tasks",
                    found: "\(replay.held.count + replay.uncarried.count)")
            }
            let now = Clock.wall
            let wishes = Wishes(try requests(of: dead, directory), replay)
            let lost = replay.held.compactMap { task in
                replay.running[task.id].map { running in
                    JournalReplay.Ended(
                        attempt: Attempt(
                            task: task.id, number: running.attempt, host: entry.host, farmer: dead, slot: running.slot,
                            started: running.started, wall: max(0, now - running.started), outcome: .lost,
                            fate: wishes.cancel(task.id)
                                ? .cancelled : retry.verdict(.lost, before: task.failures, chance: 0).fate,
                            jobColumn: entry.job),
                        task: task)
                }
            }
            let unstarted = replay.held.filter { replay.running[$0.id] == nil }
            let waiting = unstarted.filter { !wishes.cancel($0.id) }
            try change.putBack(waiting)
            change.dropClaimed(unstarted.filter { wishes.cancel($0.id) })
            let ends = replay.uncarried.map(wishes.heeded) + lost
            try change.record(ends, ordinal: entry.ordinal)
            if let last = ends.map({ $0.attempt.started + $0.attempt.wall }).max() {
                change.trace(FarmerCounters.over(process: entry.ordinal, at: last))
            }
            entry.status = .closed
            entry.claimed = 0
            entry.epoch = change.epoch
            change.state.liveFarmers -= 1
            change.state.liveSlots -= entry.slots
            try change.setRoster(place, entry)
            change.note(FarmerEvent(.lost, entry, at: now, change.farmer))
            let givenUp = lost.filter { $0.attempt.fate == .over }.map(\.task.id)
            return (waiting.count + lost.count { $0.attempt.fate != .over && $0.attempt.fate != .cancelled }, givenUp)
        }
        if result != nil { Journal.remove(directory, farmer: dead) }
        return result
    }

    private static func requests(of farmer: String, _ directory: WorkDirectory) throws -> [FarmerRequest] {
        guard directory.hasControl else { return [] }
        return FarmerRequest.read(try RequestsFile.read(directory, farmer: farmer, from: 0)).requests
    }

    /// What users wanted of a dead farmer's tasks, whether it came to heed that or not.
    private struct Wishes {
        private let requests: [FarmerRequest]
        private let replay: JournalReplay

        init(_ requests: [FarmerRequest], _ replay: JournalReplay) {
            self.requests = requests
            self.replay = replay
        }

        func cancel(_ task: Int) -> Bool {
            replay.cancelled.contains(task)
                || requests.contains { $0.cancels(task, claimed: replay.claimed[task] ?? .max) }
        }

        /// An end after which the task is not run again.
        func heeded(_ end: JournalReplay.Ended) -> JournalReplay.Ended {
            var end = end
            if [.again, .resumed].contains(end.attempt.fate) && cancel(end.task.id) { end.attempt.fate = .cancelled }
            return end
        }
    }
}
