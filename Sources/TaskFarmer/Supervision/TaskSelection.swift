// Which tasks a farmer takes where it cannot run all, and what it does when it finds none among those on top of the stack: it waits
// a little, looks at more, and when it has seen all, it knows that it is of no use here.

internal import TaskFarmerCore

struct TaskSelection: Sendable {
    let demands: Demands
    private var window = TaskFilter.usualWindow
    private var pause = firstPause
    /// Nothing is to be had before that, in nanoseconds since boot; nil where something may be.
    private(set) var nextTry: Int?
    /// Why nothing that is left can run here, once all of it was looked at.
    private(set) var hopelessness: String?

    /// Tasks that are left to others for the moment.
    var avoided: Set<Int> = []

    private static let firstPause = 100_000_000
    private static let longestPause = 10_000_000_000
    /// Others have so long to take what is left to them before it is looked for again.
    private static let courtesy = 1_000_000_000

    init(_ demands: Demands) { self.demands = demands }

    /// nil where every task is taken.
    var filter: TaskFilter? {
        if demands.isUniform && avoided.isEmpty { return nil }
        let demands = demands
        var filter = TaskFilter(window: window) { demands.lack($0) }
        filter.avoided = avoided
        return filter
    }

    /// What came of a visit.
    ///
    /// - Parameters:
    ///   - taken: how many tasks it brought
    ///   - refused: those that were looked at and cannot run here
    ///   - left: how many there are now
    ///   - now: nanoseconds since boot
    mutating func note(taken: Int, _ refused: RefusedTasks, of left: Int, at now: Int) {
        if taken == 0 && refused.postponed > 0 {
            hopelessness = nil
            nextTry = now + Self.courtesy
            return
        }
        guard taken == 0, let first = refused.first else {
            if taken > 0 { self = TaskSelection(demands) }
            return
        }
        let isAll = refused.count >= left
        hopelessness = isAll ? "task \(first) \(refused.reason)" : nil
        window = min(window * 4, TaskFilter.widestWindow)
        nextTry = now + pause
        if isAll || window == TaskFilter.widestWindow { pause = min(pause * 2, Self.longestPause) }
    }

    /// The state as far as it concerns this farmer: as long as nothing is to be had, there is nothing.
    func seen(_ state: StateRecord, at now: Int) -> StateRecord {
        guard let nextTry, now < nextTry else { return state }
        var seen = state
        seen.toprocess = 0
        return seen
    }
}
