// How long a farmer waits for the lock, and what it says meanwhile.

internal import Synchronization
package import TaskFarmerCore
package import TaskFarmerSystem

/// Waits for the lock as long as need be; while stopping, only as long as a scheduler's grace lasts. Before the farmer is at
/// work there is nothing to stop, and a signal ends the wait at once.
package final class StopPatience: LockPatience {
    private struct State {
        var stopped: Int?
        var joining: SignalSource?
        var isJoining = true
        /// Nobody waits for its work any more.
        var isAbandoned = false
        /// When it was last told of a lock call that does not return.
        var told: Int?
    }

    private let observer: any FarmObserver
    private let control: FarmControl?
    private let state: Mutex<State>
    private static let grace = 10_000_000_000

    package init(_ observer: any FarmObserver, joining signals: SignalSource?, control: FarmControl? = nil) {
        self.observer = observer
        self.control = control
        state = Mutex(State(joining: signals))
    }

    /// From here on, signals and requests are the supervisor's.
    package func beginWork() throws {
        try requireWanted()
        state.withLock { state in
            state.joining = nil
            state.isJoining = false
        }
    }

    func requireWanted() throws {
        if state.withLock({ $0.isAbandoned }) { throw FarmError.stopped("before it was at work") }
    }

    /// For another thread to call about every second while the farmer joins: says which lock call does not return, and lets
    /// the farmer be stopped all the same. On NFS that is how a server without a lock manager shows itself: the call stays in
    /// the kernel, where no signal reaches it.
    ///
    /// - Throws: `FarmError.stopped` when it is to stop; the call, and the thread that made it, may never come back
    package func watchJoining(_ call: (path: Path, since: Int)?) throws {
        guard let call, state.withLock({ $0.isJoining }) else { return }
        let now = Clock.boot
        if givesUp(after: now - call.since) {
            state.withLock { $0.isAbandoned = true }
            throw FarmError.stopped(
                "while it waited for the lock \(call.path), which the file server neither gave nor refused; nothing was run"
            )
        }
        let isDue = state.withLock { state in
            guard now - max(call.since, state.told ?? 0) >= 10_000_000_000 else { return false }
            state.told = now
            return true
        }
        if !isDue { return }
        observer.observe(
            .note(
                "waiting for the lock \(call.path) for \((now - call.since) / 1_000_000_000) s: the file server neither gives nor "
                    + "refuses it. Where that does not end, its lock manager does not run or cannot be reached (NFS 3: lockd, "
                    + "rpc.statd): have that mended, or use a folder with working locks (--workdir DIR, --lock-dir DIR) or, where "
                    + "there is none, --lock lease"))
    }

    func beginStop() { state.withLock { $0.stopped = $0.stopped ?? Clock.boot } }

    package func waiting(for lock: Path, seconds: Int, holder: LockRecord?) {
        observer.observe(.note(Self.waiting(for: lock, seconds: seconds, holder: holder)))
    }

    package func waiting(for lock: Path, seconds: Int, turn: TurnRecord?, lease: Int) {
        observer.observe(.note(Self.waiting(for: lock, seconds: seconds, turn: turn, lease: lease)))
    }

    /// The same for a lock that comes free by itself.
    static func waiting(for lock: Path, seconds: Int, turn: TurnRecord?, lease: Int) -> String {
        let who = turn.map { "process \($0.process) on \($0.host)" } ?? "a process that left no name"
        return
            "waiting for the lock \(lock) for \(seconds) s; the turn is held by \(who). If that is gone, its turn passes by itself "
            + "once it has not been renewed for \(lease / 1_000_000_000) s"
    }

    /// What to tell of a long wait. A lock marked as idle was taken by somebody who did not come to write a name.
    static func waiting(for lock: Path, seconds: Int, holder: LockRecord?) -> String {
        let holder = holder.flatMap { $0.status == .busy ? $0 : nil }
        let who =
            holder.map { "\($0.holder), for \(max(0, Clock.wall - $0.since) / 1_000_000) s by this host's clock" }
            ?? "a process that left no name"
        let host = holder.flatMap { Farmer.host(of: $0.holder) } ?? "HOST"
        return
            "waiting for the lock \(lock) for \(seconds) s; it is held by \(who). If that host is gone and its lock does not "
            + "come free, stop all farmers, then: taskfarmer check --repair --new-lock --assume-dead \(host) WORKDIR"
    }

    package func givesUp(after nanoseconds: Int) -> Bool {
        state.withLock { state in
            if state.isAbandoned || state.isJoining && control?.isAsked == true { return true }
            if state.joining?.takeAll().contains(where: \.isToEnd) == true { return true }
            return state.stopped.map { Clock.boot - $0 > Self.grace } ?? false
        }
    }
}

/// Waits for ever; tells what it waits for.
package struct EndlessPatience: LockPatience {
    private let tell: @Sendable (String) -> Void
    package init(tell: @escaping @Sendable (String) -> Void = { _ in }) { self.tell = tell }
    package func waiting(for lock: Path, seconds: Int, holder: LockRecord?) {
        tell(StopPatience.waiting(for: lock, seconds: seconds, holder: holder))
    }
    package func waiting(for lock: Path, seconds: Int, turn: TurnRecord?, lease: Int) {
        tell(StopPatience.waiting(for: lock, seconds: seconds, turn: turn, lease: lease))
    }
    package func givesUp(after nanoseconds: Int) -> Bool { false }
}
