// Where a command's long output goes: a file that is there whole or not at all, or standard output.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

enum OutputTarget {
    /// Writes what is told of a work directory.
    ///
    /// - Parameters:
    ///   - path: the file; nil for standard output
    ///   - seen: the work directory, none of whose files it may be
    ///   - isCompressed: whether it goes through gzip
    ///   - body: called with what takes the bytes, in parts
    /// - Throws: what `body` throws, `UsageError` for a file that must stay, `GzipFailure` when it cannot be compressed, and
    ///   `SystemError` when it cannot be written
    static func write(
        to path: Path?, of seen: SeenFarm, isCompressed: Bool = false,
        _ body: (@escaping ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        guard let path else {
            try unlessClosed {
                if isCompressed { try Gzip.compress(to: 1, body) } else { try body { try OwnProcess.print($0) } }
            }
            return
        }
        try refuse(path, seen.directory, list: Path(seen.description.list))
        let file = try ReplacedFile(path)
        if isCompressed { try Gzip.compress(to: file.descriptor, body) } else { try body { try file.write($0) } }
        try file.complete()
    }

    /// Prints. Whoever closes the pipe has seen enough, and that is no failure.
    ///
    /// - Parameter body: what prints
    /// - Throws: what `body` throws else
    static func unlessClosed(_ body: () throws -> Void) throws {
        do { try body() } catch let error as SystemError where error.isBrokenPipe {}
    }

    /// What farmers work with is not to be replaced by a word too few on the command line.
    ///
    /// - Parameters:
    ///   - path: what would be written
    ///   - directory: what must stay
    ///   - list: what must stay, too
    ///   - option: which names the path
    /// - Throws: `UsageError` where it is one of these files, and `SystemError`
    static func refuse(_ path: Path, _ directory: WorkDirectory, list: Path, option: String = "output") throws {
        guard let folder = try Folder.facts(path.parent) else { return }
        for own in [directory.root, directory.farmers, directory.logs] {
            if let facts = try Folder.facts(own), (facts.inode, facts.device) == (folder.inode, folder.device) {
                throw UsageError(
                    message: "--\(option) \(path): it would lie in the work directory, among the farmers' files; "
                        + "name a place elsewhere")
            }
        }
        if let facts = try Folder.facts(path), let list = try Folder.facts(list),
            (facts.inode, facts.device) == (list.inode, list.device)
        {
            throw UsageError(message: "--\(option) \(path): that is the task list")
        }
    }
}
