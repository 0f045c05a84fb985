// Failed tasks that go back to be run, with fresh counts of failures. Their attempts are counted on.

package import TaskFarmerCore
internal import TaskFarmerSystem

package enum FailedTasks {
    /// Which failed tasks are meant.
    package enum Choice: Sendable, Equatable {
        case all
        case ids(TaskIDs)
        /// By how the last attempt ended.
        case ended(FailureClass)
    }

    /// What is said of so many that were put back.
    package static func note(_ count: Int) -> String {
        switch count {
        case 0: "no failed tasks to retry"
        case 1: "1 failed task goes back to be run"
        default: "\(count) failed tasks go back to be run"
        }
    }

    /// Puts failed tasks back, to run again, in the order of their IDs.
    ///
    /// - Returns: how many there were
    /// - Throws: `FarmError` when it cannot be done; then nothing was changed
    package static func retry(
        _ choice: Choice = .all, _ cycle: ChangeCycle, _ patience: any LockPatience
    ) throws -> Int {
        try ControlledFarm.retrying(cycle, patience) { change in
            guard change.state.failed > 0 else { return 0 }
            let attempts = try LastAttempts(change)
            let ids =
                switch choice {
                case .all: TaskIDs([0...max(0, change.state.tasks - 1)])
                case .ids(let ids): ids
                case .ended(let kind): TaskIDs(attempts.outcomes.filter { kind.holds(for: $0.value) }.keys)
                }
            let lines = try change.extractLines(ids, from: .failed)
            let tasks = try lines.map { line in
                guard let task = TaskRecord(line: line) else {
                    throw FarmError.damaged(file: SharedFile.failed.rawValue, "expected lines `ID command`")
                }
                return TaskRecord(id: task.id, command: task.command, attempts: attempts.numbers[task.id] ?? 0)
            }
            change.state.failed -= tasks.count
            try change.putBack(tasks.sorted { $0.id < $1.id }, isClaimed: false)
            return tasks.count
        }
    }

    /// The last attempts of tasks that did not end well, from attempts.tsv: under the lock, since no number may be used twice.
    private struct LastAttempts {
        private(set) var numbers: [Int: Int] = [:]
        private(set) var outcomes: [Int: Outcome] = [:]
        private static let part = 4 << 20

        init(_ change: Change) throws {
            let size = change.before.sizes[.attempts] ?? 0
            var at = 0
            var rest: [UInt8] = []
            while at < size {
                let bytes = rest + (try change.read(.attempts, at: at, count: min(Self.part, size - at)))
                at = min(size, at + Self.part)
                try change.pace.check()
                let end = bytes.lastIndex(of: 10).map { $0 + 1 } ?? 0
                for line in bytes[..<end].split(separator: 10) { note(line.span) }
                rest = Array(bytes[end...])
            }
        }

        private mutating func note(_ line: borrowing Span<UInt8>) {
            guard let fields = AttemptFields(line), let outcome = fields.outcome(reason: ""), outcome != .succeeded,
                fields.number >= numbers[fields.task] ?? 0
            else { return }
            numbers[fields.task] = fields.number
            outcomes[fields.task] = outcome
        }
    }
}
