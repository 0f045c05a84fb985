// Which tasks a farmer takes off the stack, where it cannot run all: those that fit, of the topmost so many. The others stay where
// they are. However long the list is, no more than that is looked at.

package import TaskFarmerCore

package struct TaskFilter: Sendable {
    /// So many tasks are looked at, from the top.
    package var window: Int
    /// Tasks that are left to others for the moment.
    package var avoided: Set<Int> = []
    /// Why a task cannot be taken, in words; nil when it can.
    package var refusal: @Sendable (TaskRecord) -> String?

    package init(window: Int, refusal: @escaping @Sendable (TaskRecord) -> String?) {
        self.window = window
        self.refusal = refusal
    }

    /// What a farmer looks at as a rule, and at most when it finds nothing.
    package static let usualWindow = 256
    package static let widestWindow = 65_536
}

/// Tasks that were looked at and not taken.
package struct RefusedTasks: Sendable, Equatable {
    package var count = 0
    /// How many more are left to others for the moment.
    package var postponed = 0
    /// The first of them, and why.
    package var first: Int?
    package var reason = ""

    package init() {}

    mutating func note(_ task: TaskRecord, _ reason: String) {
        if first == nil {
            first = task.id
            self.reason = reason
        }
        count += 1
    }
}
