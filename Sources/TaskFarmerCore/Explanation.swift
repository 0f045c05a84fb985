// Why a task is not running now, or what it does: pure, of what was read. What is said of it in words is the report's.

package struct Explanation: Sendable {
    /// A live farmer.
    package struct Farmer: Sendable {
        package enum Life: Sendable, Equatable {
            case alive
            /// It has shown no sign of life for so many microseconds.
            case silent(Int)
            /// Its process is gone.
            case dead
        }

        package var name: String
        package var host: String
        package var life = Life.alive
        package var slots: Int
        package var running: Int
        /// nil in work directories before version 4.
        package var mode: AliveRecord.Control.Mode?
        package var outlook: AliveRecord.Outlook?

        package init(
            name: String, host: String, life: Life = .alive, slots: Int, running: Int,
            mode: AliveRecord.Control.Mode? = .working, outlook: AliveRecord.Outlook? = nil
        ) {
            self.name = name
            self.host = host
            self.life = life
            self.slots = slots
            self.running = running
            self.mode = mode
            self.outlook = outlook
        }
    }

    /// A task in a farmer's hands.
    package struct Claim: Sendable {
        package var farmer: Farmer
        package var running: JournalRecord.RunningTask?
        package var isCancelled = false
        /// It has ended, which its farmer has not reported yet.
        package var ended: Outcome?
        /// How many its farmer starts before it.
        package var ahead = 0

        package init(farmer: Farmer) { self.farmer = farmer }
    }

    /// What was read.
    package struct Facts: Sendable {
        package var state: TaskState
        package var task: TaskRecord
        package var form: TaskForm
        /// Microseconds since 1970.
        package var now: Int
        /// Of one that waits: how many are taken before it.
        package var ahead = 0
        /// How long it will hardly exceed, in seconds, by what is known here; nil where that is too little.
        package var expected: Double?
        package var farmers: [Farmer] = []
        package var claim: Claim?

        package init(state: TaskState, task: TaskRecord, form: TaskForm, now: Int) {
            self.state = state
            self.task = task
            self.form = form
            self.now = now
        }
    }

    /// One reason. Times of day are in microseconds since 1970, lengths in microseconds.
    package enum Reason: Sendable, Equatable {
        case finished, failed, skipped
        case held
        /// It waits, and is taken next; or behind so many.
        case next
        case behind(Int)
        case noFarmer
        /// It needs what this farmer does not have, in words.
        case lacks(farmer: String, String)
        /// Its farmer has said so of this task, in words.
        case refused(farmer: String, String)
        /// It takes so many seconds, and this farmer's tasks must be over in so many microseconds.
        case tooLong(farmer: String, seconds: Double, left: Int)
        case paused(farmer: String)
        /// It takes no more tasks, and why.
        case leaving(farmer: String, String?)
        case heldBack(farmer: String, String)
        /// All its slots run tasks.
        case busy(farmer: String, slots: Int)
        /// What it runs leaves no room for any of the tasks that it has taken.
        case crowded(farmer: String)
        case silent(farmer: String, host: String, for: Int)
        case dead(farmer: String, host: String)
        /// It waits for its time to be run again: when, if that is known.
        case delayed(farmer: String, until: Int?)
        /// It was taken, and is started after so many others.
        case queued(farmer: String, host: String, behind: Int)
        case cancelling(farmer: String)
        /// It has ended so; that is about to be recorded.
        case ended(farmer: String, Outcome)
        case running(farmer: String, host: String)
    }

    /// Why a task is where it is, the reason that matters most first.
    package static func reasons(_ facts: Facts) -> [Reason] {
        switch facts.state {
        case .finished: [.finished]
        case .failed: [.failed]
        case .skipped: [.skipped]
        case .held: [.held]
        case .waiting: waiting(facts)
        case .claimed, .running: facts.claim.map { claimed($0, facts) } ?? waiting(facts)
        }
    }

    private static func waiting(_ facts: Facts) -> [Reason] {
        let place = facts.ahead > 0 ? Reason.behind(facts.ahead) : .next
        if facts.farmers.isEmpty { return facts.ahead > 0 ? [.noFarmer, place] : [.noFarmer] }
        let found = facts.farmers.map { (farmer: $0, obstacle: obstacle($0, facts)) }
        let obstacles = found.compactMap(\.obstacle)
        let free = found.filter { $0.obstacle == nil }.map(\.farmer)
        if free.isEmpty { return obstacles + (facts.ahead > 0 ? [place] : []) }
        return [place] + free.filter { $0.running >= $0.slots }.map { .busy(farmer: $0.name, slots: $0.slots) }
            + obstacles
    }

    /// What keeps a farmer from ever taking a task, or from taking any now; nil where nothing does but others that are before it.
    private static func obstacle(_ farmer: Farmer, _ facts: Facts) -> Reason? {
        if let reason = standstill(farmer) { return reason }
        guard let outlook = farmer.outlook else { return nil }
        if !outlook.isPartial, let lack = outlook.demands(facts.form).lack(facts.task) {
            return .lacks(farmer: farmer.name, lack)
        }
        if let due = outlook.due, let expected = facts.expected, Double(facts.now) + expected * 1e6 > Double(due) {
            return .tooLong(farmer: farmer.name, seconds: expected, left: max(0, due - facts.now))
        }
        if let refused = outlook.refused, refused.first == facts.task.id {
            return .refused(farmer: farmer.name, refused.reason)
        }
        return outlook.heldBack.map { .heldBack(farmer: farmer.name, $0) }
    }

    /// Why a farmer starts nothing and takes nothing, whatever it is.
    private static func standstill(_ farmer: Farmer) -> Reason? {
        switch farmer.life {
        case .dead: return .dead(farmer: farmer.name, host: farmer.host)
        case .silent(let time): return .silent(farmer: farmer.name, host: farmer.host, for: time)
        case .alive: break
        }
        return switch farmer.mode {
        case .paused: .paused(farmer: farmer.name)
        case .draining, .stopping: .leaving(farmer: farmer.name, farmer.outlook?.leaving)
        case .working, nil: nil
        }
    }

    private static func claimed(_ claim: Claim, _ facts: Facts) -> [Reason] {
        let farmer = claim.farmer
        let standstill = standstill(farmer)
        var reasons: [Reason] = []
        if let outcome = claim.ended {
            reasons = [.ended(farmer: farmer.name, outcome)]
        } else if claim.running != nil {
            reasons = [.running(farmer: farmer.name, host: farmer.host)]
            if claim.isCancelled { reasons.append(.cancelling(farmer: farmer.name)) }
        } else if claim.isCancelled {
            reasons = [.cancelling(farmer: farmer.name)]
        } else if let reason = delay(claim, facts) {
            reasons = [reason]
        } else {
            reasons = [.queued(farmer: farmer.name, host: farmer.host, behind: claim.ahead)]
            if let reason = farmer.outlook?.heldBack { reasons.append(.heldBack(farmer: farmer.name, reason)) }
            if farmer.outlook?.isCrowded == true { reasons.append(.crowded(farmer: farmer.name)) }
            if standstill == nil, farmer.running >= farmer.slots {
                reasons.append(.busy(farmer: farmer.name, slots: farmer.slots))
            }
        }
        // Of what runs it is no matter that its farmer takes no more.
        if case .leaving? = standstill, claim.running != nil { return reasons }
        return reasons + [standstill].compactMap(\.self)
    }

    /// Only the first of those that wait are named by their farmer: one that has failed and is not among them comes later.
    private static func delay(_ claim: Claim, _ facts: Facts) -> Reason? {
        guard let outlook = claim.farmer.outlook, outlook.delayed > 0 else { return nil }
        if let late = outlook.late.first(where: { $0.task == facts.task.id }) {
            return .delayed(farmer: claim.farmer.name, until: late.due)
        }
        guard outlook.delayed > outlook.late.count, !facts.task.failures.isEmpty else { return nil }
        return .delayed(farmer: claim.farmer.name, until: nil)
    }
}
