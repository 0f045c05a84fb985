// A work directory in the hands of a user who is no farmer: each command is one change of the shared state, or several where it waits for
// farmers to answer.

package import TaskFarmerCore
package import TaskFarmerSystem

package struct ControlledFarm {
    package let directory: WorkDirectory
    package let description: FarmDescription
    package let cycle: ChangeCycle
    let patience: any LockPatience

    /// Opens a work directory that exists.
    ///
    /// - Throws: `FarmError` where there is none, or it cannot be trusted
    package init(_ root: Path, trust: Trust = Trust(), _ patience: any LockPatience) throws {
        let opened = try OpenedFarm(existing: WorkDirectory(root), trust: trust)
        self.init(
            description: opened.description,
            cycle: ChangeCycle(
                directory: opened.directory, lock: opened.lock, nonce: opened.description.nonce,
                farmer: Farmer.newName()), patience)
    }

    package init(description: FarmDescription, cycle: ChangeCycle, _ patience: any LockPatience) {
        directory = cycle.directory
        self.description = description
        self.cycle = cycle
        self.patience = patience
    }

    /// What older programs made knows nothing of held tasks, of priorities or of requests.
    ///
    /// - Parameter what: what was asked for, as in "tasks cannot be held"
    /// - Throws: `FarmError.usage` in a work directory before version 4
    package func require(_ what: String) throws {
        if directory.hasControl { return }
        throw FarmError.usage(
            "\(directory.root) was made by an older program (version \(description.version)): \(what) there; that needs a new "
                + "work directory (--fresh)")
    }

    /// The IDs without an open end.
    ///
    /// - Throws: `FarmError.usage` naming the first that does not exist
    package func existing(_ ids: TaskIDs) throws -> TaskIDs {
        let tasks = try directory.readState().tasks
        switch ids.clipped(to: tasks) {
        case .success(let clipped): return clipped
        case .failure(let missing):
            throw FarmError.usage(directory.noTask(missing.id, of: tasks))
        }
    }

    /// Runs one change. One that was lost because the process stood still, or the file system was slow, is planned anew.
    func change<Result>(_ plan: (Change) throws -> Result) throws -> Result {
        try Self.retrying(cycle, patience, plan)
    }

    static func retrying<Result>(
        _ cycle: ChangeCycle, _ patience: any LockPatience, _ plan: (Change) throws -> Result
    ) throws -> Result {
        while true {
            do { return try cycle.run(patience, plan) } catch FarmError.suspended { continue }
        }
    }
}
