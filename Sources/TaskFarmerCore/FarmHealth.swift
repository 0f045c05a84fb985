// Whether a work directory is all right, and if not, why: pure, of what was read. What is said of it in words is the report's.

package struct FarmHealth: Sendable, Equatable {
    /// All of it in a word.
    package enum Status: String, Sendable, CaseIterable {
        /// Work is being done, and nothing is to be said of it.
        case ok
        /// Every task is over, and nothing is to be said of it.
        case complete
        /// Somebody should have a look, but work that is left is being done.
        case degraded
        /// Work that is left is not being done, or nothing is known.
        case failing
    }

    /// What can be found, by the words of the JSON form and the metrics; there are no others.
    package enum Reason: String, Sendable, CaseIterable {
        case unreadable
        case noFarmers = "no-farmers"
        case allSilent = "all-silent"
        case tasksFailed = "tasks-failed"
        case tasksHeld = "tasks-held"
        case farmersSilent = "farmers-silent"
        case farmersLeaving = "farmers-leaving"
        case farmersPaused = "farmers-paused"
        case heldBack = "held-back"
        case nothingFits = "nothing-fits"

        /// Whether it alone makes the work directory unhealthy.
        package var isUnhealthy: Bool { [.unreadable, .noFarmers, .allSilent].contains(self) }
    }

    /// So many farmers, the first of them in the order in which they joined, and why that one, in its own words.
    package struct Farmers: Sendable, Equatable {
        package var count: Int
        package var first: String
        package var words: String?

        package init(count: Int, first: String, words: String? = nil) {
            self.count = count
            self.first = first
            self.words = words
        }
    }

    package enum Finding: Sendable, Equatable {
        /// Nothing is known; why, in words.
        case unreadable(String)
        /// So many tasks are left, and no farmer is there.
        case noFarmers(left: Int)
        /// So many tasks are left, and none of the farmers shows that it lives; what is known of the first.
        case allSilent(left: Int, Farmers, Explanation.Farmer.Life)
        case tasksFailed(Int)
        case tasksHeld(Int)
        case farmersSilent(Farmers, Explanation.Farmer.Life)
        case farmersLeaving(Farmers)
        case farmersPaused(Farmers)
        case heldBack(Farmers)
        case nothingFits(Farmers)

        package var reason: Reason {
            switch self {
            case .unreadable: .unreadable
            case .noFarmers: .noFarmers
            case .allSilent: .allSilent
            case .tasksFailed: .tasksFailed
            case .tasksHeld: .tasksHeld
            case .farmersSilent: .farmersSilent
            case .farmersLeaving: .farmersLeaving
            case .farmersPaused: .farmersPaused
            case .heldBack: .heldBack
            case .nothingFits: .nothingFits
            }
        }
    }

    /// Those that make it unhealthy first; of each reason at most one.
    package let findings: [Finding]
    private let isComplete: Bool

    package var isHealthy: Bool { !findings.contains { $0.reason.isUnhealthy } }

    package var status: Status {
        if !isHealthy { return .failing }
        if !findings.isEmpty { return .degraded }
        return isComplete ? .complete : .ok
    }

    /// Of a work directory that cannot be read; why, in words.
    package init(unreadable message: String) {
        findings = [.unreadable(message)]
        isComplete = false
    }

    /// - Parameters:
    ///   - state: the totals
    ///   - farmers: the live ones, in the order in which they joined
    package init(_ state: StateRecord, _ farmers: [Explanation.Farmer]) {
        let left = state.toprocess + state.claimed
        let alive = farmers.filter { $0.life == .alive }
        var findings: [Finding] = []
        if left > 0 && farmers.isEmpty { findings.append(.noFarmers(left: left)) }
        if let first = farmers.first(where: { $0.life != .alive }) {
            let silent = Farmers(count: farmers.count - alive.count, first: first.name)
            findings.append(
                left > 0 && alive.isEmpty
                    ? .allSilent(left: left, silent, first.life) : .farmersSilent(silent, first.life))
        }
        if state.failed > 0 { findings.append(.tasksFailed(state.failed)) }
        if state.held > 0 { findings.append(.tasksHeld(state.held)) }
        func note(
            _ make: (Farmers) -> Finding, where isSo: (Explanation.Farmer) -> Bool,
            _ words: (Explanation.Farmer) -> String? = { _ in nil }
        ) {
            let found = alive.filter(isSo)
            guard let first = found.first else { return }
            findings.append(make(Farmers(count: found.count, first: first.name, words: words(first))))
        }
        note(Finding.farmersLeaving) {
            [.draining, .stopping].contains($0.mode)
        } _: {
            $0.outlook?.leaving
        }
        note(Finding.farmersPaused) { $0.mode == .paused }
        note(Finding.heldBack) {
            $0.mode == .working && $0.outlook?.heldBack != nil
        } _: {
            $0.outlook?.heldBack
        }
        note(Finding.nothingFits) {
            $0.mode == .working && $0.running == 0 && $0.outlook?.heldBack == nil && $0.outlook?.refused != nil
        } _: {
            $0.outlook?.refused?.reason
        }
        self.findings = findings
        isComplete = state.isComplete
    }
}
