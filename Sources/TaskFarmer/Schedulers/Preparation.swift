// What is done to a work directory before jobs are submitted for it, so that a list or a lock that cannot be used is refused here
// and not hours later in a job.

package import TaskFarmerCore
internal import TaskFarmerSystem

package enum Preparation {
    /// Makes or opens a work directory, takes over what was appended to its list, frees what farmers on hosts hold that are said to be
    /// gone, and puts failed tasks back if that is asked for.
    ///
    /// - Returns: its state
    /// - Throws: `FarmError` as a farmer would
    package static func run(
        _ request: FarmRequest, retryFailed: Bool, retry: RetryPolicy = RetryPolicy(), observer: any FarmObserver
    ) throws -> StateRecord {
        let patience = EndlessPatience { observer.observe(.note($0)) }
        let name = Farmer.newName()
        let opened = try OpenedFarm.open(request, holder: name, patience)
        let cycle = ChangeCycle(
            directory: opened.directory, lock: opened.lock, nonce: opened.description.nonce, farmer: name)
        var notes = opened.notes
        notes += try recover(opened.directory, from: request.assumedDead, retry, cycle, patience)
        if let list = request.list { notes += try ListUpdate.apply(list, cycle: cycle, patience) }
        if retryFailed { notes.append(FailedTasks.note(try FailedTasks.retry(.all, cycle, patience))) }
        for note in notes { observer.observe(.note(note)) }
        return try opened.directory.readState()
    }

    /// Puts back what farmers on these hosts hold whose hearts stand still, lock or no lock. Looking takes a quarter of a minute.
    private static func recover(
        _ directory: WorkDirectory, from hosts: Set<String>, _ retry: RetryPolicy, _ cycle: ChangeCycle,
        _ patience: any LockPatience
    ) throws -> [String] {
        if hosts.isEmpty { return [] }
        let liveness = Liveness(directory, assumedDead: hosts)
        var notes: [String] = []
        var living: Set<String> = []
        while true {
            var isOpen = false
            for (place, entry) in try Roster.read(directory).enumerated()
            where entry.status == .live && hosts.contains(entry.host) && !living.contains(entry.farmer) {
                switch try liveness.judge(entry.farmer) {
                case .watching: isOpen = true
                case .dead:
                    guard
                        let (tasks, givenUp) = try Recovery.recover(
                            place: place, farmer: entry.farmer, directory: directory, cycle: cycle, retry: retry,
                            patience)
                    else { continue }
                    notes.append(Store.Finding.text(entry.farmer, tasks, givenUp))
                case .alive, .silent:
                    living.insert(entry.farmer)
                    notes.append("\(entry.farmer) on \(entry.host) lives and keeps its tasks")
                }
            }
            if !isOpen { return notes }
            Clock.pause(nanoseconds: 500_000_000)
        }
    }

    /// Reads a list without making anything of it.
    ///
    /// - Returns: how many tasks it has
    package static func count(_ list: HandledList) throws -> Int {
        try MeasuredList(list, EndlessPatience()).stack.tasks
    }
}
