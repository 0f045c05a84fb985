// The thread that shows that the farmer lives, and flushes its journal, whatever the others are waiting for.

internal import Synchronization
internal import TaskFarmerCore
internal import TaskFarmerSystem

final class Heart: Sendable {
    private struct Pulse {
        var record: AliveRecord
        var failure: FarmError?
        /// When the last heartbeat was written.
        var last = Clock.boot
        /// It stood still for longer than others wait before they take a farmer for dead, or its file is gone: with its place in
        /// the roster, or with the whole work directory.
        var hasPaused = false
        var isClosing = false

        var isOverdue: Bool { Clock.boot - last > Liveness.patience * 2 / 3 }
    }

    private let pulse: Mutex<Pulse>
    private let wakeup: Wakeup
    private let thread = WorkerThread()

    init(_ record: AliveRecord, alive: AliveFile, journal: Journal) throws {
        pulse = Mutex(Pulse(record: record))
        wakeup = try Wakeup()
        try thread.start { [self] in
            while true {
                wakeup.wait(nanoseconds: Liveness.interval)
                let record: AliveRecord? = pulse.withLock { pulse in
                    if pulse.isClosing { return nil }
                    if pulse.isOverdue { pulse.hasPaused = true }
                    pulse.record.heartbeat += 1
                    pulse.record.written = Clock.wall
                    return pulse.record
                }
                guard let record else { return }
                do {
                    try alive.write(record)
                    let isThere = try alive.isThere()
                    pulse.withLock { pulse in
                        if pulse.isOverdue || !isThere { pulse.hasPaused = true }
                        pulse.last = Clock.boot
                    }
                    try journal.flush()
                } catch {
                    let failure =
                        (error as? SystemError).map(FarmError.system) ?? .damaged(file: "heartbeat", "\(error)")
                    pulse.withLock { $0.failure = failure }
                }
            }
        }
    }

    /// What the next heartbeat shows.
    func show(running: [JournalRecord.RunningTask], milliRate: Int) {
        pulse.withLock { pulse in
            pulse.record.running = running
            pulse.record.milliRate = milliRate
        }
    }

    var failure: FarmError? { pulse.withLock { $0.failure } }

    /// Whether no heartbeat was written for so long, since the last question, that others may have taken the farmer for dead.
    func hasPaused() -> Bool {
        pulse.withLock { pulse in
            defer { pulse.hasPaused = false }
            return pulse.hasPaused || pulse.isOverdue
        }
    }

    func close() {
        pulse.withLock { $0.isClosing = true }
        wakeup.signal()
        thread.join()
    }
}
