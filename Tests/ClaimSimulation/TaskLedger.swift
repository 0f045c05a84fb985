/// The lengths of the tasks, and what is noted of those that ended.
struct TaskLedger {
    let lengths: TaskLengths
    private(set) var ended = 0
    /// Nanoseconds, each task counted once however often it ran.
    private(set) var total = 0
    private(set) var longest = 0
    private(set) var lastEnd = 0
    private(set) var runs: [UInt8] = []

    init(_ scenario: ClaimScenario) {
        var lengths = TaskLengths(mean: scenario.mean, sigma: scenario.sigma, seed: scenario.seed)
        lengths.sort(scenario.order, count: scenario.tasks)
        self.lengths = lengths
        if scenario.tasks <= 200_000 { runs = [UInt8](repeating: 0, count: scenario.tasks) }
    }

    /// Notes an end.
    ///
    /// - Returns: the task's length in nanoseconds
    mutating func end(_ task: Int, at now: Int) -> Int {
        let length = lengths[task]
        ended += 1
        total += length
        longest = max(longest, length)
        lastEnd = max(lastEnd, now)
        if task < runs.count { runs[task] &+= 1 }
        return length
    }
}
