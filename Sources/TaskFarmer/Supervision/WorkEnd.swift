// When a farmer's time is over, and which tasks still fit before that. The end is found once, as the farmer starts; what is known of
// tasks grows with every attempt that succeeds.

internal import Synchronization
package import TaskFarmerCore
internal import TaskFarmerSystem

/// Finds out when a farmer's time is over.
enum WorkEnd {
    /// For so long, in nanoseconds, an answer of the scheduler is waited for: its controller may be down.
    private static let patience = 5_000_000_000
    /// Whatever is further away, in microseconds, is no end.
    private static let farthest = 1000 * 86_400_000_000

    /// - Parameters:
    ///   - options: how the farmer works
    ///   - begun: when it was started, in nanoseconds since boot
    /// - Returns: the end, and why a scheduler's is not heeded, if it is not; nil without an end
    static func find(_ options: FarmerOptions, begun: Int) -> (end: Walltime?, problem: String?) {
        func walltime(_ end: Int, _ source: Walltime.Source) -> Walltime {
            Walltime(end: end, source: source, stopLength: options.stopSequence.length, margin: options.margin)
        }
        if let limit = options.wallLimit { return (walltime(begun + limit, .option), nil) }
        guard let allocation = options.allocation else { return (nil, nil) }
        if let ends = allocation.ends {
            let variable = AllocationVariables.all.first { $0.word == allocation.scheduler }?.ends ?? ""
            let left = ends - Clock.wall
            // A variable that came from another job, or a job that may run on.
            if left <= 0 { return (nil, "\(variable) says that this job's time is over already, and is not heeded") }
            if left > farthest { return (nil, nil) }
            return (walltime(Clock.boot + left * 1000, .variable(variable)), nil)
        }
        guard allocation.scheduler == "slurm" else { return (nil, nil) }
        let command = Array("squeue --noheader --format=%L --jobs=".utf8) + ShellQuote.word(Array(allocation.job.utf8))
        let asked = Clock.boot
        guard let answer = try? Captured.run(command, limit: patience) else { return (nil, nil) }
        if answer.isCutOff {
            return (
                nil, "squeue did not say within 5 s when this job ends: the end of its time is not known (--time-limit)"
            )
        }
        guard answer.end.exit == 0, let left = Walltime.left(squeue: answer.output) else { return (nil, nil) }
        return (walltime(asked + left * 1_000_000_000, .command("squeue")), nil)
    }

    /// What the farmer says of its end when it begins.
    static func note(_ walltime: Walltime, knowsDurations: Bool) -> String {
        let now = Clock.boot
        let end = Clock.text(Clock.wall + (walltime.end - now) / 1000)
        let stop = "is stopped \(seconds(walltime.end - walltime.stop)) before"
        guard let due = walltime.due else {
            return "the time ends \(end) (\(walltime.source.words)); what runs then \(stop)"
        }
        let known = knowsDurations ? "" : "; so far that is known of none"
        return
            "the time ends \(end) (\(walltime.source.words)); no task is started that is known to take longer than until "
            + "\(seconds(walltime.end - due)) before, and what runs then \(stop)\(known)"
    }

    private static func seconds(_ nanoseconds: Int) -> String {
        nanoseconds % 1_000_000_000 == 0
            ? "\(nanoseconds / 1_000_000_000) s" : "\(Double(nanoseconds / 100_000_000) / 10) s"
    }
}

/// Says which tasks may still be started. For the supervisor's thread and the store's.
package final class StartGate: Sendable {
    private struct Knowledge {
        var durations: DurationEstimates
        /// The shortest of those that were refused since that was asked for, in seconds.
        var shortest: Double?
        var refusals = 0
    }

    /// nil where the farmer's time has no end, or every task is to be started.
    private let walltime: Walltime?
    private let form: TaskForm
    private let knowledge: Mutex<Knowledge>

    package init(_ walltime: Walltime?, _ form: TaskForm, _ durations: DurationEstimates) {
        self.walltime = walltime?.due == nil ? nil : walltime
        self.form = form
        knowledge = Mutex(Knowledge(durations: durations))
    }

    /// Whether there may be tasks that do not fit any more. Those of a list with times in it are all looked at.
    var isNarrow: Bool {
        guard let walltime else { return false }
        let now = Clock.boot
        return form == .objects || knowledge.withLock { walltime.fit($0.durations.largest, at: now) != .fits }
    }

    /// Whether a task is known to take too long to be started now.
    func refuses(_ task: TaskRecord) -> Bool {
        guard let walltime else { return false }
        let now = Clock.boot
        let identity = TaskIdentity(line: task.command.span, form)
        return knowledge.withLock { known in
            guard case .tooLong(let seconds) = walltime.fit(known.durations.highest(task.id, identity), at: now) else {
                return false
            }
            known.shortest = min(seconds, known.shortest ?? seconds)
            known.refusals += 1
            return true
        }
    }

    /// How many were refused since the last question, and the shortest of them, in seconds; nil where none was.
    func takeRefused() -> (count: Int, shortest: Double)? {
        knowledge.withLock { known in
            defer { (known.shortest, known.refusals) = (nil, 0) }
            return known.shortest.map { (known.refusals, $0) }
        }
    }

    /// An attempt has succeeded, after so many microseconds.
    func note(_ task: TaskRecord, wall: Int) {
        if walltime == nil { return }
        let kind = TaskIdentity(line: task.command.span, form).kind
        knowledge.withLock { $0.durations.note(kind: kind, seconds: Double(wall) / 1e6) }
    }

    /// How long it is until tasks must be over, in nanoseconds; nil without an end.
    var left: Int? { walltime?.due.map { max(0, $0 - Clock.boot) } }
}
