// Farmers that follow the claim policy on a virtual clock, as the supervisor does: a lock that one of them holds at a time,
// slots that run tasks of known lengths, answers that come when the change is over. Nothing sleeps.

import TaskFarmerCore

struct ClaimSimulation {
    private struct Member {
        var slots: Int
        var runs: [(end: Int, task: Int)] = []
        var queue: [Int] = []
        var rate = RateEstimate()
        var ended = 0
        var unreported = 0
        var oldestUnreported = 0
        var lastStart = 0
        var lastChange: Int?
        var seen: (toprocess: Int, claimed: Int)
        /// An exchange under way: when it is over, and what it brings.
        var answer: (at: Int, tasks: [Int], carried: Int)?
        var wake = 0
        var hasLeft = false
    }

    /// How long each task runs, in nanoseconds; those at the end are taken first.
    let lengths: [Int]
    /// How long a visit at the lock lasts, in nanoseconds.
    let cycle: Int
    private var members: [Member]
    private var toprocess: [Int]
    private var claimed = 0
    private var lockIsFree = 0

    private(set) var now = 0
    private(set) var runsOfTask: [Int]
    /// Visits at the lock that changed something, and those that did not.
    private(set) var changes = 0
    private(set) var vainVisits = 0
    private(set) var largestTake = 0
    private(set) var firstTakes: [Int] = []

    init(lengths: [Int], slots: [Int], cycle: Int) {
        self.lengths = lengths
        self.cycle = cycle
        toprocess = Array(lengths.indices)
        runsOfTask = [Int](repeating: 0, count: lengths.count)
        members = slots.map { Member(slots: $0, seen: (lengths.count, 0)) }
    }

    var isDone: Bool { members.allSatisfy(\.hasLeft) }
    var left: Int { toprocess.count + claimed }

    /// Runs until all farmers have left, or so many events have happened.
    mutating func run(limit: Int) {
        for _ in 0..<limit {
            guard let next = members.indices.filter({ !members[$0].hasLeft }).min(by: { due($0) < due($1) }) else {
                return
            }
            now = max(now, due(next))
            step(next)
        }
    }

    private func due(_ index: Int) -> Int {
        let member = members[index]
        return min(member.wake, member.answer?.at ?? .max, member.runs.map(\.end).min() ?? .max)
    }

    private mutating func step(_ index: Int) {
        var member = members[index]
        for run in member.runs where run.end <= now {
            if member.unreported == 0 { member.oldestUnreported = now }
            member.ended += 1
            member.unreported += 1
            member.rate.note(ended: 1, at: now)
            runsOfTask[run.task] += 1
        }
        member.runs.removeAll { $0.end <= now }
        if let answer = member.answer, answer.at <= now {
            member.queue = answer.tasks + member.queue
            member.unreported -= answer.carried
            member.oldestUnreported = now
            member.lastChange = now
            member.seen = (toprocess.count, claimed)
            member.answer = nil
        }
        while member.runs.count < member.slots, let task = member.queue.popLast() {
            if member.ended == 0 && member.runs.isEmpty { member.rate.note(ended: 0, at: now) }
            member.runs.append((now + lengths[task], task))
            member.lastStart = now
        }
        member.rate.note(ended: 0, at: now)
        member.wake = now + 1_000_000_000
        if member.answer == nil { decide(&member) }
        members[index] = member
    }

    private mutating func decide(_ member: inout Member) {
        if member.runs.isEmpty, member.queue.isEmpty, member.unreported == 0, member.seen == (0, 0) {
            member.hasLeft = true
            return
        }
        let live = members.filter { !$0.hasLeft }
        let situation = ClaimSituation(
            slots: member.slots, running: member.runs.count, queued: member.queue.count, ended: member.ended,
            unreported: member.unreported, rate: member.rate.rate(at: now), cycle: cycle,
            sinceChange: member.lastChange.map { now - $0 } ?? .max,
            sinceUnreported: member.unreported > 0 ? now - member.oldestUnreported : 0,
            sinceStart: now - member.lastStart,
            toprocess: member.seen.toprocess, liveFarmers: live.count, liveSlots: live.map(\.slots).reduce(0, +))
        switch ClaimPolicy.decide(situation) {
        case .change(let take):
            let share = ClaimPolicy.share(
                asked: take, free: situation.free, slots: member.slots, toprocess: toprocess.count,
                liveSlots: situation.liveSlots)
            if member.lastChange == nil && member.answer == nil { firstTakes.append(share) }
            visit(&member, take: share)
        case .release:
            toprocess += member.queue
            claimed -= member.queue.count
            member.queue = []
            visit(&member, take: 0, isRelease: true)
        case .wait(let time):
            member.wake = min(member.wake, now + time)
            if member.seen.toprocess == 0, member.runs.count < member.slots {
                // It looks at the state, without the lock, ten times in a second.
                member.seen = (toprocess.count, claimed)
                member.wake = min(member.wake, now + 100_000_000)
            }
        }
    }

    private mutating func visit(_ member: inout Member, take: Int, isRelease: Bool = false) {
        let tasks = Array(toprocess.suffix(take))
        toprocess.removeLast(tasks.count)
        claimed += tasks.count - member.unreported
        largestTake = max(largestTake, tasks.count)
        if tasks.isEmpty && member.unreported == 0 && !isRelease { vainVisits += 1 } else { changes += 1 }
        lockIsFree = max(now, lockIsFree) + cycle
        member.answer = (lockIsFree, tasks, member.unreported)
    }
}
