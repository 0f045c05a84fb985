// The way of a claimed task to its slot: it waits, the scribe makes it ready some time before a slot is free, it is started.

internal import TaskFarmerCore

struct TaskPipeline {
    private let scribe: Scribe
    private var queue = TaskQueue()
    /// How many the scribe has.
    private var staged = 0
    private var ready: [ReadyTask] = []
    private var head = 0
    /// How many are made ready ahead of need.
    private var ahead = 0
    private let opensFiles: Bool
    private let demands: Demands
    /// Of those that are here; empty where all tasks take the same.
    private var special: [Int: Demand] = [:]
    private var order: StartOrder

    init(_ scribe: Scribe, slots: Int, keeping: LogKeeping, demands: Demands) {
        self.scribe = scribe
        self.demands = demands
        opensFiles = keeping == .files || keeping == .failed
        order = StartOrder(slots: slots)
        resize(slots)
    }

    mutating func resize(_ slots: Int) {
        order = StartOrder(slots: slots)
        // Every open file costs each process that is started some time; but it is from these that one is chosen that fits.
        ahead = min(max(opensFiles && demands.isUniform ? 16 : 64, 2 * slots), 256)
    }

    /// Claimed and not started.
    var count: Int { queue.count + staged + ready.count - head }
    var isEmpty: Bool { count == 0 }

    mutating func add(_ tasks: [TaskRecord]) {
        if !demands.isUniform { for task in tasks { special[task.id] = demands[task] } }
        queue.add(tasks)
        refill()
    }

    private func demand(of task: ReadyTask) -> Demand { special[task.task.id] ?? demands.usual }

    /// Asks for more when half is used up, so that one wake-up serves many tasks.
    private mutating func refill() {
        let coming = staged + ready.count - head
        if queue.isEmpty || coming > ahead / 2 { return }
        let tasks = queue.take(atMost: ahead - coming)
        staged += tasks.count
        scribe.prepare(tasks)
    }

    /// The next task that can be started: the first of those that are ready and fit, as `StartOrder` has it.
    ///
    /// - Parameter fits: whether a task can be started now
    /// - Returns: it, and what it takes
    mutating func next(where fits: (TaskRecord, Demand) -> Bool) -> (task: ReadyTask, demand: Demand)? {
        if head == ready.count {
            ready = []
            head = 0
            receive()
        }
        if demands.isUniform {
            // Any is as good as the next.
            guard head < ready.count, fits(ready[head].task, demands.usual) else { return nil }
            let task = ready[head]
            ready[head].log = nil
            head += 1
            return (task, demands.usual)
        }
        guard let place = choose(fits) ?? (receive() ? choose(fits) : nil) else { return nil }
        let task = ready[head + place]
        if place == 0 {
            ready[head].log = nil
            head += 1
        } else {
            ready.remove(at: head + place)
        }
        return (task, special.removeValue(forKey: task.task.id) ?? demands.usual)
    }

    private mutating func choose(_ fits: (TaskRecord, Demand) -> Bool) -> Int? {
        let waiting = ready[head...]
        var order = order
        defer { self.order = order }
        return order.choose(waiting.lazy.map(\.task.id)) { place in
            let task = waiting[waiting.startIndex + place]
            return fits(task.task, demand(of: task))
        }
    }

    /// Takes what the scribe has made ready meanwhile.
    @discardableResult
    private mutating func receive() -> Bool {
        if head > 256 {
            ready.removeFirst(head)
            head = 0
        }
        let more = staged == 0 ? [] : scribe.takeReady()
        staged -= more.count
        ready += more
        refill()
        return !more.isEmpty
    }

    /// The task that came last from `next` could not be started.
    mutating func putBack(_ task: ReadyTask, _ demand: Demand) {
        if !demands.isUniform { special[task.task.id] = demand }
        if head > 0 {
            head -= 1
            ready[head] = task
        } else {
            ready.insert(task, at: 0)
        }
    }

    /// Those that were not started and that somebody wants, of what the scribe does not have just now.
    mutating func takeAll(where isWanted: (TaskRecord) -> Bool) -> [TaskRecord] {
        var taken = queue.takeAll(where: isWanted)
        let wanted = ready[head...].map { isWanted($0.task) }
        if wanted.contains(true) {
            taken += zip(ready[head...], wanted).filter(\.1).map(\.0.task)
            ready = zip(ready[head...], wanted).filter { !$0.1 }.map(\.0)
            head = 0
        }
        for task in taken { special[task.id] = nil }
        refill()
        return taken
    }

    /// Those of some tasks that were not started.
    mutating func take(_ ids: TaskIDs) -> [TaskRecord] {
        let all = takeAll()
        add(all.filter { !ids.contains($0.id) })
        return all.filter { ids.contains($0.id) }
    }

    /// Everything that was not started.
    mutating func takeAll() -> [TaskRecord] {
        let tasks = ready[head...].map(\.task) + scribe.withdraw() + queue.take(atMost: .max)
        staged = 0
        ready = []
        head = 0
        special = [:]
        return tasks
    }
}

/// Claimed tasks in the order in which they shall run.
struct TaskQueue {
    private var tasks: [TaskRecord] = []
    private var head = 0

    var count: Int { tasks.count - head }
    var isEmpty: Bool { count == 0 }

    mutating func add(_ more: [TaskRecord]) {
        tasks.removeFirst(head)
        head = 0
        tasks += more
    }

    mutating func takeAll(where isWanted: (TaskRecord) -> Bool) -> [TaskRecord] {
        var taken: [TaskRecord] = []
        var kept: [TaskRecord] = []
        for task in tasks[head...] { if isWanted(task) { taken.append(task) } else { kept.append(task) } }
        if taken.isEmpty { return [] }
        tasks = kept
        head = 0
        return taken
    }

    mutating func take(atMost most: Int) -> [TaskRecord] {
        let end = head + min(most, tasks.count - head)
        let taken = Array(tasks[head..<end])
        for place in head..<end { tasks[place].command = [] }
        head = end
        return taken
    }
}
