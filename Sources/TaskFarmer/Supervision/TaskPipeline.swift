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
    private let ahead: Int

    init(_ scribe: Scribe, slots: Int, keeping: LogKeeping) {
        self.scribe = scribe
        // Every open file costs each process that is started some time.
        let opensFiles = keeping == .files || keeping == .failed
        ahead = min(max(opensFiles ? 16 : 64, 2 * slots), 256)
    }

    /// Claimed and not started.
    var count: Int { queue.count + staged + ready.count - head }
    var isEmpty: Bool { count == 0 }

    mutating func add(_ tasks: [TaskRecord]) {
        queue.add(tasks)
        refill()
    }

    /// Asks for more when half is used up, so that one wake-up serves many tasks.
    private mutating func refill() {
        let coming = staged + ready.count - head
        if queue.isEmpty || coming > ahead / 2 { return }
        let tasks = queue.take(atMost: ahead - coming)
        staged += tasks.count
        scribe.prepare(tasks)
    }

    /// The next task that can be started.
    mutating func next() -> ReadyTask? {
        if head == ready.count {
            ready = staged == 0 ? [] : scribe.takeReady()
            staged -= ready.count
            head = 0
            refill()
            if ready.isEmpty { return nil }
        }
        let task = ready[head]
        ready[head].log = nil
        head += 1
        return task
    }

    /// The task that came last from `next` could not be started.
    mutating func putBack(_ task: ReadyTask) {
        head -= 1
        ready[head] = task
    }

    /// Everything that was not started.
    mutating func takeAll() -> [TaskRecord] {
        let tasks = ready[head...].map(\.task) + scribe.withdraw() + queue.take(atMost: .max)
        staged = 0
        ready = []
        head = 0
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

    mutating func take(atMost most: Int) -> [TaskRecord] {
        let end = head + min(most, tasks.count - head)
        let taken = Array(tasks[head..<end])
        for place in head..<end { tasks[place].command = [] }
        head = end
        return taken
    }
}
