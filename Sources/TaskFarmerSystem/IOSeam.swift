// The seam under every file operation. A hook sees each one before it happens, so that tests can stop the process
// there, make it fail or cut a write short, and benchmarks can make a slow file system. Nothing is installed in use.

/// What is about to be done to a file.
package struct IOCall: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case open, read, write, truncate, flush, lock, unlock, unlink, rename, makeFolder, list, stat, close
    }
    package let kind: Kind
    package let path: Path
    /// How many bytes, for reads and writes.
    package let bytes: Int
}

package enum IOSeam {
    /// Returns how many bytes a write may carry out (more than asked means all), or throws the error the call shall fail with.
    package typealias Hook = @Sendable (IOCall) throws(SystemError) -> Int

    nonisolated(unsafe) private static var hook: Hook?

    /// Installs a hook; call it before any thread is started, or with none running.
    package static func install(_ new: Hook?) { unsafe hook = new }

    @discardableResult
    static func pass(_ kind: IOCall.Kind, _ path: Path, bytes: Int = 0) throws(SystemError) -> Int {
        guard let hook = unsafe hook else { return bytes }
        return min(bytes, try hook(IOCall(kind: kind, path: path, bytes: bytes)))
    }
}
