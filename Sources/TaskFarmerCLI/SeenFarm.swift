// A work directory that is only looked at: no lock is taken, and nobody who works there notices.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

struct SeenFarm {
    let directory: WorkDirectory
    let description: FarmDescription

    /// - Parameter operands: a list or a work directory, or nothing
    /// - Throws: `FarmError` where there is none
    init(_ operands: some Sequence<[UInt8]>) throws { try self.init(at: try Places.existing(Array(operands))) }

    /// - Parameter root: a work directory
    /// - Throws: `FarmError` where it is none
    init(at root: Path) throws {
        guard let description = try OpenedFarm.readDescription(WorkDirectory(root)) else {
            throw FarmError.noWorkDirectory("\(root) is being made; try again in a moment")
        }
        self.description = description
        directory = WorkDirectory(root, description)
    }

    /// The IDs that a user names, all of which exist; nil for all.
    func ids(_ text: String?) throws -> TaskIDs? {
        guard let text else { return nil }
        let ids: TaskIDs
        do throws(TaskIDs.Problem) { ids = try TaskIDs(parsing: text) } catch {
            throw UsageError(message: "--ids \(error.message)")
        }
        let tasks = try directory.readState().tasks
        switch ids.clipped(to: tasks) {
        case .success(let clipped): return clipped
        case .failure(let missing): throw UsageError(message: directory.noTask(missing.id, of: tasks))
        }
    }
}
