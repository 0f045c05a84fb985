// Reading a work directory back: how far it is, what became of each task, what they printed. Takes no lock and changes nothing.

public import TaskFarmerCore
internal import TaskFarmerSystem

/// A work directory, for reading: while farmers are at work and after. Its functions read files and wait for them.
public struct Farm: Sendable {
    /// Where a task can be.
    public enum Place: String, Sendable, CaseIterable {
        /// Not taken yet.
        case toProcess = "toprocess"
        /// Exit status 0.
        case finished
        /// Ended otherwise, for good.
        case failed
        /// Will not be run.
        case skipped
        /// Kept back until somebody releases it.
        case held
    }

    /// How many tasks are where.
    public struct Counts: Sendable, Equatable {
        /// All of them.
        public let tasks: Int
        /// Not taken yet.
        public let toProcess: Int
        /// Taken by farmers, and not yet reported.
        public let claimed: Int
        /// Exit status 0.
        public let finished: Int
        /// Ended otherwise, for good.
        public let failed: Int
        /// Will not be run.
        public let skipped: Int
        /// Kept back until somebody releases them.
        public let held: Int
        /// How many farmers are at work.
        public let farmers: Int

        init(_ state: StateRecord) {
            tasks = state.tasks
            toProcess = state.toprocess
            claimed = state.claimed
            finished = state.finished
            failed = state.failed
            skipped = state.skipped
            held = state.held
            farmers = state.liveFarmers
        }

        /// Whether every task is over.
        public var isComplete: Bool { toProcess == 0 && claimed == 0 && held == 0 }
    }

    let directory: WorkDirectory
    private let description: FarmDescription
    let trust: Trust

    /// Opens a work directory.
    ///
    /// - Parameters:
    ///   - workDirectory: its path
    ///   - trust: files, and folders with all in them, that ``check()`` accepts although others could write to them
    /// - Throws: `FarmError.noWorkDirectory` where there is none
    public init(workDirectory: String, trust: [String] = []) throws {
        self.trust = Trust(named: trust.map { Path($0) })
        let place = WorkDirectory(Path(workDirectory).absolute)
        guard let found = try OpenedFarm.readDescription(place) else {
            throw FarmError.noWorkDirectory("\(place.root) is not a work directory: it has no farm.json")
        }
        directory = WorkDirectory(place.root, found)
        description = found
    }

    /// How many tasks are where, as of the last change.
    ///
    /// - Returns: the counts
    /// - Throws: `FarmError` when it cannot be read
    public func counts() throws -> Counts { Counts(try directory.readState()) }

    /// Calls `body` with each task that is in a place, in the order of the file: tasks to process last one first, the others as
    /// they ended. What farmers have taken is in none.
    ///
    /// - Throws: what `body` throws; `FarmError` when it cannot be read
    public func forEachTask(in place: Place, _ body: (FarmTask) throws -> Void) throws {
        guard let file = SharedFile(rawValue: place.rawValue), place != .held || directory.hasControl else { return }
        let form = description.form ?? .commands
        try forEachLine(of: file) { line in
            guard let record = place == .held ? TaskRecord(wholeLine: line) : TaskRecord(line: line),
                let task = try? form.task(record.command)
            else { return }
            try body(FarmTask(id: record.id, task))
        }
    }

    /// The tasks that are in a place.
    ///
    /// - Returns: in the order of the file
    /// - Throws: `FarmError` when it cannot be read
    public func tasks(in place: Place) throws -> [FarmTask] {
        var tasks: [FarmTask] = []
        try forEachTask(in: place) { tasks.append($0) }
        return tasks
    }

    /// A task that no farmer has taken just now; nil where there is none with this ID.
    ///
    /// - Parameter id: its ID
    /// - Returns: the task
    /// - Throws: `FarmError` when it cannot be read
    public func task(_ id: Int) throws -> FarmTask? {
        for place in Place.allCases {
            var found: FarmTask?
            try forEachTask(in: place) { if $0.id == id { found = $0 } }
            if let found { return found }
        }
        return nil
    }

    /// Calls `body` with each attempt that is over and recorded, in the order in which they were recorded.
    ///
    /// - Throws: what `body` throws; `FarmError` when it cannot be read
    public func forEachAttempt(_ body: (Attempt) throws -> Void) throws {
        try forEachLine(of: .attempts) { line in
            if let attempt = Attempt(line: line) { try body(attempt) }
        }
    }

    /// The attempts that are over and recorded.
    ///
    /// - Returns: in the order in which they were recorded
    /// - Throws: `FarmError` when it cannot be read
    public func attempts() throws -> [Attempt] {
        var attempts: [Attempt] = []
        try forEachAttempt { attempts.append($0) }
        return attempts
    }

    /// What a task printed, standard output and standard error as they came.
    ///
    /// - Parameters:
    ///   - task: its ID
    ///   - attempt: counted from 1; nil for the last
    /// - Returns: nil when nothing was kept, or there was no such attempt
    /// - Throws: `FarmError` when it cannot be read
    public func output(of task: Int, attempt: Int? = nil) throws -> [UInt8]? {
        do {
            var reader = try LogReader(directory, description, task: task)
            guard let number = attempt ?? reader.lastAttempt else { return nil }
            switch try reader.source(of: number) {
            case .notKept, .unknown: return nil
            case .file, .pack: break
            }
            var bytes: [UInt8] = []
            _ = try reader.read(attempt: number, follow: false) { bytes += $0 }
            return bytes
        } catch let error as SystemError {
            throw FarmError.system(error)
        }
    }

    /// Proves that no task is lost or recorded twice and that every file is whole. Reads everything, under the lock.
    ///
    /// - Returns: what is wrong, a sentence each; empty when it is sound
    /// - Throws: `FarmError` when the lock cannot be taken, or somebody else could write to the work directory
    public func check() throws -> [String] { try Check.run(directory, EndlessPatience(), trust: trust).problems }

    private func forEachLine(of file: SharedFile, _ body: (ArraySlice<UInt8>) throws -> Void) throws {
        var mark = ListMark()
        try TaskListFile(own: directory.file(file)).forEachLine(from: &mark) { line, _, _ in
            try body([UInt8](copying: line)[...])
        }
    }
}
