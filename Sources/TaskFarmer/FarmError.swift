// Why a farmer cannot go on. A task's bad end is an `Outcome`; this is for the farmer itself.

internal import TaskFarmerCore
public import TaskFarmerSystem

/// Why a farmer cannot go on.
public enum FarmError: Error, Sendable, Equatable {
    /// Arguments that make no sense together.
    case usage(String)
    /// A file that the user wrote, where in it, and what was expected.
    case configuration(file: String, line: Int?, String)
    /// A system call failed.
    case system(SystemError)
    /// Locks are not to be had, or do not keep others out.
    case brokenLock(String)
    /// Another lock than the one recorded: what this farmer would lock, what the others lock.
    case otherLock(own: String, recorded: String)
    /// The lock file does not carry the work directory's nonce.
    case otherNonce(lock: String, found: String?)
    /// A shared file was not seen as the last writer left it.
    case staleView(file: String, expected: String, found: String)
    /// A shared file is not of its form.
    case damaged(file: String, String)
    case unknownVersion(file: String, Int)
    /// This farmer was declared dead and its tasks were given to others.
    case fenced(farmer: String)
    /// The file server took this node for dead and closed its files, but nobody has taken over its tasks yet.
    case cutOff(SystemError)
    /// The process stood still for so long that its lock may be gone. Nothing was changed; trying again is right.
    case suspended(seconds: Int)
    /// Others hold the lock, and waiting for it was given up.
    case lockBusy(holder: String)
    /// It was told to stop before it had begun to work.
    case stopped(String)
    /// What was asked for needs all farmers gone.
    case farmersLive([String])
    case noWorkDirectory(String)

    /// What was read does not fit together; another look may.
    var isOldView: Bool {
        switch self {
        case .staleView, .otherNonce: true
        default: false
        }
    }

    /// The documented exit status (sysexits.h, and 75 for "run me again").
    public var exitStatus: Int32 {
        switch self {
        case .usage, .noWorkDirectory: 64
        case .configuration, .unknownVersion: 78
        case .brokenLock, .otherLock, .otherNonce, .staleView: 71
        case .system(let error): error.operation == "lock" && error.isNoLocking ? 71 : 74
        case .damaged: 74
        case .fenced, .cutOff, .suspended, .lockBusy, .stopped, .farmersLive: 75
        }
    }
}

extension FarmError {
    /// Carries a failed system call on as the farmer's error.
    static func wrapping<Result>(_ body: () throws(SystemError) -> Result) throws(FarmError) -> Result {
        do { return try body() } catch { throw FarmError.system(error) }
    }
}

extension FarmError: CustomStringConvertible {
    /// One line: what, where, what was expected, what to do.
    public var description: String {
        switch self {
        case .usage(let text): text
        case .configuration(let file, let line, let text): "\(file)\(line.map { ":\($0)" } ?? ""): \(text)"
        case .system(let error): Self.advice(error)
        case .brokenLock(let text): text
        case .otherLock(let own, let recorded):
            "this farmer would lock \(own), but the work directory is guarded by \(recorded): set SCRATCH or --lock-dir as "
                + "they were, or move the lock with `taskfarmer check --repair --lock-dir DIR` when no farmer is at work"
        case .otherNonce(let lock, let found):
            "the lock file \(lock) \(found == nil ? "is empty" : "belongs to another work directory"): it was removed or lies "
                + "on a folder that is not the same on every node; when no farmer is at work, `taskfarmer check --repair` "
                + "makes it anew"
        case .staleView(let file, let expected, let found):
            "\(file) is not as its last writer left it (expected \(expected), found \(found)): this file system does not show "
                + "one node's writes to another, or the file was edited; `taskfarmer check` says more, "
                + "`taskfarmer check --repair` mends it when no farmer is at work"
        case .damaged(let file, let text): "\(file): \(text); `taskfarmer check --repair` mends what can be mended"
        case .unknownVersion(let file, let version):
            "\(file): format version \(version) is not known to this program, which writes version "
                + "\(FarmDescription.currentVersion): use the newer program that made it"
        case .fenced(let farmer):
            "\(farmer) was taken for dead and its tasks were given to others; its late results are dropped"
        case .cutOff(let error):
            "the file server has closed this node's files, which happens when a node stands still or is cut off for long "
                + "(\(error)); whoever comes next takes over the tasks"
        case .suspended(let seconds): "stood still for \(seconds) s while holding the lock; nothing was changed"
        case .lockBusy(let holder): "the lock is held by \(holder)"
        case .stopped(let text): "stopped \(text)"
        case .farmersLive(let farmers):
            "farmers are at work here: \(farmers.joined(separator: ", ")); stop them first, or, if their host is down, name it "
                + "with --assume-dead HOST"
        case .noWorkDirectory(let text): text
        }
    }

    private static func advice(_ error: SystemError) -> String {
        if error.operation == "lock" && error.isNoLocking {
            return
                "\(error.path) cannot be locked (\(error.reason)): name a folder on a file system with locks that all "
                + "nodes share, with --lock-dir DIR or SCRATCH, or, where there is none, use --lock lease, which promises less"
        }
        return error.advice.map { "\(error); \($0)" } ?? error.description
    }
}
