// A whole farmer with real tasks on a file system that fails, and what must hold then: it goes on or says why not, leaves no
// process, and the next farmer finds everything.

internal import Synchronization
internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

/// What a farmer is about to do when its file system fails.
enum FaultScene: String, CaseIterable {
    /// Makes the work directory.
    case new
    /// Keeps output in a pack, with a temporary folder for each task.
    case packed
    /// Has failed tasks run again, whose earlier logs are kept.
    case retry
    /// Takes over from one that died; keeps the logs of failed tasks only.
    case dead
}

struct FaultTrial {
    let scene: FaultScene
    let fault: Fault?
    /// A task runs until the farmer stops.
    var holds = false
    let bench: Bench

    /// How the farmer on the faulty disk ended.
    struct End {
        var status: Int32
        var message: String
        var hits: [Path]
        var counts: [Fault.Place: Int]
    }

    private static let failing = 2
    private static let held = 4
    private var go: Path { bench.folder.appending("go") }
    private static let commands = [
        ":", "echo one", "exit 3", "printf '%01000d\\n' 3",
        "until test -e \"$TASKFARMER_WORKDIR/../go\"; do sleep 0.01; done; echo four", "echo five", "echo six",
        "echo seven",
        "echo eight",
    ]

    /// Runs it.
    ///
    /// - Returns: how the farmer ended, and what is wrong, a sentence each
    func run(_ signals: SignalSource) throws -> (end: End, problems: [String]) {
        try prepare(signals)
        let disk = FaultyDisk(bench, fault)
        let tasks = Tasks(
            go: holds ? nil : go,
            // The farmer that died has finished one.
            count: Self.commands.count - (scene == .dead ? 2 : 1), held: Self.held)
        var end = End(status: 0, message: "", hits: [], counts: [:])
        do {
            let summary = try disk.use { try farm(signals, tasks) }
            end.status = summary.exitStatus
            if case .failure(let error)? = summary.stopReason { end.message = error.description }
        } catch let error as FarmError {
            (end.status, end.message) = (error.exitStatus, error.description)
        }
        (end.hits, end.counts) = (disk.hits, disk.counts)
        var problems = judge(end)
        if ProcessTable.all().contains(where: {
            !$0.isZombie
                && ProcessTable.environment(
                    of: $0.process, contains: Array("TASKFARMER_WORKDIR=".utf8) + bench.directory.root.bytes)
        }) {
            problems.append("a process of a task is left")
        }
        problems += try afterwards(signals)
        return (end, problems)
    }

    private func prepare(_ signals: SignalSource) throws {
        try Folder.make(bench.folder)
        try bench.write(Array(Self.commands.map { $0 + "\n" }.joined().utf8), to: bench.list)
        switch scene {
        case .new, .packed: return
        case .retry:
            try bench.write([], to: go)
            _ = try farm(signals, Tasks(go: nil, count: .max, held: Self.held), isFirst: true)
            try Folder.unlink(go)
        case .dead:
            var record = bench.newRecord()
            record.process = 1 << 23  // more than pid_max can be, proc(5)
            let store = try Store.make(try bench.open(), slots: 2, record: record, assumedDead: [])
            let taken = try store.enter(record, takesTasks: true, bench.patience)
            try Bench.note(taken.filter { $0.id == 0 }, by: store, .succeeded)
            store.journal.note(started: taken.filter { $0.id == 1 }.map(Bench.start), ended: [])
            try store.journal.write()
        }
    }

    private struct PlainRunner: Runner {
        let usesTemporaryFolder: Bool
        func launch(_ task: FarmTask, _ context: TaskContext) -> Launch { ShellRunner().launch(task, context) }
    }

    /// Lets the held task end when all others have.
    private final class Tasks: FarmObserver {
        let progressInterval: Int? = nil
        private let left: Mutex<Int>
        private let go: Path?
        private let held: Int

        init(go: Path?, count: Int, held: Int) {
            self.go = go
            self.held = held
            left = Mutex(count)
        }

        func observe(_ event: FarmEvent) {
            guard case .ended(let attempt, _) = event, attempt.task != held, let go else { return }
            let isLast = left.withLock { left in
                left -= 1
                return left == 0
            }
            if isLast { _ = try? Descriptor(go, [.writing, .create]) }
        }
    }

    private func farm(_ signals: SignalSource, _ tasks: Tasks, isFirst: Bool = false) throws -> FarmSummary {
        guard case .success(let stop) = StopSequence.parse("TERM,5,KILL", numbers: Signal.numbers) else {
            throw FarmError.usage("no stop sequence")
        }
        let keeping: LogKeeping =
            switch scene {
            case .new, .retry: .files
            case .packed: .packed
            case .dead: .failed
            }
        let options = FarmerOptions(
            slots: 2, stopSequence: stop, runner: PlainRunner(usesTemporaryFolder: scene == .packed),
            retryFailed: scene == .retry && !isFirst, logs: keeping)
        return try Farmer.run(try bench.request(), options, signals: signals, observer: tasks)
    }

    /// What the farmer's end should be.
    private func judge(_ end: End) -> [String] {
        var problems: [String] = []
        switch end.status {
        case 1:
            // Only the task that shall fail has failed; `afterwards` looks.
            if holds && end.hits.isEmpty == false { problems.append("it went on") }
        case 74:
            // A folder stands for what is in it.
            let names = end.hits.flatMap { [$0.description, $0.parent.description + " "] }
            if !names.contains(where: { (end.message + " ").contains($0) }) {
                problems.append("the message names no file that failed")
            }
            if !end.message.contains("run it again") { problems.append("the message does not say what to do") }
        case 71 where end.message.contains("No locks available"):
            if !end.message.contains("--lock-dir") { problems.append("the message does not say what to do") }
        default:
            problems.append("exit status \(end.status)")
        }
        return problems
    }

    /// The file system is sound again.
    private func afterwards(_ signals: SignalSource) throws -> [String] {
        var problems: [String] = []
        try bench.write([], to: go)
        func recorded(_ file: SharedFile) -> [UInt8] { (try? Folder.content(of: bench.directory.file(file))) ?? [] }
        let isHalfMade = try Folder.facts(bench.directory.transaction)?.size != 0
        let before = (recorded(.finished), recorded(.attempts))
        let last = try farm(signals, Tasks(go: nil, count: .max, held: Self.held))
        if last.exitStatus != 1 { problems.append("the next farmer ends with \(last.exitStatus)") }
        let finished = recorded(.finished), attempts = recorded(.attempts)
        if !isHalfMade && !(finished.starts(with: before.0) && attempts.starts(with: before.1)) {
            problems.append("what was recorded is not any more")
        }
        func ids(_ bytes: [UInt8]) -> [Int] {
            bytes.split(separator: 10).compactMap { $0.prefix { $0 != 32 }.decimalValue }.sorted()
        }
        let all = Array(0..<Self.commands.count)
        if ids(finished) != all.filter({ $0 != Self.failing }) { problems.append("finished: \(ids(finished))") }
        if ids(recorded(.failed)) != [Self.failing] { problems.append("failed: \(ids(recorded(.failed)))") }
        let numbers = attempts.split(separator: 10).map { $0.split(separator: 9).prefix(2).map(Array.init) }
        if Set(numbers).count != numbers.count { problems.append("an attempt is recorded twice") }
        problems += try Check.run(bench.directory, bench.patience).problems
        if scene != .dead {
            let output = try Farm(workDirectory: bench.directory.root.description).output(of: 5)
            if output != Array("five\n".utf8) { problems.append("what task 5 printed is not kept") }
        }
        return problems
    }
}
