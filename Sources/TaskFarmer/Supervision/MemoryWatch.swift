// The thread that looks how much memory running tasks use. Looking through /proc takes long where many processes run, so that
// nothing waits for it.

internal import Synchronization
internal import TaskFarmerSystem

final class MemoryWatch: Sendable {
    private struct Desk {
        /// What each process group may use, in bytes.
        var limits: [Int32: Int] = [:]
        var over: [Int32] = []
        var isClosing = false
    }

    /// Between two looks, in nanoseconds; the shorter where a task is near its limit.
    private static let interval = 1_000_000_000
    private static let shortInterval = 100_000_000

    private let desk = Mutex(Desk())
    private let woken: Wakeup
    /// A task uses more than it may.
    let exceeded: Wakeup
    private let thread = WorkerThread()

    init() throws {
        woken = try Wakeup()
        exceeded = try Wakeup()
        try thread.start { [self] in
            var interval = Self.interval
            while true {
                woken.wait(nanoseconds: interval)
                woken.clear()
                let (limits, isClosing) = desk.withLock { ($0.limits, $0.isClosing) }
                if isClosing { return }
                interval = look(limits)
            }
        }
    }

    /// - Returns: when to look again
    private func look(_ limits: [Int32: Int]) -> Int {
        if limits.isEmpty { return Self.interval }
        var isNear = false
        var over: [Int32] = []
        for (group, usage) in ProcessTable.usage(of: Set(limits.keys)) {
            guard let limit = limits[group] else { continue }
            let bytes = usage.resident
            if bytes > limit { over.append(group) }
            if Double(bytes) > 0.7 * Double(limit) { isNear = true }
        }
        if !over.isEmpty {
            desk.withLock { $0.over += over }
            exceeded.signal()
        }
        return isNear ? Self.shortInterval : Self.interval
    }

    /// Watches a process group from now on.
    func watch(_ group: Int32, limit: Int) {
        let isFirst = desk.withLock { desk in
            desk.limits[group] = limit
            return desk.limits.count == 1
        }
        if isFirst { woken.signal() }
    }

    func forget(_ group: Int32) { desk.withLock { $0.limits[group] = nil } }

    /// The groups that use more than they may.
    func takeExceeding() -> [Int32] {
        exceeded.clear()
        return desk.withLock { desk in
            defer { desk.over = [] }
            return desk.over.filter { desk.limits[$0] != nil }
        }
    }

    func close() {
        desk.withLock { $0.isClosing = true }
        woken.signal()
        thread.join()
    }
}
