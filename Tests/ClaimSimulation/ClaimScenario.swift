// What is simulated, and what comes out. Nothing here sleeps or reads a clock: the same seed gives the same result.

package import TaskFarmerCore

/// Farmers that follow the claim policy on a virtual clock. All of them start at 0. Times are in seconds.
package struct ClaimScenario: Sendable {
    /// Farmers that vanish without a word.
    package struct Loss: Sendable {
        package var count: Int
        package var at: Double
        /// From then until others know.
        package var foundAfter = 15.0

        package init(count: Int, at: Double) {
            self.count = count
            self.at = at
        }
    }

    package var farmers: Int
    /// Of each farmer.
    package var slots: Int
    package var tasks: Int
    /// How long tasks run: log-normal with this mean, and this standard deviation of the logarithm.
    package var mean: Double
    package var sigma: Double
    /// For how long a change holds the lock, evenly distributed.
    package var cycle: ClosedRange<Double>
    package var lost: Loss?
    package var seed: UInt64
    /// Whether waiting farmers try the lock again and again, as they do, and so get it in no order and after a pause; else
    /// it goes on at once to who waits longest.
    package var isPolled = true
    /// Whether the mean of the tasks is recorded in the state, from an earlier run.
    package var isMeanKnown = false
    /// How many waiting farmers one visit serves. Farmers as they are serve themselves alone.
    package var served = 1
    /// In which order they run.
    package var order = ListOrder.list
    /// Whether the schedule without any lock is made as well.
    package var comparesGreedy = true

    package init(
        farmers: Int, slots: Int, tasks: Int, mean: Double, sigma: Double, cycle: ClosedRange<Double> = 0.005...0.005,
        lost: Loss? = nil, seed: UInt64 = 1
    ) {
        self.farmers = farmers
        self.slots = slots
        self.tasks = tasks
        self.mean = mean
        self.sigma = sigma
        self.cycle = cycle
        self.lost = lost
        self.seed = seed
    }

    package func run() -> ClaimResult {
        var simulation = FarmSimulation(self)
        return simulation.run()
    }
}

/// Times are in seconds.
package struct ClaimResult: Sendable {
    /// From the start of all farmers until the last task ended, and until the last farmer left.
    package var makespan = 0.0
    package var allLeft = 0.0
    /// No schedule is shorter than the longest task, or than all of them divided by the slots.
    package var longest = 0.0
    package var perSlot = 0.0
    /// The same list in the same order, each task on the slot that is free first, without any lock.
    package var greedy: Double?
    /// Parts of the time until `makespan` in which slots ran tasks: of all slots, and of those whose farmer had joined.
    package var busyShare = 0.0
    package var busyShareOnceIn = 0.0
    /// The part of the time until `allLeft` in which the lock was held.
    package var lockBusyShare = 0.0
    /// Visits at the lock, of which so many were joins, leaves without a report, recoveries, and such as changed nothing.
    package var visits = 0
    package var joins = 0
    package var leaves = 0
    package var recoveries = 0
    package var vainVisits = 0
    /// Visits that gave a queue back.
    package var releases = 0
    /// The last first task of a farmer, and the last visit that gave one.
    package var lastJoin = 0.0
    package var poolEmpty = 0.0
    package var largestTake = 0
    package var firstTakes: [Int] = []
    /// Looks at the state without the lock.
    package var looks = 0
    /// Ends of tasks; more than tasks where farmers were lost.
    package var ended = 0
    /// How often each task ran to its end; only for lists of up to 200,000.
    package var runs: [UInt8] = []

    package var bound: Double { max(longest, perSlot) }
    package var visitsPerThousandTasks: Double { 1000 * Double(visits) / Double(max(1, ended)) }
    /// Beyond the schedule without a lock, in parts of the bound.
    package var overGreedy: Double? { greedy.map { (makespan - $0) / bound } }
}
