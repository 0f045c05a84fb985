// Tasks that run inside the farmer: those that end at once, and those that only take time. Ten thousand processes a second would
// keep two cores from being a farm; a timer does not.

internal import Synchronization
internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

/// Every task ends before it has begun.
struct InstantRunner: Runner {
    func launch(_ task: FarmTask, _ context: TaskContext) -> Launch { .inside { $0.end(.succeeded) } }
}

/// A task takes as many microseconds as its command says.
struct TimedRunner: Runner {
    private let timer: TaskTimer

    init() throws { timer = try TaskTimer() }

    func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        let length = task.command.decimalValue
        return .inside { [timer] completion in
            guard let length else { return completion.end(.exited(64)) }
            timer.add(completion, at: Clock.boot + length * 1000)
        }
    }
}

/// A thread that ends each task when its time has come, or soon after it was told to stop.
private final class TaskTimer: Sendable {
    private struct Entry {
        var due: Int
        var completion: Completion
    }

    private let entries = Mutex<[Entry]>([])
    private let changed: Wakeup
    private static let patience = 100_000_000

    init() throws {
        changed = try Wakeup()
        _ = try WorkerThread { [self] in
            while true {
                let now = Clock.boot
                let (ended, next) = take(at: now)
                for entry in ended { entry.completion.end(entry.due <= now ? .succeeded : .interrupted) }
                changed.wait(nanoseconds: next.map { max(0, min(Self.patience, $0 - Clock.boot)) } ?? -1)
            }
        }
    }

    func add(_ completion: Completion, at due: Int) {
        let isFirst = entries.withLock { entries in
            entries.append(Entry(due: due, completion: completion))
            return entries.allSatisfy { $0.due >= due }
        }
        if isFirst { changed.signal() }
    }

    /// What is over, and when the next one is. A farmer has few slots: no heap is needed.
    private func take(at now: Int) -> (ended: [Entry], next: Int?) {
        entries.withLock { entries in
            let ended = entries.filter { $0.due <= now || $0.completion.isStopped }
            entries.removeAll { $0.due <= now || $0.completion.isStopped }
            return (ended, entries.map(\.due).min())
        }
    }
}
