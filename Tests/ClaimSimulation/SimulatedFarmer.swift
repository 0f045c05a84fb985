// One farmer between two visits at the lock: slots, a queue, and the decisions that the policy makes for it. It reads the shared
// state only when it is told, so it can run ahead of the others until it wants something of it.

internal import TaskFarmerCore

struct SimulatedFarmer {
    enum Wish {
        case visit(ClaimRequest)
        case release
        case look
        case leave
        case die
    }

    struct Run: Comparable {
        var end: Int
        var task: Int32

        static func < (left: Run, right: Run) -> Bool { left.end < right.end }
    }

    let slots: Int
    var now = 0
    var dies = Int.max
    private(set) var running = Heap<Run>()
    private var queue: [TaskRange] = []
    private var queueHead = 0
    private(set) var queued = 0
    private var rate = RateEstimate()
    private(set) var ended = 0
    private(set) var unreported = 0
    private(set) var unreportedTime = 0
    private var oldestUnreported = 0
    private var lastStart = 0
    private var lastChange: Int?
    private var lastCycle = 0
    private var lastHeld = 0
    private var nextLook = 0
    private var lookWait = 0
    private var seen = ClaimPool()
    /// Of slots, nanoseconds.
    private(set) var busy = 0

    init(slots: Int) {
        self.slots = slots
        running.reserve(slots)
    }

    // MARK: tasks

    /// Lets tasks end and others start until an instant.
    mutating func advance(to instant: Int, _ ledger: inout TaskLedger) {
        while let first = running.first, first.end <= instant {
            end(first, &ledger)
        }
        now = max(now, instant)
    }

    private mutating func end(_ run: Run, _ ledger: inout TaskLedger) {
        now = run.end
        ended += 1
        if unreported == 0 { oldestUnreported = now }
        unreported += 1
        unreportedTime += ledger.end(Int(run.task), at: now)
        rate.note(ended: 1, at: now)
        if let next = dequeue() {
            running.replaceFirst(by: begin(next, ledger))
        } else {
            _ = running.removeFirst()
        }
    }

    private mutating func begin(_ task: Int, _ ledger: TaskLedger) -> Run {
        let length = ledger.lengths[task]
        busy += length
        lastStart = now
        return Run(end: now + length, task: Int32(task))
    }

    private mutating func dequeue() -> Int? {
        if queued == 0 { return nil }
        queued -= 1
        let task = queue[queueHead].first
        queue[queueHead].first += 1
        queue[queueHead].count -= 1
        if queue[queueHead].count == 0 {
            queueHead += 1
            if queueHead == queue.count {
                queue.removeAll(keepingCapacity: true)
                queueHead = 0
            }
        }
        return task
    }

    private mutating func fillSlots(_ ledger: TaskLedger) {
        while running.count < slots, let task = dequeue() {
            if ended == 0 && running.isEmpty { rate.note(ended: 0, at: now) }
            running.insert(begin(task, ledger))
        }
    }

    // MARK: decisions

    private var situation: ClaimSituation {
        ClaimSituation(
            slots: slots, running: running.count, queued: queued, ended: ended, unreported: unreported,
            rate: rate.rate(at: now), cycle: lastCycle, held: lastHeld,
            sinceChange: lastChange.map { now - $0 } ?? .max,
            sinceUnreported: unreported > 0 ? now - oldestUnreported : 0, sinceStart: now - lastStart, pool: seen)
    }

    private var isIdle: Bool { seen.toprocess == 0 && running.count < slots && queued == 0 }

    /// Lives on until it wants something of the shared state; `now` is when.
    mutating func live(_ ledger: inout TaskLedger) -> Wish {
        while true {
            if now >= dies { return .die }
            if running.isEmpty && queued == 0 && unreported == 0 && seen.toprocess == 0 && seen.claimed == 0 {
                return .leave
            }
            rate.note(ended: 0, at: now)
            switch ClaimPolicy.decide(situation) {
            case .change(let request): return .visit(request)
            case .release: return .release
            case .wait(let time):
                var until = now + time
                if isIdle {
                    if now >= nextLook { return .look }
                    until = min(until, nextLook)
                }
                until = min(until, dies)
                if let first = running.first, first.end <= until {
                    end(first, &ledger)
                } else {
                    now = until
                }
            }
        }
    }

    /// The whole queue, which is empty then.
    mutating func takeQueue() -> [TaskRange] {
        defer {
            queue = []
            queueHead = 0
            queued = 0
        }
        return Array(queue[queueHead...])
    }

    // MARK: what it learns

    mutating func see(_ pool: ClaimPool) {
        seen = pool
        lookWait = ClaimPolicy.nextLook(after: lookWait, liveFarmers: pool.liveFarmers)
        nextLook = now + lookWait
    }

    struct Answer {
        var tasks: [TaskRange] = []
        var carried = 0
        var carriedTime = 0
        var pool = ClaimPool()
        var cycle = 0
        var held = 0
    }

    /// Takes the answer of a visit that is over now.
    mutating func take(_ answer: Answer, _ ledger: TaskLedger) {
        lastChange = now
        lastCycle = answer.cycle
        lastHeld = answer.held
        unreported -= answer.carried
        unreportedTime -= answer.carriedTime
        if unreported > 0 { oldestUnreported = now }
        if !answer.tasks.isEmpty {
            lookWait = 0
            queue += answer.tasks
            queued += answer.tasks.reduce(0) { $0 + $1.count }
        }
        see(answer.pool)
        fillSlots(ledger)
    }

    /// Everything that it held, as others find it: what ran has to run again.
    mutating func vanish() -> [TaskRange] {
        busy -= running.all.reduce(0) { $0 + max(0, $1.end - now) }
        let held = running.all.map { TaskRange(first: Int($0.task), count: 1) } + takeQueue()
        running.removeAll()
        return held
    }
}
