// How long tasks will take, from what attempts took that succeeded: of the task itself, of its class, of all. What is kept is bounded:
// of a class a sample, of tasks sixteen bytes each.

/// An even sample of numbers that come one by one.
package struct DurationSample: Sendable, Equatable {
    package static let most = 255
    /// In order.
    private var kept: [Float] = []
    private var seen = 0
    private var random = SplitMix(seed: 0)

    package init() {}

    package var count: Int { kept.count }

    package mutating func note(_ seconds: Double) {
        seen += 1
        if kept.count == Self.most {
            // Vitter's algorithm R: each number ever seen is as likely to be in it.
            let place = Int(random.next() % UInt64(seen))
            if place >= Self.most { return }
            kept.remove(at: place)
        }
        let value = Float(seconds)
        var (low, high) = (0, kept.count)
        while low < high {
            let middle = (low + high) / 2
            if kept[middle] < value { low = middle + 1 } else { high = middle }
        }
        kept.insert(value, at: low)
    }

    /// All numbers until now count for no more than a sample of them: what comes now shows soon, however long the history is.
    package mutating func settle() { seen = min(seen, Self.most - 1) }

    /// The number below which such a share of the sample lies; nil for an empty one.
    package func quantile(_ share: Double) -> Double? {
        kept.isEmpty ? nil : Double(kept[min(kept.count - 1, Int(share * Double(kept.count)))])
    }
}

/// What is known of how long tasks take.
package struct DurationEstimates: Sendable {
    /// What an estimate comes from, the better ones first.
    package enum Source: Int, Sendable, CaseIterable {
        /// The same task before.
        case own
        /// The list says so.
        case list
        /// Other tasks of its class.
        case kind
        /// All tasks.
        case all
    }

    private struct Known: Sendable {
        var key: UInt64
        var task: UInt32
        var seconds: Float

        static func < (one: Known, other: Known) -> Bool {
            (one.key, one.task, one.seconds) < (other.key, other.task, other.seconds)
        }
    }

    /// Further classes count among all only.
    package static let mostKinds = 1024
    /// Further tasks count for their classes only.
    package static let mostTasks = 1 << 24
    /// Of a class with fewer attempts nothing is said that keeps a task from being started.
    package static let fewest = 3
    /// So long at most, by so many of its class, that is what a task is taken to take where it must not take longer.
    package static let highShare = 0.95
    /// What took so long before may take this much longer, as a share.
    package static let slack = 0.1

    private var known: [Known] = []
    private var isSorted = true
    private var kinds: [UInt64: DurationSample] = [:]
    private var all = DurationSample()
    /// No task of which anything is known will take longer, in seconds, unless the list says so.
    package private(set) var largest = 0.0

    package init() {}

    /// An attempt of a task of this list, or of an earlier one, has succeeded.
    package mutating func note(kind: UInt64?, seconds: Double) {
        all.note(seconds)
        largest = max(largest, seconds * (1 + Self.slack))
        guard let kind, kinds[kind] != nil || kinds.count < Self.mostKinds else { return }
        kinds[kind, default: DurationSample()].note(seconds)
    }

    /// An attempt in a history has succeeded.
    ///
    /// - Parameters:
    ///   - task: its ID there
    ///   - identity: what task that was; nil where only the ID is known
    ///   - seconds: how long it took
    package mutating func remember(task: Int, _ identity: TaskIdentity?, seconds: Double) {
        note(kind: identity?.kind, seconds: seconds)
        guard known.count < Self.mostTasks, let number = UInt32(exactly: task) else { return }
        known.append(Known(key: identity?.key ?? 0, task: number, seconds: Float(seconds)))
        isSorted = false
    }

    /// The history is read. Call it before anything is asked.
    package mutating func settle() {
        known.sort(by: <)
        isSorted = true
        all.settle()
        for kind in kinds.keys { kinds[kind]?.settle() }
    }

    /// Half of all took longer, in seconds; nil where nothing is known.
    package var median: Double? { all.quantile(0.5) }
    /// Whether nothing is known at all.
    package var isEmpty: Bool { all.count == 0 }

    /// What a task took before: the same command under the same ID, else the same command if no other task had it; by the ID alone
    /// only where the commands are not known. Where it took several times, the longest.
    private func own(_ task: Int, _ key: UInt64) -> Double? {
        guard let number = UInt32(exactly: task), isSorted else { return nil }
        if let same = last(Known(key: key, task: number, seconds: .infinity)), same.key == key {
            if same.task == number { return Double(same.seconds) }
        }
        if let any = last(Known(key: key, task: .max, seconds: .infinity)), any.key == key {
            let first = lowerBound(Known(key: key, task: 0, seconds: -1))
            if known[first].task == any.task { return Double(any.seconds) }
        }
        if let bare = last(Known(key: 0, task: number, seconds: .infinity)), bare.key == 0, bare.task == number {
            return Double(bare.seconds)
        }
        return nil
    }

    private func lowerBound(_ wanted: Known) -> Int {
        var (low, high) = (0, known.count)
        while low < high {
            let middle = (low + high) / 2
            if known[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The last that is not above it.
    private func last(_ wanted: Known) -> Known? {
        let place = lowerBound(wanted)
        return place == 0 ? nil : known[place - 1]
    }

    /// How long a task will most likely take, in seconds, and where that comes from; nil where nothing is known.
    package func likely(_ task: Int, _ identity: TaskIdentity) -> (seconds: Double, source: Source)? {
        if let own = own(task, identity.key) { return (own, .own) }
        if let expected = identity.expected { return (expected, .list) }
        if let median = kinds[identity.kind]?.quantile(0.5) { return (median, .kind) }
        return median.map { ($0, .all) }
    }

    /// How long a task takes in a forecast, in seconds, and where that comes from; nil where nothing is known. Of what is known of
    /// others only, each task draws one, so that long ones are as frequent as they were.
    package func drawn(_ task: Int, _ identity: TaskIdentity) -> (seconds: Double, source: Source)? {
        if let own = own(task, identity.key) { return (own, .own) }
        if let expected = identity.expected { return (expected, .list) }
        var random = SplitMix(seed: UInt64(task))
        let share = random.part()
        if let kind = kinds[identity.kind]?.quantile(share) { return (kind, .kind) }
        return all.quantile(share).map { ($0, .all) }
    }

    /// How long a task will hardly exceed, in seconds; nil where too little is known of it.
    package func highest(_ task: Int, _ identity: TaskIdentity) -> Double? {
        if let own = own(task, identity.key) { return own * (1 + Self.slack) }
        if let expected = identity.expected { return expected }
        guard let kind = kinds[identity.kind], kind.count >= Self.fewest else { return nil }
        return kind.quantile(Self.highShare)
    }
}
