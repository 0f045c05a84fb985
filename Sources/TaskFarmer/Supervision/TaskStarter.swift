// Starting one task: its log, its environment, its process.

internal import TaskFarmerCore
internal import TaskFarmerSystem

final class TaskStarter {
    enum Start {
        case running(RunningAttempt)
        /// It cannot be started, and that is the task's own fault.
        case failed(Attempt)
        /// There is no process to be had just now.
        case exhausted(String)
        /// The log cannot be written: that is the work directory's fault.
        case broken(SystemError)
    }

    private let keeping: LogKeeping
    private let runner: any Runner
    private let environment: TaskEnvironment
    private let nothing: Descriptor
    private let farmer: String
    private let host: String
    private var started = 0
    /// Where tasks that run inside this process say that they are over.
    let completions: CompletionBox

    init(runner: any Runner, keeping: LogKeeping, environment: TaskEnvironment, farmer: String, host: String) throws {
        self.runner = runner
        self.keeping = keeping
        self.environment = environment
        self.farmer = farmer
        self.host = host
        nothing = try Descriptor("/dev/null", .both)
        completions = try CompletionBox()
    }

    /// Starts a task that is ready.
    ///
    /// - Returns: how that went, and where its output arrives, if that is to be read by this process
    func start(_ ready: ReadyTask, slot: Int) -> (start: Start, pipe: OutputPipe?) {
        let task = ready.task
        let context = TaskContext(attempt: ready.attempt, slot: slot)
        environment.set(task: task.id, attempt: context.attempt, slot: slot)
        let launch = runner.launch(task, context)
        do throws(SystemError) {
            if keeping == .packed, case .process = launch {
                let pipe = try Pipe()
                let start = try start(task, context, launch, log: pipe.writing.number)
                return (
                    start,
                    OutputPipe(task: task.id, attempt: context.attempt, reading: pipe.intoReading())
                )
            }
            return (try start(task, context, launch, log: ready.log?.file.number ?? nothing.number), nil)
        } catch {
            return (error.isExhausted ? .exhausted(error.reason) : .broken(error), nil)
        }
    }

    private func start(
        _ task: FarmTask, _ context: TaskContext, _ launch: Launch, log: Int32
    ) throws(SystemError) -> Start {
        let wall = Clock.wall
        let boot = Clock.boot
        func running(_ body: RunningAttempt.Body, _ refusal: SpawnFailure?) -> Start {
            .running(
                RunningAttempt(
                    task: task, attempt: context.attempt, slot: context.slot, body: body, started: wall,
                    startedBoot: boot, refusal: refusal))
        }
        guard case .process(let request, let script) = launch else {
            started += 1
            let completion = Completion(slot: context.slot, serial: started, box: completions)
            if case .inside(let begin) = launch { begin(completion) }
            return running(.inside(completion), nil)
        }
        do throws(SpawnFailure) {
            let spawned: (process: Int32, refusal: SpawnFailure?)
            if let script {
                let file: Descriptor
                do { file = try Children.memoryFile(script) } catch { return .exhausted(error.reason) }
                spawned = try Children.spawn(
                    request, environment: environment.words, input: nothing.number, output: log,
                    inherited: file.number)
            } else {
                spawned = try Children.spawn(
                    request, environment: environment.words, input: nothing.number, output: log)
            }
            return running(.process(spawned.process), spawned.refusal)
        } catch {
            if !error.isExec { return .exhausted(error.reason) }
            if error.isTooLong, script == nil, let other = runner.longLaunch(task, context) {
                return try start(task, context, other, log: log)
            }
            OwnProcess.put("taskfarmer: cannot start the task: \(error.reason)\n", to: log)
            let outcome = Outcome.couldNotStart(error.isMissing ? 127 : 126, reason: error.reason)
            return .failed(
                Attempt(
                    task: task.id, number: context.attempt, host: host, farmer: farmer, slot: context.slot,
                    started: wall,
                    outcome: outcome))
        }
    }
}
