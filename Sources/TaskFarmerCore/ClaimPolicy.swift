// How many tasks a farmer takes, when it goes to the lock, and when it gives tasks back: pure functions of what it knows.
// A visit fetches a few seconds' work, and more where the lock is slow or many want it; towards the end it fetches half of what
// would make all end together, so that nobody sits on tasks that others could be running. That is guided
// self-scheduling (Polychronopoulos and Kuck, 1987), with what the others hold taken into account.

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

    /// A visit fetches work for so many seconds, and for up to the larger number where that is less than a `handful` of tasks.
    package static let horizon = 1.5
    package static let longHorizon = 6.0
    package static let handful = 250.0
    /// Farmers in full work hold the lock for one part in so many of the time. A visit that took long, waiting included,
    /// fetches work for so many times as long.
    package static let spacing = 5.0
    package static let patience = 6.0
    /// Ends are reported after so many seconds, even when nothing is taken.
    package static let reportInterval = 1.0
    /// Nothing is taken ahead of need sooner than this after the last visit, in seconds.
    package static let shortestInterval = 0.1
    /// What is worth a visit however little is left, in seconds of work.
    package static let smallestBatch = 0.3
    /// A queue that has not moved for so many seconds is given back.
    package static let stall = 2.0
    package static let largestBatch = 16_384
    /// A batch is at most so many times what has been seen to end.
    package static let growth = 16
    /// A farmer is not expected to run more tasks in a second than this before it has tried.
    package static let boldestRate = 1000.0

    package static func decide(_ now: ClaimSituation) -> Decision {
        let crowd = Crowd(now.pool, held: now.held)
        if now.isStopping {
            if now.queued > 0 { return .release }
            return untilReport(now, crowd, isLast: now.running == 0) <= 0
                ? .change(.nothing) : wait(untilReport(now, crowd, isLast: false))
        }
        let isStalled = isStalled(now, crowd)
        if now.queued > 0 && isStalled { return .release }
        let request = request(now, crowd)
        let isLast = now.running == 0 && now.queued == 0
        var due = untilReport(now, crowd, isLast: isLast, rate: now.queued > 0 ? request.rate : 0)
        if now.pool.toprocess > 0 {
            let sinceChange = seconds(now.sinceChange)
            if now.free > 0 {
                // The fewer slots are empty, the less it matters when they are filled.
                let busy = 1 - Double(now.free) / Double(now.slots)
                due = min(due, crowd.round * busy - sinceChange)
            } else if !isStalled, Double(now.queued) <= request.rate * crowd.lead(seconds(now.cycle)),
                share(request, of: now.pool) > 0
            {
                due = min(due, max(shortestInterval, crowd.round) - sinceChange)
            }
        }
        return due <= 0 ? .change(request) : wait(due)
    }

    /// How much of what was asked for is given, once the lock is held and the true length is known.
    package static func share(_ request: ClaimRequest, of pool: ClaimPool) -> Int {
        let slots = Double(request.slots)
        let part = slots / max(slots, Double(pool.liveSlots))
        let holding = Double(request.holding)
        // With so many more, all end together, if the others are halfway through what they hold.
        let others = max(0, Double(pool.claimed) - holding - Double(request.unreported))
        let level = (Double(pool.toprocess) + others / 2 + holding) * part - holding
        // A half, since nobody knows how long tasks take; but no less than is worth a visit.
        let worth = request.rate * max(smallestBatch, Crowd(pool, held: request.held).round)
        let ahead = Int(min(max(0, level / 2, min(worth, level)), 1e9))
        return max(0, min(pool.toprocess, request.asked, max(request.free, ahead)))
    }

    /// What a farmer asks for as it joins, with the lock held: it has waited for so many nanoseconds, and held it for so many
    /// until now, which is about half of what it will be.
    package static func first(slots: Int, waited: Int, held: Int, of pool: ClaimPool) -> ClaimRequest {
        let rate = expectedRate(slots: slots, pool)
        let ahead = batch(rate: rate, Crowd(pool, held: 2 * held), cycle: seconds(waited + 2 * held))
        return ClaimRequest(asked: slots + ahead, free: slots, slots: slots, rate: rate, held: 2 * held)
    }

    /// How long an idle farmer waits until it looks at the state again, without the lock, in nanoseconds: all of them
    /// together look a thousand times in a second at most. The first time, `last` is 0.
    package static func nextLook(after last: Int, liveFarmers: Int) -> Int {
        min(max(100_000_000, last * 3 / 2), max(1_000_000_000, liveFarmers * 1_000_000))
    }

    // MARK: times, in seconds

    private static func seconds(_ nanoseconds: Int) -> Double { Double(nanoseconds) / 1e9 }

    private static func wait(_ time: Double) -> Decision { .wait(nanoseconds: max(1, Int((time * 1e9).rounded()))) }

    /// What the number of farmers and the pace of the lock allow.
    private struct Crowd {
        /// All farmers visit the lock once in so long, with a little rest.
        var round: Double
        /// The time between two visits of one farmer in full work.
        var span: Double

        init(_ pool: ClaimPool, held: Int) {
            let once = Double(pool.liveFarmers) * seconds(held)
            round = 1.2 * once
            span = max(shortestInterval, spacing * once)
        }

        /// How long before its queue is empty a farmer goes for more, if its last visit took so long.
        func lead(_ cycle: Double) -> Double { 0.25 + max(0.5 * round, min(2 * cycle, 1.5 * round)) }
    }

    /// How long the ends not yet reported may wait; `rate` is that of a farmer that will go for tasks anyway.
    private static func untilReport(
        _ now: ClaimSituation, _ crowd: Crowd, isLast: Bool, rate: Double = 0
    ) -> Double {
        if now.unreported == 0 { return reportInterval }
        if isLast { return 0 }
        let visit = rate > 0 ? horizon(rate: rate, crowd, cycle: 0) : crowd.span
        return max(reportInterval, visit) - seconds(now.sinceUnreported)
    }

    /// All slots run long tasks, and others may soon want what waits behind them.
    private static func isStalled(_ now: ClaimSituation, _ crowd: Crowd) -> Bool {
        if now.pool.liveFarmers <= 1 || now.running < now.slots { return false }
        let supply = seconds(now.pool.meanTask) * Double(now.pool.toprocess) / Double(max(1, now.pool.liveSlots))
        return seconds(now.sinceStart) >= max(stall, crowd.span, supply / 2)
    }

    /// How much work to fetch.
    private static func horizon(rate: Double, _ crowd: Crowd, cycle: Double) -> Double {
        max(horizon, crowd.span, patience * cycle, min(longHorizon, handful / max(rate, 1e-9)))
    }

    // MARK: numbers of tasks

    /// How many to hold in the queue.
    private static func batch(rate: Double, _ crowd: Crowd, cycle: Double) -> Int {
        Int(min(Double(largestBatch), rate * (horizon(rate: rate, crowd, cycle: cycle) + crowd.lead(cycle))))
    }

    /// How many a farmer with so many slots may expect to end in a second, from what all have recorded; 0: nothing is known.
    private static func expectedRate(slots: Int, _ pool: ClaimPool) -> Double {
        if pool.meanTask == 0 || pool.attempts == 0 { return 0 }
        // Short tasks end first: the mean of the few ends that there are at the beginning is too small.
        let doubt = 1 + (Double(pool.liveSlots) / Double(pool.attempts)).squareRoot()
        return min(boldestRate, Double(slots) / (seconds(pool.meanTask) * doubt))
    }

    private static func request(_ now: ClaimSituation, _ crowd: Crowd) -> ClaimRequest {
        let cycle = seconds(now.cycle)
        let expected = expectedRate(slots: now.slots, now.pool)
        let rate = expected > 0 && now.ended < now.slots ? expected : now.rate
        let seen = max(now.free, growth * now.ended, batch(rate: expected, crowd, cycle: cycle))
        let wanted = min(seen, batch(rate: rate, crowd, cycle: cycle)) + now.free
        return ClaimRequest(
            asked: max(now.free, wanted - now.queued), free: now.free, slots: now.slots,
            holding: now.running + now.queued, unreported: now.unreported, rate: rate, held: now.held)
    }
}
