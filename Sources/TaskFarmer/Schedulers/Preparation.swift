// What is done to a work directory before jobs are submitted for it, so that a list or a lock that cannot be used is refused here
// and not hours later in a job.

package import TaskFarmerCore
internal import TaskFarmerSystem

package enum Preparation {
    /// Makes or opens a work directory, takes over what was appended to its list, and puts failed tasks back if that is asked for.
    ///
    /// - Returns: its state
    /// - Throws: `FarmError` as a farmer would
    package static func run(
        _ request: FarmRequest, retryFailed: Bool, observer: any FarmObserver
    ) throws -> StateRecord {
        let patience = EndlessPatience { observer.observe(.note($0)) }
        let name = Farmer.newName()
        let opened = try OpenedFarm.open(request, holder: name, patience)
        let cycle = ChangeCycle(
            directory: opened.directory, lock: opened.lock, nonce: opened.description.nonce, farmer: name)
        var notes = opened.notes
        if let list = request.list { notes += try ListUpdate.apply(list, cycle: cycle, patience) }
        if retryFailed { notes.append(FailedTasks.note(try FailedTasks.retry(cycle, patience))) }
        for note in notes { observer.observe(.note(note)) }
        return try opened.directory.readState()
    }

    /// Reads a list without making anything of it.
    ///
    /// - Returns: how many tasks it has
    package static func count(_ list: HandledList) throws -> Int {
        try MeasuredList(list, EndlessPatience()).stack.tasks
    }
}
