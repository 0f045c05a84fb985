// A farmer's first steps in a work directory: it finds out whether locks work, who is dead, what was added to the list, and enters.

internal import TaskFarmerCore
internal import TaskFarmerSystem

extension Farmer {
    /// Others change what this node has just looked up: with clients that answer from a cache, an old view is looked at again.
    static func retrying<Result>(_ directory: WorkDirectory, _ body: () throws -> Result) throws -> Result {
        for _ in 0..<(Exclusion.isCached(directory) ? 5 : 0) {
            do {
                return try body()
            } catch let error as FarmError where error.isOldView {
                Clock.pause(nanoseconds: Int.random(in: Exclusion.cached...2 * Exclusion.cached))
            }
        }
        return try body()
    }

    /// Makes a farmer's files and enters. It leaves nothing behind where it fails.
    static func join(
        _ opened: OpenedFarm, _ record: AliveRecord, _ request: FarmRequest, _ options: FarmerOptions,
        _ filter: TaskFilter?, _ observer: any FarmObserver, _ patience: StopPatience
    ) throws -> (Store, [TaskRecord]) {
        let store = try Store.make(opened, slots: options.slots, record: record, assumedDead: options.assumedDead)
        store.retry = options.retry
        store.settings = options.settings
        do {
            try Exclusion.require(opened.directory, alive: store.alive, record: record, patience)
            try prepare(store, request, options, observer, patience)
            try patience.requireWanted()
            return (store, try store.enter(record, takesTasks: true, filter: filter, patience))
        } catch {
            // What may be committed is in the journal alone: whoever comes next recovers it, or sweeps it away.
            if !store.cycle.isInDoubt { Journal.remove(opened.directory, farmer: record.farmer) }
            throw error
        }
    }

    /// What is to be done before the first task: the dead are found, the list is compared, failed tasks go back.
    private static func prepare(
        _ store: Store, _ request: FarmRequest, _ options: FarmerOptions, _ observer: any FarmObserver,
        _ patience: StopPatience
    ) throws {
        try store.undoHalfMade(patience)
        for finding in try store.lookAround(all: true, patience) {
            if case .recovered(let farmer, let tasks, let givenUp) = finding {
                observer.observe(.note(Store.Finding.text(farmer, tasks, givenUp)))
            }
        }
        if let list = request.list {
            if list.definition != store.description.definition {
                observer.observe(
                    .note(
                        "the arguments of the handler \(list.handlerName) are not those that the tasks were made with: these stay "
                            + "as they are, and only new lines are read with them. To make all tasks anew: taskfarmer run --fresh"
                    ))
            }
            for note in try ListUpdate.apply(list, cycle: store.cycle, patience) {
                observer.observe(.note(note))
            }
        }
        if options.retryFailed {
            observer.observe(.note(FailedTasks.note(try FailedTasks.retry(.all, store.cycle, patience))))
        }
    }
}
