// The farmer's places for running tasks.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// A task that runs in a slot.
struct RunningAttempt: Sendable {
    var task: FarmTask
    var attempt: Int
    var slot: Int
    var process: Int32
    /// Microseconds since 1970, and nanoseconds since boot.
    var started: Int
    var startedBoot: Int
    /// Why its command could not be executed without the shell, if so.
    var refusal: SpawnFailure?
    /// It was told to stop.
    var isStopped = false

    var record: JournalRecord.RunningTask {
        JournalRecord.RunningTask(task: task.id, attempt: attempt, slot: slot, group: Int(process), started: started)
    }

    /// What became of it.
    func attempt(_ end: ChildEnd, now: Int, farmer: String, host: String) -> Attempt {
        Attempt(
            task: task.id, number: attempt, host: host, farmer: farmer, slot: slot, started: started,
            wall: max(0, now - startedBoot) / 1000, user: end.userMicroseconds, system: end.systemMicroseconds,
            maxResidentKiB: end.maxResidentKiB, blocksIn: end.blocksIn, blocksOut: end.blocksOut, outcome: outcome(end))
    }

    private func outcome(_ end: ChildEnd) -> Outcome {
        if end.exit == 0 { return .succeeded }
        if isStopped { return .interrupted }
        guard let status = end.exit else { return .signalled(end.signal ?? 0) }
        if let refusal, !refusal.isFormat, status == 126 || status == 127 {
            return .couldNotStart(status, reason: refusal.reason)
        }
        return .exited(status)
    }
}

struct Slots {
    private(set) var byProcess: [Int32: RunningAttempt] = [:]
    private var free: [Int]
    let count: Int

    init(_ count: Int) {
        self.count = count
        free = Array((0..<count).reversed())
    }

    var running: Int { byProcess.count }
    var isFull: Bool { free.isEmpty }

    /// The lowest free slots.
    func free(atMost count: Int) -> [Int] { free.suffix(count).reversed() }

    var attempts: [RunningAttempt] { byProcess.values.sorted { $0.slot < $1.slot } }

    mutating func fill(_ attempt: RunningAttempt) {
        if let place = free.lastIndex(of: attempt.slot) { free.remove(at: place) }
        byProcess[attempt.process] = attempt
    }

    mutating func empty(_ process: Int32) -> RunningAttempt? {
        guard let attempt = byProcess.removeValue(forKey: process) else { return nil }
        // The lowest free slot comes next: the timeline stays dense.
        let place = free.firstIndex { $0 < attempt.slot } ?? free.count
        free.insert(attempt.slot, at: place)
        return attempt
    }

    mutating func markStopped() {
        for process in byProcess.keys { byProcess[process]?.isStopped = true }
    }
}

/// Claimed tasks in the order in which they shall run.
struct TaskQueue {
    private var tasks: [FarmTask] = []
    private var head = 0

    var count: Int { tasks.count - head }
    var isEmpty: Bool { count == 0 }

    mutating func add(_ more: [FarmTask]) {
        tasks.removeFirst(head)
        head = 0
        tasks += more
    }

    mutating func takeFirst() -> FarmTask? {
        guard head < tasks.count else { return nil }
        let task = tasks[head]
        tasks[head].command = []
        head += 1
        return task
    }

    mutating func putFirst(_ task: FarmTask) {
        if head > 0 {
            head -= 1
            tasks[head] = task
        } else {
            tasks.insert(task, at: 0)
        }
    }

    mutating func takeAll() -> [FarmTask] {
        defer {
            tasks = []
            head = 0
        }
        return Array(tasks[head...])
    }
}
