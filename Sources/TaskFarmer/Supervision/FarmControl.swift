// Stopping a farmer from within its process, where signals are not to be used.

internal import Synchronization
package import TaskFarmerSystem

/// Asks a farmer to stop, from any thread and at any time: before it runs, while it does, or when it is over, when nothing
/// comes of it. What was asked for is not taken back. More than one farmer may be given the same.
package final class FarmControl: Sendable {
    private let drains = Atomic(false)
    private let stops = Atomic(false)
    /// Readable from when it is asked for, since nobody clears them.
    let drained: Wakeup
    let stopped: Wakeup

    /// - Throws: `SystemError` when the process has no descriptor to spare
    package init() throws(SystemError) {
        drained = try Wakeup()
        stopped = try Wakeup()
    }

    /// Stops running tasks and puts them back, as SIGUSR1 does.
    package func stop() {
        if !stops.exchange(true, ordering: .acquiringAndReleasing) { stopped.signal() }
    }

    /// Lets running tasks finish and starts no others, as SIGUSR2 does.
    package func drain() {
        if !drains.exchange(true, ordering: .acquiringAndReleasing) { drained.signal() }
    }

    var isAskedToDrain: Bool { drains.load(ordering: .acquiring) }
    var isAskedToStop: Bool { stops.load(ordering: .acquiring) }
    var isAsked: Bool { isAskedToDrain || isAskedToStop }
}
