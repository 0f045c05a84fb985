/// How many attempts ended in which way.
package struct AttemptTotals: Sendable, Equatable {
    package var succeeded = 0
    /// Their tasks have failed.
    package var failed = 0
    /// They failed, and their tasks are run again.
    package var retried = 0
    /// Stopped, or lost with their farmer.
    package var interrupted = 0

    package init(succeeded: Int = 0, failed: Int = 0, retried: Int = 0, interrupted: Int = 0) {
        self.succeeded = succeeded
        self.failed = failed
        self.retried = retried
        self.interrupted = interrupted
    }

    package static func += (all: inout Self, more: Self) {
        all.succeeded += more.succeeded
        all.failed += more.failed
        all.retried += more.retried
        all.interrupted += more.interrupted
    }

    /// Counts an attempt; -1 takes it back.
    package mutating func count(_ attempt: Attempt, _ change: Int = 1) {
        switch attempt.outcome {
        case .succeeded: succeeded += change
        case .interrupted, .lost: interrupted += change
        case .exited, .signalled, .timedOut, .outOfMemory, .couldNotStart, .outputLost:
            switch attempt.fate {
            case .over: failed += change
            case .again, .resumed: retried += change
            case .cancelled: interrupted += change
            }
        }
    }
}
