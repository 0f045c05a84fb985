// A file that is there whole or not at all: written beside its name, flushed, then renamed.

internal import Glibc

/// A new file, or one that takes another's place, once it is complete.
package final class ReplacedFile {
    private let path: Path
    private let beside: Path
    private let file: Descriptor
    private var isComplete = false

    /// - Parameters:
    ///   - path: what it shall be called
    ///   - permissions: exactly these, whatever stood there before; nil for those, or for what a new file gets
    /// - Throws: `SystemError` where that name stands for something else than a regular file, or none can be made
    package init(_ path: Path, permissions: UInt32? = nil) throws(SystemError) {
        let found = try Folder.linkFacts(path)
        if let found, !found.isRegular {
            throw SystemError("replace", path, code: SystemError.noRegularFile)
        }
        self.path = path
        beside = path.parent.appending(".taskfarmer.\(OwnProcess.nonce())")
        do throws(SystemError) {
            file = try Descriptor(
                beside, [.writing, .exclusive, .noLink],
                permissions: permissions ?? (found?.permissions ?? 0o666) & 0o666)
        } catch {
            // Nobody knows the other name.
            throw SystemError("make", path, code: error.code)
        }
        // Of those the umask has taken some away.
        if let permissions { try retrying("change the mode of", path) { fchmod(file.number, permissions) } }
    }

    deinit { if !isComplete { _ = try? Folder.unlink(beside) } }

    /// Writes bytes at its end.
    package func write(_ bytes: [UInt8]) throws(SystemError) { try file.write(bytes) }

    /// For a program that writes it.
    package var descriptor: Int32 { file.number }

    /// Gives it its name.
    package func complete() throws(SystemError) {
        try file.flush()
        try Folder.rename(beside, to: path)
        isComplete = true
        Folder.flush(path.parent)
    }
}
