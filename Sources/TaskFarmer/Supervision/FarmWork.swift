// One farmer's work, from joining a work directory to leaving it.

internal import Synchronization
package import TaskFarmerCore
package import TaskFarmerSystem

/// How a farmer works.
package struct FarmerOptions {
    /// How many tasks run at a time.
    package var slots: Int
    /// Stops as SIGUSR1 does after so many nanoseconds.
    package var timeout: Int?
    package var stopSequence: StopSequence
    package var runner: any Runner
    /// Leaves when it has had nothing to run for so many nanoseconds, although others have not ended their tasks.
    package var leaveIdle: Int?
    /// Hosts whose farmers are dead whatever their locks say.
    package var assumedDead: Set<String>
    package var retryFailed: Bool
    package var retry = RetryPolicy()
    /// How it was set up, as `farmers.tsv` tells it: the words of the command line, or the program.
    package var settings = ""
    /// Stays for more tasks when all are over, until it is told to leave.
    package var waits = false
    /// For how long an attempt may run.
    package var taskTimeLimit: TaskTimeLimit?
    /// For how long the farmer may work, in nanoseconds; nil for as long as its scheduler's job, if that is known.
    package var wallLimit: Int?
    /// How long before the end of its time tasks shall be over.
    package var margin = Walltime.Margin.standard
    /// Takes no more tasks when so many that failed here have succeeded on other hosts.
    package var quarantine: Int?
    /// Stops when so many have failed, succeeded or ended.
    package var halt: HaltPolicy?
    /// What this farmer keeps of what tasks print; nil for what the work directory was made with.
    package var logs: LogKeeping?
    /// The scheduler's job that it runs in.
    package var allocation: Allocation?
    /// What it gives to its tasks; nil for a processor a slot, and nothing else.
    package var resources: ResourceSettings?

    package init(
        slots: Int, timeout: Int? = nil, stopSequence: StopSequence, runner: any Runner, assumedDead: Set<String> = [],
        retryFailed: Bool = false, logs: LogKeeping? = nil, allocation: Allocation? = nil
    ) {
        self.slots = slots
        self.timeout = timeout
        self.stopSequence = stopSequence
        self.runner = runner
        self.assumedDead = assumedDead
        self.retryFailed = retryFailed
        self.logs = logs
        self.allocation = allocation
    }
}

/// What a farmer did, and how it left the work. Times are in nanoseconds.
package struct FarmSummary: Sendable {
    package struct Failure: Sendable, Equatable {
        package var attempt: Attempt
        /// The file with its output; nil where that is in a pack, or not kept.
        package var log: Path?
    }

    package var state: StateRecord
    package internal(set) var slots: Int
    /// What was kept of what tasks printed.
    package internal(set) var logs = LogKeeping.files
    package internal(set) var ended = 0
    package internal(set) var attempts = AttemptTotals()
    /// The first failures, at most 20.
    package internal(set) var failures: [Failure] = []
    package internal(set) var elapsed = 0
    package internal(set) var firstStart: Int?
    /// The sum of the attempts' wall times.
    package internal(set) var busy = 0
    package internal(set) var stopReason: StopReason?
    package internal(set) var changes = 0
    /// How often it looked whether there is something to do.
    package internal(set) var rounds = 0
    /// Whether there was anything left to do when it came.
    package internal(set) var foundWork = false
    var exhaustions = 0
    var hasLeft = false
    var isStoreLost = false

    init(state: StateRecord, slots: Int) {
        self.state = state
        self.slots = slots
    }

    /// The share of the slots' time in which they ran tasks.
    package var busyShare: Double { elapsed == 0 ? 0 : min(1, Double(busy) / (Double(elapsed) * Double(slots))) }

    mutating func note(_ attempt: Attempt) {
        ended += 1
        busy += attempt.wall * 1000
        attempts.count(attempt)
    }

    /// An attempt counts for something else than it did.
    mutating func correct(_ attempt: Attempt, was: Attempt) {
        attempts.count(was, -1)
        attempts.count(attempt)
        failures.removeAll { $0.attempt.task == attempt.task && $0.attempt.number == attempt.number }
    }

    mutating func noteFailure(_ attempt: Attempt, log: Path?) {
        if failures.count < 20 { failures.append(Failure(attempt: attempt, log: log)) }
    }

    /// Whether every task is over.
    package var isComplete: Bool { state.isComplete && !isStoreLost }

    /// The documented exit status.
    package var exitStatus: Int32 {
        if case .failure(let error)? = stopReason { return error.exitStatus }
        return isComplete ? state.exitStatus : 75
    }
}

/// The last milliseconds that were given to a farmer of this process.
private let lastName = Mutex(0)

/// Runs tasks of a work directory until none is left.
extension Farmer {
    /// How many slots a farmer has unless told otherwise: the processors this process may use, and no more than are its part of a
    /// scheduler's job.
    package static func processors(_ allocation: Allocation?) -> Int {
        max(1, min(Processors.available, allocation?.slots ?? .max))
    }

    /// The memory that a farmer has for its tasks, in bytes: what this process may use, and no more than is its part of a
    /// scheduler's job.
    package static func memory(_ allocation: Allocation?) -> Int {
        min(HostMemory.available, allocation?.memory.map { $0 << 20 } ?? .max)
    }

    /// A name that no other farmer has or had: `host.pid.milliseconds`.
    package static func newName() -> String {
        let milliseconds = lastName.withLock { last in
            last = max(last + 1, Clock.wall / 1000)
            return last
        }
        return "\(HostIdentity.current.name).\(ProcessTable.own).\(milliseconds)"
    }

    /// The host in such a name.
    static func host(of name: String) -> String? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count < 3 ? nil : parts.dropLast(2).joined(separator: ".")
    }

    /// Opens the work directory, works, leaves.
    ///
    /// - Parameters:
    ///   - request: which work directory
    ///   - options: how to work
    ///   - signals: where signals are read; nil to heed none
    ///   - observer: told what happens
    ///   - control: by which another thread stops it; nil for none
    /// - Returns: what was done
    /// - Throws: `FarmError` when the work directory cannot be worked on; nothing was run then
    package static func run(
        _ request: FarmRequest, _ options: FarmerOptions, signals: SignalSource?, observer: any FarmObserver,
        control: FarmControl? = nil
    ) throws -> FarmSummary {
        // On a thread of its own: it reaps the children of its thread, and those of whoever calls this are not its business.
        let result = Mutex<Result<FarmSummary, any Error>?>(nil)
        let patience = StopPatience(observer, joining: signals, control: control)
        let ended = try Wakeup()
        let worker = try WorkerThread {
            let outcome = Result {
                try work(request, options, signals: signals, observer: observer, control: control, patience)
            }
            result.withLock { $0 = outcome }
            ended.signal()
        }
        while Poll.wait(for: [ended.descriptor], nanoseconds: 1_000_000_000) == 0 {
            try patience.watchJoining(LockCalls.longest)
        }
        worker.join()
        guard let outcome = result.withLock({ $0 }) else {
            throw FarmError.damaged(file: request.directory.root.description, "its farmer left no result")
        }
        do { return try outcome.get() } catch let error as SystemError { throw FarmError.system(error) }
    }

    /// The same on this thread, of which every child is taken for a task.
    private static func work(
        _ request: FarmRequest, _ options: FarmerOptions, signals: SignalSource?, observer: any FarmObserver,
        control: FarmControl?, _ patience: StopPatience
    ) throws -> FarmSummary {
        let host = HostIdentity.current
        let name = newName()
        let (walltime, problem) = WorkEnd.find(options, begun: Clock.boot)
        if let problem { observer.observe(.note(problem)) }
        if let resources = options.resources, let lack = resources.offer.lack(Demand(resources.common)) {
            throw FarmError.usage("a task \(lack): ask for less, or run where there is more")
        }
        let opened = try OpenedFarm.open(request, holder: name, patience)
        for note in opened.notes { observer.observe(.note(note)) }
        if options.retry.needsCounts && !opened.description.countsFailures {
            throw FarmError.usage(
                "\(opened.directory.root) was made by an older program, which counts no failures: retries need a new work directory "
                    + "(--fresh)")
        }
        let resources = options.resources ?? ResourceSettings(offer: Offer(cpus: max(options.slots, 1)))
        let demands = Demands(
            form: opened.description.form ?? .commands, common: resources.common, retry: options.retry,
            offer: resources.offer)
        // As many as there can ever be at a time, so that no farmer counts on slots that cannot be filled.
        var options = options
        if demands.isUniform { options.slots = min(options.slots, resources.offer.count(of: demands.usual)) }
        let ticks = ProcessTable.facts(of: ProcessTable.own).map { Int($0.started) } ?? 0
        var record = AliveRecord(
            farmer: name, host: host.name, boot: host.boot, processSpace: host.processSpace,
            process: Int(ProcessTable.own),
            ticks: ticks, slots: options.slots, written: Clock.wall,
            allocation: opened.description.namesJobs ? options.allocation : nil)
        if opened.description.hasControl { record.control = .init() }
        let form = opened.description.form ?? .commands
        var durations = request.durations
        if let walltime {
            DurationFiles.readEnd(of: opened.directory, form, into: &durations)
            observer.observe(.note(WorkEnd.note(walltime, knowsDurations: !durations.isEmpty || form == .objects)))
        }
        let gate = StartGate(walltime, form, durations)
        let selection = TaskSelection(demands, gate)
        let groups = try memoryGroups(resources, farmer: name)
        defer { groups?.close() }
        let memoryWatch = resources.enforcement == .rss ? try MemoryWatch() : nil
        defer { memoryWatch?.close() }
        let (store, first) = try retrying(opened.directory) {
            try join(opened, record, request, options, selection.filter, observer, patience)
        }
        for writer in store.cycle.undone { observer.observe(.note("undid a change that \(writer) left half made")) }
        let keeping = options.logs ?? opened.description.keep ?? .files
        // For pipes, or for the logs of tasks that are ready to be started, and for children that no signal tells of.
        OwnProcess.allowDescriptors((signals == nil ? 3 : 2) * options.slots + 256)
        let places = LogPlaces(opened.directory, opened.description)
        let temporary =
            options.runner.usesTemporaryFolder
            ? try TemporaryFolders(in: TemporaryFolders.base, farmer: name) : nil
        defer {
            if let left = temporary?.close() { observer.observe(.note("a temporary folder is left: \(left)")) }
        }
        let starter = try TaskStarter(
            runner: options.runner,
            environment: TaskEnvironment(
                inherited: OwnProcess.environment, workDirectory: opened.directory.root, farmer: name),
            .init(
                farmer: name, host: host.name, job: store.job, keeping: keeping, places: places,
                form: form,
                temporary: temporary, resources: resources, demands: demands, groups: groups))
        let watch = signals == nil ? try ChildWatch() : nil
        let heart = try Heart(record, alive: store.alive, journal: store.journal, opened.directory)
        let scribe = try Scribe(store.journal, keeping: keeping, places: places, farmer: name, temporary: temporary)
        let storeThread = try StoreThread(store, scribe, patience)
        let supervisor = Supervisor(
            store: store, storeThread: storeThread, heart: heart, scribe: scribe, signals: signals,
            watch: watch, control: control, starter: starter,
            running: .init(
                farmer: name, host: host.name, job: store.job, keeping: keeping, places: places, retry: options.retry,
                timeLimit: options.taskTimeLimit, stopSequence: options.stopSequence, temporary: temporary,
                resources: resources, memoryWatch: memoryWatch, groups: groups, gate: gate),
            settings: .init(
                stopSequence: options.stopSequence, timeout: options.timeout, leaveIdle: options.leaveIdle,
                walltime: walltime, selection: selection, quarantine: options.quarantine, halt: options.halt,
                waits: options.waits, descriptors: signals == nil ? 3 : 2),
            observer: observer, patience: patience)
        try patience.beginWork()
        supervisor.run(first)
        // Otherwise that was done before the tasks went back.
        if supervisor.summary.isStoreLost { Leftovers.kill(of: name) }
        storeThread.close()
        scribe.close()
        heart.close()
        var summary = supervisor.summary
        summary.state = store.cycle.seen ?? summary.state
        summary.changes = store.cycle.count
        summary.logs = keeping
        return summary
    }

    private static func memoryGroups(_ resources: ResourceSettings, farmer: String) throws -> MemoryGroups? {
        guard resources.enforcement == .cgroup else { return nil }
        do throws(MemoryGroups.Refusal) {
            return try MemoryGroups(farmer: farmer)
        } catch {
            throw FarmError.configuration(
                file: "--mem-enforce cgroup", line: nil, "\(error.message); use rss or rlimit instead")
        }
    }
}
