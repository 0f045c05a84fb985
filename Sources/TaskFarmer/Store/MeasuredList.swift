// What a list will take as a stack. It is found out before anything is made, so that a list that cannot be used leaves nothing
// behind, and without the lock, since a handler may take its time.

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct MeasuredList {
    let order: ListOrder
    /// What another tool has done of it.
    let work: ForeignWork?
    /// How many tasks it has; those that are to run are in the stack.
    private(set) var tasks = 0
    private(set) var stack = StackMeasure(firstID: 0)
    private(set) var mark = ListMark()
    /// Where each task stands, in another order than the list's.
    private(set) var plan: StackPlan?
    /// Where the priorities that the list has for its tasks begin in the stack.
    private(set) var priorities: [PriorityMark] = []
    /// What the user should know of the order.
    private(set) var notes: [String] = []

    init(
        _ list: HandledList, _ patience: any LockPatience, order: ListOrder = .list,
        durations: DurationEstimates = DurationEstimates(), work: ForeignWork? = nil
    ) throws {
        self.order = order
        self.work = work
        let form = list.form
        var nextLook = Clock.boot + Self.interval
        var lengths: [UInt32] = []
        var times = ExpectedTimes(durations)
        // By ID, once any task has one.
        var wanted: [Int32] = []
        // As most lists are: of a task nothing but its length is wanted.
        let isPlain = order == .list && form == .commands && work == nil
        try list.forEachTask(from: &mark) { command in
            if isPlain {
                stack.add(commandLength: command.count)
            } else {
                lengths.append(UInt32(command.count))
                if order.needsDurations { times.add(TaskIdentity(line: command, form)) }
                if form == .objects {
                    let priority = form.priority(command)
                    if priority != 0 && wanted.isEmpty { wanted = [Int32](repeating: 0, count: tasks) }
                    if priority != 0 || !wanted.isEmpty { wanted.append(Int32(priority)) }
                }
                if work?.place(of: tasks) == nil { stack.add(commandLength: command.count) } else { stack.pass() }
            }
            tasks += 1
            guard tasks & 0xff == 0 || !list.handler.isRepeatable, Clock.boot >= nextLook else { return }
            if patience.givesUp(after: 0) {
                throw FarmError.stopped("while \(list.file.name) was read; nothing was made")
            }
            nextLook = Clock.boot + Self.interval
        }
        if order == .list && wanted.isEmpty && work == nil { return }
        var sequence = order.sequence(count: tasks, seconds: times.seconds, otherwise: times.otherwise)
        if !wanted.isEmpty {
            // Those of the same priority stay in their order.
            let places = sequence.enumerated().sorted { one, other in
                let (first, second) = (wanted[Int(one.element)], wanted[Int(other.element)])
                return first == second ? one.offset < other.offset : first > second
            }
            sequence = places.map(\.element)
        }
        if let work { sequence = sequence.filter { work.place(of: Int($0)) == nil } }
        let layout = StackPlan(running: sequence, lengths: lengths)
        if !wanted.isEmpty { priorities = layout.marks(running: sequence, wanted) }
        plan = layout
        if order.needsDurations { notes.append("--order \(order.text): \(times.summary)") }
    }

    private static let interval = 100_000_000
}

/// How long the tasks of a list will take, one by one.
private struct ExpectedTimes {
    private let durations: DurationEstimates
    /// By ID; -1 where nothing is known of the task or its class.
    private(set) var seconds: [Float] = []
    private var counts: [DurationEstimates.Source: Int] = [:]

    init(_ durations: DurationEstimates) { self.durations = durations }

    mutating func add(_ task: TaskIdentity) {
        let likely = durations.likely(seconds.count, task)
        if let likely { counts[likely.source, default: 0] += 1 }
        seconds.append(likely.map { $0.source == .all ? -1 : Float($0.seconds) } ?? -1)
    }

    /// For those of which nothing is known: as long as half of the others. Where there are none, all are alike.
    var otherwise: Float {
        if let median = durations.median { return Float(median) }
        let known = seconds.filter { $0 >= 0 }.sorted()
        return known.isEmpty ? 0 : known[known.count / 2]
    }

    var summary: String {
        func count(_ source: DurationEstimates.Source) -> Int { counts[source] ?? 0 }
        let unknown = seconds.count - count(.own) - count(.list) - count(.kind)
        let known =
            "of \(seconds.count) tasks \(count(.own)) took so long before, \(count(.list)) have a time in the list, "
            + "\(count(.kind)) are taken for as long as half of their class"
        if unknown == seconds.count {
            return "how long tasks take is not known (--history, or times in the list): the list's order"
        }
        return unknown == 0 ? known : known + ", \(unknown) for as long as half of all"
    }
}
