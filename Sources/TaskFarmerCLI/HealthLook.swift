// Looks at a work directory on a thread of its own, since a file server that does not answer holds up whoever asks it. Looks happen only when
// somebody wants one, and one serves all who want one within a second.

internal import Synchronization
internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

final class HealthLook: Sendable {
    struct Seen: Sendable {
        let report: HealthReport
        /// When it was begun, in nanoseconds since boot.
        let begun: Int
    }

    private struct State {
        var latest: Seen?
        var isWanted = false
        var isEnded = false
    }

    /// Signalled after each look.
    let news: Wakeup
    private let root: Path
    private let state = Mutex(State())
    private let wanted: Wakeup
    private let thread = WorkerThread()

    /// So old may be what is told, in nanoseconds.
    static let freshness = 1_000_000_000
    /// So long the file server has to answer, in nanoseconds.
    static let patience = 3_000_000_000

    /// Signals that are read from a descriptor must be blocked by now. It lives until `end`.
    ///
    /// - Parameter root: the work directory, whether it is there or not
    /// - Throws: `SystemError` when there is no thread to be had
    init(_ root: Path) throws(SystemError) {
        self.root = root
        news = try Wakeup()
        wanted = try Wakeup()
        try thread.start { [self] in
            while true {
                wanted.wait(nanoseconds: -1)
                if state.withLock(\.isEnded) { return }
                let begun = Clock.boot
                let seen = Seen(report: HealthReading.report(root), begun: begun)
                state.withLock { ($0.latest, $0.isWanted) = (seen, false) }
                news.signal()
            }
        }
    }

    /// What is to be told to whoever asked at an instant.
    ///
    /// - Parameter asked: that instant, in nanoseconds since boot
    /// - Returns: nil as long as it is being found out
    func answer(to asked: Int) -> HealthReport? {
        let latest = state.withLock { state -> Seen? in
            if let latest = state.latest, latest.begun >= asked - Self.freshness { return latest }
            if !state.isWanted {
                state.isWanted = true
                wanted.signal()
            }
            return nil
        }
        if let latest { return latest.report }
        if Clock.boot - asked < Self.patience { return nil }
        return HealthReading.unreadable(
            "the file system has not answered for \(Self.patience / 1_000_000_000) s", root)
    }

    /// Waits for what is to be told now.
    ///
    /// - Parameter signals: which end that
    /// - Returns: nil when a signal has come
    func wait(until signals: SignalSource) -> HealthReport? {
        let asked = Clock.boot
        while true {
            if let report = answer(to: asked) { return report }
            let ready = Poll.wait(
                for: [signals.descriptor, news.descriptor], nanoseconds: max(0, asked + Self.patience - Clock.boot))
            if ready & 1 != 0 { return nil }
            news.clear()
        }
    }

    /// Lets the thread go. One that the file system holds is not waited for.
    func end() {
        let isLooking = state.withLock { state in
            state.isEnded = true
            return state.isWanted
        }
        wanted.signal()
        if !isLooking { thread.join() }
    }
}

enum HealthReading {
    /// Looks once, or twice where somebody may have left between two files.
    ///
    /// - Parameter root: the work directory
    /// - Returns: how it is
    /// - Throws: `FarmError` or `SystemError` where it cannot be read
    static func look(at root: Path) throws -> HealthReport {
        let report = try lookOnce(at: root)
        let doubtful: [FarmHealth.Reason] = [.noFarmers, .allSilent, .farmersSilent]
        let isDoubtful = report.health.findings.contains { doubtful.contains($0.reason) }
        return isDoubtful ? try lookOnce(at: root) : report
    }

    private static func lookOnce(at root: Path) throws -> HealthReport {
        guard try Places.isWorkDirectory(root) else {
            throw FarmError.noWorkDirectory("there is no work directory at \(root)")
        }
        let seen = try SeenFarm(at: root)
        // In this order: whoever leaves in between leaves nothing that somebody else would have to do.
        let live = try Roster.live(seen.directory)
        var status = StatusReport(
            directory: root.description, list: seen.description.list, state: try seen.directory.readState(),
            farmers: live, now: Clock.wall)
        let farmers = status.farmers.map { TaskHistory.farmer($0.entry, $0.alive, seen.directory) }
        status.silent = Set(farmers.filter { $0.life != .alive }.map(\.name))
        return HealthReport(status, farmers, version: Commands.version)
    }

    /// The same, with what is said where it cannot be read.
    static func report(_ root: Path) -> HealthReport {
        do { return try look(at: root) } catch { return unreadable(CommandLineMain.message(error).text, root) }
    }

    static func unreadable(_ message: String, _ root: Path) -> HealthReport {
        HealthReport(
            unreadable: root.description, message.oneLine, now: Clock.wall, version: Commands.version)
    }
}
