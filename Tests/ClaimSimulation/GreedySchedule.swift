internal import TaskFarmerCore

/// When all tasks are done if each goes, in their order, to the slot that is free first.
enum GreedySchedule {
    static func makespan(_ lengths: TaskLengths, tasks: Int, slots: Int) -> Int {
        var ends = Heap<Int>()
        ends.reserve(min(slots, tasks))
        var last = 0
        for task in 0..<tasks {
            let begin = ends.count < slots ? 0 : ends.first ?? 0
            let end = begin + lengths[task]
            last = max(last, end)
            if ends.count < slots { ends.insert(end) } else { ends.replaceFirst(by: end) }
        }
        return last
    }
}
