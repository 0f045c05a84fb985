// How many allocations to have in the queue: a pure function of what is left, who is at work and what is queued. An allocation
// is one node, whose farmer leaves by itself when it finds nothing to do; what is decided here is only whether another one
// would be of use.

/// What the user allows.
package struct AutoscaleLimits: Sendable, Equatable {
    /// Nodes that run or are queued, at most.
    package var nodes: Int
    /// Allocations that wait in the queue, at most.
    package var backlog: Int
    /// A further node is to have work for so many nanoseconds at least.
    package var worth: Int
    /// So many allocations in a row that fail, or during which no task comes to its end, end it.
    package var failures: Int

    package init(nodes: Int, backlog: Int = 1, worth: Int = 30_000_000_000, failures: Int = 3) {
        self.nodes = nodes
        self.backlog = backlog
        self.worth = worth
        self.failures = failures
    }
}

/// What an autoscaler knows when it decides.
package struct AutoscaleSituation: Sendable, Equatable {
    /// Tasks that are not over, and those of them that no living farmer has begun.
    package var left: Int
    package var unstarted: Int
    /// Slots of living farmers in which nothing runs yet.
    package var idle: Int
    /// Of the tasks so far, in nanoseconds; 0: unknown.
    package var meanTask: Int
    /// Farmers with a fresh heartbeat, whoever started them.
    package var farmers: Int
    /// Tasks at a time on one node; nil as long as no farmer was seen.
    package var slots: Int?
    /// This autoscaler's allocations.
    package var queued: Int
    package var running: Int
    /// Allocations in a row that failed without having done anything.
    package var failures: Int
    /// Allocations in a row during which no task came to its end, whatever the reason.
    package var fruitless: Int

    package init(
        left: Int, unstarted: Int, idle: Int = 0, meanTask: Int = 0, farmers: Int = 0, slots: Int? = nil,
        queued: Int = 0, running: Int = 0, failures: Int = 0, fruitless: Int = 0
    ) {
        self.left = left
        self.unstarted = unstarted
        self.idle = idle
        self.meanTask = meanTask
        self.farmers = farmers
        self.slots = slots
        self.queued = queued
        self.running = running
        self.failures = failures
        self.fruitless = fruitless
    }

    /// What the work directory shows: the totals, the roster, and those in it whose hearts beat; `slots` is given where the user has
    /// said how many tasks run at a time on a node. What a farmer without a heartbeat holds is work to be done.
    package init(
        _ state: StateRecord, farmers: [RosterEntry], beating: Set<String>, slots: Int?, queued: Int, running: Int,
        failures: Int, fruitless: Int
    ) {
        let fresh = farmers.filter { $0.status == .live && beating.contains($0.farmer) }
        let begun = fresh.reduce(0) { $0 + min($1.claimed, $1.slots) }
        let left = state.toprocess + state.claimed
        self.init(
            left: left, unstarted: max(0, left - begun),
            idle: fresh.reduce(0) { $0 + max(0, $1.slots - $1.claimed) }, meanTask: state.meanTask,
            farmers: fresh.count, slots: slots ?? fresh.map(\.slots).max() ?? farmers.map(\.slots).max(),
            queued: queued, running: running, failures: failures, fruitless: fruitless)
    }
}

/// Whose hearts beat, by the observer's own clock: those of two hosts may differ by any time.
package struct HeartWatch: Sendable, Equatable {
    private struct Seen: Equatable {
        var heartbeat: Int?
        var since: Int
    }

    /// A heart that stands still for so many nanoseconds has stopped.
    package static let patience = 60_000_000_000
    private var seen: [String: Seen] = [:]

    package init() {}

    /// Takes in a look at all live farmers. One that is seen for the first time has that long to show a beat.
    ///
    /// - Parameters:
    ///   - hearts: the heartbeat of each by its name; nil where it cannot be read
    ///   - now: in nanoseconds
    /// - Returns: the names of those that live
    package mutating func look(_ hearts: [String: Int?], at now: Int) -> Set<String> {
        var next: [String: Seen] = [:]
        for (farmer, heartbeat) in hearts {
            let isStill = seen[farmer].map { $0.heartbeat == heartbeat } ?? false
            next[farmer] = isStill ? seen[farmer] : Seen(heartbeat: heartbeat, since: now)
        }
        seen = next
        return Set(next.filter { now - $0.value.since < Self.patience }.keys)
    }
}

package enum AutoscalePolicy {
    package enum Decision: Sendable, Equatable {
        /// Every task is over.
        case finished
        /// Too many allocations in a row have failed, or have brought nothing.
        case stop
        case submit(Int)
        /// So many of those that are only queued are not needed any more.
        case cancel(Int)
        case wait
    }

    package static func decide(_ now: AutoscaleSituation, _ limits: AutoscaleLimits) -> Decision {
        if now.left == 0 { return .finished }
        if now.failures >= limits.failures { return .stop }
        let usable = usable(now, idle: 0)
        // A place in the queue is given up only when there is nothing at all for it: it may have taken days to get there.
        if now.queued > usable { return .cancel(now.queued - usable) }
        // What slots without work will take is left to them; whether they do is seen before the next node is asked for.
        let wanted = min(
            self.usable(now, idle: now.idle), worthwhile(now, limits), limits.backlog, limits.nodes - now.running)
        if wanted <= now.queued { return .wait }
        // Another one would do no more than those before it. Who is still at work may yet show that it goes on.
        if now.fruitless >= limits.failures { return nodes(now) + now.queued == 0 ? .stop : .wait }
        return .submit(wanted - now.queued)
    }

    /// Nodes that work or are about to.
    private static func nodes(_ now: AutoscaleSituation) -> Int { max(now.running, now.farmers) }

    /// On how many further nodes at least one task would run. The first node shows how many a node takes.
    private static func usable(_ now: AutoscaleSituation, idle: Int) -> Int {
        let nodes = nodes(now)
        guard let slots = now.slots, slots > 0 else { return max(now.queued, nodes == 0 ? 1 : 0) }
        let starting = (nodes - now.farmers) * slots
        let waiting = max(0, now.unstarted - idle - starting)
        return max(nodes == 0 ? 1 : 0, (waiting + slots - 1) / slots)
    }

    /// On how many further nodes each would have something to do for as long as a start is worth; without any node, one.
    private static func worthwhile(_ now: AutoscaleSituation, _ limits: AutoscaleLimits) -> Int {
        let nodes = nodes(now)
        guard let slots = now.slots, slots > 0, now.meanTask > 0, limits.worth > 0 else { return .max }
        let work = Double(now.unstarted) * Double(now.meanTask) / Double(slots)
        let all = min(1e6, work / Double(limits.worth))
        return max(nodes == 0 ? 1 : 0, Int(all) - nodes)
    }

    /// Why jobs may come and go without any task coming to its end, and what to do.
    ///
    /// - Parameters:
    ///   - silent: farmers without a heartbeat
    ///   - time: how long a job may run, in the user's words
    /// - Returns: a clause of a sentence
    package static func advice(silent: [RosterEntry], time: String) -> String {
        let holders = silent.filter { $0.claimed > 0 }
        let hosts = Set(holders.map(\.host)).sorted()
        guard !hosts.isEmpty else { return "perhaps a task takes longer than --time \(time)" }
        return "\(holders.reduce(0) { $0 + $1.claimed }) of the tasks left are held by farmers without a heartbeat on "
            + "\(hosts.joined(separator: ", ")); if that is down and the file server still keeps its lock, run this again with "
            + "--assume-dead \(hosts.joined(separator: ","))"
    }
}
