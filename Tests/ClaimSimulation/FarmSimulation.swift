// The lock, the shared state and the order of events.

internal import TaskFarmerCore

struct FarmSimulation {
    private enum Visit {
        case join
        case exchange(ClaimRequest)
        case release([TaskRange])
        case leave
        case recover
    }

    /// Somebody at the lock, with the ends that are reported then.
    private struct Waiter {
        var farmer: Int
        var visit: Visit
        var since: Int
        var carried = 0
        var carriedTime = 0
    }

    private struct Event: Comparable {
        enum Kind { case act, recover, grant, finish }
        var time: Int
        var kind: Kind
        /// A farmer, or the number of a grant.
        var id: Int

        static func < (left: Event, right: Event) -> Bool { left.time < right.time }
    }

    private let scenario: ClaimScenario
    private var random: SplitMix
    private var ledger: TaskLedger
    private var farmers: [SimulatedFarmer]
    private var wishes: [SimulatedFarmer.Wish]
    private var pool: TaskPool
    private var events = Heap<Event>()
    private var now = 0

    private var waiting: [Waiter] = []
    private var isHeld = false
    private var grants = 0
    private var served: [(waiter: Waiter, answer: SimulatedFarmer.Answer, hasLeft: Bool)] = []
    private var heldTime = 0
    private var joined: [Int]
    private var result = ClaimResult()

    init(_ scenario: ClaimScenario) {
        self.scenario = scenario
        random = SplitMix(seed: scenario.seed)
        ledger = TaskLedger(scenario)
        pool = TaskPool(scenario.tasks)
        if scenario.isMeanKnown {
            pool.attempts = max(1, scenario.tasks)
            pool.time = pool.attempts * Int(scenario.mean * 1e9)
        }
        farmers = (0..<scenario.farmers).map { _ in SimulatedFarmer(slots: scenario.slots) }
        wishes = farmers.map { _ in .leave }
        joined = farmers.map { _ in .max }
        if let lost = scenario.lost {
            for index in 0..<lost.count {
                farmers[index * scenario.farmers / lost.count].dies = Int(lost.at * 1e9)
            }
        }
    }

    mutating func run() -> ClaimResult {
        for farmer in farmers.indices { lineUp(Waiter(farmer: farmer, visit: .join, since: 0)) }
        while !events.isEmpty {
            let event = events.removeFirst()
            now = event.time
            switch event.kind {
            case .act: act(event.id)
            case .recover: lineUp(Waiter(farmer: event.id, visit: .recover, since: now))
            case .grant: if event.id == grants && !isHeld { serveNext() }
            case .finish: finish()
            }
        }
        return summary()
    }

    // MARK: farmers

    private mutating func plan(_ farmer: Int) {
        wishes[farmer] = farmers[farmer].live(&ledger)
        events.insert(Event(time: farmers[farmer].now, kind: .act, id: farmer))
    }

    private mutating func act(_ farmer: Int) {
        switch wishes[farmer] {
        case .visit(let request): goToLock(farmer, .exchange(request))
        case .release: goToLock(farmer, .release(farmers[farmer].takeQueue()))
        case .leave: goToLock(farmer, .leave)
        case .look:
            result.looks += 1
            farmers[farmer].see(seen)
            plan(farmer)
        case .die: bury(farmer)
        }
    }

    private mutating func bury(_ farmer: Int) {
        let found = (scenario.lost?.foundAfter ?? 0) + 3 * random.part()
        events.insert(Event(time: now + Int(found * 1e9), kind: .recover, id: farmer))
    }

    private mutating func goToLock(_ farmer: Int, _ visit: Visit) {
        let member = farmers[farmer]
        lineUp(
            Waiter(
                farmer: farmer, visit: visit, since: now, carried: member.unreported,
                carriedTime: member.unreportedTime))
    }

    private var seen: ClaimPool {
        ClaimPool(
            toprocess: pool.toprocess, claimed: pool.claimed, attempts: pool.attempts,
            meanTask: pool.attempts > 0 ? pool.time / pool.attempts : 0, liveFarmers: pool.liveFarmers,
            liveSlots: pool.liveSlots)
    }

    // MARK: the lock

    private mutating func lineUp(_ waiter: Waiter) {
        waiting.append(waiter)
        if isHeld { return }
        if scenario.isPolled || waiting.count == 1 {
            // It is free at this instant, whoever else waits for his next try.
            serve(waiting.count - 1)
        }
    }

    /// Who gets the lock next, and after how many nanoseconds: tries come ever later the longer one waits.
    private mutating func nextTry() -> (waiter: Int, delay: Double) {
        if !scenario.isPolled { return (0, 0) }
        var best = (waiter: 0, delay: Double.infinity)
        let sample = min(8, waiting.count)
        for draw in 0..<sample {
            let index = sample < 8 ? draw : Int.random(in: waiting.indices, using: &random)
            let waited = Double(now - waiting[index].since)
            let pause = 0.625 * min(max(200_000, 0.53 * waited), waited < 1e9 ? 20e6 : 100e6)
            let delay = -Natural.logarithm(1 - random.part()) * pause * Double(sample) / Double(waiting.count)
            if delay < best.delay { best = (index, delay) }
        }
        return best
    }

    private mutating func letGo() {
        isHeld = false
        if waiting.isEmpty { return }
        grants += 1
        let delay = scenario.isPolled ? Int(nextTry().delay) : 0
        events.insert(Event(time: now + delay, kind: .grant, id: grants))
    }

    private mutating func serveNext() {
        if !waiting.isEmpty { serve(nextTry().waiter) }
    }

    private mutating func serve(_ first: Int) {
        isHeld = true
        let range = scenario.cycle
        let cycle = Int(1e9 * (range.lowerBound + (range.upperBound - range.lowerBound) * random.part()))
        serveOne(first, cycle)
        for _ in 1..<max(1, scenario.served) where !waiting.isEmpty {
            serveOne(Int.random(in: waiting.indices, using: &random), cycle)
        }
        if served.isEmpty {
            letGo()
            return
        }
        heldTime += cycle
        result.visits += 1
        events.insert(Event(time: now + cycle, kind: .finish, id: 0))
    }

    private mutating func serveOne(_ index: Int, _ cycle: Int) {
        let waiter: Waiter
        if scenario.isPolled {
            waiter = waiting[index]
            waiting[index] = waiting[waiting.count - 1]
            waiting.removeLast()
        } else {
            waiter = waiting.remove(at: index)
        }
        let farmer = waiter.farmer
        if case .recover = waiter.visit {
        } else if farmers[farmer].dies <= now {
            farmers[farmer].advance(to: farmers[farmer].dies, &ledger)
            bury(farmer)
            return
        }
        served.append(carryOut(waiter, cycle))
    }

    private mutating func finish() {
        let done = served
        served = []
        letGo()
        for (waiter, answer, hasLeft) in done {
            if case .recover = waiter.visit { continue }
            if hasLeft {
                result.allLeft = max(result.allLeft, Double(now) / 1e9)
                continue
            }
            let farmer = waiter.farmer
            farmers[farmer].advance(to: now, &ledger)
            if joined[farmer] == .max { joined[farmer] = now }
            farmers[farmer].take(answer, ledger)
            plan(farmer)
        }
    }

    // MARK: changes

    private mutating func carryOut(
        _ waiter: Waiter, _ cycle: Int
    ) -> (waiter: Waiter, answer: SimulatedFarmer.Answer, hasLeft: Bool) {
        var answer = SimulatedFarmer.Answer(
            carried: waiter.carried, carriedTime: waiter.carriedTime, cycle: now - waiter.since + cycle, held: cycle)
        var hasLeft = false
        var isVain = false
        switch waiter.visit {
        case .join:
            result.joins += 1
            result.lastJoin = Double(now + cycle) / 1e9
            pool.liveFarmers += 1
            pool.liveSlots += scenario.slots
            let request = ClaimPolicy.first(
                slots: scenario.slots, waited: now - waiter.since, held: cycle / 2, of: seen)
            answer.tasks = take(ClaimPolicy.share(request, of: seen))
            result.firstTakes.append(answer.tasks.reduce(0) { $0 + $1.count })
        case .exchange(let request):
            answer.tasks = take(ClaimPolicy.share(request, of: seen))
            isVain = answer.tasks.isEmpty && waiter.carried == 0
            let farmer = farmers[waiter.farmer]
            hasLeft = farmer.running.isEmpty && farmer.queued == 0 && pool.isOver(after: waiter.carried)
        case .release(let ranges):
            result.releases += 1
            pool.putBack(ranges)
        case .leave:
            result.leaves += 1
            hasLeft = true
        case .recover:
            result.recoveries += 1
            answer.carried = farmers[waiter.farmer].unreported
            answer.carriedTime = farmers[waiter.farmer].unreportedTime
            pool.putBack(farmers[waiter.farmer].vanish())
            hasLeft = true
        }
        pool.record(answer.carried, time: answer.carriedTime)
        if hasLeft {
            pool.liveFarmers -= 1
            pool.liveSlots -= scenario.slots
        }
        if isVain { result.vainVisits += 1 }
        answer.pool = seen
        return (waiter, answer, hasLeft)
    }

    private mutating func take(_ count: Int) -> [TaskRange] {
        var tasks: [TaskRange] = []
        pool.take(count) { tasks.append($0) }
        result.largestTake = max(result.largestTake, count)
        if count > 0 { result.poolEmpty = Double(now) / 1e9 }
        return tasks
    }

    // MARK: what came out

    private func summary() -> ClaimResult {
        var result = result
        let makespan = Double(ledger.lastEnd)
        let slots = Double(scenario.slots)
        let busy = Double(farmers.reduce(0) { $0 + $1.busy })
        let present = joined.reduce(0.0) { $0 + max(0, makespan - Double($1)) }
        result.makespan = makespan / 1e9
        result.longest = Double(ledger.longest) / 1e9
        result.perSlot = Double(ledger.total) / 1e9 / slots / Double(max(1, scenario.farmers))
        result.busyShare = busy / max(1, makespan * slots * Double(scenario.farmers))
        result.busyShareOnceIn = busy / max(1, present * slots)
        result.lockBusyShare = Double(heldTime) / 1e9 / max(1e-9, result.allLeft)
        result.ended = ledger.ended
        result.runs = ledger.runs
        if scenario.comparesGreedy {
            let greedy = GreedySchedule.makespan(
                ledger.lengths, tasks: scenario.tasks, slots: scenario.slots * scenario.farmers)
            result.greedy = Double(greedy) / 1e9
        }
        return result
    }
}
