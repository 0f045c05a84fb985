// Opening a work directory: find its lock, make it if there is none, take over what PyTaskFarmer left, notice an edited list.

package import TaskFarmerCore
package import TaskFarmerSystem

/// Which work directory is wanted, and how.
package struct FarmRequest {
    package var directory: WorkDirectory
    /// The list; nil to use only what is there.
    package var list: HandledList?
    /// `--lock-dir` or `$SCRATCH`; nil for the work directory itself.
    package var lockFolder: Path?
    /// Start over, forgetting what was done.
    package var fresh = false
    /// Hosts whose farmers are dead whatever their locks say.
    package var assumedDead: Set<String> = []
    /// What farmers keep of what tasks print unless told otherwise, where the work directory is yet to be made.
    package var logs: LogKeeping?
    /// How farmers keep each other out; nil for flock, or as the work directory was made.
    package var locking: Locking?
    /// With whom the work directory is shared, where it is yet to be made.
    package var share: FarmShare?
    /// Which files may be written by others.
    package var trust: Trust
    /// In which order the tasks shall run, where the work directory is yet to be made; nil for that of the list, or as it was made.
    package var order: ListOrder?
    /// What is known of how long they take.
    package var durations = DurationEstimates()
    /// What another tool has done of the list: only for a work directory that is yet to be made.
    package var work: ForeignWork?

    package init(
        directory: WorkDirectory, list: HandledList?, lockFolder: Path?, fresh: Bool = false,
        assumedDead: Set<String> = [], logs: LogKeeping? = nil, locking: Locking? = nil, share: FarmShare? = nil,
        trust: Trust = Trust()
    ) {
        self.directory = directory
        self.list = list
        self.lockFolder = lockFolder
        self.fresh = fresh
        self.assumedDead = assumedDead
        self.logs = logs
        self.locking = locking
        self.share = share
        self.trust = trust
    }
}

/// A work directory that can be worked on.
package struct OpenedFarm {
    package let directory: WorkDirectory
    package let description: FarmDescription
    package let lock: FarmLock
    /// What the user should know: a take-over, an edited list, new tasks.
    package var notes: [String] = []

    /// Opens a work directory that exists, by the lock it names.
    package init(existing directory: WorkDirectory, trust: Trust = Trust()) throws {
        let found = try Self.readDescription(directory)
        let trust = trust.heeding(found, directory)
        try trust.require(directory)
        guard let found else {
            throw FarmError.noWorkDirectory("\(directory.root) is not a work directory: it has no farm.json")
        }
        description = found
        self.directory = WorkDirectory(directory.root, found)
        let path = directory.lockPath(recorded: found.lock)
        try Self.refuseLockOptions(self.directory, path.parent)
        try trust.requireFolder(of: path, directory)
        lock = try FarmLock(path, self.directory.locking, trust: trust)
    }

    private init(directory: WorkDirectory, description: FarmDescription, lock: FarmLock, notes: [String]) {
        self.directory = WorkDirectory(directory.root, description)
        self.description = description
        self.lock = lock
        self.notes = notes
    }

    /// What farm.json says; nil where there is none, or an empty one.
    package static func readDescription(_ directory: WorkDirectory) throws -> FarmDescription? {
        let bytes: [UInt8]
        // Another node may have replaced the files in a repair; a listing makes NFS forget the names it knew.
        _ = try? Folder.names(in: directory.root)
        do {
            bytes = try Folder.content(of: directory.description, atMost: 1 << 20)
        } catch {
            if error.isMissing { return nil }
            throw FarmError.system(error)
        }
        return bytes.isEmpty ? nil : try parse(bytes, directory)
    }

    /// - Returns: nil when it was not written to its end: then the work directory was never finished and nobody worked in it
    private static func parse(_ bytes: [UInt8], _ directory: WorkDirectory) throws -> FarmDescription? {
        do {
            return try FarmDescription(bytes)
        } catch FarmDescription.Problem.unknownVersion(let version) {
            throw FarmError.unknownVersion(file: directory.description.description, version)
        } catch {
            if bytes.last != 10, let state = try? Folder.content(of: directory.state), StateRecord(state)?.epoch == 0 {
                return nil
            }
            throw FarmError.damaged(file: directory.description.description, "is not a farm description")
        }
    }

    /// Opens a work directory, making it from the list if there is none.
    package static func open(_ request: FarmRequest, holder: String, _ patience: any LockPatience) throws -> OpenedFarm
    {
        do {
            do {
                return try openOrCreate(request, holder: holder, patience)
            } catch FarmError.otherNonce where Exclusion.isCached(request.directory) {
                // Made by another node this second, perhaps.
                Clock.pause(nanoseconds: Exclusion.cached)
                return try openOrCreate(request, holder: holder, patience)
            }
        } catch let error as SystemError {
            throw FarmError.system(error)
        }
    }

    private static func openOrCreate(
        _ request: FarmRequest, holder: String, _ patience: any LockPatience
    ) throws -> OpenedFarm {
        var request = request
        let known = try readDescription(request.directory)
        if known != nil { try refuseImport(request) }
        if request.work != nil, try Creation.hasPyTaskFarmer(request.directory) { try refuseImport(request) }
        try refuseOtherLocking(request, known)
        let root = request.directory.root
        request.directory = known.map { WorkDirectory(root, $0) } ?? WorkDirectory(root, request.locking ?? .flock)
        let directory = request.directory
        var lockPath = directory.lock(in: request.lockFolder)
        if let folder = request.lockFolder, try Folder.facts(folder)?.isFolder != true {
            throw FarmError.configuration(
                file: folder.description, line: nil,
                "is not a folder, expected one that all nodes share (from --lock-dir or SCRATCH)")
        }
        try refuseLockOptions(directory, lockPath.parent)
        let trust = request.trust.heeding(known, directory)
        if let list = request.list { try trust.require(list) }
        try trust.require(directory)
        if let known, !directory.isRecorded(lockPath, as: known.lock) {
            throw FarmError.otherLock(
                own: lockPath.description, recorded: directory.lockPath(recorded: known.lock).description)
        }
        if let known { lockPath = directory.lockPath(recorded: known.lock) }
        try trust.requireFolder(of: lockPath, directory)
        if let known, !request.fresh, let opened = try openKnown(request, known, lockPath, trust) { return opened }
        if known == nil && request.list == nil {
            throw FarmError.noWorkDirectory("\(directory.root) is not a work directory: it has no farm.json")
        }
        if request.fresh && known != nil { try Presence.requireNobody(directory, assumedDead: request.assumedDead) }
        let measured = try known == nil || request.fresh ? request.list.map { try measure($0, request, patience) } : nil
        try makeRoot(directory, request.share)
        // Somebody else may have made it while the list was read.
        try trust.require(directory)
        try refuseLocalLock(lockPath, directory)

        let lock = try FarmLock(lockPath, directory.locking, trust: trust)
        try lock.acquire(patience)
        defer { lock.release() }
        // Where the folder is shared, too, nobody but its maker says so.
        let file = try SharedHandle(directory.description, directory.locking, create: true, permissions: 0o644)
        let bytes = try file.file.read(at: 0, count: file.size)
        if !bytes.isEmpty, !request.fresh, let description = try parse(bytes, directory) {
            try refuseImport(request)
            guard directory.isRecorded(lockPath, as: description.lock) else {
                throw FarmError.otherLock(
                    own: lockPath.description, recorded: directory.lockPath(recorded: description.lock).description)
            }
            let mark = try lock.peek()
            guard mark?.nonce == description.nonce else {
                throw FarmError.otherNonce(lock: lockPath.description, found: try lock.isEmpty ? nil : "another nonce")
            }
            request.locking = directory.locking
            try refuseOtherLocking(request, description)
            try refuseOtherHandler(request, description)
            try refuseOtherOrder(request, description)
            return OpenedFarm(directory: directory, description: description, lock: lock, notes: [])
        }
        guard let list = request.list else {
            throw FarmError.noWorkDirectory("\(directory.root) is not a work directory: its farm.json is empty")
        }
        if request.fresh {
            if !bytes.isEmpty { try Presence.requireNobody(directory, assumedDead: request.assumedDead) }
            try file.file.truncate(to: 0)
            try file.file.flush()
            for folder in [directory.logs, directory.farmers, directory.takenOver] { try Folder.removeTree(folder) }
        }
        var creation = Creation(
            directory: directory, list: list, lock: lock, lockPath: lockPath, holder: holder, isFresh: request.fresh,
            keeping: request.logs, share: request.share, measured: try measured ?? measure(list, request, patience))
        let description = try creation.run(farmFile: file)
        return OpenedFarm(directory: directory, description: description, lock: lock, notes: creation.notes)
    }

    /// Makes the folder, which keeps everybody out, or all but its group.
    ///
    /// - Returns: whether there was none
    @discardableResult
    package static func makeRoot(_ directory: WorkDirectory, _ share: FarmShare?) throws(SystemError) -> Bool {
        let isNew = try Folder.make(directory.root, permissions: share == nil ? 0o700 : 0o770)
        if isNew && share != nil { try Folder.inheritGroup(directory.root) }
        return isNew
    }

    /// Opens a work directory that is whole, without taking its lock: the first change finds out whether what was read here
    /// was old, by the nonce and the epochs.
    private static func openKnown(
        _ request: FarmRequest, _ description: FarmDescription, _ lockPath: Path, _ trust: Trust
    ) throws -> OpenedFarm? {
        try refuseLocalLock(lockPath, request.directory)
        guard try Folder.facts(lockPath) != nil else { return nil }
        let lock = try FarmLock(lockPath, request.directory.locking, trust: trust)
        guard try lock.peek()?.nonce == description.nonce else { return nil }
        try refuseOtherHandler(request, description)
        try refuseOtherOrder(request, description)
        return OpenedFarm(directory: request.directory, description: description, lock: lock, notes: [])
    }

    /// Two memories of the same tasks cannot be put together.
    private static func refuseImport(_ request: FarmRequest) throws {
        guard request.work != nil else { return }
        throw FarmError.usage(
            "\(request.directory.root) is a work directory already: an import makes a new one; name another with --workdir, or "
                + "remove this one")
    }

    private static func refuseOtherHandler(_ request: FarmRequest, _ description: FarmDescription) throws {
        guard let list = request.list else { return }
        guard description.handler == list.handlerName, (description.form ?? .commands) == list.form else {
            throw FarmError.configuration(
                file: "-t \(list.handlerName)", line: nil,
                "the work directory was made with the handler \(description.handler); use that, or start over with --fresh"
            )
        }
    }

    private static func measure(
        _ list: HandledList, _ request: FarmRequest, _ patience: any LockPatience
    ) throws -> MeasuredList {
        try MeasuredList(
            list, patience, order: request.order ?? .list, durations: request.durations,
            work: request.work)
    }

    /// The stack stands as it was made. Whoever asks for the same again, as all farmers of one command line do, gets it.
    private static func refuseOtherOrder(_ request: FarmRequest, _ description: FarmDescription) throws {
        let made = description.order ?? ListOrder.list.text
        guard let order = request.order, order.text != made else { return }
        throw FarmError.configuration(
            file: "--order \(order.text)", line: nil,
            "\(request.directory.root) was made with the order \(made), and what waits there stays in it: leave the option out, or "
                + "start over with --fresh")
    }

    /// Farmers that keep each other out in different ways do not.
    private static func refuseOtherLocking(_ request: FarmRequest, _ description: FarmDescription?) throws {
        guard let description else { return }
        let recorded = description.locking ?? .flock
        // Who asks for nothing gets what the work directory was made with, and may find it made meanwhile with something else.
        guard (request.locking ?? recorded) == recorded else {
            throw FarmError.configuration(
                file: "--lock \(request.locking?.rawValue ?? "")", line: nil,
                "\(request.directory.root) was made with --lock \(recorded.rawValue): leave the option out, or name another work "
                    + "directory")
        }
    }

    /// A file system may be mounted so that its locks keep out only processes of this node. Farmers lock their own files too, in
    /// the work directory, wherever the lock is.
    private static func refuseLockOptions(_ directory: WorkDirectory, _ lockFolder: Path) throws {
        if directory.locking == .lease { return }
        let isThere = try Folder.facts(directory.root) != nil
        for path in [isThere ? directory.root : directory.root.parent, lockFolder] {
            guard let option = MountOptions.localLockOption(at: path) else { continue }
            throw FarmError.brokenLock(
                "\(path) is mounted with the option \(option), so that its locks reach this node only: have it mounted without "
                    + "that, or use a file system with locks that all nodes share (--workdir DIR, --lock-dir DIR) or, where there is none, --lock lease"
            )
        }
    }

    /// A lock on a disk of this node's own keeps nobody else out of a work directory that others see.
    private static func refuseLocalLock(_ lock: Path, _ directory: WorkDirectory) throws {
        let guarded = Folder.fileSystem(of: directory.root)
        let guarding = Folder.fileSystem(of: lock.parent)
        if guarding.isLocal && !guarded.isLocal {
            throw FarmError.brokenLock(
                "the lock would lie on \(lock.parent) (\(guarding.name), this node's own), but the work directory is on "
                    + "\(guarded.name), which other nodes see: name a folder that all nodes share with --lock-dir DIR or SCRATCH"
            )
        }
    }
}

/// Whether anybody is at work.
package enum Presence {
    /// Watches until it is certain that no farmer is at work.
    ///
    /// - Throws: `farmersLive` with those that are
    package static func requireNobody(_ directory: WorkDirectory, assumedDead: Set<String> = []) throws {
        let liveness = Liveness(directory, assumedDead: assumedDead)
        while true {
            let live = try Roster.read(directory).filter { $0.status == .live }
            var alive: [String] = []
            var isOpen = false
            for entry in live {
                switch try liveness.judge(entry.farmer) {
                case .dead: continue
                case .watching: isOpen = true
                case .alive, .silent: alive.append(entry.farmer)
                }
            }
            if !alive.isEmpty { throw FarmError.farmersLive(alive) }
            if !isOpen { return }
            Clock.pause(nanoseconds: 500_000_000)
        }
    }
}
