// Which tasks a farmer takes where it cannot run all, and what it does when it finds none among those on top of the stack: it waits
// a little, looks at more, and when it has seen all, it knows that it is of no use here.

internal import TaskFarmerCore

struct TaskSelection: Sendable {
    let demands: Demands
    private let gate: StartGate
    private var window = TaskFilter.usualWindow
    private var pause = firstPause
    /// Nothing is to be had before that, in nanoseconds since boot; nil where something may be.
    private(set) var nextTry: Int?
    /// Why nothing that is left can run here, once all of it was looked at.
    private(set) var hopelessness: String?
    /// Why it stops where the end of its time is too near for everything that it looked at, once that is as much as it ever looks at.
    private(set) var haste: StopReason?

    /// Those that were looked at lately and cannot run here.
    private(set) var refused: AliveRecord.Outlook.Refused?

    /// Tasks that are left to others for the moment.
    var avoided: Set<Int> = []

    private static let firstPause = 100_000_000
    private static let longestPause = 10_000_000_000
    /// Time only gets shorter.
    private static let longestPauseForTime = 60_000_000_000
    /// Others have so long to take what is left to them before it is looked for again.
    private static let courtesy = 1_000_000_000

    init(_ demands: Demands, _ gate: StartGate) {
        self.demands = demands
        self.gate = gate
    }

    /// nil where every task is taken.
    var filter: TaskFilter? {
        let isNarrow = gate.isNarrow
        if demands.isUniform && avoided.isEmpty && !isNarrow { return nil }
        let (demands, gate) = (demands, gate)
        var filter = TaskFilter(window: window) { task in
            demands.lack(task) ?? (isNarrow && gate.refuses(task) ? Self.takesTooLong : nil)
        }
        filter.avoided = avoided
        return filter
    }

    private static let takesTooLong = "takes longer than there is time"

    /// Those of a queue that would not be over in time any more are for others.
    func takeLate(_ pipeline: inout TaskPipeline) -> [TaskRecord] {
        if pipeline.isEmpty || !gate.isNarrow { return [] }
        return pipeline.takeAll { gate.refuses($0) }
    }

    /// What came of a visit.
    ///
    /// - Parameters:
    ///   - taken: how many tasks it brought
    ///   - refused: those that were looked at and cannot run here
    ///   - left: how many there are now
    ///   - now: nanoseconds since boot
    mutating func note(taken: Int, _ refused: RefusedTasks, of left: Int, at now: Int) {
        let late = gate.takeRefused()
        let told = refused.first.map {
            AliveRecord.Outlook.Refused(count: refused.count, first: $0, reason: refused.reason)
        }
        defer { self.refused = told }
        if taken == 0 && refused.postponed > 0 {
            hopelessness = nil
            haste = nil
            nextTry = now + Self.courtesy
            return
        }
        guard taken == 0, let first = refused.first else {
            if taken > 0 {
                self = TaskSelection(demands, gate)
                // What could be taken lay beneath what could not, and so will the next.
                window = min(max(window, 2 * (refused.count + taken)), TaskFilter.widestWindow)
            }
            return
        }
        let isAll = refused.count >= left
        let isMost = isAll || window == TaskFilter.widestWindow
        hopelessness = isAll ? "task \(first) \(refused.reason)" : nil
        haste =
            isMost
            ? late.map {
                .tooLittleTime(
                    tasks: min($0.count, refused.count), of: left, shortest: $0.shortest, left: gate.left ?? 0)
            } : nil
        window = min(window * 4, TaskFilter.widestWindow)
        nextTry = now + pause
        let longest = late == nil ? Self.longestPause : Self.longestPauseForTime
        if isAll || window == TaskFilter.widestWindow { pause = min(pause * 2, longest) }
    }

    /// The state as far as it concerns this farmer: as long as nothing is to be had, there is nothing.
    func seen(_ state: StateRecord, at now: Int) -> ClaimPool {
        var seen = ClaimPool(state)
        if isWaiting(at: now) { seen.toprocess = 0 }
        return seen
    }

    /// Whether nothing is to be had for the moment.
    func isWaiting(at now: Int) -> Bool { nextTry.map { now < $0 } ?? false }
}
