// A farmer inside a program: a value that is made, told what to do, and awaited. Nothing of the process is touched: no signal
// handlers, no output, no current folder.

internal import Synchronization
public import TaskFarmerCore
internal import TaskFarmerSystem

/// A farmer inside a program: takes tasks from a work directory and runs them, together with all other farmers over the same
/// work directory, in this program, in others and on other nodes.
///
/// ```swift
/// let farmer = try Farmer(.file("tasks.txt"))
/// let summary = try await farmer.run()
/// ```
///
/// Its meaning is that of `taskfarmer run`: kill the program at any time, run it again, and no task is lost. It installs no signal
/// handlers and prints nothing. Cancelling the Swift task that awaits `run()` means what SIGUSR1 means to the command: running
/// tasks are stopped and go back. Several farmers may be at work in one process. Where tasks are processes, the program must not
/// ignore SIGCHLD: the kernel would throw their exit statuses away (wait(2)). It may raise the soft limit of open files
/// (RLIMIT_NOFILE) as far as its slots need.
public final class Farmer: Sendable {
    private struct State {
        var hasRun = false
        var isOver = false
        /// Reads the tasks that the program gives.
        var reading: Task<Void, any Error>?
        var listeners: [Int: AsyncStream<Event>.Continuation] = [:]
        var nextListener = 0
    }

    /// The absolute path of the work directory.
    public let workDirectory: String
    private let directory: WorkDirectory
    private let source: TaskSource
    private let runner: any Runner
    private let options: Options
    private let stopSequence: StopSequence
    private let retry: RetryPolicy
    private let order: ListOrder?
    private let control: FarmControl
    private let state = Mutex(State())

    /// A farmer.
    ///
    /// - Parameters:
    ///   - source: where the tasks come from
    ///   - workDirectory: where the shared state and the logs lie; nil for the list's path with `_workdir`
    ///   - runner: how tasks are executed
    ///   - options: how it works
    /// - Throws: `FarmError.usage` when these make no sense together; nothing was made then
    public init(
        _ source: TaskSource, workDirectory: String? = nil, runner: any Runner = ShellRunner(),
        options: Options = Options()
    ) throws {
        self.source = source
        self.runner = runner
        self.options = options
        let path: Path
        if let workDirectory {
            if workDirectory.isEmpty { throw FarmError.usage("the work directory has an empty name") }
            path = Path(workDirectory)
        } else if case .file(let list, _, _) = source.content {
            path = WorkDirectory.standard(for: list)
        } else {
            throw FarmError.usage("tasks that come from no file need a work directory")
        }
        directory = WorkDirectory(path.absolute)
        self.workDirectory = directory.root.description
        if let slots = options.slots, !(1...65_536).contains(slots) {
            throw FarmError.usage("\(slots) slots: expected 1 to 65536")
        }
        switch StopSequence.parse(options.stopSignals, numbers: Signal.numbers) {
        case .success(let sequence): stopSequence = sequence
        case .failure(let problem):
            throw FarmError.usage(
                "stop signals \(options.stopSignals): \(problem.word.debugDescription) is neither a signal nor seconds; "
                    + "expected for example TERM,5,KILL")
        }
        if let text = options.order {
            guard let order = ListOrder(text) else {
                throw FarmError.usage("order \(text): expected list, longest, shortest or random:SEED")
            }
            self.order = order
        } else {
            order = nil
        }
        do throws(RetryPolicy.Problem) {
            retry = try options.retryPolicy
        } catch {
            throw FarmError.usage("retries: \(error.message)")
        }
        do {
            control = try FarmControl()
        } catch {
            throw FarmError.system(error)
        }
    }

    /// A farmer whose tasks run inside this process.
    ///
    /// - Parameters:
    ///   - source: where the tasks come from
    ///   - workDirectory: where the shared state and the logs lie; nil for the list's path with `_workdir`
    ///   - options: how it works
    ///   - perform: runs one attempt and says how it ended; see ``ClosureRunner``
    /// - Throws: `FarmError.usage` when these make no sense together; nothing was made then
    public convenience init(
        _ source: TaskSource, workDirectory: String? = nil, options: Options = Options(),
        perform: @escaping @Sendable (FarmTask, TaskContext) async throws -> Outcome
    ) throws {
        try self.init(source, workDirectory: workDirectory, runner: ClosureRunner(perform), options: options)
    }

    deinit { endEvents() }

    /// Works until every task is over, or until there is a reason to stop. A farmer runs once.
    ///
    /// - Returns: what was done, also where the farmer stopped early or could not go on: see ``Summary/stopReason``
    /// - Throws: `FarmError` when the work directory cannot be worked on; nothing was run then
    public func run() async throws -> Summary {
        let isFirst = state.withLock { state in
            defer { state.hasRun = true }
            return !state.hasRun
        }
        guard isFirst else { throw FarmError.usage("this farmer has run already; make another one") }
        defer { endEvents() }
        return try await withTaskCancellationHandler {
            try Self.refuse(control, "before it ran")
            let list = try await list()
            return try await WorkerThread.run { [self] in try work(list) }
        } onCancel: {
            stop()
        }
    }

    private static func refuse(_ control: FarmControl, _ when: String) throws {
        if control.isAskedToStop { throw FarmError.stopped("\(when); nothing was made") }
    }

    /// Stops it as a cancellation does: running tasks are stopped and go back. Where it has not begun, `run()` throws
    /// `FarmError.stopped` and has made nothing.
    public func stop() {
        control.stop()
        state.withLock { $0.reading }?.cancel()
    }

    /// Lets running tasks finish and starts no new ones, as SIGUSR2 does.
    public func drain() { control.drain() }

    // MARK: events

    /// What happens from now on; ends with the farmer. Each stream is told everything; what is not awaited is kept in memory.
    public var events: AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
        let number = state.withLock { state -> Int? in
            if state.isOver { return nil }
            state.nextListener += 1
            state.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        if let number {
            continuation.onTermination = { [weak self] _ in self?.forget(number) }
        } else {
            continuation.finish()
        }
        return stream
    }

    private func forget(_ listener: Int) {
        // Outside of the lock: the last reference to a continuation may call back.
        _ = state.withLock { $0.listeners.removeValue(forKey: listener) }
    }

    private func endEvents() {
        let listeners = state.withLock { state in
            defer { state.listeners = [:] }
            state.isOver = true
            return state.listeners.values.map { $0 }
        }
        for listener in listeners { listener.finish() }
    }

    private func tell(_ event: Event) {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(event) }
    }

    private var hasListeners: Bool { state.withLock { !$0.listeners.isEmpty } }

    // MARK: work

    /// The list as a file that can be read more than once.
    private func list() async throws -> HandledList? {
        switch source.content {
        case .existing: return nil
        case .file(let path, let name, let definition):
            // A handler may look through a folder for it.
            let file = try await WorkerThread.run { [handler = source.handler, root = directory.root] in
                try TaskListFile(path, for: handler, workDirectory: root)
            }
            return HandledList(
                file, handler: source.handler, handlerName: name, definition: definition,
                workDirectory: directory.root)
        case .given(let name, let write):
            // Beside the work directory, as long as there is none.
            let isThere = (try? Folder.facts(directory.root))??.isFolder == true
            let file = try TaskListFile(emptyIn: isThere ? directory.root : directory.root.parent)
            let reading = Task {
                let writer = TaskWriter(file)
                try await write(writer)
                try await writer.finish()
            }
            state.withLock { $0.reading = reading }
            if control.isAskedToStop { reading.cancel() }
            let result = await reading.result
            // A sequence may just end when it is cancelled: what has come then is not the list.
            try Self.refuse(control, "while its tasks were read")
            try result.get()
            return HandledList(file, handler: source.handler, handlerName: name, workDirectory: directory.root)
        }
    }

    private func work(_ list: HandledList?) throws -> Summary {
        let scratch = OwnProcess.variable("SCRATCH").flatMap { $0.isEmpty ? nil : Path(bytes: $0) }
        var request = FarmRequest(
            directory: directory, list: list, lockFolder: options.lockDirectory.map { Path($0) } ?? scratch,
            fresh: options.fresh, assumedDead: options.assumeDead, logs: options.logs, locking: options.locking,
            share: options.share,
            trust: Trust(named: options.trust.map { Path($0) }, sharing: options.share == nil ? .no : .asked))
        request.order = order
        try DurationFiles.read(options.history.map { Path($0) }, into: &request.durations)
        let allocation = Allocation.read(OwnProcess.variable)
        let (resources, slots): (ResourceSettings, Int)
        do throws(TaskNeeds.Problem) {
            (resources, slots) = try options.resources(allocation)
        } catch {
            throw FarmError.usage("Farmer.Options: \(error.message)")
        }
        var settings = FarmerOptions(
            slots: slots, timeout: options.timeout?.wholeNanoseconds,
            stopSequence: stopSequence, runner: runner, assumedDead: options.assumeDead,
            retryFailed: options.retryFailed, logs: options.logs, allocation: allocation)
        settings.retry = retry
        settings.settings = "in the program \(Path("/proc/self/exe").resolved?.name.text ?? "?")"
        settings.wallLimit = options.timeLimit.map { min(max(1, $0.wholeNanoseconds), 1 << 60) }
        if let margin = options.drainMargin { settings.margin = .time(max(0, min(margin.wholeNanoseconds, 1 << 60))) }
        settings.resources = resources
        settings.quarantine = options.quarantine
        settings.waits = options.waits
        settings.taskTimeLimit = options.taskTimeout.map { .fixed(max(1, $0.wholeNanoseconds)) }
        let observer = Observer(self, (list?.form ?? (try? OpenedFarm.readDescription(directory))?.form) ?? .commands)
        return Summary(try Self.run(request, settings, signals: nil, observer: observer, control: control))
    }

    /// Tells the listeners what the farmer tells.
    private final class Observer: FarmObserver {
        private let farmer: Farmer
        private let form: TaskForm
        let progressInterval: Int?

        init(_ farmer: Farmer, _ form: TaskForm) {
            self.farmer = farmer
            self.form = form
            progressInterval = farmer.options.progressInterval.map { max(1_000_000, $0.wholeNanoseconds) }
        }

        func observe(_ event: FarmEvent) {
            guard farmer.hasListeners else { return }
            switch event {
            case .started(let record, let attempt, let slot):
                guard let description = try? form.task(record.command) else { return }
                farmer.tell(.started(FarmTask(id: record.id, description), attempt: attempt, slot: slot))
            case .ended(let attempt, _): farmer.tell(.ended(attempt))
            case .note(let text): farmer.tell(.note(text))
            case .stopping(let reason): farmer.tell(.stopping(StopReason(reason)))
            case .draining: farmer.tell(.draining)
            case .progress(let progress): farmer.tell(.progress(Progress(progress)))
            }
        }
    }
}
