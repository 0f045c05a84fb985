// Keeping what tasks print, in the way that was chosen; for the thread that writes. A task writes to its log file itself; for
// a pack it writes to a pipe, which is read here.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// A log file that a task that is yet to be started will write to.
final class OpenLog: Sendable {
    let file: Descriptor
    init(_ file: consuming Descriptor) { self.file = file }
}

/// The end of a pipe at which the output of a task arrives.
final class OutputPipe: Sendable {
    let task: Int
    let attempt: Int
    let reading: Descriptor

    init(task: Int, attempt: Int, reading: consuming Descriptor) {
        self.task = task
        self.attempt = attempt
        self.reading = reading
    }
}

/// Unchecked: one thread alone uses it, after it was made.
final class TaskOutput: @unchecked Sendable {
    private let keeping: LogKeeping
    private let places: LogPlaces
    private let farmer: String
    private let files: LogFiles
    /// Made with the first task, so that a farmer that finds nothing to do leaves nothing behind.
    private var pack: LogPack?
    private let readiness: Readiness?
    /// By task.
    private var pipes: [Int: OutputPipe] = [:]
    /// Pipes that are not waited for yet: most tasks end before that is worth it.
    private var fresh: [OutputPipe] = []
    /// Attempts whose output does not fit, by task.
    private var lost: [Int: LogPack.Loss] = [:]
    /// When the file system of the logs, which says that it has no room, was found to have some.
    private var foundRoom: Int?
    /// So long that is believed, in nanoseconds.
    private static let belief = 1_000_000_000
    /// With less room than this, in bytes, a file system may refuse to let a file grow: ext4 does before its last block is taken.
    private static let little = 1 << 20
    private static let part = 1 << 18
    private static let most = 4 << 20

    init(_ keeping: LogKeeping, _ places: LogPlaces, farmer: String) throws(SystemError) {
        self.keeping = keeping
        self.places = places
        self.farmer = farmer
        files = LogFiles(places)
        readiness = keeping == .packed ? try Readiness() : nil
    }

    /// Readable when there is output to be read.
    var descriptor: Int32? { readiness?.descriptor }

    /// Whether something was read and not written.
    var isDirty: Bool { (pack?.waiting ?? 0) > 0 }

    /// Makes a place for the output of an attempt; nil where it needs none of its own.
    func open(task: Int, attempt: Int) throws(SystemError) -> OpenLog? {
        switch keeping {
        case .files, .failed:
            return OpenLog(try files.open(task: task, attempt: attempt))
        case .packed, .none:
            if keeping == .packed && pack == nil { pack = try LogPack(places, farmer: farmer) }
            if attempt > 1 { try files.keepEarlier(task: task, before: attempt) }
            return nil
        }
    }

    func watch(_ new: [OutputPipe]) {
        for pipe in new { pipes[pipe.task] = pipe }
        fresh += new
    }

    /// Reads what there is, waiting for nothing.
    func read() throws(SystemError) {
        guard let readiness else { return }
        for task in readiness.ready() {
            guard let pipe = pipes[task] else { continue }
            if try read(pipe, atMost: Self.part).isAtEnd { readiness.remove(pipe.reading) }
        }
        for pipe in fresh where pipes[pipe.task] === pipe { try readiness.add(pipe.reading, token: pipe.task) }
        fresh.removeAll(keepingCapacity: true)
    }

    /// An attempt is over, and nothing of it runs any more. After a failure it can be called again.
    func finish(_ attempt: Attempt) throws(SystemError) {
        switch keeping {
        case .files, .none: break
        case .failed: if attempt.outcome == .succeeded { try files.remove(task: attempt.task) }
        case .packed:
            guard let pipe = pipes[attempt.task] else { return }
            // What the task printed is in the pipe. A descendant that outlived it may go on filling it for ever.
            var left = try pipe.reading.pipeCapacity()
            while left > 0 {
                let count = try read(pipe, atMost: min(left, Self.part)).count
                if count == 0 { break }
                left -= count
            }
            pipes[attempt.task] = nil
        }
    }

    /// - Returns: how much was read, and whether nothing more can come
    private func read(_ pipe: OutputPipe, atMost count: Int) throws(SystemError) -> (count: Int, isAtEnd: Bool) {
        // Before more is read: where nothing can be written, what tasks print stays with them.
        if let pack, pack.waiting >= Self.most {
            try write()
            if lost[pipe.task]?.attempt == pipe.attempt { return (0, false) }
        }
        guard case .bytes(let bytes) = try pipe.reading.readAvailable(count: count) else { return (0, false) }
        pack?.add(task: pipe.task, attempt: pipe.attempt, bytes)
        return (bytes.count, bytes.isEmpty)
    }

    func write() throws(SystemError) {
        for loss in try pack?.write() ?? [] {
            lost[loss.task] = loss
            // Whoever still prints is told so, by SIGPIPE or EPIPE.
            if pipes[loss.task]?.attempt == loss.attempt { pipes[loss.task] = nil }
            fresh.removeAll { $0.task == loss.task }
        }
    }

    // MARK: what was not kept

    /// What attempts that are over count as, once what they printed is written: those whose output was given up have failed; where
    /// the log files have no room, nobody knows what is missing in them, and all go back.
    ///
    /// - Returns: also what makes it pointless to go on
    func judge(_ ended: [Attempt]) -> (ended: [Attempt], failure: SystemError?) {
        let ends = ended.contains { $0.outcome.isFinal }
        if let failure = ends ? fullness() : nil {
            return (ended.map { $0.outcome.isFinal ? $0.ended(as: .interrupted) : $0 }, failure)
        }
        if lost.isEmpty { return (ended, nil) }
        return (
            ended.map { attempt in
                guard let loss = lost[attempt.task], loss.attempt == attempt.number else { return attempt }
                lost[attempt.task] = nil
                return attempt.outcome.isFinal ? attempt.ended(as: .outputLost(reason: loss.reason)) : attempt
            }, nil
        )
    }

    /// Tasks write to files themselves, and many programs heed no error there.
    private func fullness() -> SystemError? {
        guard keeping == .files || keeping == .failed else { return nil }
        guard Folder.saysFull(places.directory.logs, for: Self.little) else {
            foundRoom = nil
            return nil
        }
        if let foundRoom, Clock.boot - foundRoom < Self.belief { return nil }
        let probe = places.directory.logs.appending("\(farmer).probe")
        defer { _ = try? Folder.unlink(probe) }
        do throws(SystemError) {
            try Descriptor(probe, [.writing, .exclusive, .noLink]).write([UInt8](repeating: 0, count: Self.little))
            foundRoom = Clock.boot
            return nil
        } catch {
            return error.isFull ? SystemError("write", places.directory.logs, code: error.code) : nil
        }
    }
}
