// Ends of attempts that are not carried over to the work directory yet.

internal import TaskFarmerCore

struct UnreportedEnds {
    private(set) var count = 0
    /// Of these: tasks that are over, and tasks that are over and failed.
    private(set) var over = 0
    private(set) var failed = 0
    private var oldest = 0

    mutating func note(_ outcome: Outcome, at now: Int) {
        if count == 0 { oldest = now }
        count += 1
        if outcome.isFinal { over += 1 }
        if outcome.isFinal && outcome != .succeeded { failed += 1 }
    }

    /// One of them counts for something else than it did.
    mutating func correct(_ outcome: Outcome, was: Outcome) {
        for (outcome, change) in [(was, -1), (outcome, 1)] where outcome.isFinal {
            over += change
            if outcome != .succeeded { failed += change }
        }
    }

    /// These are carried over; what is left is taken to be new.
    mutating func carry(_ outcomes: [Outcome], at now: Int) {
        count -= outcomes.count
        over -= outcomes.count { $0.isFinal }
        failed -= outcomes.count { $0.isFinal && $0 != .succeeded }
        if count > 0 { oldest = now }
    }

    /// For how long the oldest has waited, in nanoseconds.
    func age(at now: Int) -> Int { count > 0 ? now - oldest : 0 }
}
