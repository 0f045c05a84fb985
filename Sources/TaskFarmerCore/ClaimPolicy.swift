// How many tasks a farmer takes, when it goes to the lock, and when it gives tasks back: pure functions of what it knows.
// A visit should move a second or two's work, and more where the lock is slow or many want it; towards the end it shrinks
// to what can run now, so that nobody sits on tasks that others could be running. The sharing rule is guided self-scheduling
// (Polychronopoulos and Kuck, 1987), at half a share.

package enum ClaimPolicy {
    /// What to do at the lock.
    package enum Decision: Sendable, Equatable {
        /// Nothing before so many nanoseconds have passed, unless something happens.
        case wait(nanoseconds: Int)
        /// Report, and take what is given.
        case change(ClaimRequest)
        /// Report, and put the whole queue back.
        case release
    }

    /// A visit fetches work for so long, in seconds, and up to the larger number where it would move fewer tasks than `handful`.
    package static let horizon = 1.5
    package static let longHorizon = 4.0
    package static let handful = 150.0
    /// With all farmers at the interval of their visits, the lock is held for one part in so many of the time.
    package static let spacing = 3.5
    /// Ends are reported after so long, even when nothing is taken.
    package static let reportInterval = 1_000_000_000
    /// Nothing is taken ahead of need sooner than this after the last visit, in seconds.
    package static let shortestInterval = 0.1
    /// A queue that has not moved for so long is given back.
    package static let stall = 2_000_000_000
    package static let largestBatch = 16_384
    /// A batch is at most so many times what has been seen to end.
    package static let growth = 16
    /// A farmer is not expected to run more tasks in a second than this before it has tried.
    package static let boldestRate = 1000.0

    package static func decide(_ now: ClaimSituation) -> Decision {
        let span = interval(farmers: now.pool.liveFarmers, held: now.held)
        let since = Double(now.sinceChange) / 1e9
        if now.isStopping {
            if now.queued > 0 { return .release }
            if now.unreported > 0 && (now.running == 0 || now.sinceUnreported >= reportInterval) {
                return .change(.nothing)
            }
            return .wait(nanoseconds: now.unreported > 0 ? reportInterval - now.sinceUnreported : reportInterval)
        }
        let isStalled =
            now.pool.liveFarmers > 1 && now.sinceStart >= max(stall, Int(span * 1e9)) && now.running >= now.slots
        if now.queued > 0 && isStalled { return .release }
        let request = request(now)
        var due = 1.0
        if now.pool.toprocess > 0 {
            if now.free > 0 {
                let crowd = 1.2 * span / spacing
                let busy = 1 - Double(now.free) / Double(now.slots)
                due = min(due, crowd * busy - since)
            } else if !isStalled && Double(now.queued) <= request.rate * lead(now.cycle)
                && share(request, of: now.pool) > 0
            {
                due = min(due, span / 2 - since)
            }
        }
        if now.unreported > 0 {
            let isLast = now.running == 0 && now.queued == 0
            let visit = now.queued > 0 ? length(rate: request.rate, span: span) : span
            let patience = max(Double(reportInterval) / 1e9, visit)
            due = min(due, isLast ? 0 : patience - Double(now.sinceUnreported) / 1e9)
        }
        return due <= 0 ? .change(request) : .wait(nanoseconds: max(1, Int(due * 1e9)))
    }

    /// The time between two visits of one farmer, in seconds.
    private static func interval(farmers: Int, held: Int) -> Double {
        max(shortestInterval, spacing * Double(farmers) * Double(held) / 1e9)
    }

    /// How long before its queue is empty a farmer goes for more, in seconds.
    private static func lead(_ cycle: Int) -> Double { 0.25 + 2 * Double(cycle) / 1e9 }

    /// How much work to fetch, in seconds.
    private static func length(rate: Double, span: Double) -> Double {
        max(horizon, span, min(longHorizon, handful / max(rate, 1e-9)))
    }

    /// How many tasks to hold in the queue.
    private static func batch(rate: Double, span: Double, cycle: Int) -> Int {
        Int(min(Double(largestBatch), rate * (length(rate: rate, span: span) + lead(cycle))))
    }

    /// Ends in a second that a farmer may expect with so many slots before it has seen any; 0 when nobody has.
    private static func expectedRate(slots: Int, _ pool: ClaimPool) -> Double {
        if pool.meanTask == 0 || pool.attempts == 0 { return 0 }
        // Short tasks end first: those that run are believed to have taken as long already.
        let mean = Double(pool.meanTask) / 1e9 * (1 + Double(pool.liveSlots) / Double(pool.attempts))
        return min(boldestRate, Double(slots) / mean)
    }

    private static func request(_ now: ClaimSituation) -> ClaimRequest {
        let expected = now.ended < now.slots ? expectedRate(slots: now.slots, now.pool) : 0
        let rate = expected > 0 ? expected : now.rate
        let span = interval(farmers: now.pool.liveFarmers, held: now.held)
        let seen = expected > 0 ? largestBatch : max(now.free, growth * now.ended)
        let wanted = min(seen, batch(rate: rate, span: span, cycle: now.cycle)) + now.free
        return ClaimRequest(
            asked: max(now.free, wanted - now.queued), free: now.free, slots: now.slots,
            holding: now.running + now.queued, unreported: now.unreported, rate: rate, held: now.held)
    }

    /// What a farmer asks for as it joins, with the lock held: it has waited for so long, and held it for so long, in
    /// nanoseconds.
    package static func first(slots: Int, waited: Int, held: Int, of pool: ClaimPool) -> ClaimRequest {
        let rate = expectedRate(slots: slots, pool)
        let span = interval(farmers: pool.liveFarmers, held: held)
        return ClaimRequest(
            asked: slots + batch(rate: rate, span: span, cycle: waited + held), free: slots, slots: slots, rate: rate,
            held: held)
    }

    /// How much of what was asked for is given, once the lock is held and the true length is known.
    package static func share(_ request: ClaimRequest, of pool: ClaimPool) -> Int {
        let slots = Double(request.slots)
        let live = max(slots, Double(pool.liveSlots))
        let left = Double(pool.toprocess)
        let holding = Double(request.holding)
        let half = left * slots / (2 * live)
        // As much as makes all end together, if the others are halfway through what they hold; worth one visit.
        let others = max(0, Double(pool.claimed) - holding - Double(request.unreported))
        let level = (left + others / 2 + holding) * slots / live - holding
        let worth = request.rate * interval(farmers: pool.liveFarmers, held: request.held)
        let ahead = max(half, min(worth, level))
        let given = max(min(request.asked, request.free), min(request.asked, Int(min(max(0, ahead), 1e9))))
        return max(0, min(pool.toprocess, given))
    }

    /// How long an idle farmer waits until it looks at the state again, without the lock, in nanoseconds. The first time,
    /// `last` is 0.
    package static func nextLook(after last: Int, liveFarmers: Int) -> Int {
        let longest = max(1_000_000_000, liveFarmers * 1_000_000)
        return min(max(100_000_000, last * 3 / 2), longest)
    }
}
