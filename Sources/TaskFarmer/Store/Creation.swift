// Making a work directory, under its lock. farm.json is written last: as long as it is empty, there is no work directory and
// whoever comes next starts over. Every file is made here, once: a name that was looked up too early stays missing for half
// a minute on NFS.

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct Creation {
    let directory: WorkDirectory
    let list: HandledList
    let lock: FarmLock
    let lockPath: Path
    let holder: String
    /// Whether what PyTaskFarmer left is to be forgotten, too.
    let isFresh: Bool
    let keeping: LogKeeping?
    let share: FarmShare?
    let measured: MeasuredList
    private(set) var notes: [String] = []
    private let pace = Pace(limit: 5_000_000_000)

    init(
        directory: WorkDirectory, list: HandledList, lock: FarmLock, lockPath: Path, holder: String, isFresh: Bool,
        keeping: LogKeeping?, share: FarmShare?, measured: MeasuredList
    ) {
        self.directory = directory
        self.list = list
        self.lock = lock
        self.lockPath = lockPath
        self.holder = holder
        self.isFresh = isFresh
        self.keeping = keeping
        self.share = share
        self.measured = measured
    }

    /// Lists longer than this get a folder for every 1,000 logs.
    static let flatLogs = 10_000

    mutating func run(farmFile: SharedHandle) throws -> FarmDescription {
        let nonce = OwnProcess.nonce()
        let mark = LockRecord(nonce: nonce, epoch: 0, status: .busy, holder: holder, since: Clock.wall)
        try lock.write(mark, flush: true)
        for folder in [directory.logs, directory.farmers] + list.workFolders.map({ directory.root.appending($0) }) {
            try Folder.ensure(folder)
        }
        if share != nil, let mode = try Folder.facts(directory.root)?.permissions, mode & 0o020 == 0 {
            notes.append(
                "--share group: the umask lets the group read but not work here; for that start over after `umask 007`")
        }

        let state: StateRecord
        notes += measured.notes
        if try measured.work == nil && !isFresh && preservePyTaskFarmer() {
            if measured.plan != nil {
                notes = ["--order \(measured.order.text): what PyTaskFarmer left stays in the list's order"]
            }
            var rebuild = Rebuild(
                directory: directory, source: directory.takenOver, list: list, namesJobs: true, pace: pace)
            state = try rebuild.run()
            notes.append(
                "took over what PyTaskFarmer left: \(rebuild.summary); its own files are kept in \(directory.takenOver)"
            )
        } else {
            state = try makeFiles()
        }
        var description = FarmDescription(
            created: Clock.wall, list: (list.file.name == "-" ? list.file.name : list.file.name.absolute).description,
            handler: list.handlerName, lock: directory.recorded(lockPath),
            nonce: nonce, logs: state.tasks > Self.flatLogs ? .folders : .flat, keep: keeping, form: list.form,
            definition: list.definition, locking: directory.locking, share: share)
        if measured.order != .list { description.order = measured.order.text }
        try FreshFile.write(directory.state, directory.locking, state.encoded)
        guard try lock.peek() == mark else {
            throw FarmError.brokenLock(
                "another process wrote to \(lock.path) while this one held it: locks do not keep farmers apart here")
        }
        try lock.write(mark, flush: true)
        try pace.check()
        try farmFile.file.write(description.encoded, at: 0)
        try farmFile.file.truncate(to: description.encoded.count)
        try farmFile.file.flush()
        Folder.flush(directory.root)
        try lock.write(
            LockRecord(nonce: nonce, epoch: 0, status: .idle, holder: holder, since: Clock.wall), flush: true)
        return description
    }

    /// All files of a new work directory; the list is written last line first, or in the order that was asked for.
    private func makeFiles() throws -> StateRecord {
        var state = StateRecord()
        // Not empty from here on: what lies here is ours, whole or not, and never PyTaskFarmer's.
        try FreshFile.write(directory.state, directory.locking, Array("being made\n".utf8))
        let measure = measured.stack
        for file in SharedFile.allCases where file != .toprocess {
            let content =
                file == .priorities ? measured.priorities.flatMap(\.encoded) : FreshFile.initial(file)
            state.sizes[file] = try FreshFile.write(directory.file(file), directory.locking, content)
        }
        try FreshFile.write(directory.transaction, directory.locking, [])
        let stack = try SharedHandle(directory.file(.toprocess), directory.locking, create: true)
        try stack.file.truncate(to: 0)
        var again = ListMark()
        let tail: [UInt8]
        if let plan = measured.plan {
            tail = try plan.write(list, &again, to: stack, pace)
        } else {
            var writer = try StackWriter(stack, region: 0..<measure.bytes, firstID: 0, pace: pace)
            try list.forEachTask(from: &again) { command in try writer.add(command) }
            try writer.finish()
            tail = writer.tail
        }
        guard again == measured.mark else {
            throw FarmError.configuration(
                file: list.file.name.description, line: nil, "changed while it was read; run again")
        }
        if let work = measured.work, let plan = measured.plan {
            try ForeignFiles(directory: directory, work: work, pace: pace).write(list, plan, &state)
        }
        state.list = measured.mark
        state.tasks = measured.tasks
        state.toprocess = measure.tasks
        state.sizes[.toprocess] = measure.bytes
        state.tail = Checksum.of(tail)
        return state
    }

    /// Whether PyTaskFarmer worked here, and nobody since.
    static func hasPyTaskFarmer(_ directory: WorkDirectory) throws -> Bool {
        if let facts = try Folder.facts(directory.state), facts.size > 0 { return false }
        return try Folder.facts(directory.file(.toprocess)) != nil
    }

    /// If PyTaskFarmer worked here, copies its files aside, so that a take-over that is cut off can start again.
    ///
    /// - Returns: whether there is something to take over
    private func preservePyTaskFarmer() throws -> Bool {
        if let facts = try Folder.linkFacts(directory.takenOver) {
            guard facts.isFolder else { throw SystemError.occupied(directory.takenOver) }
            return true
        }
        guard try Self.hasPyTaskFarmer(directory) else { return false }
        let partial = directory.root.appending("pytaskfarmer.partial")
        try Folder.removeTree(partial)
        try Folder.makeNew(partial)
        for file in [SharedFile.toprocess, .finished, .failed, .timeline] {
            guard try Folder.facts(directory.file(file)) != nil else { continue }
            try Folder.copy(directory.file(file), to: partial.appending(file.rawValue))
        }
        Folder.flush(partial)
        try Folder.rename(partial, to: directory.takenOver)
        Folder.flush(directory.root)
        return true
    }
}

/// A file as it is in a new work directory.
enum FreshFile {
    static func initial(_ file: SharedFile) -> [UInt8] {
        switch file {
        case .attempts: Attempt.header(namesJobs: true)
        case .timeline: Array(TraceEvent.empty)
        case .farmers: FarmerEvent.header
        case .toprocess, .finished, .failed, .skipped, .requeued, .roster, .held, .priorities, .added: []
        }
    }

    /// Replaces a file's content in place, flushed. It is never empty in between.
    ///
    /// - Returns: its size
    @discardableResult
    static func write(_ path: Path, _ locking: Locking, _ bytes: [UInt8]) throws -> Int {
        let handle = try SharedHandle(path, locking, create: true)
        try handle.file.write(bytes, at: 0)
        try handle.file.truncate(to: bytes.count)
        try handle.file.flush()
        return bytes.count
    }
}
