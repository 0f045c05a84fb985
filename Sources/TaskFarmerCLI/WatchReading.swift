// What `taskfarmer watch` reads of a work directory with each look. A look costs as much on a long list as on a short one.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

struct WatchReading {
    private let root: Path
    private var seen: SeenFarm
    private var failures: LatestFailures
    private var tasks: SeenTasks
    /// Of each running attempt: its use and when that was, and what it made of a processor.
    private var uses: [AttemptName: (usage: JournalRecord.RunningTask.Usage, time: Int, share: Double?)] = [:]
    /// So many running tasks at most are shown with their commands, and all others without.
    private static let mostCommands = 2_000

    init(_ seen: SeenFarm) {
        self.seen = seen
        root = seen.directory.root
        failures = LatestFailures(seen.directory)
        tasks = SeenTasks(seen.directory)
    }

    /// The work directory as it was made when it was looked at last.
    var farm: SeenFarm { seen }

    /// Reads it.
    ///
    /// - Throws: `FarmError` or `SystemError` when something cannot be read
    mutating func look() throws -> WatchData {
        // It may have been begun anew.
        guard try Places.isWorkDirectory(root) else {
            throw FarmError.noWorkDirectory("there is no work directory at \(root) now")
        }
        let now = try SeenFarm(at: root)
        if now.description.nonce != seen.description.nonce { self = WatchReading(now) }
        let directory = seen.directory
        let state = try directory.readState()
        let live = try Roster.live(directory)
        try failures.look(state)
        let silent = Liveness.silent(live, directory)
        let running = live.filter { !silent.contains($0.entry.farmer) }.flatMap { entry, alive in
            (alive?.running ?? []).map { (entry: entry, task: $0, written: alive?.written ?? 0) }
        }
        let shown = running.prefix(Self.mostCommands).map(\.task.task) + failures.attempts.map(\.task)
        try tasks.look(for: Set(shown), live.map(\.entry), state)
        var data = WatchData(directory: root.description, state: state, time: Clock.wall)
        data.farmers = live.map { entry, alive in
            .init(entry: entry, alive: alive, isSilent: silent.contains(entry.farmer))
        }
        let known = uses
        uses = [:]
        data.running = running.map { entry, task, written in
            let attempted = AttemptName(task: task.task, attempt: task.attempt, farmer: entry.farmer)
            let share = note(attempted, task, written, known)
            return .init(
                farmer: entry.farmer, host: entry.host, task: task, seen: written, share: share,
                command: command(task.task))
        }
        data.failures = failures.attempts.map { .init(attempt: $0, command: command($0.task)) }
        data.hasAllFailures = failures.hasAll
        return data
    }

    private func command(_ id: Int) -> String? {
        tasks.line(of: id).map { RunReport.shown((seen.description.form ?? .commands).shown($0)) }
    }

    /// How much of a processor an attempt has used since the heartbeat before, at first since its start.
    private mutating func note(
        _ attempted: AttemptName, _ task: JournalRecord.RunningTask, _ written: Int,
        _ known: [AttemptName: (usage: JournalRecord.RunningTask.Usage, time: Int, share: Double?)]
    ) -> Double? {
        guard let usage = task.usage else { return nil }
        let last = known[attempted]
        if let last, last.time == written || last.usage == usage && written - last.time < 10_000_000 {
            uses[attempted] = last
            return last.share
        }
        let (since, before) = last.map { ($0.time, $0.usage.processor) } ?? (task.started, 0)
        let time = Double(written - since) / 1000
        let share = time > 0 ? max(0, Double(usage.processor - before) / time) : nil
        uses[attempted] = (usage, written, share)
        return share
    }

    /// The last lines of what an attempt has printed; nil where nothing was kept.
    func log(_ log: AttemptName) throws -> [String]? {
        var ends = try LogEnds([log], lines: 2_000, seen.directory, seen.description)
        return try ends.end(of: log)?.lines
    }
}
