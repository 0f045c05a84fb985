// What an embedded farmer takes and tells.

public import TaskFarmerCore
internal import TaskFarmerSystem

extension Farmer {
    /// How a farmer works. The names and meanings are those of `taskfarmer run`.
    public struct Options: Sendable {
        /// How many tasks run at a time; nil for as many as there are processors for this process, by
        /// affinity, cgroup quota and its part of a scheduler's job.
        public var slots: Int?
        /// For how long it may work: no task is started that will not be over in time, and before the end it stops as a cancellation
        /// does. nil for as long as the scheduler's job, where it runs in one that says so.
        public var timeLimit: Duration?
        /// How long before that end tasks shall be over, and no less than stopping takes; nil for just that.
        public var drainMargin: Duration?
        /// Tables of attempts, or work directories, that say how long tasks took before.
        public var history: [String] = []
        /// In which order tasks run, where the work directory is yet to be made: `list`, `longest`, `shortest` or `random:SEED`; nil for
        /// the list's, or as it was made.
        public var order: String?
        /// Stops so long after it has begun to run tasks, as a cancellation does; nil for never.
        public var timeout: Duration?
        /// How running tasks are stopped: names of signals and seconds in turn, always ending in KILL.
        public var stopSignals = "TERM,5,KILL"
        /// A folder that all nodes share and that supports flock, for the lock file; nil for `$SCRATCH`, else the work directory.
        public var lockDirectory: String?
        /// How farmers keep each other out; nil for flock, or as the work directory was made.
        public var locking: Locking?
        /// What is kept of what tasks print; nil for files, or as the work directory was made.
        public var logs: LogKeeping?
        /// How often a task is run again that exits with a failure, is killed by a signal or takes too long.
        public var retries = 0
        /// How often which failures are forgiven, instead of `retries`, as in `exit:75,111=5 signal:SEGV=2 timeout=1 lost=inf`;
        /// the first rule that fits counts.
        public var retryOn: String?
        /// Takes no more tasks when so many that failed here have succeeded on other hosts; nil for never.
        public var quarantine: Int?
        /// How long to wait before a failed task is run again: twice as long each time, up to the upper bound, and up to a quarter
        /// more; nil for not at all.
        public var retryDelay: ClosedRange<Duration>?
        /// The exit status by which a task asks to be run again from its checkpoint, using no retry up; nil for none.
        public var resumeStatus: Int32? = 85
        /// Stops a task that runs for longer; nil for never. What runs inside this process is asked to stop, as by a cancellation.
        public var taskTimeout: Duration?
        /// What each task needs that does not say so itself.
        public var needs = TaskNeeds()
        /// What this farmer has for its tasks; what is not said is found: processors, memory and GPUs by affinity, control groups,
        /// scheduler and `CUDA_VISIBLE_DEVICES`.
        public var offers = TaskNeeds()
        /// Binds each task that is a process to processors of its own.
        public var pinsTasks = false
        /// How tasks that are processes are kept within the memory that they need; nil for not at all.
        public var memoryEnforcement: MemoryEnforcement?
        /// What a task may use under `memoryEnforcement`, as a multiple of what it needs; from 1.
        public var memorySlack = 1.0
        /// Stays for tasks that are added when all are over, until it is stopped or drained.
        public var waits = false
        /// First puts every failed task back, to run again.
        public var retryFailed = false
        /// Starts over: forgets what was done and deletes the logs. Refused while farmers are at work.
        public var fresh = false
        /// Takes over tasks from farmers on these hosts, which are down although the file server keeps their locks.
        public var assumeDead: Set<String> = []
        /// Lets a group work on it, too, as far as the umask does; for a work directory that is yet to be made, and for one that
        /// another user shares.
        public var share: FarmShare?
        /// Files, and folders with all in them, that are accepted although others could write to them.
        public var trust: [String] = []
        /// How often `events` tell of progress; nil for never.
        public var progressInterval: Duration? = .seconds(1)

        /// What holds without any.
        public init() {}

        /// What holds without any, but for the slots.
        ///
        /// - Parameter slots: how many tasks run at a time
        public init(slots: Int) { self.slots = slots }
    }

    /// Why a farmer stopped before all was done.
    public enum StopReason: Sendable, Equatable {
        /// The Swift task that ran it was cancelled, or it was told to stop or to drain.
        case requested
        /// Its time was up, or too short for what is left.
        case timeout
        /// It can run nothing of what is left, with the reason in words.
        case unfit(String)
        /// Tasks that failed here have succeeded on other hosts.
        case quarantine
        /// It could not go on.
        case failure(FarmError)
    }

    /// What happens while a farmer is at work, in its order.
    public enum Event: Sendable {
        /// A task was started; the attempt counts from 1, the slot from 0.
        case started(FarmTask, attempt: Int, slot: Int)
        /// An attempt is over.
        case ended(Attempt)
        /// Something the user should know: one line.
        case note(String)
        /// Running tasks are being stopped and go back.
        case stopping(StopReason)
        /// Running tasks finish; no new ones are started.
        case draining
        /// How far the work is.
        case progress(Progress)
    }

    /// How far the work is: this farmer's and that of all others over the same work directory, as far as this one has seen it.
    public struct Progress: Sendable, Equatable {
        /// How many tasks there are.
        public var tasks: Int
        /// How many of them are over: finished, failed or skipped.
        public var done: Int
        /// How many have failed.
        public var failed: Int
        /// How many this farmer runs.
        public var running: Int
        /// How many tasks end in a second, of this farmer.
        public var rate: Double
        /// How many tasks end in a second, of all farmers together.
        public var totalRate: Double
    }

    /// What a farmer did, and how it left the work.
    public struct Summary: Sendable {
        /// How many tasks there are, and where they are.
        public let counts: Farm.Counts
        /// How many attempts of this farmer succeeded.
        public let succeeded: Int
        /// How many attempts of this farmer failed, and their tasks with them.
        public let failed: Int
        /// How many attempts of this farmer failed and had their tasks run again.
        public let retried: Int
        /// Stopped; their tasks went back.
        public let interrupted: Int
        /// The first attempts that failed, at most 20.
        public let failures: [Attempt]
        /// How long it was at work.
        public let elapsed: Duration
        /// The share of the slots' time in which they ran tasks, from 0 to 1.
        public let busyShare: Double
        /// Why it stopped before all was done; nil when it did not.
        public let stopReason: StopReason?
        /// Whether every task is over.
        public let isComplete: Bool
        /// The exit status of `taskfarmer run`: 0 all done; 1 all done, some tasks failed; 75 work remains; others for errors.
        public let exitStatus: Int32

        init(_ summary: FarmSummary) {
            counts = Farm.Counts(summary.state)
            succeeded = summary.attempts.succeeded
            failed = summary.attempts.failed
            retried = summary.attempts.retried
            interrupted = summary.attempts.interrupted
            failures = summary.failures.map(\.attempt)
            elapsed = .nanoseconds(summary.elapsed)
            busyShare = summary.busyShare
            stopReason = summary.stopReason.map { StopReason($0) }
            isComplete = summary.isComplete
            exitStatus = summary.exitStatus
        }
    }
}

extension Farmer.Options {
    var retryPolicy: RetryPolicy {
        get throws(RetryPolicy.Problem) {
            guard (0...RetryPolicy.mostRetries).contains(retries) else {
                throw .init(message: "\(retries) is not from 0 to \(RetryPolicy.mostRetries)")
            }
            var policy = RetryPolicy(retries: retries, resumeStatus: resumeStatus)
            if let retryOn { policy.rules = try RetryPolicy.rules(retryOn, signals: Signal.numbers) }
            policy.delay = retryDelay.map {
                .init(first: max(0, $0.lowerBound.wholeNanoseconds), longest: max(0, $0.upperBound.wholeNanoseconds))
            }
            return policy
        }
    }
}

extension Farmer.Options {
    /// What its tasks are given, and how many run at a time.
    func resources(
        _ allocation: Allocation?
    ) throws(TaskNeeds.Problem) -> (settings: ResourceSettings, slots: Int) {
        var (settings, slots) = try ResourceSettings.found(
            offered: offers, slots: slots, allocation, variable: OwnProcess.variable)
        settings.common = needs
        settings.isPinning = pinsTasks
        settings.enforcement = memoryEnforcement
        settings.slack = memorySlack
        if let problem = settings.pinningProblem { throw TaskNeeds.Problem(message: "pinsTasks: \(problem)") }
        guard memorySlack >= 1 else { throw TaskNeeds.Problem(message: "memorySlack: \(memorySlack) is not from 1 on") }
        return (settings, slots)
    }
}

extension Farmer.StopReason {
    init(_ reason: TaskFarmer.StopReason) {
        switch reason {
        case .signal, .requested, .idle, .halt: self = .requested
        case .timeout, .walltime, .tooLittleTime: self = .timeout
        case .unfit(let reason): self = .unfit(reason)
        case .quarantine: self = .quarantine
        case .failure(let error): self = .failure(error)
        }
    }
}

extension Farmer.Progress {
    init(_ progress: FarmProgress) {
        self.init(
            tasks: progress.state.tasks, done: progress.state.done + progress.unreportedDone,
            failed: progress.state.failed + progress.unreportedFailed, running: progress.running, rate: progress.rate,
            totalRate: max(progress.rate, progress.totalRate))
    }
}

extension Duration {
    /// At most some 292 years.
    var wholeNanoseconds: Int {
        let (seconds, attoseconds) = components
        if seconds > 9_000_000_000 { return .max }
        return Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
    }
}
