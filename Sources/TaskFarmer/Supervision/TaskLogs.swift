// Where the output of tasks goes. `log_ID` is always the last attempt's; an earlier one is kept as `log_ID.N`.

package import TaskFarmerCore
package import TaskFarmerSystem

package final class TaskLogs {
    private let directory: WorkDirectory
    private let description: FarmDescription
    private var madeFolders: Set<String> = []

    package init(_ directory: WorkDirectory, _ description: FarmDescription) {
        self.directory = directory
        self.description = description
    }

    package func path(of task: Int) -> Path {
        let name = description.logName(task)
        return (name.folder.map { directory.logs.appending($0) } ?? directory.logs).appending(name.file)
    }

    /// Opens an empty log for an attempt, keeping those of earlier ones.
    func open(task: Int, attempt: Int) throws(SystemError) -> Descriptor {
        if let folder = description.logName(task).folder, !madeFolders.contains(folder) {
            try Folder.make(directory.logs.appending(folder))
            madeFolders.insert(folder)
        }
        let path = path(of: task)
        if attempt > 1 {
            do {
                try Folder.rename(path, to: path.adding(suffix: ".\(attempt - 1)"))
            } catch {
                if !error.isMissing { throw error }
            }
        }
        return try Descriptor(path, [.writing, .create, .empty, .append, .noLink])
    }
}
