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

    let logs: TaskLogs
    private let runner: any Runner
    private let environment: TaskEnvironment
    private let nothing: Descriptor
    private let farmer: String
    private let host: String

    init(runner: any Runner, logs: TaskLogs, environment: TaskEnvironment, farmer: String, host: String) throws {
        self.runner = runner
        self.logs = logs
        self.environment = environment
        self.farmer = farmer
        self.host = host
        nothing = try Descriptor("/dev/null", .reading)
    }

    func start(_ task: FarmTask, _ context: TaskContext) -> Start {
        do throws(SystemError) {
            let log = try logs.open(task: task.id, attempt: context.attempt)
            environment.set(task: task.id, attempt: context.attempt, slot: context.slot)
            return try start(task, context, runner.launch(task, context), log: log.number)
        } catch {
            return error.isExhausted ? .exhausted(error.reason) : .broken(error)
        }
    }

    private func start(
        _ task: FarmTask, _ context: TaskContext, _ launch: Launch, log: Int32
    ) throws(SystemError) -> Start {
        let wall = Clock.wall
        let boot = Clock.boot
        do throws(SpawnFailure) {
            let spawned: (process: Int32, refusal: SpawnFailure?)
            if let script = launch.script {
                let file: Descriptor
                do { file = try Children.memoryFile(script) } catch { return .exhausted(error.reason) }
                spawned = try Children.spawn(
                    launch.request, environment: environment.words, input: nothing.number, output: log,
                    inherited: file.number)
            } else {
                spawned = try Children.spawn(
                    launch.request, environment: environment.words, input: nothing.number, output: log)
            }
            return .running(
                RunningAttempt(
                    task: task, attempt: context.attempt, slot: context.slot, process: spawned.process, started: wall,
                    startedBoot: boot, refusal: spawned.refusal))
        } catch {
            if !error.isExec { return .exhausted(error.reason) }
            if error.isTooLong, launch.script == nil, let other = runner.longLaunch(task, context) {
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
