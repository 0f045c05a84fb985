// A farmer that this program starts: the library's own, with a runner and a file system of the benchmark's choice.

internal import FoundationEssentials
internal import Synchronization
internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

/// What such a farmer is told in its words.
struct FarmerOrder {
    enum Kind: String {
        /// Tasks are processes.
        case shell
        /// Tasks run inside the farmer and end at once.
        case instant
        /// Tasks run inside the farmer and end after as many microseconds as their command says.
        case timed
    }

    var workDirectory: Path
    var slots = 1
    var kind = Kind.shell
    /// How long every open, read, write, flush and lock below the work directory takes in addition, in milliseconds.
    var delay = 0
    /// Whether file operations are counted.
    var counts = false
    /// How logs are kept, by the name that `--logs` has for it.
    var logs = "files"

    var words: [String] {
        [
            "work=\(workDirectory)", "slots=\(slots)", "kind=\(kind.rawValue)", "delay=\(delay)", "counts=\(counts)",
            "logs=\(logs)",
        ]
    }

    init(_ workDirectory: Path, slots: Int, kind: Kind) {
        self.workDirectory = workDirectory
        self.slots = slots
        self.kind = kind
    }

    /// nil when the words are not those of an order.
    init?(_ words: some Sequence<String>) {
        var values: [String: String] = [:]
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
        }
        guard let path = values["work"], let slots = values["slots"].flatMap({ Int($0) }),
            let kind = values["kind"].flatMap(Kind.init(rawValue:)), let delay = values["delay"].flatMap({ Int($0) })
        else { return nil }
        self.init(Path(path), slots: slots, kind: kind)
        self.delay = delay
        counts = values["counts"] == "true"
        if let logs = values["logs"] { self.logs = logs }
    }
}

extension HiddenMode {
    /// Works on a work directory until it is done, and prints a report.
    static func work(_ words: [String]) throws -> Int32 {
        OwnProcess.spareMemory()  // as taskfarmer does
        guard let order = FarmerOrder(words.dropFirst()) else { return 64 }
        var report = Report()
        report.emptyKiB = Programs.peakKiB(of: ProcessTable.own)
        let signals = try SignalSource([.terminate, .interrupt, .hangUp, .user1, .user2, .child])
        let seam = Seam(below: order.workDirectory, delay: order.delay * 1_000_000, counts: order.counts)
        seam.install()
        let request = FarmRequest(directory: WorkDirectory(order.workDirectory), list: nil, lockFolder: nil)
        guard case .success(let stop) = StopSequence.parse("TERM,5,KILL", numbers: Signal.numbers) else { return 70 }
        guard let logs = LogKeeping(rawValue: order.logs) else { return 64 }
        let options = FarmerOptions(slots: order.slots, stopSequence: stop, runner: try runner(order), logs: logs)
        let summary = try Farmer.run(request, options, signals: signals, observer: Teller())
        report.ended = summary.ended
        report.succeeded = summary.attempts.succeeded
        report.visits = summary.changes
        report.elapsed = summary.elapsed
        report.own = OwnProcess.usage.processorMicroseconds
        report.peakKiB = Programs.peakKiB(of: ProcessTable.own)
        report.calls = seam.calls
        OwnProcess.put(Array(try JSONEncoder().encode(report)) + [10], to: 1)
        return summary.exitStatus
    }

    private static func runner(_ order: FarmerOrder) throws -> any Runner {
        switch order.kind {
        case .shell: ShellRunner()
        case .instant: InstantRunner()
        case .timed: try TimedRunner()
        }
    }
}

/// Tells on standard error what the user would be told.
private struct Teller: FarmObserver {
    var progressInterval: Int? { nil }

    func observe(_ event: FarmEvent) {
        switch event {
        case .note(let text): OwnProcess.put("\(text)\n", to: 2)
        case .stopping(let reason): OwnProcess.put("stopping: \(reason.words)\n", to: 2)
        default: break
        }
    }
}

/// Slows file operations below a folder down, and counts them.
private final class Seam: Sendable {
    private let folder: [UInt8]
    private let delay: Int
    private let counts: Bool
    private let count = Mutex<[IOCall.Kind: Int]>([:])

    init(below folder: Path, delay: Int, counts: Bool) {
        self.folder = folder.bytes
        self.delay = delay
        self.counts = counts
    }

    func install() {
        if delay == 0 && !counts { return }
        IOSeam.install { [self] call throws(SystemError) in
            see(call)
            return .max
        }
    }

    private func see(_ call: IOCall) {
        guard call.path.bytes.starts(with: folder) else { return }
        if counts { count.withLock { $0[call.kind, default: 0] += 1 } }
        switch call.kind {
        case .open, .read, .write, .flush, .lock: if delay > 0 { Clock.pause(nanoseconds: delay) }
        case .truncate, .unlock, .unlink, .rename, .makeFolder, .list, .stat, .close: break
        }
    }

    var calls: [String: Int] {
        count.withLock { count in Dictionary(uniqueKeysWithValues: count.map { ($0.rawValue, $1) }) }
    }
}
