// The farmer's places for running tasks.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// An attempt is stopped while others go on.
struct Ending: Sendable {
    /// Because it took too long, because others need its memory, or on request.
    enum Cause: Sendable {
        case timeLimit
        case memoryLimit
        case memoryShort
        /// Somebody wants it not to be run on.
        case cancelled
    }

    var cause: Cause
    var walk: StopSequence.Walk

    var outcome: Outcome {
        switch cause {
        case .timeLimit: .timedOut
        case .memoryLimit: .outOfMemory
        case .memoryShort, .cancelled: .interrupted
        }
    }
}

/// A task that runs in a slot.
struct RunningAttempt: Sendable {
    enum Body: Sendable {
        /// The leader of a process group.
        case process(Int32)
        case inside(Completion)
    }

    var task: TaskRecord
    var attempt: Int
    var slot: Int
    var body: Body
    /// Microseconds since 1970, and nanoseconds since boot.
    var started: Int
    var startedBoot: Int
    /// Why its command could not be executed without the shell, if so.
    var refusal: SpawnFailure?
    /// What ends what its processes leave behind.
    var cleanup: TaskProcess?
    /// It was told to stop.
    var isStopped = false
    /// Somebody wants it not to be run on.
    var isCancelled = false
    /// How it is stopped for a reason of its own.
    var ending: Ending?
    var grant: Grant?
    /// It was killed for want of memory, by whomever.
    var isOutOfMemory = false
    /// For how long the farmer, and so perhaps the task, stood still meanwhile, in nanoseconds.
    var suspended = 0

    var record: JournalRecord.RunningTask {
        var group = 0
        if case .process(let process) = body { group = Int(process) }
        return JournalRecord.RunningTask(task: task.id, attempt: attempt, slot: slot, group: group, started: started)
    }

    /// What became of a process.
    func attempt(
        _ end: ChildEnd, now: Int, farmer: String, host: String, job: String?, resumeStatus: Int32?
    ) -> Attempt {
        Attempt(
            task: task.id, number: attempt, host: host, farmer: farmer, slot: slot, started: started,
            wall: max(0, now - startedBoot) / 1000, user: end.userMicroseconds, system: end.systemMicroseconds,
            maxResidentKiB: end.maxResidentKiB, blocksIn: end.blocksIn, blocksOut: end.blocksOut,
            outcome: outcome(end, resumeStatus: resumeStatus), jobColumn: job)
    }

    /// What became of a task inside this process.
    func attempt(_ outcome: Outcome, at instant: Int, farmer: String, host: String, job: String?) -> Attempt {
        Attempt(
            task: task.id, number: attempt, host: host, farmer: farmer, slot: slot, started: started,
            wall: max(0, instant - startedBoot) / 1000,
            outcome: outcome == .succeeded ? outcome : stopped ?? outcome, jobColumn: job)
    }

    /// What it is that it did not succeed, where the farmer stopped it.
    private var stopped: Outcome? { ending?.outcome ?? (isStopped ? .interrupted : nil) }

    private func outcome(_ end: ChildEnd, resumeStatus: Int32?) -> Outcome {
        // What stands for a task that somebody else runs may end well when it is stopped, and the task has not.
        if end.exit == 0 && !(stopped != nil && cleanup != nil) { return .succeeded }
        // One that is told to stop may say that it can be gone on with.
        if stopped != nil, let status = end.exit, status == resumeStatus { return .exited(status) }
        if let stopped { return stopped }
        if isOutOfMemory { return .outOfMemory }
        guard let status = end.exit else { return .signalled(end.signal ?? 0) }
        if let refusal, !refusal.isFormat, status == 126 || status == 127 {
            return .couldNotStart(status, reason: refusal.reason)
        }
        return .exited(status)
    }

    /// Sends a signal to its process group; inside this process, any signal asks it to stop.
    func signal(_ number: Int32) {
        switch body {
        case .process(let process): Children.signal(group: process, number)
        case .inside(let completion): completion.tellToStop()
        }
    }
}

struct Slots {
    private var bySlot: [Int: RunningAttempt] = [:]
    private var slotOfProcess: [Int32: Int] = [:]
    private var free: [Int]
    private(set) var count: Int

    init(_ count: Int) {
        self.count = count
        free = Array((0..<count).reversed())
    }

    /// Has another number of slots from now on. Those beyond it are not filled again.
    mutating func resize(_ count: Int) {
        self.count = count
        free = (0..<count).reversed().filter { bySlot[$0] == nil }
    }

    var running: Int { bySlot.count }
    var isFull: Bool { free.isEmpty }
    var lowestFree: Int? { free.last }

    /// In microseconds since 1970.
    var oldestStart: Int? { bySlot.values.lazy.map(\.started).min() }

    var attempts: [RunningAttempt] { bySlot.values.sorted { $0.slot < $1.slot } }

    mutating func fill(_ attempt: RunningAttempt) {
        if let place = free.lastIndex(of: attempt.slot) { free.remove(at: place) }
        bySlot[attempt.slot] = attempt
        if case .process(let process) = attempt.body { slotOfProcess[process] = attempt.slot }
    }

    /// Empties the slot of a process that has ended.
    mutating func empty(process: Int32) -> RunningAttempt? {
        slotOfProcess.removeValue(forKey: process).flatMap { empty(slot: $0) }
    }

    /// Empties the slot of a task inside this process; nil when another runs there by now.
    mutating func empty(slot: Int, serial: Int) -> RunningAttempt? {
        guard case .inside(let completion)? = bySlot[slot]?.body, completion.serial == serial else { return nil }
        return empty(slot: slot)
    }

    private mutating func empty(slot: Int) -> RunningAttempt? {
        guard let attempt = bySlot.removeValue(forKey: slot) else { return nil }
        if slot >= count { return attempt }
        // The lowest free slot comes next: the timeline stays dense.
        let place = free.lastIndex { $0 > slot }.map { $0 + 1 } ?? 0
        free.insert(slot, at: place)
        return attempt
    }

    /// Changes what is known of those that run.
    mutating func update(_ change: (inout RunningAttempt) -> Void) {
        for var attempt in bySlot.values {
            change(&attempt)
            bySlot[attempt.slot] = attempt
        }
    }

    /// Changes what is known of one of them.
    mutating func update(process: Int32, _ change: (inout RunningAttempt) -> Void) {
        guard let slot = slotOfProcess[process], var attempt = bySlot[slot] else { return }
        change(&attempt)
        bySlot[slot] = attempt
    }

    mutating func markStopped() {
        for slot in bySlot.keys { bySlot[slot]?.isStopped = true }
    }
}
