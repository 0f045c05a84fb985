// Which allocations there are, from what the scheduler lists time and again, and how those that are gone have ended.

/// A job as the scheduler lists it.
package struct ListedJob: Sendable, Equatable {
    package var id: String
    /// It waits in the queue and holds no node.
    package var isPending: Bool
    /// The scheduler's words: its state, and why it waits.
    package var state: String

    package init(id: String, isPending: Bool, state: String) {
        self.id = id
        self.isPending = isPending
        self.state = state
    }

    /// Reads lines of `ID STATE REASON…`.
    package static func parse(_ text: String, pending: Set<String>) -> [ListedJob] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let state = words[1].split(separator: " ").first else { return nil }
            return ListedJob(
                id: String(words[0]), isPending: pending.contains(String(state)), state: String(words[1]))
        }
    }

    /// Why it waits, where that is more than a matter of its turn.
    package var reason: String? {
        let words = state.split(separator: " ", maxSplits: 1)
        guard isPending, words.count == 2, !["None", "Resources", "Priority", "BeginTime"].contains(words[1]) else {
            return nil
        }
        return String(words[1])
    }

    /// Whether this is the job of this ID, or a part of it where it is an array.
    package func belongs(to job: String) -> Bool { id == job || id.hasPrefix(job + "_") }
}

package struct AllocationBook: Sendable, Equatable {
    private struct Known: Equatable {
        /// Which it was of all that became known, in order of time.
        var place: Int
        var isPending: Bool
        /// How often in a row it was not listed.
        var missing = 0
        /// How many tasks were over in the whole farm when it was last seen waiting.
        var done: Int
    }

    /// One that the scheduler does not list any more.
    package struct Gone: Sendable, Equatable {
        package var id: String
        /// Whether any task came to its final end while it ran.
        package var sawWork: Bool

        package init(id: String, sawWork: Bool) {
            self.id = id
            self.sawWork = sawWork
        }
    }

    private var known: [String: Known] = [:]
    private var count = 0

    package init() {}

    /// In the order in which they were submitted, as far as that is known.
    package var pending: [String] { sorted { $0.isPending } }
    package var running: [String] { sorted { !$0.isPending } }

    private func sorted(_ isIt: (Known) -> Bool) -> [String] {
        known.filter { isIt($0.value) }.sorted { $0.value.place < $1.value.place }.map(\.key)
    }

    private mutating func note(_ id: String, isPending: Bool, done: Int) {
        let place = known[id]?.place ?? count
        count = max(count, place + 1)
        known[id] = Known(place: place, isPending: isPending, done: done)
    }

    /// One that the scheduler has accepted just now and may not list yet.
    package mutating func submitted(_ id: String, done: Int) {
        note(id, isPending: true, done: done)
    }

    /// Takes in what is listed. One that is missing once may have been between two states.
    ///
    /// - Parameters:
    ///   - listed: all jobs of this name
    ///   - done: how many tasks are over in the whole farm; interrupted attempts, which will be made again, do not count
    /// - Returns: those that are gone, in the order in which they were submitted
    package mutating func update(_ listed: [ListedJob], done: Int) -> [Gone] {
        for job in listed {
            let before = known[job.id]?.done ?? done
            note(job.id, isPending: job.isPending, done: job.isPending ? done : before)
        }
        let there = Set(listed.map(\.id))
        var gone: [Gone] = []
        for id in sorted({ _ in true }) where !there.contains(id) {
            guard let entry = known[id] else { continue }
            if entry.missing == 0 {
                known[id]?.missing = 1
            } else {
                known[id] = nil
                gone.append(Gone(id: id, sawWork: done != entry.done))
            }
        }
        return gone
    }

    /// Forgets those that were cancelled: that they are gone says nothing.
    package mutating func cancelled(_ ids: [String]) { for id in ids { known[id] = nil } }

    /// Of what use an allocation was.
    package enum Use: Sendable, Equatable {
        case worked
        /// Its farmer left in good order, but no task came to its end while it ran.
        case fruitless
        case failed(String)
    }

    /// Of what use an allocation that is gone was.
    ///
    /// - Parameters:
    ///   - record: what its script has noted: `started`, then `ended STATUS`; nil when there is nothing
    ///   - sawWork: whether any task came to its final end while it ran
    /// - Returns: why, where it failed
    package static func use(record: String?, sawWork: Bool) -> Use {
        guard let last = record?.split(separator: "\n").last else { return .failed("it ended before its script began") }
        let words = last.split(separator: " ")
        if words.first == "ended", words.count > 1 {
            guard ["0", "1", "75"].contains(words[1]) else {
                return .failed("its farmer ended with exit status \(words[1])")
            }
            return sawWork ? .worked : .fruitless
        }
        return sawWork ? .worked : .failed("it was ended before any task was over")
    }
}
