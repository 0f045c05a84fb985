// The tasks of a plan: those of a list, or those that are left in a work directory, and how long each will take.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

struct PlannedWork {
    /// In the order in which they run.
    private(set) var tasks: [FarmForecast.Task] = []
    private(set) var demands: [Demand] = []
    /// How many tasks there are, and how much of their lengths is known.
    private(set) var note = ""

    private var places: [String: Int] = [:]
    private var sources: [DurationEstimates.Source: Int] = [:]

    static func read(
        _ operand: Path, _ arguments: Arguments, _ process: CommandProcess, _ resources: ResourceSettings
    ) throws -> PlannedWork {
        var durations = DurationEstimates()
        var histories = TimeOptions.histories(arguments)
        let isWorkDirectory = try Places.isWorkDirectory(operand)
        if isWorkDirectory { histories.append(operand) }
        try DurationFiles.read(histories, into: &durations)
        let retry = RetryPolicy()
        if isWorkDirectory {
            let opened = try OpenedFarm(
                existing: WorkDirectory(operand.absolute), trust: try TrustOptions.trust(arguments))
            let form = opened.description.form ?? .commands
            let needs = Demands(form: form, common: resources.common, retry: retry, offer: resources.offer)
            var left: [TaskRecord] = []
            var mark = ListMark()
            try TaskListFile(opened.directory.file(.toprocess)).forEachLine(from: &mark) { line, _, _ in
                if let task = TaskRecord(line: [UInt8](copying: line)[...]) { left.append(task) }
            }
            return try make(left.reversed(), form, needs, durations, order: .list)
        }
        let registry = try Registries.read(arguments, process)
        let list = try Places.list(
            operand, handlerName: arguments.text("tasklist") ?? "list", registry,
            workDirectory: WorkDirectory.standard(for: operand).absolute)
        let needs = Demands(form: list.form, common: resources.common, retry: retry, offer: resources.offer)
        var all: [TaskRecord] = []
        var mark = ListMark()
        try list.forEachTask(from: &mark) { all.append(TaskRecord(id: all.count, command: [UInt8](copying: $0))) }
        return try make(all, list.form, needs, durations, order: TimeOptions.order(arguments) ?? .list)
    }

    /// In seconds: what is longer is a mistake, and instants beyond that have no numbers.
    private static let longest = 1000 * 86_400.0
    private static let mostWork = 150 * 365 * 86_400.0

    private static func make(
        _ records: [TaskRecord], _ form: TaskForm, _ needs: Demands, _ durations: DurationEstimates, order: ListOrder
    ) throws -> PlannedWork {
        var work = PlannedWork()
        var lengths: [Float] = []
        for record in records {
            let identity = TaskIdentity(line: record.command.span, form)
            guard let found = durations.drawn(record.id, identity) else {
                throw UsageError(
                    message:
                        "nothing is known of how long tasks take: name an earlier run with --history, or have times in the list"
                )
            }
            guard found.seconds <= longest else {
                throw UsageError(
                    message:
                        "task \(record.id) would take \(Int(min(found.seconds, 1e15) / 86_400)) days, as the history or the list has it: expected no more than 1000"
                )
            }
            work.sources[found.source, default: 0] += 1
            lengths.append(Float(found.seconds))
        }
        for place in order.sequence(count: records.count, seconds: lengths) {
            let task = records[Int(place)]
            work.tasks.append(
                FarmForecast.Task(length: Int(Double(lengths[Int(place)]) * 1e9), demand: work.place(of: needs[task])))
        }
        let total = lengths.reduce(0) { $0 + Double($1) }
        guard total <= mostWork else {
            throw UsageError(
                message: "all tasks together would take \(Int(total / 86_400 / 365)) years: expected no more than 150")
        }
        work.note = work.text(seconds: total)
        return work
    }

    private mutating func place(of demand: Demand) -> Int {
        if let last = demands.last, last == demand { return demands.count - 1 }
        let others = demand.others.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        let key = "\(demand.cpus) \(demand.memory) \(demand.gpus) \(others)"
        if let place = places[key] { return place }
        places[key] = demands.count
        demands.append(demand)
        return demands.count - 1
    }

    private func text(seconds: Double) -> String {
        let words: [(DurationEstimates.Source, String)] = [
            (.own, "of the same task before"), (.list, "as the list says"), (.kind, "of other tasks of its class"),
            (.all, "of all tasks"),
        ]
        let parts = words.compactMap { source, words in sources[source].map { "\($0) \(words)" } }
        return
            "\(tasks.count) \(tasks.count == 1 ? "task" : "tasks"), \(PlanReport.tenths(seconds / 3600)) hours of work; how long they take: "
            + parts.joined(separator: ", ")
    }
}
