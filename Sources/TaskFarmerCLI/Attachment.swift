// `taskfarmer run --attached`: a farmer that somebody started on another machine and that shall not outlive the connection. Signals come
// as lines on standard input; what it has to tell goes out as lines (AttachedLine.swift).

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

final class Attachment: FarmObserver {
    private let console: Console
    private let input: Descriptor
    private let thread = WorkerThread()
    private static let signals: [String: Signal] = [
        "TERM": .terminate, "INT": .interrupt, "HUP": .hangUp, "USR1": .user1, "USR2": .user2,
    ]

    /// Begins to listen; signals must be blocked by now. `silence` is for how long it may hear nothing, in nanoseconds.
    init(_ console: Console, silence: Int) throws {
        self.console = console
        input = Descriptor(owning: 0, path: "standard input")
        // A connection that takes no more loses lines; it does not hold the farmer up.
        for stream in Int32(1)...2 { OwnProcess.setWaiting(false, on: stream) }
        OwnProcess.put(AttachedLine.greeting + "\n", to: 2)
        try thread.start { [self] in
            var torn: [UInt8] = []
            var part: [UInt8] = []
            while Poll.wait(for: [input.number], nanoseconds: silence) != 0 {
                guard (try? input.readNext(into: &part, count: 512)) == true else { break }
                torn += part
                while let end = torn.firstIndex(of: 10) {
                    if let signal = Self.signals[torn[..<end].text] { OwnProcess.raise(signal) }
                    torn.removeSubrange(...end)
                }
                if torn.count > 512 { torn = [] }
            }
            console.observe(.note("the connection to the host that started this farmer is gone"))
            OwnProcess.raise(.hangUp)
        }
    }

    var progressInterval: Int? { 1_000_000_000 }

    func observe(_ event: FarmEvent) {
        guard case .progress(let progress) = event else { return console.observe(event) }
        tell(
            .now(
                running: progress.running, done: progress.unreportedDone, failed: progress.unreportedFailed,
                milliRate: Int(progress.rate * 1000)), progress.state)
    }

    func finish(_ summary: FarmSummary) {
        tell(
            .end(summary.attempts, busy: summary.busy / 1000, slots: summary.slots), summary.state)
    }

    private func tell(_ figures: AttachedLine.Figures, _ state: StateRecord) {
        OwnProcess.put(AttachedLine(figures, state).text + "\n", to: 2)
    }
}
