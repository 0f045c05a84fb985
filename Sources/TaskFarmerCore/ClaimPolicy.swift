// How many tasks a farmer takes, when it goes to the lock, and when it gives tasks back: pure functions of what it knows.
// A batch should last a second or two, so that the lock costs nothing; towards the end it shrinks to what can run now, so
// that nobody sits on tasks that others could be running. The sharing rule is guided self-scheduling (Polychronopoulos and
// Kuck, 1987), at half a share.

/// What a farmer knows when it decides. Times are in nanoseconds.
package struct ClaimSituation: Sendable, Equatable {
    package var slots: Int
    package var running: Int
    /// Claimed and not started.
    package var queued: Int
    /// Attempts ended since this farmer began, and those not yet reported.
    package var ended: Int
    package var unreported: Int
    /// Attempts that end in a second, as of late.
    package var rate: Double
    /// How long a change of the shared state takes, waiting included.
    package var cycle: Int
    /// Since the last change; since the oldest end that is not reported; since a task was last started.
    package var sinceChange: Int
    package var sinceUnreported: Int
    package var sinceStart: Int
    /// As of the last look: tasks to process, farmers, their slots.
    package var toprocess: Int
    package var liveFarmers: Int
    package var liveSlots: Int
    /// No new tasks are wanted: the farmer drains or stops.
    package var isStopping: Bool

    package init(
        slots: Int, running: Int = 0, queued: Int = 0, ended: Int = 0, unreported: Int = 0, rate: Double = 0,
        cycle: Int = 0, sinceChange: Int = .max, sinceUnreported: Int = 0, sinceStart: Int = 0, toprocess: Int = .max,
        liveFarmers: Int = 1, liveSlots: Int = 1, isStopping: Bool = false
    ) {
        self.slots = slots
        self.running = running
        self.queued = queued
        self.ended = ended
        self.unreported = unreported
        self.rate = rate
        self.cycle = cycle
        self.sinceChange = sinceChange
        self.sinceUnreported = sinceUnreported
        self.sinceStart = sinceStart
        self.toprocess = toprocess
        self.liveFarmers = liveFarmers
        self.liveSlots = liveSlots
        self.isStopping = isStopping
    }

    /// Slots with nothing to run.
    package var free: Int { max(0, slots - running - queued) }
}

package enum ClaimPolicy {
    /// What to do at the lock.
    package enum Decision: Sendable, Equatable {
        /// Nothing before so many nanoseconds have passed, unless something happens.
        case wait(nanoseconds: Int)
        /// Report, and take up to so many tasks.
        case change(take: Int)
        /// Report, and put the whole queue back.
        case release
    }

    /// A batch lasts so long, in seconds.
    package static let horizon = 1.5
    /// Ends are reported after so long, even when nothing is taken.
    package static let reportInterval = 1_000_000_000
    /// Nothing is taken ahead of need sooner than this after the last visit.
    package static let shortestInterval = 100_000_000
    /// A queue that has not moved for so long is given back.
    package static let stall = 2_000_000_000
    package static let largestBatch = 16_384
    /// A batch is at most so many times what has been seen to end.
    package static let growth = 16

    package static func decide(_ now: ClaimSituation) -> Decision {
        if now.isStopping {
            if now.queued > 0 { return .release }
            if now.unreported > 0 && (now.running == 0 || now.sinceUnreported >= reportInterval) {
                return .change(take: 0)
            }
            return .wait(nanoseconds: now.unreported > 0 ? reportInterval - now.sinceUnreported : reportInterval)
        }
        let isStalled = now.liveFarmers > 1 && now.sinceStart >= stall && now.running >= now.slots
        if now.queued > 0 && isStalled { return .release }
        let cycle = Double(now.cycle) / 1e9
        let wanted = batch(now)
        let low = Int(now.rate * (2 * cycle + horizon / 6))
        if now.toprocess > 0 {
            if now.free > 0 { return .change(take: max(wanted, now.free)) }
            // Ahead of need only where the lock would give something: near the end it gives what can run at once.
            let ahead = share(
                asked: wanted - now.queued, free: 0, slots: now.slots, toprocess: now.toprocess,
                liveSlots: now.liveSlots)
            if !isStalled && now.queued <= low && ahead > 0 {
                if now.sinceChange >= shortestInterval { return .change(take: wanted - now.queued) }
                return .wait(nanoseconds: shortestInterval - now.sinceChange)
            }
        }
        if now.unreported > 0 {
            let isLast = now.running == 0 && now.queued == 0
            let patience = reportInterval * max(1, now.liveFarmers / 16)
            if isLast || now.sinceUnreported >= patience { return .change(take: max(0, wanted - now.queued)) }
            return .wait(nanoseconds: patience - now.sinceUnreported)
        }
        return .wait(nanoseconds: reportInterval)
    }

    /// How many tasks to hold in the queue beyond those that run.
    private static func batch(_ now: ClaimSituation) -> Int {
        let target = now.rate * (horizon + 2 * Double(now.cycle) / 1e9)
        let seen = max(now.free, growth * now.ended)
        return min(largestBatch, seen, Int(min(target, 1e9))) + now.free
    }

    /// How much of what was asked for is given, once the lock is held and the true length is known.
    package static func share(asked: Int, free: Int, slots: Int, toprocess: Int, liveSlots: Int) -> Int {
        let fair = Double(toprocess) * Double(slots) / Double(2 * max(slots, liveSlots))
        return max(0, min(toprocess, max(min(asked, free), min(asked, Int(min(fair, 1e9))))))
    }
}

/// How fast attempts end, as of late.
package struct RateEstimate: Sendable, Equatable {
    private var started: Int?
    private var windowStart = 0
    private var windowEnds = 0
    private var smoothed: Double?
    private static let window = 250_000_000

    package init() {}

    /// Notes ends at an instant in nanoseconds. Call it with 0 when work begins.
    package mutating func note(ended: Int, at now: Int) {
        guard started != nil else {
            started = now
            windowStart = now
            windowEnds = ended
            return
        }
        windowEnds += ended
        let length = now - windowStart
        if length >= Self.window {
            let fresh = Double(windowEnds) / (Double(length) / 1e9)
            let weight = 1 - 0.5 / Double(length / Self.window)
            smoothed = smoothed.map { $0 + (fresh - $0) * max(0.5, weight) } ?? fresh
            windowStart = now
            windowEnds = 0
        }
    }

    /// Ends per second.
    package func rate(at now: Int) -> Double {
        let length = Double(max(1_000_000, now - windowStart)) / 1e9
        return smoothed ?? (started == nil ? 0 : Double(windowEnds) / length)
    }
}
