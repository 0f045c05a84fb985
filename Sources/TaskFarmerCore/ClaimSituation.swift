// What the claim policy is told, and what it answers with. Times are in nanoseconds unless they say otherwise.

/// What the shared state says: under the lock as it is, else as of the last visit or look.
package struct ClaimPool: Sendable, Equatable {
    package var toprocess: Int
    /// By all farmers, ends that are not reported included.
    package var claimed: Int
    /// How many attempts are recorded, of all farmers since the beginning, and how long they took on average (0: unknown).
    package var attempts: Int
    package var meanTask: Int
    package var liveFarmers: Int
    package var liveSlots: Int

    package init(
        toprocess: Int = .max, claimed: Int = 0, attempts: Int = 0, meanTask: Int = 0, liveFarmers: Int = 1,
        liveSlots: Int = 1
    ) {
        self.toprocess = toprocess
        self.claimed = claimed
        self.attempts = attempts
        self.meanTask = meanTask
        self.liveFarmers = liveFarmers
        self.liveSlots = liveSlots
    }

    package init(_ state: StateRecord) {
        self.init(
            toprocess: state.toprocess, claimed: state.claimed, attempts: state.timed, meanTask: state.meanTask,
            liveFarmers: state.liveFarmers, liveSlots: state.liveSlots)
    }
}

/// What a farmer knows when it decides.
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
    /// How long this farmer's last change took, waiting included, and for how long it held the lock (0: none yet).
    package var cycle: Int
    package var held: Int
    /// Since the last change; since the oldest end that is not reported; since a task was last started.
    package var sinceChange: Int
    package var sinceUnreported: Int
    package var sinceStart: Int
    /// As of the last visit or look.
    package var pool: ClaimPool
    /// No new tasks are wanted: the farmer drains or stops.
    package var isStopping: Bool

    package init(
        slots: Int, running: Int = 0, queued: Int = 0, ended: Int = 0, unreported: Int = 0, rate: Double = 0,
        cycle: Int = 0, held: Int = 0, sinceChange: Int = .max, sinceUnreported: Int = 0,
        sinceStart: Int = 0, pool: ClaimPool = ClaimPool(), isStopping: Bool = false
    ) {
        self.slots = slots
        self.running = running
        self.queued = queued
        self.ended = ended
        self.unreported = unreported
        self.rate = rate
        self.cycle = cycle
        self.held = held
        self.sinceChange = sinceChange
        self.sinceUnreported = sinceUnreported
        self.sinceStart = sinceStart
        self.pool = pool
        self.isStopping = isStopping
    }

    /// Slots with nothing to run.
    package var free: Int { max(0, slots - running - queued) }
}

/// What a farmer asks for at the lock; how much of it is given is decided there.
package struct ClaimRequest: Sendable, Equatable {
    /// At most so many tasks, of which so many can run at once.
    package var asked: Int
    package var free: Int
    package var slots: Int
    /// Tasks that run or are queued, and ends that this visit reports.
    package var holding: Int
    package var unreported: Int
    /// Attempts of this farmer that end in a second; 0 when that is not known.
    package var rate: Double
    /// For how long the last change held the lock, in nanoseconds.
    package var held: Int

    package init(
        asked: Int, free: Int, slots: Int, holding: Int = 0, unreported: Int = 0, rate: Double = 0, held: Int = 0
    ) {
        self.asked = asked
        self.free = free
        self.slots = slots
        self.holding = holding
        self.unreported = unreported
        self.rate = rate
        self.held = held
    }

    /// Only reports.
    package static let nothing = ClaimRequest(asked: 0, free: 0, slots: 1)
}
