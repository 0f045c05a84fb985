// What users do to tasks that no farmer has: hold and release them, change their order, add new ones. One change each.

package import TaskFarmerCore

extension ControlledFarm {
    /// How many of the tasks that were meant were where.
    package struct Counts: Sendable, Equatable {
        /// Done with: what was asked for.
        package var done = 0
        /// They were so already.
        package var already = 0
        /// With farmers.
        package var claimed = 0
        package var held = 0
        /// Finished, failed or skipped.
        package var over = 0

        package init(done: Int = 0, already: Int = 0, claimed: Int = 0, held: Int = 0, over: Int = 0) {
            self.done = done
            self.already = already
            self.claimed = claimed
            self.held = held
            self.over = over
        }
    }

    /// Keeps tasks back until they are released.
    ///
    /// - Throws: `FarmError` when it cannot be done; then nothing was changed
    package func hold(_ ids: TaskIDs) throws -> Counts {
        try require("tasks cannot be held")
        return try change { change in
            var counts = Counts()
            counts.already = try change.countHeld(ids)
            let tasks = try change.extract(ids)
            change.hold(tasks)
            counts.done = tasks.count
            try Self.count(ids, into: &counts, change)
            return counts
        }
    }

    /// Puts held tasks back: they run next, in the order in which they were held.
    ///
    /// - Throws: `FarmError` when it cannot be done; then nothing was changed
    package func release(_ ids: TaskIDs) throws -> Counts {
        try require("no tasks are held")
        return try change { change in
            let tasks = try change.extractHeld(ids)
            try change.putBack(tasks, isClaimed: false)
            var counts = Counts(done: tasks.count)
            counts.over = ids.count - tasks.count
            return counts
        }
    }

    /// Gives tasks that wait a priority: they come behind others that have it, and before all that have less.
    ///
    /// - Throws: `FarmError` when it cannot be done; then nothing was changed
    package func prioritize(_ ids: TaskIDs, _ priority: Int) throws -> Counts {
        try require("tasks have no priorities")
        return try change { change in
            let found = try change.prioritize(ids, priority)
            var counts = Counts(done: found.moved, already: found.same)
            counts.held = try change.countHeld(ids)
            try Self.count(ids, into: &counts, change)
            return counts
        }
    }

    /// Puts failed tasks back to be run.
    ///
    /// - Returns: how many
    /// - Throws: `FarmError` when it cannot be done; then nothing was changed
    package func retry(_ choice: FailedTasks.Choice) throws -> Int { try FailedTasks.retry(choice, cycle, patience) }

    /// Adds tasks after the last. They are the next to run.
    ///
    /// - Parameter commands: as they stand in the work directory
    /// - Returns: their IDs
    /// - Throws: `FarmError` when it cannot be done; then nothing was changed
    package func add(_ commands: [[UInt8]]) throws -> Range<Int> {
        try require("tasks can be added only to the list itself")
        return try change { change in try change.add(commands, isListed: false) }
    }

    /// What is none of these is with farmers or over.
    private static func count(_ ids: TaskIDs, into counts: inout Counts, _ change: Change) throws {
        let rest = ids.count - counts.done - counts.already - counts.held
        guard rest > 0 else { return }
        counts.claimed = try Claims.find(ids, change).reduce(0) {
            $0 + $1.held.count + $1.cancelled.count + $1.returning.count
        }
        counts.over = rest - counts.claimed
    }
}

extension Change {
    /// How many of these tasks are held.
    func countHeld(_ ids: TaskIDs) throws -> Int { try self.ids(of: ids, in: .held).count }
}
