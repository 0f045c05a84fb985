/// Tasks that follow one another.
struct TaskRange {
    var first: Int
    var count: Int
}

/// Tasks to process, and the totals of the state: what was given back last is taken first, then the list in its order.
struct TaskPool {
    private var returned: [TaskRange] = []
    private var next = 0
    private let total: Int
    private(set) var toprocess: Int
    var claimed = 0
    var attempts = 0
    /// Of the recorded attempts, nanoseconds.
    var time = 0
    var liveFarmers = 0
    var liveSlots = 0

    init(_ total: Int) {
        self.total = total
        toprocess = total
    }

    /// Hands out so many, fewer if there are no more.
    mutating func take(_ count: Int, _ receive: (TaskRange) -> Void) {
        var wanted = min(count, toprocess)
        toprocess -= wanted
        claimed += wanted
        while wanted > 0, var last = returned.popLast() {
            let part = min(wanted, last.count)
            receive(TaskRange(first: last.first, count: part))
            wanted -= part
            last.first += part
            last.count -= part
            if last.count > 0 { returned.append(last) }
        }
        if wanted > 0 {
            receive(TaskRange(first: next, count: wanted))
            next += wanted
        }
    }

    mutating func putBack(_ ranges: some BidirectionalCollection<TaskRange>) {
        for range in ranges.reversed() where range.count > 0 {
            returned.append(range)
            toprocess += range.count
            claimed -= range.count
        }
    }

    mutating func record(_ ended: Int, time: Int) {
        claimed -= ended
        attempts += ended
        self.time += time
    }

    /// Whether there is nothing left once so many ends are recorded.
    func isOver(after ended: Int) -> Bool { toprocess == 0 && claimed == ended }
}
