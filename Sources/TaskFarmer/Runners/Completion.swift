// Tasks that run inside this process: how they say that they are over.

internal import Synchronization
package import TaskFarmerCore
internal import TaskFarmerSystem

/// Given to a task that runs inside this process; it says there how it ended.
package final class Completion: Sendable {
    let slot: Int
    let serial: Int
    private let box: CompletionBox
    private let isOver = Atomic(false)
    private let stopped = Atomic(false)

    init(slot: Int, serial: Int, box: CompletionBox) {
        self.slot = slot
        self.serial = serial
        self.box = box
    }

    /// Whether the task has been told to stop. What then ends with anything but success goes back to be run again.
    package var isStopped: Bool { stopped.load(ordering: .acquiring) }

    func stop() { stopped.store(true, ordering: .releasing) }

    /// The task is over. Only the first call counts.
    package func end(_ outcome: Outcome) {
        if isOver.exchange(true, ordering: .acquiringAndReleasing) { return }
        box.put(.init(slot: slot, serial: serial, outcome: outcome, at: Clock.boot))
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
