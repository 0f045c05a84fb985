// What a farmer tells whoever started it on another machine: lines among all others that it prints.
//
//     taskfarmer-attached: here
//     taskfarmer-attached: now EPOCH TASKS TOPROCESS CLAIMED FINISHED FAILED SKIPPED  RUNNING DONE FAILED MILLIRATE
//     taskfarmer-attached: end EPOCH TASKS TOPROCESS CLAIMED FINISHED FAILED SKIPPED  SUCCEEDED FAILED RETRIED INTERRUPTED BUSY SLOTS

/// A line by which a farmer tells how far it is, or how it has ended.
package struct AttachedLine: Sendable, Equatable {
    package enum Figures: Sendable, Equatable {
        /// What it runs, what has ended without being in the state yet, and thousandths of a task per second.
        case now(running: Int, done: Int, failed: Int, milliRate: Int)
        /// Attempts, microseconds for which slots ran tasks, and slots.
        case end(AttemptTotals, busy: Int, slots: Int)
    }

    /// As the farmer has seen it last; of the counters only those of tasks, and the epoch.
    package var state: StateRecord
    package var figures: Figures

    package init(_ figures: Figures, _ state: StateRecord) {
        self.figures = figures
        self.state = StateRecord()
        for counter in Self.counters { self.state[keyPath: counter] = state[keyPath: counter] }
        self.state.held = Self.held(self.state)
    }

    private static let counters: [any WritableKeyPath<StateRecord, Int> & Sendable] = [
        \.epoch, \.tasks, \.toprocess, \.claimed, \.finished, \.failed, \.skipped,
    ]
    private static let prefix = "taskfarmer-attached: "
    /// The first of these lines: from now on the farmer heeds what it is told.
    package static let greeting = prefix + "here"

    package var text: String {
        let (word, numbers) =
            switch figures {
            case .now(let running, let done, let failed, let milliRate): ("now", [running, done, failed, milliRate])
            case .end(let all, let busy, let slots):
                ("end", [all.succeeded, all.failed, all.retried, all.interrupted, busy, slots])
            }
        let all = Self.counters.map { state[keyPath: $0] } + numbers
        return Self.prefix + word + all.map { " \($0)" }.joined()
    }

    /// What comes from elsewhere may be anything: no sum of counts over all hosts leaves the range, and none is of that size.
    private static let most = 1 << 48

    /// nil for any other line.
    package init?(_ line: String) {
        guard line.hasPrefix(Self.prefix) else { return nil }
        let words = line.dropFirst(Self.prefix.count).split(separator: " ")
        let numbers = words.dropFirst().compactMap { Int($0) }.filter { $0 >= 0 }
        let own = numbers.dropFirst(Self.counters.count).map { $0 }
        guard let word = words.first, numbers.count == words.count - 1 else { return nil }
        // Microseconds of many slots may be more, and are added up as a Double.
        let counts =
            word == "end"
            ? numbers.enumerated().filter { $0.offset != Self.counters.count + 4 }.map(\.element) : numbers
        guard counts.allSatisfy({ $0 < Self.most }) else { return nil }
        switch (word, own.count) {
        case ("now", 4): figures = .now(running: own[0], done: own[1], failed: own[2], milliRate: own[3])
        case ("end", 6):
            let attempts = AttemptTotals(succeeded: own[0], failed: own[1], retried: own[2], interrupted: own[3])
            figures = .end(attempts, busy: own[4], slots: own[5])
        default: return nil
        }
        state = StateRecord()
        for (counter, number) in zip(Self.counters, numbers) { state[keyPath: counter] = number }
        state.held = Self.held(state)
    }

    /// Those that are in none of the other places.
    private static func held(_ state: StateRecord) -> Int {
        max(0, state.tasks - state.toprocess - state.claimed - state.done)
    }
}
