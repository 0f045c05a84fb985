// The tasks that run: how they come into their slots and how they leave them, and what is told of it.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// For the supervisor's thread, whose children the processes of the tasks are.
final class RunningTasks {
    struct Settings {
        var farmer: String
        var host: String
        var job: String?
        var keeping: LogKeeping
        var places: LogPlaces
        var retry = RetryPolicy()
        /// For how long an attempt may run, and how one that runs for longer is stopped.
        var timeLimit: TaskTimeLimit?
        var stopSequence: StopSequence
        /// Where attempts have folders of their own.
        var temporary: TemporaryFolders?
        var resources: ResourceSettings
        /// Watches what tasks use of the memory.
        var memoryWatch: MemoryWatch?
        /// Control groups by which it is limited.
        var groups: MemoryGroups?
        /// Learns how long tasks take.
        var gate: StartGate
    }

    private let starter: TaskStarter
    private let scribe: Scribe
    let settings: Settings
    let observer: any FarmObserver
    var slots: Slots
    private var pool: ResourcePool
    var gate: HostGate
    /// Whether no task that waits can be started, although there is a slot, and since when the machine is the reason.
    private(set) var isBlocked = false
    private var heldBackSince: Int?
    private var nextTelling = 0
    private var happenings = Happenings()
    /// nil where SIGCHLD tells.
    private let watch: ChildWatch?
    private let cleanups: Cleanups
    private var suspects = Suspects()
    private var counters = FarmerCounters()
    /// As many ran when that was noted last.
    private var counted = 0

    /// What attempts took that succeeded.
    var durations = MedianEstimate()
    /// How often the kernel had killed for want of memory, as of late.
    var kills = MemoryKills(HostMemory.kills, at: Clock.boot)
    /// When to look for those that run too long, and when that was done last.
    var nextOvertime = Int.max
    var lastTended = Clock.boot

    /// Since when all stand still.
    var pausedSince: Int?

    /// Whether this node is to blame for failures.
    var doubt = NodeDoubt()
    private(set) var unreported = UnreportedEnds()
    private(set) var rate = RateEstimate()
    private(set) var lastStart = Clock.boot
    /// Until then nothing is started, since there was no process to be had.
    private(set) var pausedUntil = 0
    /// What was done so far.
    var summary: FarmSummary

    init(
        slots: Int, starter: TaskStarter, scribe: Scribe, settings: Settings, observer: any FarmObserver,
        watch: ChildWatch?, summary: FarmSummary
    ) {
        self.slots = Slots(slots)
        pool = ResourcePool(
            settings.resources.offer,
            processors: settings.resources.isPinning ? ProcessorPool(nodes: Processors.nodes) : nil)
        gate = HostGate(settings.resources)
        self.starter = starter
        self.scribe = scribe
        self.settings = settings
        self.observer = observer
        self.watch = watch
        cleanups = Cleanups(starter: starter, watch: watch, temporary: settings.temporary, observer: observer)
        self.summary = summary
    }

    var count: Int { slots.running }
    var places: Int { slots.count }
    var isEmpty: Bool { slots.running == 0 }
    /// Nothing runs, nothing is to be cleaned up, and every end is told.
    var isOver: Bool { isEmpty && cleanups.isEmpty && suspects.isEmpty }
    /// Ends that are still to be judged.
    var hasUnjudged: Bool { !suspects.isEmpty }
    var isFull: Bool { slots.running + suspects.slots >= slots.count }
    var records: [JournalRecord.RunningTask] { slots.attempts.map(\.record) }
    /// Tasks inside this process are over.
    var collectable: Wakeup { starter.completions.filled }

    func noteTime(_ now: Int) { rate.note(ended: 0, at: now) }

    // MARK: starting

    /// Fills the free slots.
    ///
    /// - Throws: what makes it pointless to start any task
    func fill(from pipeline: inout TaskPipeline) throws(SystemError) {
        guard Clock.boot >= pausedUntil else { return }
        isBlocked = false
        while !isFull, let slot = slots.lowestFree {
            guard gate.isOpen(at: Clock.boot) else {
                isBlocked = true
                heldBackSince = heldBackSince ?? Clock.boot
                tellHeldBack()
                return
            }
            guard let (task, demand) = pipeline.next(where: { _, demand in pool.holds(demand) }) else {
                isBlocked = !pipeline.isEmpty && slots.running > 0
                break
            }
            var isStarted = false
            defer { if !isStarted { pipeline.putBack(task, demand) } }
            isStarted = try start(task, slot: slot, demand)
            if !isStarted { return }
            heldBackSince = nil
        }
    }

    /// Says so after a while, and again every ten minutes.
    private func tellHeldBack() {
        let now = Clock.boot
        guard isHeldBack, now >= nextTelling else { return }
        nextTelling = now + 600 * Self.second
        observer.observe(.note("no task is started as long as it is so: \(gate.reason)"))
    }

    /// The machine has had no room for another task for so long that others should have those that wait here.
    var isHeldBack: Bool { heldBackSince.map { Clock.boot - $0 >= Self.pause } ?? false }

    /// Why the machine has had no room for another task for so long, in words; nil where that is not so now.
    var heldBackBy: String? { isBlocked && isHeldBack && gate.nextQuestion != nil ? gate.reason : nil }

    /// What there is to give.
    var offer: Offer { pool.offer }

    /// Starts one task.
    ///
    /// - Returns: false when it has to wait, and others with it
    private func start(_ ready: ReadyTask, slot: Int, _ demand: Demand) throws(SystemError) -> Bool {
        let grant = pool.take(demand)
        var isRunning = false
        defer { if !isRunning { pool.giveBack(grant) } }
        let (start, pipe) = starter.start(ready, slot: slot, grant)
        switch start {
        case .running(let running):
            isRunning = true
            slots.fill(running)
            if case .process(let process) = running.body {
                watch?.add(process)
                if let memoryWatch = settings.memoryWatch, let most = settings.resources.mostMemory(grant) {
                    memoryWatch.watch(process, limit: most)
                }
            }
            happenings.started.append(running.record)
            if let pipe { happenings.pipes.append(pipe) }
            lastStart = running.startedBoot
            if let limit = settings.timeLimit {
                nextOvertime = min(nextOvertime, running.startedBoot + (limit.nanoseconds(durations) ?? Self.second))
            }
            gate.noteStart(at: running.startedBoot)
            if summary.firstStart == nil {
                summary.firstStart = running.startedBoot
                rate.note(ended: 0, at: running.startedBoot)
            }
            observer.observe(.started(task: ready.task, attempt: ready.attempt, slot: slot))
            return true
        case .failed(let attempt):
            // It held the slot for no time at all, and its end is an end like any other.
            if let pipe { happenings.pipes.append(pipe) }
            finish(attempt, of: ready.task)
            return true
        case .exhausted(let reason):
            pausedUntil = Clock.boot + 200_000_000
            if summary.exhaustions == 0 {
                observer.observe(.note("cannot start a process (\(reason)); trying again until it works"))
            }
            summary.exhaustions += 1
            return false
        case .broken(let error):
            throw error
        }
    }

    // MARK: stopping

    /// Has another number of slots from now on, but no more than there can ever be at a time.
    ///
    /// - Returns: how many
    func resize(_ wanted: Int, _ demands: Demands) -> Int {
        if settings.resources.cpusFollowSlots && !settings.resources.isPinning { pool.grow(cpus: wanted) }
        let count = demands.isUniform ? max(1, min(wanted, pool.offer.count(of: demands.usual))) : wanted
        slots.resize(count)
        summary.slots = max(summary.slots, count)
        return count
    }

    /// Lets the process groups of all tasks stand still, or go on. Tasks inside this process go on.
    func pause(_ isPaused: Bool) {
        guard isPaused != (pausedSince != nil) else { return }
        let now = Clock.boot
        signalGroups((isPaused ? Signal.stop : .resume).number)
        if let since = pausedSince { slots.update { $0.suspended += now - max(since, $0.startedBoot) } }
        pausedSince = isPaused ? now : nil
        lastTended = now
        nextOvertime = now
    }

    private func signalGroups(_ number: Int32) {
        for case .process(let group) in slots.attempts.map(\.body) { Children.signal(group: group, number) }
    }

    /// Some tasks are not to be run on: each is stopped by the whole sequence.
    ///
    /// - Returns: those of them that run, or have just ended
    func cancel(_ ids: TaskIDs) -> [Int] {
        var found: [Int] = []
        slots.update { running in
            guard ids.contains(running.task.id) else { return }
            found.append(running.task.id)
            if running.isCancelled { return }
            running.isCancelled = true
            if !running.isStopped && running.ending == nil {
                running.ending = Ending(cause: .cancelled, walk: StopSequence.Walk(settings.stopSequence))
            }
            running.isStopped = true
        }
        found += suspects.cancel(ids)
        nextOvertime = Clock.boot
        return found
    }

    /// Tasks that are held are not to be run on, so that whoever finds this farmer dead knows.
    func noteCancelled(_ ids: [Int]) { happenings.cancelled += ids }

    /// From now on, whatever ends was stopped.
    func markStopped() { slots.markStopped() }

    static let second = 1_000_000_000
    static let pause = 3_000_000_000

    /// All that run are told to stop, with this signal.
    func stop(_ number: Int32) {
        markStopped()
        for attempt in slots.attempts { attempt.signal(number) }
        if number == Signal.kill.number { abandonInside() }
    }

    private func abandonInside() {
        for running in slots.attempts { abandon(running, .interrupted) }
    }

    /// What runs inside this process cannot be killed: it is no longer waited for.
    func abandon(_ running: RunningAttempt, _ outcome: Outcome) {
        guard case .inside(let completion) = running.body,
            let gone = slots.empty(slot: running.slot, serial: completion.serial)
        else { return }
        pool.giveBack(gone.grant)
        finish(
            gone.attempt(outcome, at: Clock.boot, farmer: settings.farmer, host: settings.host, job: settings.job),
            of: gone.task, cancelled: gone)
    }

    // MARK: ends

    /// Reaps what has ended.
    func reap() throws(SystemError) {
        while let process = try Children.nextEnded() {
            // Not reaped yet, so the number is still its own: what is left of its group goes with it.
            Children.signal(group: process, Signal.kill.number)
            watch?.remove(process)
            let end = try Children.reap(process)
            guard var running = slots.empty(process: process) else {
                cleanups.end(process)
                continue
            }
            settings.memoryWatch?.forget(process)
            pool.giveBack(running.grant)
            let now = Clock.boot
            let isAsked = running.isStopped || running.ending != nil
            running.isOutOfMemory = !isAsked && isKilledForMemory(end, slot: running.slot)
            if watch != nil || isAsked || !suspects.note(running, end, at: now) {
                conclude(running, end, at: now)
            }
        }
        tendSuspects()
    }

    /// Whether the kernel killed for want of memory what has just ended. It may have been a process that the task itself waited for:
    /// shells say 137 then.
    private func isKilledForMemory(_ end: ChildEnd, slot: Int) -> Bool {
        guard end.signal == Signal.kill.number || end.exit == 128 + Signal.kill.number else { return false }
        if settings.groups?.hasKilled(slot: slot) == true { return true }
        return kills.claim(HostMemory.kills)
    }

    private func conclude(_ running: RunningAttempt, _ end: ChildEnd, at instant: Int) {
        finish(
            running.attempt(
                end, now: instant, farmer: settings.farmer, host: settings.host, job: settings.job,
                resumeStatus: settings.retry.resumeStatus),
            of: running.task, cancelled: running, needsFolder: cleanUp(running, end))
    }

    /// The farmer was told to stop, or to start no more, by a signal: tasks that such a signal ended just before or just after go back.
    func excuse() {
        suspects.excuse(at: Clock.boot)
        tendSuspects()
    }

    private func tendSuspects() {
        for suspect in suspects.takeRipe(at: Clock.boot) {
            conclude(suspect.running, suspect.end, at: suspect.at)
        }
    }

    /// - Returns: whether there is something to be run after it
    private func cleanUp(_ running: RunningAttempt, _ end: ChildEnd) -> Bool {
        guard let process = running.cleanup, case .process(let group) = running.body,
            running.isStopped || running.ending != nil || end.signal != nil
        else { return false }
        cleanups.add(
            Cleanup(task: running.task.id, attempt: running.attempt, slot: running.slot, process: process),
            after: group)
        return true
    }

    /// Starts what is to be run after attempts, as soon as it can be, and kills what of it takes too long.
    func tendCleanups() {
        tendSuspects()
        cleanups.tend()
    }

    /// When that is to be done next; nil for when a child has ended.
    var nextTending: Int? {
        [suspects.next, cleanups.nextLook, nextOvertime, gate.nextQuestion].compactMap(\.self).min()
    }

    /// Tasks inside this process that are over.
    func collect() {
        collectable.clear()
        for end in starter.completions.takeAll() {
            guard let running = slots.empty(slot: end.slot, serial: end.serial) else { continue }
            pool.giveBack(running.grant)
            finish(
                running.attempt(
                    end.outcome, at: end.at, farmer: settings.farmer, host: settings.host, job: settings.job),
                of: running.task, cancelled: running)
        }
    }

    private func finish(
        _ end: Attempt, of task: TaskRecord, cancelled running: RunningAttempt? = nil, needsFolder: Bool = false
    ) {
        var attempt = end
        let verdict = settings.retry.verdict(
            end.outcome, before: task.failures, chance: settings.retry.delay == nil ? 0 : .random(in: 0..<1))
        attempt.fate = verdict.fate
        // One that had failed before somebody asked has failed.
        if let running, running.isCancelled, end.outcome != .succeeded, running.isStopped || verdict.fate != .over {
            attempt.fate = .cancelled
        }
        if attempt.fate == .again && end.outcome.isFinal { doubt.noteFailure(of: end.task, at: Clock.boot) }
        if verdict.wait > 0 && attempt.fate == .again { attempt.delayedUntil = Clock.boot + verdict.wait }
        happenings.ended.append(attempt)
        counters.note(ended: attempt)
        if !needsFolder { settings.temporary?.discard(task: attempt.task, attempt: attempt.number) }
        unreported.note(attempt, at: Clock.boot)
        summary.note(attempt)
        rate.note(ended: 1, at: Clock.boot)
        if attempt.outcome == .succeeded && settings.timeLimit != nil { durations.note(attempt.wall * 1000) }
        if attempt.outcome == .succeeded { settings.gate.note(task, wall: attempt.wall) }
        noteFailure(attempt)
        observer.observe(.ended(attempt, command: task.command))
    }

    private func noteFailure(_ attempt: Attempt) {
        guard attempt.isFailure else { return }
        let hasFile = settings.keeping == .files || settings.keeping == .failed
        summary.noteFailure(attempt, log: hasFile ? settings.places.file(of: attempt.task) : nil)
    }

    /// Counts ends for what they turned out to be.
    func correct(_ corrections: [Correction]) {
        for correction in corrections {
            let attempt = correction.attempt
            summary.correct(attempt, was: correction.was)
            unreported.correct(attempt, was: correction.was)
            noteFailure(attempt)
            if case .outputLost(let reason) = attempt.outcome {
                observer.observe(
                    .note("task \(attempt.task) has failed, since what it printed does not fit in the pack: \(reason)"))
            }
        }
    }

    /// Tells the scribe what happened.
    func handOver() {
        if slots.running != counted {
            counted = slots.running
            counters.note(running: counted, at: Clock.wall)
        }
        if happenings.isEmpty { return }
        scribe.note(happenings)
        happenings = Happenings()
    }

    /// What the timeline is to say of how many ran, and of their memory.
    func takeCounters(process: Int, isLast: Bool = false) -> [UInt8] {
        handOver()
        return counters.take(
            at: Clock.wall, oldest: [slots.oldestStart, suspects.oldestStart].compactMap(\.self).min(),
            process: process, isLast: isLast)
    }

    /// These ends are carried over to the work directory.
    func carry(_ attempts: [Attempt]) { unreported.carry(attempts, at: Clock.boot) }
}
