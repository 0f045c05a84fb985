// Ends of attempts that are not carried over to the work directory yet.

internal import TaskFarmerCore

struct UnreportedEnds {
    private(set) var count = 0
    /// Of these: tasks that are over, and tasks that are over and failed.
    private(set) var over = 0
    private(set) var failed = 0
    private var oldest = 0

    mutating func note(_ attempt: Attempt, at now: Int) {
        if count == 0 { oldest = now }
        count += 1
        if attempt.fate == .over { over += 1 }
        if attempt.isFailure { failed += 1 }
    }

    /// One of them counts for something else than it did.
    mutating func correct(_ attempt: Attempt, was: Attempt) {
        for (attempt, change) in [(was, -1), (attempt, 1)] where attempt.fate == .over {
            over += change
            if attempt.isFailure { failed += change }
        }
    }

    /// These are carried over; what is left is taken to be new.
    mutating func carry(_ attempts: [Attempt], at now: Int) {
        count -= attempts.count
        over -= attempts.count { $0.fate == .over }
        failed -= attempts.count { $0.isFailure }
        if count > 0 { oldest = now }
    }

    /// For how long the oldest has waited, in nanoseconds.
    func age(at now: Int) -> Int { count > 0 ? now - oldest : 0 }
}
