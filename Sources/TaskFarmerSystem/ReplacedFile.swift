// A file that is there whole or not at all: written beside its name, flushed, then renamed.

/// A new file, or one that takes another's place, once it is complete.
package final class ReplacedFile {
    private let path: Path
    private let beside: Path
    private let file: Descriptor
    private var isComplete = false

    /// - Parameter path: what it shall be called
    /// - Throws: `SystemError` where that name stands for something else than a regular file, or none can be made
    package init(_ path: Path) throws(SystemError) {
        let found = try Folder.linkFacts(path)
        if let found, !found.isRegular {
            throw SystemError("replace", path, code: SystemError.noRegularFile)
        }
        self.path = path
        beside = path.parent.appending(".taskfarmer.\(OwnProcess.nonce())")
        file = try Descriptor(
            beside, [.writing, .exclusive, .noLink], permissions: (found?.permissions ?? 0o666) & 0o666)
    }

    deinit { if !isComplete { _ = try? Folder.unlink(beside) } }

    /// Writes bytes at its end.
    package func write(_ bytes: [UInt8]) throws(SystemError) { try file.write(bytes) }

    /// Gives it its name.
    package func complete() throws(SystemError) {
        try file.flush()
        try Folder.rename(beside, to: path)
        isComplete = true
        Folder.flush(path.parent)
    }
}
