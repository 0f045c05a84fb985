// One way for a system call to fail: the operation, the path and the error number, never a bare text.

internal import Glibc

/// A system call that failed.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was being done, as a verb: "open", "write".
    public let operation: String
    /// The file it was done to; empty where there is none.
    package let path: Path
    /// The error number (errno).
    public let code: Int32

    package init(_ operation: String, _ path: Path = Path(""), code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// The error of the call that has just failed on this thread.
    static func last(_ operation: String, _ path: Path = Path("")) -> SystemError {
        SystemError(operation, path, code: errno)
    }

    /// The error number in words, as strerror(3) gives it.
    public var reason: String {
        switch code {
        case ELOOP: "a symbolic link, which is not followed here, or a circle of them"
        case Self.noRegularFile: "it is not a regular file"
        default: unsafe String(cString: strerror(code))
        }
    }

    /// In place of an error number: the name stands for a folder, a named pipe, a device or a socket.
    package static let noRegularFile: Int32 = -1

    /// A name that was to be this process's is somebody else's.
    package static func occupied(_ path: Path) -> SystemError { SystemError("use", path, code: EEXIST) }

    /// A file would take the room that others need.
    package static func noRoom(_ path: Path) -> SystemError { SystemError("write", path, code: ENOSPC) }

    /// One line: what could not be done, to what, and why.
    public var description: String {
        path.bytes.isEmpty ? "cannot \(operation): \(reason)" : "cannot \(operation) \(path): \(reason)"
    }

    /// The name is not there.
    package var isMissing: Bool { code == ENOENT }
    /// It is not there any more: also where a file server has removed what was just opened.
    package var isGone: Bool { code == ENOENT || code == ESTALE }
    /// A part of the path that should be a folder is none.
    package var isNoFolder: Bool { code == ENOTDIR }
    /// The user named something else than there is, or may be read.
    package var isMisnamed: Bool { [ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG, ENXIO].contains(code) }
    /// The name is there already.
    package var isPresent: Bool { code == EEXIST }
    /// Another process holds the lock.
    package var isBusy: Bool { code == EWOULDBLOCK || code == EAGAIN }
    /// Locks are not to be had on this file system: ENOLCK, ENOTSUP, ENOSYS or EBADF where the descriptor is open.
    package var isNoLocking: Bool { code == ENOLCK || code == ENOTSUP || code == ENOSYS || code == EBADF }
    /// A file that was open is so no more for the file server, which NFS says in the first three ways, GlusterFS in the last.
    package var isForgottenFile: Bool { [EIO, EBADF, ESTALE, EBADFD].contains(code) }
    /// More does not fit: no room, no quota, or a limit on the size of files.
    package var isFull: Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }
    /// What was asked for makes no sense.
    package var isInvalid: Bool { code == EINVAL }
    /// Whoever read from the pipe reads no more.
    package var isBrokenPipe: Bool { code == EPIPE }
    /// The system has no process, memory or descriptor to spare just now.
    package var isExhausted: Bool { [EAGAIN, ENOMEM, EMFILE, ENFILE].contains(code) }

    /// What a user can do about it; nil where the error number alone does not tell.
    package var advice: String? {
        switch code {
        case ENOSPC: "make room on that file system (`df -h` shows space, `df -i` inodes), then run it again"
        case EDQUOT: "a quota is used up (`quota -s` may show it): remove files or have it raised, then run it again"
        case EFBIG: "the file is larger than it may be there: raise `ulimit -f`, then run it again"
        case EROFS: "the file system is read-only (`dmesg` may say why): have it mounted for writing, then run it again"
        case EIO, ENXIO: "the disk or its file server failed (`dmesg` may say more): have it mended, then run it again"
        case ESTALE, EBADFD, ENOTCONN, ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH:
            "the file server has forgotten it or does not answer: once it is mounted and answers, run it again"
        case EACCES, EPERM: "let this user do that, or name another place, then run it again"
        case EMFILE, ENFILE: "raise `ulimit -n` or have fewer tasks run at a time, then run it again"
        default: nil
        }
    }
}

/// Repeats a call as long as a signal interrupts it; throws its error.
@discardableResult
func retrying<Result: FixedWidthInteger>(
    _ operation: String, _ path: Path = Path(""), _ call: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = call()
        if result >= 0 { return result }
        if errno != EINTR { throw SystemError.last(operation, path) }
    }
}
