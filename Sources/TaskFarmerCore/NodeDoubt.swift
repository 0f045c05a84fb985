// Whether a node is to blame: tasks that failed here and then succeeded on other hosts speak against this one. Of bounded size,
// however many tasks fail.

package struct NodeDoubt: Sendable {
    /// Tasks that failed here and are to be run again, and when they failed last, in nanoseconds since boot.
    private var failed: [Int: Int] = [:]
    /// Those of them that succeeded elsewhere.
    package private(set) var evidence: Set<Int> = []
    private var told = 0

    /// So many are remembered, for so long; so many speak before anybody is told.
    private static let most = 1000
    private static let memory = 3600_000_000_000
    private static let worthTelling = 3
    /// For so long a task that failed here is left to other hosts.
    private static let courtesy = 10_000_000_000

    package init() {}

    package mutating func noteFailure(of task: Int, at now: Int) {
        if failed.count >= Self.most { failed = failed.filter { now - $0.value < Self.courtesy } }
        if failed.count < Self.most { failed[task] = now }
    }

    /// Those of which it is worth knowing whether they have succeeded.
    package func watched(at now: Int) -> Set<Int> {
        failed.isEmpty ? [] : Set(failed.filter { now - $0.value < Self.memory }.keys)
    }

    /// Those that are left to other hosts for the moment.
    package func avoided(at now: Int) -> Set<Int> {
        failed.isEmpty ? [] : Set(failed.filter { now - $0.value < Self.courtesy }.keys)
    }

    /// These have succeeded on other hosts.
    ///
    /// - Returns: how many speak against this node by now, where people should hear of it
    package mutating func noteSuccesses(_ tasks: some Sequence<Int>) -> Int? {
        for task in tasks where failed.removeValue(forKey: task) != nil { evidence.insert(task) }
        guard evidence.count >= max(Self.worthTelling, 2 * told) else { return nil }
        told = evidence.count
        return told
    }

    /// `tasks 3, 9, 12`: some of them.
    package var text: String {
        let some = evidence.sorted().prefix(5).map(String.init).joined(separator: ", ")
        return (evidence.count == 1 ? "task " : "tasks ") + some + (evidence.count > 5 ? ", …" : "")
    }
}
