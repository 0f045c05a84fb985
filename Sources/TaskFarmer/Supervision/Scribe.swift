// The thread that reads and writes a farmer's own files, so that the one that starts and reaps tasks never waits for a file
// server. It makes tasks ready before their slots are free: notes in the journal that they may be started, makes their
// temporary folders and opens their logs. It gathers what is to be noted and writes it together, soon after it happened: at once after a quiet time, and at
// most twenty times in a second when much happens. An end is noted after the output that belongs to it.

internal import Synchronization
internal import TaskFarmerCore
internal import TaskFarmerSystem

/// A task that can be started.
struct ReadyTask: Sendable {
    var task: TaskRecord
    var log: OpenLog?
    var attempt: Int { task.attempts + 1 }
}

/// What the supervisor saw happen.
struct Happenings: Sendable {
    var started: [JournalRecord.RunningTask] = []
    var pipes: [OutputPipe] = []
    var ended: [Attempt] = []
    /// Tasks that are not to be run on.
    var cancelled: [Int] = []
    var isEmpty: Bool { started.isEmpty && ended.isEmpty && pipes.isEmpty && cancelled.isEmpty }
}

/// An end that counts for something else than it was noted for.
struct Correction: Sendable {
    var attempt: Attempt
    var was: Attempt
}

final class Scribe: Sendable {
    private enum Sleep { case awake, untilDue, idle }

    private struct Desk {
        var asked: [TaskRecord] = []
        var inHand: [TaskRecord] = []
        var ready: [ReadyTask] = []
        /// How often everything was taken back; what was in hand then is not wanted any more.
        var withdrawals = 0
        var happenings = Happenings()
        var corrections: [Correction] = []
        /// Everything until now is to be written: how often that was asked for, and is done.
        var settleAsked = 0
        var settled = 0
        var sleep = Sleep.awake
        var isClosing = false
        var failure: FarmError?
    }

    private struct Work {
        var tasks: [TaskRecord]
        var withdrawals: Int
        var happenings: Happenings
        var settle: Int
        var isUrgent: Bool
        var isClosing: Bool
    }

    /// So long at least between two writes, in nanoseconds.
    private static let interval = 50_000_000
    private static let batch = 32

    private let journal: Journal
    private let desk = Mutex(Desk())
    private let woken: Wakeup
    private let settledWakeup: Wakeup
    /// Tasks became ready, or something failed.
    let answered: Wakeup
    private let thread = WorkerThread()

    init(_ journal: Journal, keeping: LogKeeping, places: LogPlaces, farmer: String, temporary: TemporaryFolders? = nil)
        throws
    {
        self.journal = journal
        woken = try Wakeup()
        settledWakeup = try Wakeup()
        answered = try Wakeup()
        // Opened here, so that an error is the caller's.
        let output = try TaskOutput(keeping, places, farmer: farmer)
        try thread.start { [self] in Round(journal: journal, output: output, temporary: temporary).work(for: self) }
    }

    // MARK: what the supervisor calls; nothing here waits

    /// Asks for tasks to be made ready, in this order.
    func prepare(_ tasks: [TaskRecord]) {
        tell(isUrgent: true) { $0.asked += tasks }
    }

    /// Those that are, in the order in which they were asked for.
    func takeReady() -> [ReadyTask] {
        desk.withLock { desk in
            if desk.ready.isEmpty { return [] }
            defer { desk.ready = [] }
            return desk.ready
        }
    }

    /// Takes back all that were asked for and not taken.
    func withdraw() -> [TaskRecord] {
        desk.withLock { desk in
            let all = desk.ready.map(\.task) + desk.inHand + desk.asked
            desk.ready = []
            desk.inHand = []
            desk.asked = []
            desk.withdrawals += 1
            return all
        }
    }

    /// Hands over what happened.
    func note(_ happenings: Happenings) {
        if happenings.isEmpty { return }
        tell(isUrgent: false) { desk in
            desk.happenings.started += happenings.started
            desk.happenings.pipes += happenings.pipes
            desk.happenings.ended += happenings.ended
            desk.happenings.cancelled += happenings.cancelled
        }
    }

    var failure: FarmError? { desk.withLock { $0.failure } }

    /// Ends that were not what they seemed.
    func takeCorrections() -> [Correction] {
        desk.withLock { desk in
            defer { desk.corrections = [] }
            return desk.corrections
        }
    }

    private func tell(isUrgent: Bool, _ body: (inout Desk) -> Void) {
        let wakes = desk.withLock { desk in
            body(&desk)
            let wakes = desk.sleep == .idle || desk.sleep == .untilDue && isUrgent
            if wakes { desk.sleep = .awake }
            return wakes
        }
        if wakes { woken.signal() }
    }

    // MARK: what the store's thread calls

    /// Waits until everything that happened so far is written, or was tried to be: after a failure, once more.
    func settle() {
        var ticket = 0
        tell(isUrgent: true) { desk in
            desk.settleAsked += 1
            ticket = desk.settleAsked
        }
        while desk.withLock({ $0.settled < ticket }) { settledWakeup.wait(nanoseconds: -1) }
    }

    /// Ends the thread once everything is written.
    func close() {
        tell(isUrgent: true) { $0.isClosing = true }
        thread.join()
    }

    // MARK: the thread

    private func takeWork() -> Work {
        desk.withLock { desk in
            desk.sleep = .awake
            if desk.failure == nil {
                desk.inHand = Array(desk.asked.prefix(Self.batch))
                desk.asked.removeFirst(desk.inHand.count)
            }
            defer { desk.happenings = Happenings() }
            return Work(
                tasks: desk.failure == nil ? desk.inHand : [], withdrawals: desk.withdrawals,
                happenings: desk.happenings,
                settle: desk.settleAsked,
                isUrgent: !desk.inHand.isEmpty || desk.settleAsked > desk.settled || desk.isClosing,
                isClosing: desk.isClosing)
        }
    }

    private func hand(over ready: ReadyTask, _ work: Work) -> Bool {
        let (isWanted, isFirst) = desk.withLock { desk in
            guard desk.withdrawals == work.withdrawals else { return (false, false) }
            desk.inHand.removeFirst()
            desk.ready.append(ready)
            return (true, desk.ready.count == 1)
        }
        if isFirst { answered.signal() }
        return isWanted
    }

    private func fail(_ error: any Error) {
        let failure = (error as? FarmError) ?? (error as? SystemError).map(FarmError.system)
        desk.withLock { $0.failure = $0.failure ?? failure ?? .damaged(file: "journal", "\(error)") }
        answered.signal()
        settledWakeup.signal()
    }

    private func tell(_ corrections: [Correction]) {
        desk.withLock { $0.corrections += corrections }
        answered.signal()
    }

    /// - Returns: how long to sleep in nanoseconds, negative for as long as nothing happens; nil to end
    private func rest(after work: Work, isDirty: Bool, due: Int) -> Int? {
        let (time, hasSettled): (Int?, Bool) = desk.withLock { desk in
            let hasSettled = work.settle > desk.settled
            desk.settled = work.settle
            if desk.failure == nil && !desk.asked.isEmpty || desk.settleAsked > desk.settled { return (0, hasSettled) }
            if work.isClosing && desk.happenings.isEmpty { return (nil, hasSettled) }
            // Said since then, when nobody slept who could be woken.
            if desk.isClosing && !work.isClosing { return (0, hasSettled) }
            let time = isDirty ? max(0, due - Clock.boot) : desk.happenings.isEmpty ? -1 : 0
            if time != 0 { desk.sleep = isDirty ? .untilDue : .idle }
            return (time, hasSettled)
        }
        if hasSettled { settledWakeup.signal() }
        return time
    }

    /// What the thread does, round by round.
    private final class Round {
        private let journal: Journal
        private let output: TaskOutput
        private let temporary: TemporaryFolders?
        /// Over, and what they printed not all read; over, and that not all written or not noted.
        private var unfinished: [Attempt] = []
        private var ended: [Attempt] = []
        private var isDirty = false
        private var isFailing = false
        private var due = 0

        init(journal: Journal, output: TaskOutput, temporary: TemporaryFolders?) {
            self.journal = journal
            self.output = output
            self.temporary = temporary
        }

        func work(for scribe: Scribe) {
            while true {
                let work = scribe.takeWork()
                do {
                    try take(work)
                    if isDirty && (work.isUrgent || Clock.boot >= due) {
                        try write(isUrgent: work.isUrgent, for: scribe)
                    }
                    for task in work.tasks {
                        try temporary?.make(task: task.id, attempt: task.attempts + 1)
                        let log = try output.open(task: task.id, attempt: task.attempts + 1)
                        if !scribe.hand(over: ReadyTask(task: task, log: log), work) { break }
                    }
                    isFailing = false
                } catch {
                    scribe.fail(error)
                    isFailing = true
                    due = Clock.boot + 1_000_000_000
                }
                guard let time = scribe.rest(after: work, isDirty: isDirty, due: due) else { return }
                if time == 0 { continue }
                // Where nothing can be written, output that waits to be read is no reason to wake up.
                let sources = [scribe.woken.descriptor, isFailing ? nil : output.descriptor]
                Poll.wait(for: sources.compactMap { $0 }, nanoseconds: time)
                scribe.woken.clear()
            }
        }

        private func take(_ work: Work) throws {
            if !work.tasks.isEmpty {
                journal.plan(work.tasks.map { .init(task: $0.id, number: $0.attempts + 1) })
                isDirty = true
            }
            let happenings = work.happenings
            if !happenings.isEmpty { isDirty = true }
            journal.note(started: happenings.started, ended: [], cancelled: happenings.cancelled)
            output.watch(happenings.pipes)
            unfinished += happenings.ended
            try finish()
            try output.read()
            isDirty = isDirty || output.isDirty
        }

        /// An end whose output cannot be kept is not noted either.
        private func finish() throws {
            var count = 0
            defer {
                ended += unfinished.prefix(count)
                unfinished.removeFirst(count)
            }
            for attempt in unfinished {
                try output.finish(attempt)
                count += 1
            }
        }

        /// Ends are noted for what they are, now that what they printed is written.
        private func judge(for scribe: Scribe) throws {
            let (judged, failure) = output.judge(ended)
            let corrections = zip(judged, ended).filter { $0 != $1 }.map {
                Correction(attempt: $0, was: $1)
            }
            ended = judged
            if !corrections.isEmpty { scribe.tell(corrections) }
            if let failure { throw failure }
        }

        private func write(isUrgent: Bool, for scribe: Scribe) throws {
            let begin = Clock.boot
            try output.write()
            try judge(for: scribe)
            journal.note(started: [], ended: ended)
            ended.removeAll(keepingCapacity: true)
            try journal.write()
            isDirty = false
            // A start that follows at once is not to wait because its task was made ready just now.
            let now = Clock.boot
            if !isUrgent { due = now + max(Scribe.interval, now - begin) }
        }
    }
}
