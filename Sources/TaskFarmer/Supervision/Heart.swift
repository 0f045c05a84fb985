// The thread that shows that the farmer lives, looks for what users ask of it, and flushes its journal, whatever the others are waiting for.

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
        /// What users asked for that nobody has taken yet, and up to which byte all of that was read.
        var requests: [FarmerRequest] = []
        var read = 0

        var isOverdue: Bool { Clock.boot - last > Liveness.patience * 2 / 3 }
    }

    private let pulse: Mutex<Pulse>
    private let wakeup: Wakeup
    /// There are requests.
    let requested: Wakeup
    private let thread = WorkerThread()
    /// nil where nobody may be told.
    private let usage: UsageWatch?

    init(_ record: AliveRecord, alive: AliveFile, journal: Journal, _ directory: WorkDirectory) throws {
        pulse = Mutex(Pulse(record: record))
        wakeup = try Wakeup()
        requested = try Wakeup()
        usage = record.control == nil ? nil : try UsageWatch()
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
                guard var record else { return }
                usage?.complete(&record)
                do {
                    try alive.write(record)
                    let isThere = try alive.isThere()
                    pulse.withLock { pulse in
                        if pulse.isOverdue || !isThere { pulse.hasPaused = true }
                        pulse.last = Clock.boot
                    }
                    try journal.flush()
                    if record.control != nil { try lookForRequests(directory, record.farmer) }
                } catch {
                    let failure =
                        (error as? SystemError).map(FarmError.system) ?? .damaged(file: "heartbeat", "\(error)")
                    pulse.withLock { $0.failure = failure }
                }
            }
        }
    }

    private func lookForRequests(_ directory: WorkDirectory, _ farmer: String) throws(SystemError) {
        let start = pulse.withLock { $0.read }
        let bytes = try RequestsFile.read(directory, farmer: farmer, from: start)
        if bytes.isEmpty { return }
        let (requests, end) = FarmerRequest.read(bytes)
        if end == 0 { return }
        pulse.withLock { pulse in
            pulse.requests += requests
            pulse.read = start + end
        }
        requested.signal()
    }

    /// What users asked for, and up to which byte that is.
    func takeRequests() -> (requests: [FarmerRequest], end: Int) {
        requested.clear()
        return pulse.withLock { pulse in
            defer { pulse.requests = [] }
            return (pulse.requests, pulse.read)
        }
    }

    /// Tells at once what the farmer does now, and that it has heeded requests up to some byte.
    func answer(
        _ mode: AliveRecord.Control.Mode, slots: Int, _ outlook: AliveRecord.Outlook, heeded: Int? = nil
    ) {
        pulse.withLock { pulse in
            pulse.record.slots = slots
            pulse.record.outlook = outlook
            guard let known = pulse.record.control else { return }
            pulse.record.control = .init(mode: mode, heeded: heeded ?? known.heeded)
        }
        wakeup.signal()
    }

    /// What the next heartbeat shows.
    func show(running: [JournalRecord.RunningTask], milliRate: Int, _ outlook: AliveRecord.Outlook) {
        pulse.withLock { pulse in
            pulse.record.running = running
            pulse.record.milliRate = milliRate
            pulse.record.outlook = outlook
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
        usage?.close()
    }
}
