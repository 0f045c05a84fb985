// Tasks that are to be run again after a while. Their farmer keeps them claimed until then, so that no other one takes them too early; if it
// dies, they go back at once.

package import TaskFarmerCore

package struct DelayedTasks {
    /// Sorted by when, in nanoseconds since boot: whoever comes last is mostly the last to go.
    private var waiting: [(due: Int, task: TaskRecord)] = []
    /// Those before are gone.
    private var head = 0

    package init() {}

    package var count: Int { waiting.count - head }
    package var isEmpty: Bool { count == 0 }
    /// When the next one is to be run.
    package var next: Int? { isEmpty ? nil : waiting[head].due }

    /// Those that are next, in order, and when each is, in nanoseconds since boot.
    package func first(_ count: Int) -> [(due: Int, task: TaskRecord)] { Array(waiting[head...].prefix(count)) }

    package mutating func add(_ task: TaskRecord, due: Int) {
        // The first that is later: among equals the first to come is the first to go.
        var (low, high) = (head, waiting.count)
        while low < high {
            let middle = (low + high) / 2
            if waiting[middle].due > due { high = middle } else { low = middle + 1 }
        }
        waiting.insert((due, task), at: low)
    }

    /// Those that are to be run now, in order.
    package mutating func takeDue(at now: Int) -> [TaskRecord] {
        let end = waiting[head...].firstIndex { $0.due > now } ?? waiting.count
        let due = waiting[head..<end].map(\.task)
        head = end
        if head * 2 >= waiting.count {
            waiting.removeFirst(head)
            head = 0
        }
        return due
    }

    /// Those of some tasks.
    package mutating func take(_ ids: TaskIDs) -> [TaskRecord] {
        let taken = waiting[head...].map(\.task).filter { ids.contains($0.id) }
        if !taken.isEmpty {
            waiting = waiting[head...].filter { !ids.contains($0.task.id) }
            head = 0
        }
        return taken
    }

    package mutating func takeAll() -> [TaskRecord] { takeDue(at: .max) }
}
