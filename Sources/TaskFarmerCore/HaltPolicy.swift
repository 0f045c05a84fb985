// When a farmer has seen enough: after so many failures, successes or ends, as users of GNU parallel write it (parallel(1), --halt).

package struct HaltPolicy: Sendable, Equatable {
    package enum Manner: String, Sendable, CaseIterable {
        /// What runs is let finish.
        case soon
        /// What runs is stopped, and goes back.
        case now
    }

    package enum Event: String, Sendable, CaseIterable {
        case fail, success, done
    }

    package enum Amount: Sendable, Equatable {
        case count(Int)
        /// Hundredths of all tasks.
        case percent(Double)
    }

    package let manner: Manner
    package let event: Event
    package let amount: Amount

    /// A share of all tasks says too little before there are so many.
    package static let fewest = 3

    /// Reads `soon,fail=1`, `now,fail=10%`, `soon,success=5`.
    ///
    /// - Returns: nil for anything else
    package init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let manner = Manner(rawValue: parts[0]) else { return nil }
        let halves = parts[1].split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard halves.count == 2, let event = Event(rawValue: halves[0]) else { return nil }
        if halves[1].last == "%" {
            guard let share = Array(halves[1].utf8.dropLast()).decimalValue, (1...100).contains(share) else {
                return nil
            }
            amount = .percent(Double(share))
        } else {
            guard let count = Array(halves[1].utf8).decimalValue, count > 0 else { return nil }
            amount = .count(count)
        }
        self.manner = manner
        self.event = event
    }

    /// `soon,fail=1`
    package var text: String {
        let amount =
            switch amount {
            case .count(let count): "\(count)"
            case .percent(let share): "\(Int(share))%"
            }
        return "\(manner.rawValue),\(event.rawValue)=\(amount)"
    }

    /// Whether there is enough of it.
    ///
    /// - Parameters:
    ///   - tasks: all of the list
    ///   - failed: those that have failed
    ///   - succeeded: those that have succeeded
    /// - Returns: whether the farmer is to stop
    package func isReached(tasks: Int, failed: Int, succeeded: Int) -> Bool {
        let seen =
            switch event {
            case .fail: failed
            case .success: succeeded
            case .done: failed + succeeded
            }
        switch amount {
        case .count(let count): return seen >= count
        case .percent(let share): return seen >= Self.fewest && Double(seen) * 100 >= share * Double(tasks)
        }
    }
}
