// The thread that shows that the farmer lives, and flushes its journal, whatever the others are waiting for.

internal import Synchronization
internal import TaskFarmerCore
internal import TaskFarmerSystem

final class Heart: Sendable {
    private struct Pulse {
        var record: AliveRecord
        var failure: FarmError?
        /// It stood still for longer than others wait before they take a farmer for dead.
        var hasPaused = false
        var isClosing = false
    }

    private let pulse: Mutex<Pulse>
    private let wakeup: Wakeup
    private let thread = Mutex<WorkerThread?>(nil)

    init(_ record: AliveRecord, alive: AliveFile, journal: Journal) throws {
        pulse = Mutex(Pulse(record: record))
        wakeup = try Wakeup()
        let worker = try WorkerThread { [self] in
            var last = Clock.boot
            while true {
                wakeup.wait(nanoseconds: Liveness.interval)
                let now = Clock.boot
                let paused = now - last > Liveness.patience * 2 / 3
                last = now
                let record: AliveRecord? = pulse.withLock { pulse in
                    if pulse.isClosing { return nil }
                    if paused { pulse.hasPaused = true }
                    pulse.record.heartbeat += 1
                    pulse.record.written = Clock.wall
                    return pulse.record
                }
                guard let record else { return }
                do {
                    try alive.write(record)
                    try journal.flush()
                } catch {
                    let failure =
                        (error as? SystemError).map(FarmError.system) ?? .damaged(file: "heartbeat", "\(error)")
                    pulse.withLock { $0.failure = failure }
                }
            }
        }
        thread.withLock { $0 = worker }
    }

    /// What the next heartbeat shows.
    func show(running: [JournalRecord.RunningTask], milliRate: Int) {
        pulse.withLock { pulse in
            pulse.record.running = running
            pulse.record.milliRate = milliRate
        }
    }

    var failure: FarmError? { pulse.withLock { $0.failure } }

    /// Whether the process stood still since the last question.
    func hasPaused() -> Bool {
        pulse.withLock { pulse in
            defer { pulse.hasPaused = false }
            return pulse.hasPaused
        }
    }

    func close() {
        pulse.withLock { $0.isClosing = true }
        wakeup.signal()
        thread.withLock { worker in
            worker?.join()
            worker = nil
        }
    }
}
