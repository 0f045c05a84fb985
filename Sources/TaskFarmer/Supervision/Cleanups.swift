// What ends tasks that do not end with their processes (`TaskProcess.cleanup`). It runs when the processes of the attempt are
// gone and holds no slot; the farmer does not leave before it is over, and kills it when it takes too long.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// What is to be run after an attempt.
struct Cleanup: Sendable {
    var task: Int
    var attempt: Int
    var slot: Int
    var process: TaskProcess
}

/// For the supervisor's thread, whose children these processes are.
final class Cleanups {
    private struct Waiting {
        var cleanup: Cleanup
        var group: Int32
        var until: Int
    }

    private struct Running {
        var cleanup: Cleanup
        var until: Int
        var isKilled = false
    }

    /// How long one may take, in nanoseconds.
    private static let patience = 30_000_000_000
    /// Processes that were killed are gone at once, but for zombies that nobody reaps and such as wait for a dead file server:
    /// so long they are waited for, and looked at so often.
    private static let groupPatience = 500_000_000
    private static let groupInterval = 2_000_000

    private let starter: TaskStarter
    private let watch: ChildWatch?
    private let temporary: TemporaryFolders?
    private let observer: any FarmObserver
    private var waiting: [Waiting] = []
    private var running: [Int32: Running] = [:]

    init(
        starter: TaskStarter, watch: ChildWatch?, temporary: TemporaryFolders?, observer: any FarmObserver
    ) {
        self.starter = starter
        self.watch = watch
        self.temporary = temporary
        self.observer = observer
    }

    var isEmpty: Bool { waiting.isEmpty && running.isEmpty }

    /// To be run once a process group that was killed is gone.
    func add(_ cleanup: Cleanup, after group: Int32) {
        waiting.append(Waiting(cleanup: cleanup, group: group, until: Clock.boot + Self.groupPatience))
    }

    /// Starts what can be started, kills what took too long.
    func tend() {
        if isEmpty { return }
        let now = Clock.boot
        let due = waiting.filter { now >= $0.until || !Children.exists(group: $0.group) }
        if !due.isEmpty {
            let groups = Set(due.map(\.group))
            waiting.removeAll { groups.contains($0.group) }
            for waiting in due { start(waiting.cleanup) }
        }
        for (process, late) in running where now >= late.until && !late.isKilled {
            running[process]?.isKilled = true
            Children.signal(group: process, Signal.kill.number)
            tell(late.cleanup, "took more than \(Self.patience / 1_000_000_000) s and was killed")
        }
    }

    private func start(_ cleanup: Cleanup) {
        do throws(SpawnFailure) {
            let process = try starter.start(cleanup)
            watch?.add(process)
            running[process] = Running(cleanup: cleanup, until: Clock.boot + Self.patience)
        } catch {
            tell(cleanup, "cannot be started: \(error.reason)")
            temporary?.discard(task: cleanup.task, attempt: cleanup.attempt)
        }
    }

    private func tell(_ cleanup: Cleanup, _ what: String) {
        let command = cleanup.process.arguments.map(\.text).joined(separator: " ")
        observer.observe(
            .note("the cleanup after task \(cleanup.task), attempt \(cleanup.attempt) (\(command)) \(what)"))
    }

    /// A child was reaped; it may be one of these.
    func end(_ process: Int32) {
        guard let ended = running.removeValue(forKey: process) else { return }
        temporary?.discard(task: ended.cleanup.task, attempt: ended.cleanup.attempt)
    }

    /// When to look again; nil where nothing is awaited but the ends of processes.
    var nextLook: Int? {
        if !waiting.isEmpty { return Clock.boot + Self.groupInterval }
        return running.values.lazy.filter { !$0.isKilled }.map(\.until).min()
    }
}
