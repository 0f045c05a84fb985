// What there is to run, how one run ended, and the two files that keep a line for each.

/// A unit of work: an ID that is never reused and a command, which is bytes and not text.
package struct TaskRecord: Sendable, Equatable {
    package var id: Int
    package var command: [UInt8]
    /// How many attempts there were before.
    package var attempts: Int
    /// How those of them ended that did not succeed.
    package var failures: FailureCounts

    package init(id: Int, command: [UInt8], attempts: Int = 0, failures: FailureCounts = FailureCounts()) {
        self.id = id
        self.command = command
        self.attempts = attempts
        self.failures = failures
    }

    /// `ID command` with its newline, as in `toprocess`, `finished`, `failed` and `skipped`.
    package func appendLine(to bytes: inout [UInt8]) {
        bytes.append(decimal: id)
        bytes.append(32)
        bytes.append(contentsOf: command)
        bytes.append(10)
    }

    package var line: [UInt8] {
        var bytes: [UInt8] = []
        appendLine(to: &bytes)
        return bytes
    }

    /// `ID attempts command`, or `ID attempts:failures command`, with its newline, as in `held` and in journals.
    package func appendWholeLine(to bytes: inout [UInt8]) {
        bytes.append(decimal: id)
        bytes.append(32)
        bytes.append(decimal: attempts)
        if !failures.isEmpty {
            bytes.append(UInt8(ascii: ":"))
            bytes.append(contentsOf: failures.text())
        }
        bytes.append(32)
        bytes.append(contentsOf: command)
        bytes.append(10)
    }

    /// Reads such a line without its newline; nil when it is not of its form.
    package init?(wholeLine line: ArraySlice<UInt8>) {
        guard let task = TaskRecord(line: line), let blank = task.command.firstIndex(of: 32) else { return nil }
        let tries = task.command[..<blank].split(
            separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let attempts = tries[0].decimalValue, let failures = FailureCounts(tries.count > 1 ? tries[1] : [])
        else { return nil }
        self.init(
            id: task.id, command: Array(task.command[(blank + 1)...]), attempts: attempts, failures: failures)
    }

    /// Reads a line without its newline; nil when it does not begin with an ID and a blank.
    package init?(line: ArraySlice<UInt8>) {
        let bytes = line.span
        guard let blank = bytes.indices.first(where: { bytes[$0] == 32 }),
            let id = bytes.extracting(..<blank).decimalValue,
            !bytes.indices[(blank + 1)...].contains(where: { bytes[$0] == 0 })
        else { return nil }
        self.init(id: id, command: Array(line[(line.startIndex + blank + 1)...]))
    }
}

/// The words that stand for outcomes in files and on the command line.
package enum OutcomeWord: String, Sendable, CaseIterable {
    case succeeded, exited, signalled
    case timedOut = "timed-out"
    case couldNotStart = "could-not-start"
    case outputLost = "output-lost"
    case outOfMemory = "out-of-memory"
    case interrupted, lost
}

/// How an attempt ended.
public enum Outcome: Sendable, Hashable {
    /// Exit status 0.
    case succeeded
    /// An exit status other than 0.
    case exited(Int32)
    /// Ended by a signal, by its number.
    case signalled(Int32)
    /// Stopped by the farmer because it ran for longer than it may.
    case timedOut
    /// Ended because it used more memory than it may, or than there was.
    case outOfMemory
    /// Not found (exit status 127) or not executable (126), with the reason in words.
    case couldNotStart(Int32, reason: String)
    /// What it printed could not all be kept, with the reason in words, however it ended.
    case outputLost(reason: String)
    /// Stopped by the farmer; the task goes back.
    case interrupted
    /// Its farmer died; the task goes back.
    case lost

    /// The word that stands for it in files and tables.
    public var word: String { kind.rawValue }

    private var kind: OutcomeWord {
        switch self {
        case .succeeded: .succeeded
        case .exited: .exited
        case .signalled: .signalled
        case .timedOut: .timedOut
        case .outOfMemory: .outOfMemory
        case .couldNotStart: .couldNotStart
        case .outputLost: .outputLost
        case .interrupted: .interrupted
        case .lost: .lost
        }
    }

    /// Whether the task is over with it unless it is retried; otherwise it goes back to be run again.
    public var isFinal: Bool {
        switch self {
        case .succeeded, .exited, .signalled, .timedOut, .outOfMemory, .couldNotStart, .outputLost: true
        case .interrupted, .lost: false
        }
    }

    /// The exit status, where there was one.
    public var exitStatus: Int32? {
        switch self {
        case .succeeded: 0
        case .exited(let status), .couldNotStart(let status, _): status
        case .signalled, .timedOut, .outOfMemory, .outputLost, .interrupted, .lost: nil
        }
    }

    /// The number of the signal that ended it, where one did.
    public var signal: Int32? {
        if case .signalled(let number) = self { number } else { nil }
    }

    /// The same in the form in which outcomes are kept: an exit status of 0 is success, and every other number one that a process
    /// could have.
    package var normal: Outcome {
        func status(_ number: Int32) -> Int32 { number & 0xff == 0 ? 1 : number & 0xff }
        switch self {
        case .exited(0): return .succeeded
        case .exited(let number): return .exited(status(number))
        case .signalled(let number): return (1...64).contains(number) ? self : .exited(1)
        case .couldNotStart(let number, let reason): return .couldNotStart(status(number), reason: reason)
        case .succeeded, .timedOut, .outOfMemory, .outputLost, .interrupted, .lost: return self
        }
    }

    /// What becomes of the task unless it is retried.
    package var fate: Fate { isFinal ? .over : .again }

    package var reason: String {
        switch self {
        case .couldNotStart(_, let reason), .outputLost(let reason): reason
        default: ""
        }
    }

    /// What a word stands for, with what stands beside it; nil where that does not fit.
    package init?(_ word: OutcomeWord, exit: Int32?, signal: Int32?, reason: String) {
        switch (word, exit, signal) {
        case (.succeeded, 0?, nil): self = .succeeded
        case (.exited, let status?, nil) where status != 0: self = .exited(status)
        case (.signalled, nil, let number?): self = .signalled(number)
        case (.couldNotStart, let status?, nil): self = .couldNotStart(status, reason: reason)
        case (.timedOut, nil, nil): self = .timedOut
        case (.outOfMemory, nil, nil): self = .outOfMemory
        case (.outputLost, nil, nil): self = .outputLost(reason: reason)
        case (.interrupted, nil, nil): self = .interrupted
        case (.lost, nil, nil): self = .lost
        case (.succeeded, _, _), (.exited, _, _), (.signalled, _, _), (.couldNotStart, _, _), (.timedOut, _, _),
            (.outOfMemory, _, _), (.outputLost, _, _), (.interrupted, _, _), (.lost, _, _):
            return nil
        }
    }
}

/// What becomes of a task after an attempt.
package enum Fate: Sendable, Hashable {
    case over
    /// It is run again.
    case again
    /// It is run again, and the attempt counts for nothing: the task asked for that.
    case resumed
    /// It is not run again, since somebody said so, and has not failed.
    case cancelled
}

/// One run of a task, as `attempts.tsv` keeps it.
public struct Attempt: Sendable, Hashable {
    /// The task's ID.
    public package(set) var task: Int
    /// 1 for the first.
    public package(set) var number: Int
    /// The name of the host it ran on.
    public package(set) var host: String
    /// The name of the farmer that ran it.
    public package(set) var farmer: String
    /// The farmer's slot, from 0.
    public package(set) var slot: Int
    /// When it was started, in microseconds since 1970.
    public package(set) var started: Int
    /// How long it took, in microseconds.
    public package(set) var wall: Int
    /// Processor time in user mode, in microseconds.
    public package(set) var user: Int
    /// Processor time in the kernel, in microseconds.
    public package(set) var system: Int
    /// The largest resident set of its processes, in KiB (ru_maxrss, getrusage(2)).
    public package(set) var maxResidentKiB: Int
    /// Blocks of 512 bytes read from file systems.
    public package(set) var blocksIn: Int
    /// Blocks of 512 bytes written to file systems.
    public package(set) var blocksOut: Int
    /// How it ended.
    public package(set) var outcome: Outcome
    /// What becomes of the task.
    package var fate: Fate
    /// The task is not to be run again before this instant, in nanoseconds since this host's boot; 0 for at once. In no file.
    package var delayedUntil = 0
    /// The column for the job; nil in work directories before version 3, which have none, `-` without a job.
    package var jobColumn: String?

    /// The scheduler's job and step in which it ran, like `slurm:123_4.0` or `slurm:123.batch`; nil where there was none.
    public var job: String? { jobColumn == Allocation.none ? nil : jobColumn }

    package init(
        task: Int, number: Int, host: String, farmer: String, slot: Int, started: Int, wall: Int = 0, user: Int = 0,
        system: Int = 0, maxResidentKiB: Int = 0, blocksIn: Int = 0, blocksOut: Int = 0, outcome: Outcome,
        fate: Fate? = nil, jobColumn: String? = nil
    ) {
        self.task = task
        self.number = number
        self.host = host
        self.farmer = farmer
        self.slot = slot
        self.started = started
        self.wall = wall
        self.user = user
        self.system = system
        self.maxResidentKiB = maxResidentKiB
        self.blocksIn = blocksIn
        self.blocksOut = blocksOut
        self.outcome = outcome
        self.fate = fate ?? outcome.fate
        self.jobColumn = jobColumn
    }

    /// The same, ended otherwise, and not retried for that.
    package func ended(as outcome: Outcome) -> Attempt {
        var attempt = self
        attempt.outcome = outcome
        attempt.fate = outcome.fate
        attempt.delayedUntil = 0
        return attempt
    }

    /// The task is over and has failed.
    package var isFailure: Bool { fate == .over && outcome != .succeeded }

    /// The first line of the file; `namesJobs` where it has the last column.
    package static func header(namesJobs: Bool) -> [UInt8] {
        Array(
            ("id\tattempt\thost\tfarmer\tslot\tstart\twall\tuser\tsys\tmax_rss_kib\tblocks_in\tblocks_out\texit\tsignal\t"
                + "outcome\treason" + (namesJobs ? "\tjob\n" : "\n")).utf8)
    }

    private static let tab = UInt8(ascii: "\t")

    /// One line with its newline, in the header's order; `-` where there is no exit status or no signal.
    package func appendLine(to bytes: inout [UInt8]) {
        bytes.append(decimal: task)
        bytes.append(Self.tab)
        bytes.append(decimal: number)
        bytes.append(Self.tab)
        bytes.append(host)
        bytes.append(Self.tab)
        bytes.append(farmer)
        bytes.append(Self.tab)
        bytes.append(decimal: slot)
        Self.append(seconds: started, to: &bytes)
        Self.append(seconds: wall, to: &bytes)
        Self.append(seconds: user, to: &bytes)
        Self.append(seconds: system, to: &bytes)
        Self.append(amount: maxResidentKiB, to: &bytes)
        Self.append(amount: blocksIn, to: &bytes)
        Self.append(amount: blocksOut, to: &bytes)
        Self.append(amount: outcome.exitStatus.map(Int.init), to: &bytes)
        Self.append(amount: outcome.signal.map(Int.init), to: &bytes)
        bytes.append(Self.tab)
        bytes.append(outcome.word)
        bytes.append(Self.tab)
        for byte in outcome.reason.utf8 { bytes.append(byte < 32 ? 32 : byte) }
        if let jobColumn {
            bytes.append(Self.tab)
            bytes.append(jobColumn)
        }
        bytes.append(10)
    }

    private static func append(seconds: Int, to bytes: inout [UInt8]) {
        bytes.append(tab)
        bytes.append(seconds: seconds)
    }

    private static func append(amount: Int?, to bytes: inout [UInt8]) {
        bytes.append(tab)
        if let amount { bytes.append(decimal: amount) } else { bytes.append(UInt8(ascii: "-")) }
    }

    /// Reads a line without its newline; nil when any field is not of its form.
    package init?(line: ArraySlice<UInt8>) {
        let bytes = line.span
        guard let fields = AttemptFields(bytes),
            let outcome = fields.outcome(reason: bytes.extracting(fields.reason).text)
        else { return nil }
        self.init(
            task: fields.task, number: fields.number, host: bytes.extracting(fields.host).text,
            farmer: bytes.extracting(fields.farmer).text, slot: fields.slot, started: fields.started, wall: fields.wall,
            user: fields.user, system: fields.system, maxResidentKiB: fields.maxResidentKiB, blocksIn: fields.blocksIn,
            blocksOut: fields.blocksOut, outcome: outcome,
            jobColumn: fields.job.map { bytes.extracting($0).text })
    }
}
