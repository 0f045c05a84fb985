// All that is known of one task, read without the lock: where it is, its attempts, who has it, and what the farmers at work say of
// themselves. Costs one pass over the files of the work directory.

package import TaskFarmerCore
package import TaskFarmerSystem

package struct TaskHistory {
    package private(set) var facts: Explanation.Facts
    /// Those that are recorded or have just ended, in order.
    package private(set) var attempts: [Attempt] = []
    /// Of one that waits.
    package private(set) var priority: Int?
    /// What it needs, as a farmer at work counts it, else as it says itself.
    package private(set) var demand = Demand()
    /// What its processes use, in bytes: on this host now, elsewhere as its farmer told it.
    package private(set) var resident: Int?
    /// Where the output of its last attempt is; nil where none was kept.
    package private(set) var log: Path?

    /// - Parameters:
    ///   - task: which; it exists
    ///   - directory: where
    ///   - description: of it
    /// - Throws: `FarmError` or `SystemError` when something cannot be read
    package init(task: Int, _ directory: WorkDirectory, _ description: FarmDescription) throws {
        let form = description.form ?? .commands
        let (tasks, found) = try Self.find(task, directory)
        var record = found ?? TaskRecord(id: task, command: [])
        if tasks.place(of: task) == .waiting {
            let entry = try Self.requeued(task, directory, tasks.state)
            (record.attempts, record.failures) = (entry?.attempts ?? 0, entry?.failures ?? FailureCounts())
            priority = try Self.priority(at: tasks.offset(of: task), directory, tasks.state)
        }
        facts = Explanation.Facts(state: tasks.state(of: task), task: record, form: form, now: Clock.wall)
        facts.ahead = tasks.place(of: task) == .waiting ? tasks.ahead(of: task) : 0
        let live = try Roster.live(directory)
        facts.farmers = live.map { Self.farmer($0.entry, $0.alive, directory) }
        try RecordedAttempts(directory).forEach { line, fields in
            guard fields.task == task, let attempt = Attempt(line: [UInt8](copying: line)[...]) else { return }
            attempts.append(attempt)
        }
        if let claim = tasks.claims[task], tasks.place(of: task) == .claimed {
            note(claim, live.first { $0.entry.farmer == claim.farmer.farmer }?.alive, directory)
        }
        if !facts.state.isOver {
            var durations = DurationEstimates()
            DurationFiles.readEnd(of: directory, form, into: &durations)
            facts.expected = durations.highest(task, TaskIdentity(line: record.command.span, form))
        }
        demand =
            facts.farmers.lazy.compactMap(\.outlook).first?.demands(form)[record]
            ?? Demand((try? form.task(record.command))?.needs ?? TaskNeeds())
        let reader = try LogReader(directory, description, task: task)
        switch try reader.lastAttempt.map({ try reader.source(of: $0) }) {
        case .file(let path), .pack(let path): log = path
        case .notKept, .unknown, nil: break
        }
    }

    /// A task that moves just then is looked for again.
    private static func find(_ task: Int, _ directory: WorkDirectory) throws -> (TaskLines, TaskRecord?) {
        for _ in 0..<20 {
            let tasks = try TaskLines(directory)
            if let record = try tasks.record(of: task) { return (tasks, record) }
            Clock.pause(nanoseconds: 50_000_000)
        }
        return (try TaskLines(directory), nil)
    }

    private static func requeued(
        _ task: Int, _ directory: WorkDirectory, _ state: StateRecord
    ) throws -> RequeuedEntry? {
        var found: RequeuedEntry?
        try SharedLines(.requeued, of: directory, state).forEach { line, _ in
            var bytes = [UInt8](copying: line)
            bytes.append(10)
            if let entry = RequeuedEntry(bytes[...]), entry.task == task { found = entry }
        }
        return found
    }

    private static func priority(at offset: Int, _ directory: WorkDirectory, _ state: StateRecord) throws -> Int {
        var priority = 0
        try SharedLines(.priorities, of: directory, state).forEach { line, _ in
            var bytes = [UInt8](copying: line)
            bytes.append(10)
            if let mark = PriorityMark(bytes[...]), mark.offset <= offset { priority = mark.priority }
        }
        return priority
    }

    /// What is known of a live farmer.
    package static func farmer(
        _ entry: RosterEntry, _ alive: AliveRecord?, _ directory: WorkDirectory
    ) -> Explanation.Farmer {
        Explanation.Farmer(
            name: entry.farmer, host: entry.host, life: Liveness.impression(entry, alive, directory),
            slots: entry.slots, running: alive?.running.count ?? 0, mode: alive?.control?.mode, outlook: alive?.outlook)
    }

    private mutating func note(_ claimed: TaskLines.Claim, _ alive: AliveRecord?, _ directory: WorkDirectory) {
        let id = facts.task.id
        let farmer = facts.farmers.first { $0.name == claimed.farmer.farmer }
        var claim = Explanation.Claim(farmer: farmer ?? Self.farmer(claimed.farmer, alive, directory))
        claim.running = claimed.running
        claim.isCancelled = claimed.isCancelled
        if let replay = claimed.farmer.replay(in: directory) {
            let late = Set(claim.farmer.outlook?.late.map(\.task) ?? [])
            claim.ahead = replay.held.prefix { $0.id != id }.count {
                replay.running[$0.id] == nil && !late.contains($0.id)
            }
            if let end = replay.uncarried.last(where: { $0.task.id == id })?.attempt {
                claim.ended = end.outcome
                // It may have been recorded meanwhile.
                if attempts.last.map({ $0.number < end.number }) ?? true { attempts.append(end) }
            }
        }
        if let running = claim.running, let alive {
            resident = alive.running.first { $0.task == id }?.usage.map { $0.resident * 1024 }
            if Liveness.isHere(alive), let group = Int32(exactly: running.group) {
                resident = ProcessTable.usage(of: [group])[group]?.resident
            }
        }
        facts.claim = claim
    }
}
