// What farmers would do with a list: the policies that real ones follow, on a virtual clock. Which tasks a farmer takes and when, which
// it starts next beside those that run, what it leaves because its time is over: all that is decided by the same functions. What is
// not simulated is a machine that slows down when many tasks run on it.

/// Farmers, all alike, over a list. Times are in nanoseconds.
package struct FarmForecast: Sendable {
    package struct Setup: Sendable {
        package var farmers: Int
        /// Of each.
        package var slots: Int
        package var offer: Offer
        /// How long farmers may run before they are started anew; nil for as long as they like.
        package var time: Int?
        /// So long before that tasks must be over.
        package var margin = 10_000_000_000
        /// For how long a change holds the lock, how long a farmer takes to join, and what starting a task costs its slot.
        package var lock = 4_000_000
        package var joining = 60_000_000
        package var starting = 1_500_000

        package init(farmers: Int, slots: Int, offer: Offer, time: Int? = nil) {
            self.farmers = farmers
            self.slots = slots
            self.offer = offer
            self.time = time
        }
    }

    /// What comes of it.
    package struct Outcome: Sendable, Equatable {
        /// Until the last task was over, all allocations together, without the time between them.
        package var wall = 0
        /// Of which so much in the last one.
        package var last = 0
        package var allocations = 0
        /// What tasks used of the processors: processors times nanoseconds.
        package var busy = 0.0
        /// Tasks that need more than a farmer has, and tasks that take longer than an allocation lasts.
        package var unfit = 0
        package var tooLong = 0
        /// What the first of those that need more lacks, in words.
        package var lack: String?

        /// The part of the farmers' processors that had nothing to do.
        package func idleShare(_ setup: Setup) -> Double {
            let whole = Double(wall) * Double(setup.farmers) * Double(setup.offer.cpus)
            return whole == 0 ? 0 : max(0, 1 - busy / whole)
        }
    }

    /// A task: how long it takes, and what of.
    package struct Task: Sendable {
        package var length: Int
        /// Its place in the list of demands.
        package var demand: Int

        package init(length: Int, demand: Int = 0) {
            self.length = length
            self.demand = demand
        }
    }

    private let setup: Setup
    private let tasks: [Task]
    private let demands: [Demand]

    /// - Parameters:
    ///   - tasks: in the order in which they run
    ///   - demands: what they need
    ///   - setup: who runs them
    /// - Returns: what comes of it
    package static func run(_ tasks: [Task], demands: [Demand], _ setup: Setup) -> Outcome {
        let forecast = FarmForecast(setup: setup, tasks: tasks, demands: demands)
        var outcome = Outcome()
        // The last of them all to get the lock must still have time for it.
        let begin = setup.joining + (setup.farmers + 1) * setup.lock + setup.starting
        let room = setup.time.map { $0 - setup.margin - begin } ?? .max
        let lacks = demands.map { setup.offer.lack($0) }
        let fitting = tasks.indices.filter { lacks[tasks[$0].demand] == nil }
        var left = fitting.filter { tasks[$0].length <= room }
        outcome.unfit = tasks.count - fitting.count
        outcome.tooLong = fitting.count - left.count
        outcome.lack = lacks.compactMap(\.self).first
        while !left.isEmpty {
            var allocation = Allocation(forecast, left)
            allocation.run()
            outcome.allocations += 1
            outcome.busy += allocation.busy
            outcome.last = allocation.now
            outcome.wall += allocation.now
            let before = left.count
            left = allocation.left
            if left.count == before {
                outcome.tooLong += before
                return outcome
            }
        }
        return outcome
    }
}

extension FarmForecast {
    private struct Event: Comparable {
        var time: Int
        var farmer: Int
        /// What was planned for a farmer later makes this void.
        var serial: Int

        static func < (one: Event, other: Event) -> Bool { (one.time, one.farmer) < (other.time, other.farmer) }
    }

    private struct Run: Comparable {
        var end: Int
        var task: Int
        static func < (one: Run, other: Run) -> Bool { (one.end, one.task) < (other.end, other.task) }
    }

    private struct Farmer {
        var pool: ResourcePool
        var order: StartOrder
        var running = Heap<Run>()
        var grants: [Int: Grant] = [:]
        var queue: [Int] = []
        var isBlocked = false
        var rate = RateEstimate()
        var ended = 0
        var unreported = 0
        var unreportedTime = 0
        var oldestUnreported = 0
        var lastStart = 0
        var lastChange: Int?
        var lastCycle = 0
        var seen = ClaimPool()
        var nextLook = 0
        var lookWait = 0
        /// On its way to the lock or back: when it is back, and with what.
        var back: (at: Int, tasks: [Int], seen: ClaimPool)?
        var hasJoined = false
        var hasLeft = false
        /// Has nothing to do until others change something, and knows it.
        var isAsleep = false
        var serial = 0
    }

    /// One allocation: all farmers begin at once, and end with their time.
    private struct Allocation {
        private let forecast: FarmForecast
        private var farmers: [Farmer]
        private var events = Heap<Event>()
        /// The next one is the last.
        private var stack: [Int]
        private var claimed = 0
        private var attempts = 0
        private var time = 0
        private var liveFarmers = 0
        private var lockFree = 0
        private(set) var now = 0
        private(set) var busy = 0.0
        private static let window = 64

        init(_ forecast: FarmForecast, _ left: [Int]) {
            self.forecast = forecast
            let setup = forecast.setup
            stack = left.reversed()
            farmers = (0..<setup.farmers).map { _ in
                Farmer(pool: ResourcePool(setup.offer), order: StartOrder(slots: setup.slots))
            }
        }

        /// What was not run, in its order.
        var left: [Int] { farmers.flatMap(\.queue) + stack.reversed() }

        private var seen: ClaimPool {
            ClaimPool(
                toprocess: stack.count, claimed: claimed, attempts: attempts,
                meanTask: attempts > 0 ? time / attempts : 0, liveFarmers: liveFarmers,
                liveSlots: liveFarmers * forecast.setup.slots)
        }

        mutating func run() {
            for farmer in farmers.indices { plan(farmer, at: forecast.setup.joining) }
            var last = 0
            while !events.isEmpty {
                let event = events.removeFirst()
                guard event.serial == farmers[event.farmer].serial else { continue }
                now = event.time
                if act(event.farmer) { last = now }
            }
            now = max(last, forecast.setup.joining)
        }

        private mutating func plan(_ farmer: Int, at time: Int) {
            farmers[farmer].isAsleep = false
            farmers[farmer].serial += 1
            events.insert(Event(time: time, farmer: farmer, serial: farmers[farmer].serial))
        }

        /// Lets a farmer live until it has to wait.
        ///
        /// - Returns: whether a task of its ended
        private mutating func act(_ farmer: Int) -> Bool {
            let hasEnded = end(farmer)
            if let back = farmers[farmer].back, back.at <= now { arrive(farmer, back) }
            start(farmer)
            if farmers[farmer].back == nil && !decide(farmer) { return hasEnded }
            var next = farmers[farmer].back?.at ?? .max
            if let first = farmers[farmer].running.first { next = min(next, first.end) }
            if next == .max { return hasEnded }
            // What was decided may set an earlier instant, and has then.
            if farmers[farmer].back != nil { plan(farmer, at: max(now, next)) }
            return hasEnded
        }

        private mutating func end(_ farmer: Int) -> Bool {
            var hasEnded = false
            while let first = farmers[farmer].running.first, first.end <= now {
                _ = farmers[farmer].running.removeFirst()
                farmers[farmer].pool.giveBack(farmers[farmer].grants.removeValue(forKey: first.task))
                let length = forecast.tasks[first.task].length
                busy += Double(length) * Double(forecast.demands[forecast.tasks[first.task].demand].cpus)
                if farmers[farmer].unreported == 0 { farmers[farmer].oldestUnreported = now }
                farmers[farmer].ended += 1
                farmers[farmer].unreported += 1
                farmers[farmer].unreportedTime += length
                farmers[farmer].rate.note(ended: 1, at: now)
                hasEnded = true
            }
            return hasEnded
        }

        private mutating func arrive(_ farmer: Int, _ back: (at: Int, tasks: [Int], seen: ClaimPool)) {
            farmers[farmer].back = nil
            farmers[farmer].queue += back.tasks
            farmers[farmer].lastChange = now
            farmers[farmer].lastCycle = forecast.setup.lock
            if !back.tasks.isEmpty { farmers[farmer].lookWait = 0 }
            look(farmer, back.seen)
            if !farmers[farmer].hasJoined {
                farmers[farmer].hasJoined = true
                farmers[farmer].rate.note(ended: 0, at: now)
            }
        }

        private mutating func look(_ farmer: Int, _ pool: ClaimPool) {
            farmers[farmer].seen = pool
            farmers[farmer].lookWait = ClaimPolicy.nextLook(
                after: farmers[farmer].lookWait, liveFarmers: pool.liveFarmers)
            farmers[farmer].nextLook = now + farmers[farmer].lookWait
        }

        private func fits(_ task: Int) -> Bool {
            guard let time = forecast.setup.time else { return true }
            return now + forecast.tasks[task].length <= time - forecast.setup.margin
        }

        private mutating func start(_ farmer: Int) {
            farmers[farmer].isBlocked = false
            while farmers[farmer].running.count < forecast.setup.slots, !farmers[farmer].queue.isEmpty {
                let waiting = farmers[farmer].queue.prefix(Self.window)
                let pool = farmers[farmer].pool
                var order = farmers[farmer].order
                let place = order.choose(waiting) { place in
                    let task = waiting[waiting.startIndex + place]
                    return fits(task) && pool.holds(forecast.demands[forecast.tasks[task].demand])
                }
                farmers[farmer].order = order
                guard let place else {
                    farmers[farmer].isBlocked = !farmers[farmer].running.isEmpty
                    return
                }
                let task = farmers[farmer].queue.remove(at: place)
                farmers[farmer].grants[task] = farmers[farmer].pool.take(
                    forecast.demands[forecast.tasks[task].demand])
                farmers[farmer].lastStart = now
                farmers[farmer].running.insert(
                    Run(end: now + forecast.setup.starting + forecast.tasks[task].length, task: task))
            }
        }

        private func situation(_ farmer: Int) -> ClaimSituation {
            let own = farmers[farmer]
            return ClaimSituation(
                slots: own.isBlocked ? max(1, own.running.count) : forecast.setup.slots, running: own.running.count,
                queued: own.queue.count, ended: own.ended, unreported: own.unreported, rate: own.rate.rate(at: now),
                cycle: own.lastCycle, held: forecast.setup.lock, sinceChange: own.lastChange.map { now - $0 } ?? .max,
                sinceUnreported: own.unreported > 0 ? now - own.oldestUnreported : 0, sinceStart: now - own.lastStart,
                pool: own.seen)
        }

        /// Sends a farmer to the lock, has it wait, or lets it go.
        ///
        /// - Returns: false when it was planned for, or has left
        private mutating func decide(_ farmer: Int) -> Bool {
            if !farmers[farmer].hasJoined {
                liveFarmers += 1
                let request = ClaimPolicy.first(
                    slots: forecast.setup.slots, waited: max(0, lockFree - now), held: forecast.setup.lock, of: seen)
                visit(farmer, request)
                return true
            }
            let own = farmers[farmer]
            let isOver = own.running.isEmpty && own.queue.isEmpty && own.unreported == 0
            if isOver, own.seen.toprocess == 0, own.seen.claimed == 0 {
                leave(farmer)
                return false
            }
            // What does not fit into its time any more is for the next allocation.
            if forecast.setup.time != nil, let first = own.queue.first ?? stack.last, !fits(first), own.running.isEmpty,
                !own.queue.contains(where: fits), !stack.suffix(256).contains(where: fits)
            {
                putBack(farmer)
                leave(farmer)
                return false
            }
            farmers[farmer].rate.note(ended: 0, at: now)
            switch ClaimPolicy.decide(situation(farmer)) {
            case .change(let request):
                visit(farmer, request)
                return true
            case .release:
                putBack(farmer)
                visit(farmer, .nothing)
                return true
            case .wait(let time):
                let isIdle = own.seen.toprocess == 0 && own.queue.isEmpty && own.unreported == 0
                if let first = own.running.first {
                    // Looks that change nothing cost time here and none there: the longer the wait, the fewer they are.
                    let pause = isIdle ? first.end - now : max(time, (first.end - now) / 16)
                    plan(farmer, at: max(now + 1, min(first.end, now + pause)))
                } else if !isIdle {
                    plan(farmer, at: max(now + 1, now + time))
                }
                farmers[farmer].isAsleep = isIdle
                return false
            }
        }

        /// Those that look now and then find that there is something to take, or that all is over.
        private mutating func wake() {
            guard !stack.isEmpty || claimed == 0 else { return }
            for farmer in farmers.indices where farmers[farmer].isAsleep && !farmers[farmer].hasLeft {
                look(farmer, seen)
                plan(farmer, at: farmers[farmer].nextLook)
            }
        }

        private mutating func putBack(_ farmer: Int) {
            stack += farmers[farmer].queue.reversed()
            claimed -= farmers[farmer].queue.count
            farmers[farmer].queue = []
            wake()
        }

        private mutating func leave(_ farmer: Int) {
            farmers[farmer].hasLeft = true
            farmers[farmer].serial += 1
            liveFarmers -= 1
        }

        /// What is done at the lock is done when it is had; the answer comes when it is let go.
        private mutating func visit(_ farmer: Int, _ request: ClaimRequest) {
            lockFree = max(now, lockFree) + forecast.setup.lock
            attempts += farmers[farmer].unreported
            time += farmers[farmer].unreportedTime
            claimed -= farmers[farmer].unreported
            farmers[farmer].unreported = 0
            farmers[farmer].unreportedTime = 0
            let count = min(ClaimPolicy.share(request, of: seen), stack.count)
            let wanted = forecast.setup.time == nil ? nil : stack.suffix(max(256, count)).filter(fits)
            var taken: [Int] = []
            if let wanted, wanted.count < min(stack.count, max(256, count)) {
                taken = Array(wanted.suffix(count).reversed())
                let gone = Set(taken)
                stack.removeAll { gone.contains($0) }
            } else {
                taken = Array(stack.suffix(count).reversed())
                stack.removeLast(taken.count)
            }
            claimed += taken.count
            farmers[farmer].back = (lockFree, taken, seen)
            wake()
        }
    }
}
