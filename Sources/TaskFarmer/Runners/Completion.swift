// Tasks that run inside this process: how they say that they are over.

internal import Synchronization
public import TaskFarmerCore
internal import TaskFarmerSystem

/// Given to a task that runs inside this process; it says there how it ended.
public final class Completion: Sendable {
    let slot: Int
    let serial: Int
    private let box: CompletionBox
    private let isOver = Atomic(false)
    private let stop = Mutex(Stop())

    private struct Stop {
        var isStopped = false
        var handler: (@Sendable () -> Void)?
    }

    init(slot: Int, serial: Int, box: CompletionBox) {
        self.slot = slot
        self.serial = serial
        self.box = box
    }

    /// Whether the task has been told to stop. What then ends with anything but success goes back to be run again.
    public var isStopped: Bool { stop.withLock { $0.isStopped } }

    /// Has something done when the task is told to stop: at once, if it has been. It is called once, in the farmer's thread, and
    /// must return at once.
    public func onStop(_ handler: @escaping @Sendable () -> Void) {
        let isStopped = stop.withLock { stop in
            if !stop.isStopped { stop.handler = handler }
            return stop.isStopped
        }
        if isStopped { handler() }
    }

    func tellToStop() {
        let handler = stop.withLock { stop in
            defer { stop = Stop(isStopped: true) }
            return stop.handler
        }
        handler?()
    }

    /// The task is over. Only the first call counts.
    ///
    /// An exit status of 0 is success. `interrupted` and `lost` are for the farmer to say: where the task was not told to stop,
    /// they count as exit status 1.
    ///
    /// - Parameter outcome: how it ended
    public func end(_ outcome: Outcome) {
        if isOver.exchange(true, ordering: .acquiringAndReleasing) { return }
        stop.withLock { $0.handler = nil }
        let outcome = outcome.normal
        box.put(
            .init(
                slot: slot, serial: serial, outcome: outcome.isFinal || isStopped ? outcome : .exited(1), at: Clock.boot
            ))
    }
}

/// The ends of tasks inside this process that the supervisor has not seen yet.
final class CompletionBox: Sendable {
    struct End: Sendable {
        var slot: Int
        var serial: Int
        var outcome: Outcome
        /// Nanoseconds since boot.
        var at: Int
    }

    let filled: Wakeup
    private let ends = Mutex<[End]>([])

    init() throws(SystemError) { filled = try Wakeup() }

    fileprivate func put(_ end: End) {
        let isFirst = ends.withLock { ends in
            ends.append(end)
            return ends.count == 1
        }
        if isFirst { filled.signal() }
    }

    func takeAll() -> [End] {
        ends.withLock { ends in
            defer { ends = [] }
            return ends
        }
    }
}
