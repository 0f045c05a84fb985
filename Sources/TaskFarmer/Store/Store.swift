// A farmer's hold on a work directory: joining, exchanging ends for tasks, recovering the dead, leaving.

package import TaskFarmerCore
internal import TaskFarmerSystem

/// Unchecked: after it has joined, one thread alone uses it, apart from its journal and its heartbeat file, which are safe.
package final class Store: @unchecked Sendable {
    package let directory: WorkDirectory
    package let description: FarmDescription
    package let cycle: ChangeCycle
    package let farmer: String
    package private(set) var slots: Int
    /// The most that it had: so many have names in the timeline.
    private var named: Int
    /// Events that no change has written yet.
    private var counters: [UInt8] = []
    package let journal: Journal
    package let alive: AliveFile
    /// What is done with tasks that were lost with their farmers.
    package var retry = RetryPolicy()
    /// How it was set up, in words.
    package var settings = ""
    /// What its attempts name as their job; nil in work directories that do not have that.
    package let job: String?
    /// The process number in the timeline.
    package private(set) var ordinal = 0
    private var place = 0
    private let liveness: Liveness
    /// Where the round of looks at other farmers goes on.
    private var nextLook = 0
    /// attempts.tsv, as far as it was looked through for what others have done.
    private var others: GrowingLines?

    /// What a farmer gets from a visit at the lock.
    package struct Exchange: Sendable {
        package var tasks: [TaskRecord]
        /// The ends that were carried over.
        package var carried: [Attempt]
        /// Tasks among them that are to be run again, and stay with this farmer until then.
        package var kept: [JournalReplay.Ended]
        /// Those that were looked at and not taken.
        package var refused: RefusedTasks
        package var state: StateRecord
        /// How long it took, waiting included, and how long the lock was held, in nanoseconds.
        package var duration: Int
        package var held: Int
    }

    /// What other hosts have done.
    package struct Elsewhere: Sendable {
        /// Whether there are farmers at work on any.
        package var isAnybody = false
        /// Tasks that succeeded there.
        package var succeeded: [Int] = []
    }

    /// What was found out about another farmer.
    package enum Finding: Sendable, Equatable {
        /// What people are told when a farmer is found dead.
        package static func text(_ farmer: String, _ tasks: Int, _ givenUp: [Int]) -> String {
            let failed =
                givenUp.isEmpty
                ? ""
                : "; \(givenUp.prefix(10).map(String.init).joined(separator: ", "))\(givenUp.count > 10 ? " …" : "") of them have "
                    + "failed, lost once more than --retry-on forgives"
            return "\(farmer) is gone; \(tasks) of its tasks go back to be run\(failed)"
        }

        /// `givenUp` are tasks that have failed, since they were lost too often.
        case recovered(farmer: String, tasks: Int, givenUp: [Int])
        case silent(farmer: String, host: String, seconds: Int, tasks: Int)
    }

    private init(
        directory: WorkDirectory, description: FarmDescription, cycle: ChangeCycle, slots: Int, journal: Journal,
        alive: AliveFile, job: String?, liveness: Liveness
    ) {
        self.directory = directory
        self.description = description
        self.cycle = cycle
        farmer = cycle.farmer
        self.slots = slots
        named = slots
        self.journal = journal
        self.alive = alive
        self.job = job
        self.liveness = liveness
    }

    /// Makes a farmer's own files. It holds nothing before it enters, and others heed it only then.
    package static func make(_ opened: OpenedFarm, slots: Int, record: AliveRecord, assumedDead: Set<String>) throws
        -> Store
    {
        let alive = try AliveFile(opened.directory, record)
        let journal = try Journal(opened.directory, farmer: record.farmer)
        if opened.directory.hasControl { try RequestsFile.make(opened.directory, farmer: record.farmer) }
        Folder.flush(opened.directory.farmers)
        let cycle = ChangeCycle(
            directory: opened.directory, lock: opened.lock, nonce: opened.description.nonce, farmer: record.farmer)
        return Store(
            directory: opened.directory, description: opened.description, cycle: cycle, slots: slots, journal: journal,
            alive: alive,
            job: opened.description.namesJobs ? record.allocation?.label ?? Allocation.none : nil,
            liveness: Liveness(opened.directory, assumedDead: assumedDead))
    }

    /// Undoes what a farmer that died left half made, if it did: what is read without the lock shows it as if it were made.
    package func undoHalfMade(_ patience: any LockPatience) throws {
        guard let size = try Folder.facts(directory.transaction)?.size, size > 0 else { return }
        try retrying { try cycle.run(patience) { _ in } }
    }

    /// Takes a place in the roster, and with it the first tasks, if they are wanted. Removes the files of farmers of this host
    /// that died before they had a place, or after they had left it.
    ///
    /// - Returns: the tasks
    package func enter(
        _ record: AliveRecord, takesTasks: Bool, filter: TaskFilter? = nil, _ patience: any LockPatience
    ) throws -> [TaskRecord] {
        // First who is dead, then, with the lock and after what was half made is undone, who is in the roster: who is dead does
        // not enter it any more, and one that is not in it then left nothing that counts.
        let dead = try dead()
        var live: Set<String> = []
        let tasks = try retrying {
            var epoch = 0
            var tasks: [TaskRecord] = []
            do {
                try cycle.run(patience) { change in
                    epoch = change.epoch
                    live = Set(try change.wholeRoster().filter { $0.status == .live }.map(\.farmer))
                    var entry = try newEntry(change, record: record)
                    if takesTasks {
                        let pool = ClaimPool(change.state)
                        let request = ClaimPolicy.first(
                            slots: slots, waited: cycle.waited, held: cycle.heldSoFar, of: pool)
                        tasks = try change.take(ClaimPolicy.share(request, of: pool), filter)
                        try journal.prepare(epoch: epoch, claim: tasks, release: [])
                        entry.claimed = tasks.count
                    }
                    try change.setRoster(place, entry)
                }
            } catch {
                if epoch > 0 && !cycle.isInDoubt { journal.abandoned(epoch: epoch) }
                throw error
            }
            journal.committed(claim: tasks, release: [], carrying: 0)
            return tasks
        }
        for name in dead where !live.contains(name) { Journal.remove(directory, farmer: name) }
        return tasks
    }

    private func newEntry(_ change: Change, record: AliveRecord) throws -> RosterEntry {
        let roster = try change.wholeRoster()
        if roster.contains(where: { $0.farmer == farmer && $0.status == .live }) {
            throw FarmError.damaged(file: directory.file(.roster).description, "\(farmer) is live already")
        }
        place = roster.firstIndex { $0.status == .closed } ?? roster.count
        ordinal = change.state.farmers + 1
        change.state.farmers = ordinal
        change.state.liveFarmers += 1
        change.state.liveSlots += slots
        change.trace(
            TraceEvent.names(process: ordinal, farmer: farmer, job: job, slots: slots).flatMap {
                Array(",\n".utf8) + $0
            })
        let entry = RosterEntry(
            farmer: farmer, ordinal: ordinal, slots: slots, epoch: change.epoch, host: record.host, joined: Clock.wall,
            job: job)
        change.note(FarmerEvent(.joined, entry, at: entry.joined, settings))
        return entry
    }

    /// A change that was lost because the process stood still is planned anew.
    private func retrying<Result>(_ body: () throws -> Result) throws -> Result {
        while true {
            do { return try body() } catch FarmError.suspended { continue }
        }
    }

    /// Carries ends over, takes what is given of what is asked for, gives back claimed tasks that were not started: all in one
    /// change.
    ///
    /// - Parameters:
    ///   - request: what is asked for
    ///   - filter: which tasks are taken; nil for all
    ///   - release: what is given back
    ///   - drop: what will not be run
    ///   - keepsDelayed: tasks that are to be run again after a while stay claimed
    ///   - counters: events for the timeline, which are written as soon as it is written to anyhow
    ///   - patience: what is done while the lock is waited for
    /// - Returns: what came of it
    /// - Throws: `FarmError` where nothing came of it, or, in doubt, whatever did
    package func exchange(
        _ request: ClaimRequest, filter: TaskFilter? = nil, release: [TaskRecord], drop: [TaskRecord] = [],
        keepsDelayed: Bool = false, counters: [UInt8] = [],
        _ patience: any LockPatience
    ) throws -> Exchange {
        self.counters += counters
        return try retrying {
            let carry = try journal.carry()
            let released = (release + drop).map(\.id)
            var epoch = 0
            var tasks: [TaskRecord] = []
            var kept: [JournalReplay.Ended] = []
            var refused = RefusedTasks()
            do {
                try cycle.run(patience) { change in
                    epoch = change.epoch
                    var own = try ownEntry(change)
                    let share = ClaimPolicy.share(request, of: ClaimPool(change.state))
                    tasks = try change.take(share, filter)
                    refused = change.refused
                    if tasks.isEmpty && carry.ended.isEmpty && released.isEmpty { return }
                    try change.putBack(release)
                    change.dropClaimed(drop)
                    kept = try change.record(carry.ended, ordinal: ordinal, keepsDelayed: keepsDelayed)
                    if !carry.ended.isEmpty { change.trace(self.counters) }
                    own.claimed += tasks.count + kept.count - carry.ended.count - released.count
                    own.epoch = epoch
                    if journal.isLarge {
                        let rewritten = try journal.prepareRewrite(
                            epoch: epoch, claim: tasks + kept.map(\.task), release: released,
                            carrying: carry.ended.count)
                        own.generation = rewritten.generation
                        own.carried = rewritten.mark
                    } else {
                        try journal.prepare(epoch: epoch, claim: tasks + kept.map(\.task), release: released)
                        own.carried = carry.mark
                    }
                    try change.setRoster(place, own)
                }
            } catch {
                if epoch > 0 && !cycle.isInDoubt { journal.abandoned(epoch: epoch) }
                throw error
            }
            journal.committed(claim: tasks + kept.map(\.task), release: released, carrying: carry.ended.count)
            if !carry.ended.isEmpty { self.counters = [] }
            return Exchange(
                tasks: tasks, carried: carry.ended.map(\.attempt), kept: kept, refused: refused,
                state: cycle.seen ?? StateRecord(),
                duration: cycle.lastDuration,
                held: cycle.lastHeld)
        }
    }

    private func ownEntry(_ change: Change) throws -> RosterEntry {
        guard place < change.rosterCount else { throw FarmError.fenced(farmer: farmer) }
        let own = try change.rosterEntry(place)
        guard own.status == .live, own.farmer == farmer else { throw FarmError.fenced(farmer: farmer) }
        return own
    }

    /// Has another number of slots from now on.
    package func resize(_ count: Int, _ patience: any LockPatience) throws {
        try retrying {
            try cycle.run(patience) { change in
                var own = try ownEntry(change)
                change.state.liveSlots += count - own.slots
                if count > named {
                    change.trace(
                        TraceEvent.slotNames(process: ordinal, slots: named..<count).flatMap {
                            Array(",\n".utf8) + $0
                        })
                }
                own.slots = count
                try change.setRoster(place, own)
                change.note(FarmerEvent(.resized, own, at: Clock.wall, ""))
            }
        }
        slots = count
        named = max(named, count)
    }

    /// Leaves, in one change: what has ended is recorded, everything else that is held goes back.
    ///
    /// - Parameters:
    ///   - release: what was claimed and not started
    ///   - drop: what will not be run
    ///   - reason: why it leaves, in words
    ///   - counters: events for the timeline
    ///   - patience: what is done while the lock is waited for
    /// - Throws: `FarmError` where it has not left
    package func leave(
        release: [TaskRecord], drop: [TaskRecord] = [], reason: String = "", counters: [UInt8] = [],
        _ patience: any LockPatience
    ) throws {
        self.counters += counters
        try retrying {
            let carry = try journal.carry()
            try cycle.run(patience) { change in
                var own = try ownEntry(change)
                try change.putBack(release)
                change.dropClaimed(drop)
                try change.record(carry.ended, ordinal: ordinal)
                if !self.counters.isEmpty { change.trace(self.counters) }
                own.claimed -= release.count + drop.count + carry.ended.count
                guard own.claimed == 0 else {
                    throw FarmError.damaged(
                        file: directory.file(.roster).description, "\(farmer) would leave with \(own.claimed) tasks")
                }
                own.status = .closed
                own.epoch = change.epoch
                change.state.liveFarmers -= 1
                change.state.liveSlots -= own.slots
                try change.setRoster(place, own)
                change.note(FarmerEvent(.left, own, at: Clock.wall, reason))
            }
        }
        Journal.remove(directory, farmer: farmer)
    }

    /// What is behind an error on this farmer's own files: one that was taken for dead finds them removed, and a node that
    /// stood still or was cut off for longer than its lease finds them closed by the file server.
    package func explained(_ error: FarmError) -> FarmError {
        guard case .system(let cause) = error, cause.isForgottenFile, !Folder.fileSystem(of: directory.root).isLocal,
            let roster = try? Roster.read(directory)
        else { return error }
        return roster.contains { $0.farmer == farmer && $0.status == .live } ? .cutOff(cause) : .fenced(farmer: farmer)
    }

    /// Looks at other farmers and takes over what dead ones held. Without `all` these are the next two
    /// of the round, so that the cost does not grow with their number.
    package func lookAround(all: Bool, _ patience: any LockPatience) throws -> [Finding] {
        let roster = try Roster.read(directory)
        let others = roster.enumerated().filter { $0.element.status == .live && $0.element.farmer != farmer }
        if others.isEmpty { return [] }
        let count = all ? others.count : min(2, others.count)
        var findings: [Finding] = []
        for step in 0..<count {
            let (place, entry) = others[(nextLook + step) % others.count]
            switch try liveness.judge(entry.farmer) {
            case .alive, .watching:
                continue
            case .silent(let seconds):
                findings.append(.silent(farmer: entry.farmer, host: entry.host, seconds: seconds, tasks: entry.claimed))
            case .dead:
                Leftovers.kill(of: entry.farmer)
                TemporaryFolders.removeAbandoned(in: TemporaryFolders.base, by: entry.farmer)
                if let (tasks, givenUp) = try recover(place, entry.farmer, patience) {
                    findings.append(.recovered(farmer: entry.farmer, tasks: tasks, givenUp: givenUp))
                }
            }
        }
        nextLook = (nextLook + count) % others.count
        return findings
    }

    /// Looks whether there are farmers on other hosts, and which of these tasks have succeeded there since the last look. While there
    /// are none to look for, nothing is read but the roster.
    ///
    /// - Parameter tasks: those that failed here
    /// - Returns: what there is
    /// - Throws: where the roster or attempts.tsv cannot be read
    package func lookElsewhere(for tasks: Set<Int>) throws -> Elsewhere {
        let own = HostIdentity.current.name
        var found = Elsewhere()
        found.isAnybody = try Roster.read(directory).contains { $0.status == .live && $0.host != own }
        guard found.isAnybody, !tasks.isEmpty else {
            others = nil
            return found
        }
        var lines =
            others ?? GrowingLines(directory.file(.attempts), from: cycle.seen?.sizes[.attempts] ?? 0)
        try lines.read { line in
            guard let attempt = AttemptFields(line), attempt.hasSucceeded, tasks.contains(attempt.task),
                line.extracting(attempt.host).text != own
            else { return }
            found.succeeded.append(attempt.task)
        }
        others = lines
        return found
    }

    /// The farmers of this host whose files are there and whose processes are not.
    private func dead() throws -> [String] {
        try Folder.names(in: directory.farmers).map(\.text).filter { name in
            guard WorkDirectory.isFarmer(name), name != farmer,
                let bytes = try? Folder.content(of: directory.alive(name))
            else {
                return false
            }
            if let record = AliveRecord(bytes) { return Liveness.isHere(record) && !Liveness.isRunning(record) }
            return Self.isGone(name)
        }
    }

    /// Whether the process in a farmer's name, `host.pid.milliseconds`, is one of this host's that is no more.
    private static func isGone(_ name: String) -> Bool {
        let parts = name.split(separator: ".")
        guard parts.count == 3, parts[0] == HostIdentity.current.name, let process = Int32(parts[1]),
            let named = Int(parts[2])
        else { return false }
        guard let facts = ProcessTable.facts(of: process) else { return true }
        // One that began after the farmer took its name has that number by chance. /proc counts in hundredths of a second.
        let began = Clock.wall - Clock.boot / 1000 + Int(facts.started) * 10_000
        return began > named * 1000 + 2_000_000
    }

    private func recover(
        _ place: Int, _ dead: String, _ patience: any LockPatience
    ) throws -> (tasks: Int, givenUp: [Int])? {
        try retrying {
            try Recovery.recover(
                place: place, farmer: dead, directory: directory, cycle: cycle, retry: retry, patience)
        }
    }
}
