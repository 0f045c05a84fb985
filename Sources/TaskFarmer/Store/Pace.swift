internal import TaskFarmerSystem

/// Watches that the process does not stand still while it holds the lock.
package final class Pace {
    private var last: Int
    /// Nanoseconds between two looks that are still harmless.
    let limit: Int
    /// What must not have run out meanwhile, where it is held for a time only.
    private let lock: FarmLock?

    package init(limit: Int, _ lock: FarmLock? = nil) {
        self.limit = limit
        self.lock = lock
        last = Clock.boot
    }

    package func check() throws {
        let now = Clock.boot
        if now - last > limit { throw FarmError.suspended(seconds: (now - last) / 1_000_000_000) }
        try lock?.requireFresh()
        last = now
    }
}
