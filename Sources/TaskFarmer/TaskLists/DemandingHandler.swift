// What the tasks of a whole list need, said where the handler is defined: arguments `task.cpus`, `task.mem`, … that every kind of
// handler takes.

internal import TaskFarmerCore

/// A handler whose tasks have needs in common, apart from those that they have themselves.
struct DemandingHandler: WorkFolderHandler {
    let base: any TaskListHandler
    let needs: TaskNeeds
    let expectedSeconds: Double?
    let priority: Int

    var makesStructuredTasks: Bool { true }
    var isRepeatable: Bool { base.isRepeatable }
    var growsAtEnd: Bool { base.growsAtEnd }
    var workFolders: [String] { (base as? any WorkFolderHandler)?.workFolders ?? [] }

    func forEachTask(in list: TaskListReader, _ body: (TaskDescription) throws -> Void) throws {
        try base.forEachTask(in: list) { task in
            var task = task
            task.needs = task.needs.filled(from: needs)
            task.expectedSeconds = task.expectedSeconds ?? expectedSeconds
            if task.priority == 0 { task.priority = priority }
            try body(task)
        }
    }
}

/// What a task demands beside its command, word by word: `cpus=4`, `mem=8G`, `time=30m`, `priority=2`, `licence=1`.
struct TaskDemandWords {
    var needs = TaskNeeds()
    var expectedSeconds: Double?
    var priority = 0

    mutating func set(_ word: String) throws(TaskNeeds.Problem) {
        let halves = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (halves[0], halves.count) {
        case ("time", 2):
            guard let time = TimeText.nanoseconds(halves[1]) else {
                throw TaskNeeds.Problem(message: "\(word): expected a time like time=90, time=30m or time=2h")
            }
            expectedSeconds = Double(time) / 1e9
        case ("priority", 2):
            guard let number = Int(halves[1]), (-1_000_000...1_000_000).contains(number) else {
                throw TaskNeeds.Problem(message: "\(word): expected a whole number, like priority=10")
            }
            priority = number
        default: try needs.set(word)
        }
    }

    func apply(to task: inout TaskDescription) {
        task.needs = needs
        task.expectedSeconds = expectedSeconds
        task.priority = priority
    }
}

extension Kind where Product == any TaskListHandler {
    private static var demandPrefix: String { "task." }

    /// The same kind, whose definitions may also say what their tasks need.
    var demanding: HandlerKind {
        if arguments.contains(where: { $0.name == Self.demandPrefix }) { return self }
        let own = self
        return HandlerKind(
            name, aliases: aliases, summary: summary,
            arguments: arguments + [
                Argument(
                    Self.demandPrefix,
                    help:
                        "What each task needs that does not say so itself: cpus, mem, gpus, time, priority, or any other amount."
                )
            ]
        ) { values in
            let base = try own.make(values)
            let said = values.all(Self.demandPrefix)
            if said.isEmpty { return base }
            var words = TaskDemandWords()
            for (name, value) in said {
                do throws(TaskNeeds.Problem) {
                    try words.set("\(name)=\(value)")
                } catch {
                    throw values.problem(error.message, key: Self.demandPrefix + name)
                }
            }
            return DemandingHandler(
                base: base, needs: words.needs, expectedSeconds: words.expectedSeconds, priority: words.priority)
        }
    }
}
