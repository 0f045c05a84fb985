// Folders that belong to one attempt each. All of a farmer's lie in one folder that carries its name, so that whoever finds that
// knows whose it is, and whether its farmer is still there: the farmer holds a lock on it as long as it lives, which counts
// where process IDs do not, in a container that shares the folder. What is to be removed is removed by a thread that does
// nothing else, since a task may have left any number of files.

internal import Synchronization
internal import TaskFarmerCore
internal import TaskFarmerSystem

final class TemporaryFolders: Sendable {
    private final class Held: Sendable {
        let folder: Descriptor
        init(_ folder: consuming Descriptor) { self.folder = folder }
    }

    private struct Desk {
        var discarded: [Path] = []
        var isClosing = false
        /// What could not be removed at last.
        var failure: SystemError?
    }

    private static let prefix = Array("taskfarmer.".utf8)

    private let base: Path
    private let root: Path
    /// The farmer's own folder, once there is one.
    private let held = Mutex<Held?>(nil)
    private let desk = Mutex(Desk())
    private let woken: Wakeup
    private let thread = WorkerThread()

    /// The farmer's TMPDIR, or `/tmp`.
    static var base: Path {
        guard let own = OwnProcess.variable("TMPDIR"), !own.isEmpty else { return Path("/tmp") }
        return own.first == UInt8(ascii: "/") ? Path(bytes: own) : Folder.current.appending(bytes: own)
    }

    /// Makes nothing yet, but begins to remove what farmers of this host that are gone have left there.
    init(in base: Path, farmer: String) throws(SystemError) {
        self.base = base
        root = Self.folder(of: farmer, in: base)
        woken = try Wakeup()
        try thread.start { [self] in
            removeAllAbandoned()
            removeDiscarded()
        }
    }

    private static func folder(of farmer: String, in base: Path) -> Path {
        base.appending(bytes: prefix + Array(farmer.utf8))
    }

    func path(task: Int, attempt: Int) -> Path { Self.path(in: root, task: task, attempt: attempt) }

    private static func path(in root: Path, task: Int, attempt: Int) -> Path { root.appending("\(task).\(attempt)") }

    /// Where a farmer would have an attempt's folder.
    static func path(of farmer: String, in base: Path, task: Int, attempt: Int) -> Path {
        path(in: folder(of: farmer, in: base), task: task, attempt: attempt)
    }

    /// Makes an attempt's folder; it may be there from an earlier time when the same attempt was about to be started. For the
    /// thread that makes tasks ready.
    func make(task: Int, attempt: Int) throws(SystemError) {
        let path = path(task: task, attempt: attempt)
        if held.withLock({ $0 != nil }) {
            do throws(SystemError) {
                try Folder.make(path, permissions: 0o700)
                return
            } catch {
                // Whoever cleans up there may have taken it for abandoned.
                if !error.isMissing { throw error }
            }
        }
        try makeRoot()
        try Folder.make(path, permissions: 0o700)
    }

    private func makeRoot() throws(SystemError) {
        try Folder.make(root, permissions: 0o700)
        // In a folder that all may write to, the name may be somebody else's folder or link.
        let folder = try Descriptor(root, [.reading, .folder, .noLink])
        let facts = try folder.facts()
        guard facts.owner == OwnProcess.user, facts.permissions & 0o077 == 0 else {
            throw SystemError.occupied(root)
        }
        // Where folders cannot be locked, the process in the name has to do.
        _ = try? folder.tryLock()
        let new = Held(folder)
        held.withLock { $0 = new }
    }

    /// Has the folder of an attempt that is over removed. Waits for nothing.
    func discard(task: Int, attempt: Int) {
        let path = path(task: task, attempt: attempt)
        let isFirst = desk.withLock { desk in
            desk.discarded.append(path)
            return desk.discarded.count == 1
        }
        if isFirst { woken.signal() }
    }

    /// Removes everything that this farmer has made, and waits for that.
    ///
    /// - Returns: what could not be removed; nil when nothing is left
    func close() -> SystemError? {
        desk.withLock { $0.isClosing = true }
        woken.signal()
        thread.join()
        return desk.withLock { $0.failure }
    }

    // MARK: the thread

    private func removeDiscarded() {
        while true {
            let (paths, isClosing) = desk.withLock { desk in
                defer { desk.discarded = [] }
                return (desk.discarded, desk.isClosing)
            }
            // At the end all go together.
            if isClosing { break }
            for path in paths { _ = Self.remove(path) }
            if paths.isEmpty { woken.wait(nanoseconds: -1) }
        }
        if held.withLock({ $0 == nil }) { return }
        let failure = Self.remove(root)
        desk.withLock { $0.failure = failure }
    }

    /// What a task has started may write for a moment after it was killed.
    private static func remove(_ path: Path) -> SystemError? {
        var failure = TreeRemoval.remove(path)
        for round in 0..<6 where failure != nil {
            Clock.pause(nanoseconds: 1_000_000 << (2 * round))
            failure = TreeRemoval.remove(path)
        }
        return failure
    }

    // MARK: what others left

    private func removeAllAbandoned() {
        for name in (try? Folder.names(in: base)) ?? [] where name.starts(with: Self.prefix) {
            let farmer = name.dropFirst(Self.prefix.count).text
            if Self.isGone(farmer) { Self.removeAbandoned(in: base, by: farmer) }
        }
    }

    /// Whether a farmer, `host.pid.milliseconds`, was a process of this host that is no more.
    private static func isGone(_ farmer: String) -> Bool {
        let parts = farmer.split(separator: ".", omittingEmptySubsequences: false)
        guard Farmer.host(of: farmer) == HostIdentity.current.name, Int(parts[parts.count - 1]) != nil,
            let process = Int32(parts[parts.count - 2])
        else { return false }
        return ProcessTable.facts(of: process)?.isZombie ?? true
    }

    /// Removes what a farmer of this host that is gone has left in a folder, if it is this user's.
    static func removeAbandoned(in base: Path, by farmer: String) {
        guard Farmer.host(of: farmer) == HostIdentity.current.name else { return }
        let path = folder(of: farmer, in: base)
        guard let folder = try? Descriptor(path, [.reading, .folder, .noLink]), let facts = try? folder.facts(),
            facts.owner == OwnProcess.user
        else { return }
        // Held: somebody lives there after all, or is removing it already.
        if (try? folder.tryLock()) == false { return }
        _ = remove(path)
    }
}
