// Logs as files: `log_ID` is always the last attempt's; an earlier one is kept as `log_ID.N`.

package import TaskFarmerCore
package import TaskFarmerSystem

/// Where the output of tasks lies.
package struct LogPlaces: Sendable {
    package let directory: WorkDirectory
    package let description: FarmDescription

    package init(_ directory: WorkDirectory, _ description: FarmDescription) {
        self.directory = directory
        self.description = description
    }

    /// The last attempt's file.
    package func file(of task: Int) -> Path {
        let name = description.logName(task)
        return (name.folder.map { directory.logs.appending($0) } ?? directory.logs).appending(name.file)
    }

    /// The file of an attempt after which there was another.
    package func file(of task: Int, earlier attempt: Int) -> Path { file(of: task).adding(suffix: ".\(attempt)") }

    package func pack(of farmer: String) -> Path { directory.logs.appending(farmer + Self.packEnding) }
    package func index(of farmer: String) -> Path { directory.logs.appending(farmer + Self.indexEnding) }

    static let packEnding = ".pack"
    static let indexEnding = ".index"
}

/// Opens log files; for one thread.
package final class LogFiles {
    private let places: LogPlaces
    private var madeFolders: Set<String> = []

    package init(_ places: LogPlaces) { self.places = places }

    /// Opens an empty log for an attempt, keeping those of earlier ones.
    func open(task: Int, attempt: Int) throws(SystemError) -> Descriptor {
        if let folder = places.description.logName(task).folder, !madeFolders.contains(folder) {
            try Folder.ensure(places.directory.logs.appending(folder))
            madeFolders.insert(folder)
        }
        if attempt > 1 { try keepEarlier(task: task, before: attempt) }
        let path = places.file(of: task)
        let mode: OpenMode = [.writing, .exclusive, .append, .noLink]
        do {
            return try Descriptor(path, mode)
        } catch {
            if !error.isPresent { throw error }
        }
        // Of an attempt that was cut off, or anything else that stands there: a link, a pipe, another name of somebody's file.
        if try Folder.linkFacts(path)?.isFolder == true {
            try Folder.rename(path, to: path.adding(suffix: ".moved.\(OwnProcess.nonce())"))
        } else {
            try Folder.unlink(path)
        }
        return try Descriptor(path, mode)
    }

    /// Moves the last attempt's log out of the way of this one's. It may have been moved already, for an attempt that was not
    /// started after all.
    func keepEarlier(task: Int, before attempt: Int) throws(SystemError) {
        let path = places.file(of: task)
        let target = places.file(of: task, earlier: attempt - 1)
        if try Folder.linkFacts(target) != nil { return }
        do {
            try Folder.rename(path, to: target)
        } catch {
            if !error.isMissing { throw error }
        }
    }

    /// Takes away the log of an attempt that succeeded, where only the others are kept.
    package func remove(task: Int) throws(SystemError) { try Folder.unlink(places.file(of: task)) }
}
