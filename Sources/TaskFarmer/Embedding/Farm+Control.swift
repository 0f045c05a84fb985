// Changing what waits in a work directory, and what runs there: what `taskfarmer cancel`, `hold` and the others do. Each call is one change,
// done or not done, and waits for the lock; none of them is for the main actor.

public import TaskFarmerCore
internal import TaskFarmerSystem

extension Farm {
    /// What became of tasks that were to be cancelled.
    public struct Cancelled: Sendable, Equatable {
        /// They waited, or were held or with a farmer that had not started them: they are skipped.
        public let skipped: Int
        /// They ran: their farmer is stopping them, and they are skipped then, unless they succeed all the same.
        public let stopped: Int
        /// They were over already.
        public let over: Int
        /// Their farmers have not answered in time, and will heed it as soon as they can.
        public let unanswered: Int
    }

    private func controlled() throws -> ControlledFarm {
        try ControlledFarm(directory.root, trust: trust, EndlessPatience())
    }

    private func known(_ ids: some Sequence<Int>, _ farm: ControlledFarm) throws -> TaskIDs {
        try farm.existing(TaskIDs(ids))
    }

    private static func wrapping<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as SystemError { throw FarmError.system(error) }
    }

    /// Adds tasks after the last, also while farmers are at work: they are the next to run. With ``Farmer/Options/waits`` farmers stay
    /// for them.
    ///
    /// - Parameter tasks: what they are to do
    /// - Returns: their IDs
    /// - Throws: `FarmError`; then nothing was added
    @discardableResult
    public func add(_ tasks: [TaskDescription]) throws -> Range<Int> {
        try Self.wrapping {
            let farm = try controlled()
            let form = farm.description.form ?? .commands
            let lines = try tasks.enumerated().map { place, task in
                do throws(TaskForm.Problem) {
                    return try form.line(task)
                } catch {
                    throw FarmError.usage("task \(place + 1) of those to be added: \(error.message)")
                }
            }
            return try farm.add(lines)
        }
    }

    /// Has tasks not run, and stops those that run.
    ///
    /// - Parameters:
    ///   - ids: which
    ///   - patience: for how long farmers are waited for that run some of them
    /// - Returns: what became of them
    /// - Throws: `FarmError`; for an ID that there is not before anything was changed
    @discardableResult
    public func cancel(_ ids: some Sequence<Int>, waitingFor patience: Duration = .seconds(30)) throws -> Cancelled {
        try Self.wrapping {
            let farm = try controlled()
            let result = try farm.cancel(try known(ids, farm), limit: patience.wholeNanoseconds)
            return Cancelled(
                skipped: result.waiting + result.held + result.taken, stopped: result.running, over: result.over,
                unanswered: result.unanswered)
        }
    }

    /// Keeps waiting tasks back until they are released. Those that farmers have taken are not held.
    ///
    /// - Parameter ids: which
    /// - Returns: how many are held now that were not before
    /// - Throws: `FarmError`; then nothing was changed
    @discardableResult
    public func hold(_ ids: some Sequence<Int>) throws -> Int {
        try Self.wrapping {
            let farm = try controlled()
            return try farm.hold(try known(ids, farm)).done
        }
    }

    /// Lets held tasks run: they are the next to be taken.
    ///
    /// - Parameter ids: which
    /// - Returns: how many were held
    /// - Throws: `FarmError`; then nothing was changed
    @discardableResult
    public func release(_ ids: some Sequence<Int>) throws -> Int {
        try Self.wrapping {
            let farm = try controlled()
            return try farm.release(try known(ids, farm)).done
        }
    }

    /// Gives waiting tasks a priority: higher ones are taken first, 0 is usual.
    ///
    /// - Parameters:
    ///   - ids: which
    ///   - priority: from -1,000,000 to 1,000,000
    /// - Returns: how many were moved
    /// - Throws: `FarmError`; then nothing was changed
    @discardableResult
    public func prioritize(_ ids: some Sequence<Int>, _ priority: Int) throws -> Int {
        guard PriorityMark.range.contains(priority) else {
            throw FarmError.usage("a priority of \(priority): expected one from -1000000 to 1000000")
        }
        return try Self.wrapping {
            let farm = try controlled()
            return try farm.prioritize(try known(ids, farm), priority).done
        }
    }

    /// Puts failed tasks back to be run, with fresh counts of failures.
    ///
    /// - Parameter ids: which; nil for all that have failed
    /// - Returns: how many
    /// - Throws: `FarmError`; then nothing was changed
    @discardableResult
    public func retry(_ ids: (some Sequence<Int>)? = [Int]?.none) throws -> Int {
        try Self.wrapping {
            let farm = try controlled()
            guard let ids else { return try farm.retry(.all) }
            return try farm.retry(.ids(try known(ids, farm)))
        }
    }
}
