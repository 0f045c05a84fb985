// The one loop of a farmer: it has tasks started and reaped, talks to the store's thread, and stops. Nothing in it waits for
// anything but the next event.

internal import TaskFarmerCore
internal import TaskFarmerSystem

final class Supervisor {
    enum Phase {
        case working
        /// Running tasks finish; no new ones are started.
        case draining
        case stopping(StopSequence.Walk)
    }

    struct Settings {
        var stopSequence: StopSequence
        /// Nanoseconds.
        var timeout: Int?
        /// Leaves when it has run nothing for so many nanoseconds.
        var leaveIdle: Int?
        /// When its time is over.
        var walltime: Walltime?
        var selection: TaskSelection
        /// Takes no more tasks when so many that failed here have succeeded on other hosts.
        var quarantine: Int?
        /// Stops when so many have failed, succeeded or ended.
        var halt: HaltPolicy?
        /// Stays when all is done.
        var waits: Bool
        /// How many descriptors a slot may need.
        var descriptors: Int
    }

    let store: Store
    let storeThread: StoreThread
    let heart: Heart
    private let scribe: Scribe
    let signals: SignalSource?
    let settings: Settings
    let observer: any FarmObserver
    let patience: StopPatience
    private let deadline: Int?
    private let begun = Clock.boot
    /// What is waited for, in this order.
    var wakeups: [Int32]
    private static let signalsWoke = 1
    private static let storeWoke = 2
    private static let insideWoke = 4
    private static let scribeWoke = 8
    private static let childrenWoke = 16
    static let drainWoke = 32
    static let stopWoke = 64
    private static let requestsWoke = 128

    /// How often is asked for children that cannot be waited for, in nanoseconds.
    private static let pollInterval = 10_000_000

    /// So long at least between two visits at the lock for the sake of tasks that wait no longer, in nanoseconds.
    private static let surplusInterval = 500_000_000

    var phase = Phase.working
    var stopReason: StopReason?
    let tasks: RunningTasks
    /// Tells of ended children where no signal does.
    private let watch: ChildWatch?
    let control: FarmControl?
    var pipeline: TaskPipeline
    /// Which of the wakeups there were.
    var woke = ~0
    var isAsked = false
    /// It stood still: until a change says otherwise, its tasks may be others' by now.
    var isInDoubt = false
    var isLeaving = false
    var isPaused = false
    /// Not told to the others yet.
    var newSlots: Int?
    /// Not to be run, since somebody said so: not recorded as that yet, and on its way there.
    var dropped: [TaskRecord] = []
    var droppedNow: [TaskRecord] = []
    var released: [TaskRecord] = []
    /// To be run again after a while, and more of them than there are slots by then.
    var delayed = DelayedTasks()
    /// There are farmers on other hosts.
    var hasCompany = false
    /// Which tasks it takes.
    var selection: TaskSelection
    var surplus: [TaskRecord] = []
    /// When to look for those that would not be over in time any more, and how often, in nanoseconds.
    private var nextSweep = 0
    private static let sweepInterval = 1_000_000_000

    var state: StateRecord
    var totalRate = RateEstimate()
    var lastTotalDone: Int?
    var lastChange: Int
    var lastCycle = 0
    var lastHeld = 0
    private var lastLook = Clock.boot
    /// Since when it has nothing at all.
    var idleSince: Int?
    var nextPeek = 0
    var peekWait = 0
    private var nextProgress = 0
    private var nextShow = 0
    var hasToldSilence: [String: Int] = [:]
    var summary: FarmSummary {
        get { tasks.summary }
        set { tasks.summary = newValue }
    }

    init(
        store: Store, storeThread: StoreThread, heart: Heart, scribe: Scribe, signals: SignalSource?,
        watch: ChildWatch?, control: FarmControl?, starter: TaskStarter, running: RunningTasks.Settings,
        settings: Settings, observer: any FarmObserver,
        patience: StopPatience
    ) {
        self.store = store
        self.storeThread = storeThread
        self.heart = heart
        self.scribe = scribe
        self.signals = signals
        self.watch = watch
        self.control = control
        self.settings = settings
        self.observer = observer
        self.patience = patience
        tasks = RunningTasks(
            slots: store.slots, starter: starter, scribe: scribe, settings: running, observer: observer, watch: watch,
            summary: FarmSummary(state: store.cycle.seen ?? StateRecord(), slots: store.slots))
        deadline = settings.timeout.map { Clock.boot + $0 }
        wakeups = [
            signals?.descriptor ?? -1, storeThread.answered.descriptor, tasks.collectable.descriptor,
            scribe.answered.descriptor, watch?.descriptor ?? -1, control?.drained.descriptor ?? -1,
            control?.stopped.descriptor ?? -1, heart.requested.descriptor,
        ]
        pipeline = TaskPipeline(
            scribe, slots: store.slots, keeping: running.keeping, demands: settings.selection.demands)
        selection = settings.selection
        state = store.cycle.seen ?? StateRecord()
        lastChange = Clock.boot
        lastCycle = store.cycle.lastDuration
        lastHeld = store.cycle.lastHeld
    }

    /// Runs these tasks and all that come after them, until there is nothing left to do or a reason to stop.
    func run(_ first: [TaskRecord]) {
        pipeline.add(first)
        summary.foundWork = !first.isEmpty || !state.hasNothingToRun
        var isOver = false
        while !isOver {
            if heart.hasPaused() { isInDoubt = true }
            if woke & Self.signalsWoke != 0 { readSignals() }
            heedControl()
            if woke & Self.requestsWoke != 0 { heedRequests() }
            if woke & (Self.signalsWoke | Self.childrenWoke) != 0 || watch?.needsPolling == true { reap() }
            tasks.tendCleanups()
            tasks.tendEndings()
            if woke & Self.insideWoke != 0 { tasks.collect() }
            if woke & Self.storeWoke != 0 { takeAnswer() }
            if woke & Self.scribeWoke != 0 {
                scribe.answered.clear()
                tasks.correct(scribe.takeCorrections())
                if let failure = scribe.failure { fail(failure) }
            }
            if let deadline, Clock.boot >= deadline { stop(.timeout) }
            if let walltime = settings.walltime, Clock.boot >= walltime.stop {
                stop(.walltime(source: walltime.source.words))
            }
            haltIfReached()
            leaveIfIdle()
            takeDelayed()
            startTasks()
            tasks.handOver()
            if let failure = heart.failure { fail(failure) }
            isOver = decide()
            report()
            if !isOver { sleep() }
        }
        summary.state = state
        summary.elapsed = Clock.boot - begun
        summary.stopReason = stopReason
    }

    /// Whether new tasks are wanted here.
    var takesTasks: Bool { isWorking && !isPaused }

    var isStopping: Bool { if case .stopping = phase { true } else { false } }
    var isWorking: Bool { if case .working = phase { true } else { false } }

    // MARK: tasks

    private func startTasks() {
        guard takesTasks, !isInDoubt else { return }
        // What just failed is judged a moment later, and may be the last that was to fail.
        if settings.halt != nil && tasks.hasUnjudged { return }
        if settings.walltime != nil, Clock.boot >= nextSweep {
            nextSweep = Clock.boot + Self.sweepInterval
            surplus += selection.takeLate(&pipeline)
        }
        do { try tasks.fill(from: &pipeline) } catch { fail(.system(error)) }
    }

    /// Those whose time has come run here as far as there are slots for them; the others are for everybody.
    private func takeDelayed() {
        guard takesTasks, let next = delayed.next, next <= Clock.boot else { return }
        let due = delayed.takeDue(at: Clock.boot)
        if hasCompany {
            // Elsewhere it may go better.
            for task in due { tasks.doubt.noteFailure(of: task.id, at: Clock.boot) }
            surplus += due
            return
        }
        let room = max(0, (tasks.isBlocked ? tasks.count : tasks.places) - pipeline.count)
        pipeline.add(Array(due.prefix(room)))
        surplus += due.dropFirst(room)
    }

    /// Everything that is held and does not run.
    private func takeAllHeld() -> [TaskRecord] {
        defer { surplus = [] }
        return pipeline.takeAll() + surplus + delayed.takeAll()
    }

    /// Reports what has ended, takes what is given, gives back what is not to be run here.
    private func exchange(_ request: ClaimRequest, release: [TaskRecord] = []) {
        selection.avoided = hasCompany ? tasks.doubt.avoided(at: Clock.boot) : []
        released = release
        droppedNow = dropped
        dropped = []
        send(
            .exchange(
                request, filter: selection.filter, release: release, drop: droppedNow, keepsDelayed: takesTasks,
                counters: tasks.takeCounters(process: store.ordinal)))
    }

    private func reap() {
        do { try tasks.reap() } catch { stop(.failure(.system(error))) }
    }

    // MARK: deciding

    private var situation: ClaimSituation {
        let now = Clock.boot
        return ClaimSituation(
            slots: tasks.isBlocked ? max(1, tasks.count) : tasks.places, running: tasks.count, queued: pipeline.count,
            ended: summary.ended,
            unreported: tasks.unreported.count,
            rate: tasks.rate.rate(at: now), cycle: lastCycle, held: lastHeld,
            sinceChange: now - lastChange,
            sinceUnreported: tasks.unreported.age(at: now), sinceStart: now - tasks.lastStart,
            pool: selection.seen(state, at: now), isStopping: !takesTasks || tasks.isHeldBack)
    }

    /// Decides what to do next.
    ///
    /// - Returns: whether the farmer is done
    private func decide() -> Bool {
        if case .stopping(var walk) = phase, !tasks.isEmpty {
            while case .signal(let number) = walk.action(at: Clock.boot) { tasks.stop(number) }
            phase = .stopping(walk)
        }
        if summary.isStoreLost { return tasks.isOver }
        if isAsked { return false }
        if !isWorking && tasks.isEmpty {
            if !tasks.isOver { return false }
            if summary.hasLeft { return true }
            isLeaving = true
            released = takeAllHeld()
            send(
                .leave(
                    release: released, drop: dropped, reason: stopReason?.words ?? "",
                    counters: tasks.takeCounters(process: store.ordinal, isLast: true), killsLeftovers: isStopping))
            return false
        }
        if isWorking, !settings.waits, tasks.isOver, pipeline.isEmpty, dropped.isEmpty, tasks.unreported.count == 0,
            state.toprocess == 0, state.claimed == 0
        {
            if summary.hasLeft { return true }
            isLeaving = true
            send(
                .leave(
                    release: [], drop: [], reason: "nothing is left",
                    counters: tasks.takeCounters(process: store.ordinal, isLast: true), killsLeftovers: false))
            return false
        }
        if isInDoubt {
            exchange(.nothing)
            return false
        }
        if let slots = newSlots {
            newSlots = nil
            send(.resize(slots))
            return false
        }
        if !dropped.isEmpty {
            exchange(.nothing)
            return false
        }
        // Nobody is to wait for what this farmer will not run.
        if !takesTasks { surplus += delayed.takeAll() }
        if !surplus.isEmpty && (!takesTasks || Clock.boot >= lastChange + Self.surplusInterval) {
            defer { surplus = [] }
            exchange(.nothing, release: surplus)
            return false
        }
        if let reason = selection.haste, state.toprocess > 0, tasks.isOver, pipeline.isEmpty, delayed.isEmpty,
            surplus.isEmpty, tasks.unreported.count == 0
        {
            stop(reason)
            return false
        }
        if let reason = selection.hopelessness, state.claimed == 0, tasks.isOver, pipeline.isEmpty, delayed.isEmpty,
            surplus.isEmpty, tasks.unreported.count == 0
        {
            stop(.unfit(reason))
            return false
        }
        if Clock.boot - lastLook >= Liveness.interval {
            lastLook = Clock.boot
            if state.liveFarmers > 1 {
                send(.lookAround(all: isIdle, watched: tasks.doubt.watched(at: Clock.boot)))
                return false
            }
        }
        switch ClaimPolicy.decide(situation) {
        case .change(let request):
            exchange(request)
        case .release:
            exchange(.nothing, release: pipeline.takeAll())
        case .wait:
            if isIdle && Clock.boot >= nextPeek {
                peekWait = ClaimPolicy.nextLook(after: peekWait, liveFarmers: state.liveFarmers)
                nextPeek = Clock.boot + peekWait
                send(.peek)
            }
        }
        return false
    }

    /// Nothing is left to take, but others may give something back.
    var isIdle: Bool {
        takesTasks && pipeline.isEmpty && !tasks.isFull
            && (state.toprocess == 0 || selection.isWaiting(at: Clock.boot))
    }

    // MARK: telling and sleeping

    private func report() {
        guard let interval = observer.progressInterval, Clock.boot >= nextProgress else { return }
        nextProgress = Clock.boot + interval
        let now = Clock.boot
        observer.observe(
            .progress(
                FarmProgress(
                    state: state, running: tasks.count, queued: pipeline.count + delayed.count,
                    unreportedDone: tasks.unreported.over, unreportedFailed: tasks.unreported.failed,
                    rate: tasks.rate.rate(at: now), totalRate: totalRate.rate(at: now))))
    }

    private func sleep() {
        let now = Clock.boot
        if now >= nextShow {
            nextShow = now + Liveness.interval / 10
            heart.show(running: tasks.records, milliRate: Int(tasks.rate.rate(at: now) * 1000), outlook)
        }
        var until = now + 1_000_000_000
        // An instant that has passed is no reason to look: only for what can still be done then.
        if let deadline, !isStopping { until = min(until, deadline) }
        if let walltime = settings.walltime, !isStopping { until = min(until, walltime.stop) }
        until = min(until, nextShow)
        if tasks.pausedUntil > now { until = min(until, tasks.pausedUntil) }
        if observer.progressInterval != nil { until = min(until, nextProgress) }
        if isIdle && !isAsked { until = min(until, nextPeek) }
        if let next = selection.nextTry, next > now { until = min(until, next) }
        if takesTasks, let next = delayed.next { until = min(until, next) }
        if !isAsked && !surplus.isEmpty { until = min(until, lastChange + Self.surplusInterval) }
        if case .stopping(var walk) = phase, !tasks.isEmpty, case .wait(let time) = walk.action(at: now) {
            until = min(until, now + time)
        }
        if !isAsked, case .wait(let time) = ClaimPolicy.decide(situation) { until = min(until, now + time) }
        tasks.noteTime(now)
        if let next = tasks.nextTending { until = min(until, next) }
        if watch?.needsPolling == true { until = min(until, now + Self.pollInterval) }
        summary.rounds += 1
        woke = Poll.wait(for: wakeups, nanoseconds: max(0, until - now))
    }
}
