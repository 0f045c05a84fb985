// Farmers inside the test process, without signals, as in a program that has farmers among other things.

import StoreCrasher
import Synchronization
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem

/// Remembers what it is told, and passes it on.
final class Witness: FarmObserver {
    private let seen = Mutex<[FarmEvent]>([])
    private let heed: @Sendable (FarmEvent) -> Void
    init(_ heed: @escaping @Sendable (FarmEvent) -> Void = { _ in }) { self.heed = heed }

    func observe(_ event: FarmEvent) {
        seen.withLock { $0.append(event) }
        heed(event)
    }

    var progressInterval: Int? { nil }
    var starts: Int { seen.withLock { $0.count { if case .started = $0 { true } else { false } } } }
    var notes: [String] { seen.withLock { $0.compactMap { if case .note(let text) = $0 { text } else { nil } } } }
}

extension FarmEvent {
    var isStart: Bool { if case .started = self { true } else { false } }
}

struct UnreadableSequence: Error {}

extension Bench {
    /// A list of these commands.
    func write(list commands: [String]) throws {
        try write(Array(commands.map { $0 + "\n" }.joined().utf8), to: list)
    }

    /// Runs a farmer without signals on the list to its end.
    func runFarmer(
        slots: Int = 2, timeout: Int? = nil, stop: String = "TERM,5,KILL", runner: any Runner = ShellRunner(),
        _ observer: Witness = Witness(), control: FarmControl? = nil
    ) throws -> FarmSummary {
        guard case .success(let sequence) = StopSequence.parse(stop, numbers: Signal.numbers) else {
            throw UnreadableSequence()
        }
        return try Farmer.run(
            request(), FarmerOptions(slots: slots, timeout: timeout, stopSequence: sequence, runner: runner),
            signals: nil, observer: observer, control: control)
    }
}
