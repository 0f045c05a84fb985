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

    /// What every task of a farmer has in common.
    struct Common {
        var farmer: String
        var host: String
        var job: String?
        var keeping: LogKeeping
        var places: LogPlaces
        var form: TaskForm
        /// Where attempts have folders of their own; nil where they have none.
        var temporary: TemporaryFolders?
        var resources: ResourceSettings
        var demands: Demands
        /// Control groups by which the tasks' memory is limited.
        var groups: MemoryGroups?
    }

    private let common: Common
    private let runner: any Runner
    private let environment: TaskEnvironment
    private let nothing: Descriptor
    private var started = 0
    /// Where tasks that run inside this process say that they are over.
    let completions: CompletionBox

    init(runner: any Runner, environment: TaskEnvironment, _ common: Common) throws {
        self.runner = runner
        self.environment = environment
        self.common = common
        nothing = try Descriptor("/dev/null", .both)
        completions = try CompletionBox()
    }

    /// Starts a task that is ready.
    ///
    /// - Parameters:
    ///   - ready: the task
    ///   - slot: where
    ///   - grant: what it was given
    /// - Returns: how that went, and where its output arrives, if that is to be read by this process
    func start(_ ready: ReadyTask, slot: Int, _ grant: Grant?) -> (start: Start, pipe: OutputPipe?) {
        var task: FarmTask
        do {
            task = FarmTask(id: ready.task.id, try common.form.task(ready.task.command))
        } catch {
            return (refuse(ready, slot, "its line in the work directory: \(error.message)"), nil)
        }
        let needs = common.demands.needs(task.description)
        if !needs.isEmpty {
            task.description.environment =
                common.resources.environment(grant, needs, inherited: environment.inherits)
                + task.description.environment
        }
        let log =
            common.keeping == .files || common.keeping == .failed
            ? common.places.file(of: task.id).bytes : Array("/dev/null".utf8)
        let context = TaskContext(
            attempt: ready.attempt, slot: slot, farmer: common.farmer,
            workDirectory: common.places.directory.root.bytes, log: log,
            temporaryFolder: common.temporary?.path(task: task.id, attempt: ready.attempt).bytes)
        environment.set(task: task.id, attempt: context.attempt, slot: slot)
        let launch = runner.launch(task, context)
        let begin = Begin(record: ready.task, task: task, context: context, grant: grant)
        do throws(SystemError) {
            if common.keeping == .packed, case .process = launch {
                let pipe = try Pipe()
                let start = try start(begin, launch, log: pipe.writing.number)
                return (
                    start,
                    OutputPipe(task: task.id, attempt: context.attempt, reading: pipe.intoReading())
                )
            }
            return (try start(begin, launch, log: ready.log?.file.number ?? nothing.number), nil)
        } catch {
            return (error.isExhausted ? .exhausted(error.reason) : .broken(error), nil)
        }
    }

    /// A task that is to be started.
    private struct Begin {
        var record: TaskRecord
        var task: FarmTask
        var context: TaskContext
        var grant: Grant?
        let wall = Clock.wall
        let boot = Clock.boot
    }

    private func start(_ begin: Begin, _ launch: Launch, log: Int32) throws(SystemError) -> Start {
        func running(_ body: RunningAttempt.Body, _ refusal: SpawnFailure?, cleanup: TaskProcess?) -> Start {
            .running(
                RunningAttempt(
                    task: begin.record, attempt: begin.context.attempt, slot: begin.context.slot, body: body,
                    started: begin.wall, startedBoot: begin.boot, refusal: refusal, cleanup: cleanup,
                    grant: begin.grant))
        }
        switch launch {
        case .inside(let work):
            started += 1
            let completion = Completion(slot: begin.context.slot, serial: started, box: completions)
            work(completion)
            return running(.inside(completion), nil, cleanup: nil)
        case .process(let process):
            do throws(SpawnFailure) {
                let group = try memoryGroup(begin)
                let spawned = try spawn(
                    process, log: log, common.resources.bounds(begin.grant, group: group?.number ?? -1))
                return running(.process(spawned.process), spawned.refusal, cleanup: cleanup(process))
            } catch {
                if error.stage == .fork { return .exhausted(error.reason) }
                if error.isTooLong, process.script == nil, let other = runner.longLaunch(begin.task, begin.context) {
                    return try start(begin, other, log: log)
                }
                var reason = error.reason
                if error.stage == .bounds { reason = "cannot set its limits: \(reason)" }
                if error.stage == .folder, let folder = process.workingDirectory {
                    reason = "cannot enter the folder \(folder.text): \(reason)"
                }
                OwnProcess.put("taskfarmer: cannot start the task: \(reason)\n", to: log)
                let status: Int32 = error.stage == .exec && error.isMissing ? 127 : 126
                return .failed(failed(begin.record, begin.context, .couldNotStart(status, reason: reason), begin.wall))
            }
        }
    }

    /// Where its memory is limited, if by a control group.
    private func memoryGroup(_ begin: Begin) throws(SpawnFailure) -> MemoryGroups.Entrance? {
        guard let groups = common.groups, let most = common.resources.mostMemory(begin.grant) else { return nil }
        do {
            return try groups.prepare(slot: begin.context.slot, bytes: most)
        } catch {
            throw SpawnFailure(code: error.code, stage: .bounds)
        }
    }

    /// It finds what the task found.
    private func cleanup(_ process: TaskProcess) -> TaskProcess? {
        process.cleanup.map {
            TaskProcess($0, environment: process.environment, workingDirectory: process.workingDirectory)
        }
    }

    /// Starts what ends what an attempt has left.
    func start(_ cleanup: Cleanup) throws(SpawnFailure) -> Int32 {
        environment.set(task: cleanup.task, attempt: cleanup.attempt, slot: cleanup.slot)
        return try spawn(cleanup.process, log: nothing.number).process
    }

    private func spawn(
        _ process: TaskProcess, log: Int32, _ bounds: ProcessBounds = ProcessBounds()
    ) throws(SpawnFailure) -> (process: Int32, refusal: SpawnFailure?) {
        let words =
            process.environment.isEmpty && process.workingDirectory == nil
            ? environment.plain : CWords(environment.entries(process))
        var request = SpawnRequest(folder: process.workingDirectory)
        request.bounds = bounds
        let folders = environment.searchFolders(process)
        if let name = process.arguments.first,
            let paths = ShellLine.candidates(
                for: name, folders: folders ?? (process.fallback == nil ? Self.standardFolders : nil))
        {
            request.candidates = paths
            request.arguments = process.arguments
        }
        if let fallback = process.fallback {
            request.fallback = fallback.first
            request.fallbackArguments = fallback
        }
        guard let script = process.script else {
            return try Children.spawn(request, environment: words, input: nothing.number, output: log)
        }
        let file: Descriptor
        do { file = try Children.memoryFile(script) } catch { throw SpawnFailure(code: error.code, stage: .fork) }
        return try Children.spawn(
            request, environment: words, input: nothing.number, output: log, inherited: file.number)
    }

    /// Where programs are looked for when there is no PATH (_CS_PATH, confstr(3)).
    private static let standardFolders = ShellLine.folders(of: Array("/bin:/usr/bin".utf8))

    private func refuse(_ ready: ReadyTask, _ slot: Int, _ reason: String) -> Start {
        OwnProcess.put("taskfarmer: cannot start the task: \(reason)\n", to: ready.log?.file.number ?? nothing.number)
        let context = TaskContext(attempt: ready.attempt, slot: slot, farmer: common.farmer, workDirectory: [])
        return .failed(failed(ready.task, context, .couldNotStart(126, reason: reason), Clock.wall))
    }

    private func failed(_ task: TaskRecord, _ context: TaskContext, _ outcome: Outcome, _ started: Int) -> Attempt {
        Attempt(
            task: task.id, number: context.attempt, host: common.host, farmer: common.farmer, slot: context.slot,
            started: started, outcome: outcome, jobColumn: common.job)
    }
}
