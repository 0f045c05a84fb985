// A lock without flock. Every turn at it is a file of its own number in `LOCK.turns`, and whoever creates the next number,
// exclusively, has that turn. Its holder renews it; one that is let go says so in its file; one that stands still for a whole
// lease by the observer's clock is passed over by creating the next. Nothing is ever taken away from anybody, so two that pass
// over the same turn at once cannot both succeed, and one that comes late finds its number taken.
//
// `last` holds the number of the last turn that was taken up. It says where to look, and tells a holder that it was passed over.
// A write that comes late may make it go back: therefore turns are cleared away in their order, and a number counts only if
// the turn before it is still there, or a listing shows none above it.

internal import Synchronization
internal import TaskFarmerCore
package import TaskFarmerSystem

package final class LeaseTurns: Sendable {
    /// How long a turn stays its holder's without being renewed, in nanoseconds. Longer than a change may stand still. All that
    /// share a lock must agree on it; only tests, which wait for many, set another one.
    @TaskLocal package static var standardLease = 60_000_000_000

    private struct Turn {
        var number: Int
        var record: TurnRecord
        /// When it was renewed last.
        var renewed: Int
        /// It once stood so long without being renewed that others may have passed it over.
        var isLost = false
    }

    /// A turn of somebody else, as it was first seen.
    private struct Watch {
        var content: [UInt8]
        var since: Int
    }

    private struct State {
        var held: Turn?
        /// By number: the one after a turn that has aged may have to age, too.
        var watches: [Int: Watch] = [:]
        /// The one that was looked at last.
        var seen: TurnRecord?
        var isClosing = false
    }

    private let folder: TurnFolder
    let lease: Int
    /// How old a turn may be and still be relied on. The rest of the lease is for the write that follows.
    private var limit: Int { lease / 4 * 3 }
    private let state = Mutex(State())
    private let renewal = Mutex<(thread: WorkerThread, wakeup: Wakeup)?>(nil)

    /// - Throws: `FarmError.configuration` when somebody else could change the turns
    package init(_ lock: Path, trust: Trust = Trust(), lease: Int = standardLease) throws {
        folder = try TurnFolder(lock, trust)
        self.lease = lease
    }

    /// Lets go and ends the thread that renews.
    package func close() {
        release()
        state.withLock { $0.isClosing = true }
        renewal.withLock { renewal in
            renewal?.wakeup.signal()
            renewal?.thread.join()
            renewal = nil
        }
    }

    // MARK: taking a turn

    /// Takes the next turn; false while somebody has one.
    package func take() throws -> Bool {
        var number = try folder.last()
        for _ in 0..<2 * TurnFolder.kept {
            var passed: [UInt8]?
            switch try look(number) {
            case .held: return false
            case .over: break
            case .aged(let content): passed = content
            case .missing:
                // Cleared away or withdrawn since its number was read; or `last` went back; or removed by hand.
                let numbers = try folder.numbers()
                let top = max(try folder.last(), numbers.max() ?? 0)
                if top != number {
                    number = top
                    continue
                }
                // An old view, of the folder or of the file.
                if numbers.contains(number) { return false }
            }
            guard let turn = try create(number + 1) else {
                number += 1
                continue
            }
            let settled: Settled
            do { settled = try settle(turn, passed) } catch {
                // One that passed over another by age is left to age itself: it was not looked at again.
                if passed == nil { free(turn) }
                throw error
            }
            switch settled {
            case .behind(let top): number = top
            case .yielded: return false
            case .taken:
                state.withLock { $0.held = turn }
                try? folder.clear(behind: turn.number)
                do { try beginRenewal() } catch {
                    release()
                    throw error
                }
                return true
            }
        }
        return false
    }

    /// Takes a turn that is to be held for long, as only one may: false once it is certain that another lives that does.
    package func takeForLong() throws -> Bool {
        var seen: TurnRecord?
        while try !take() {
            let now = watched
            if let seen, let now, seen != now, now.status == .held { return false }
            seen = seen ?? now
            Clock.pause(nanoseconds: min(lease / 12, 1_000_000_000))
        }
        return true
    }

    /// - Returns: nil when somebody else has that turn
    private func create(_ number: Int) throws -> Turn? {
        let host = HostIdentity.current
        let record = TurnRecord(
            status: .held, host: host.name, boot: host.boot, processSpace: host.processSpace,
            process: Int(ProcessTable.own),
            ticks: ProcessTable.facts(of: ProcessTable.own).map { Int($0.started) } ?? 0, beats: 0)
        let turn = Turn(number: number, record: record, renewed: Clock.boot)
        return try folder.create(number, record) { withdraw(turn) } ? turn : nil
    }

    private enum Settled { case taken, yielded, behind(Int) }

    /// Makes sure that a turn just made is the one after the last, and has `last` say so; `passed` is what the turn before it
    /// said, if it was passed over by its age.
    private func settle(_ turn: Turn, _ passed: [UInt8]?) throws -> Settled {
        // Read before it is written, that it does not go back.
        if let last = try folder.recordedLast(), last >= turn.number {
            // The number had been cleared away: nobody looks at it any more.
            try folder.remove(turn.number)
            return .behind(last)
        }
        if let passed, try folder.content(turn.number - 1) != passed {
            withdraw(turn)
            return .yielded
        }
        try folder.recordLast(turn.number)
        // A turn is cleared away after those before it only: while the one before is there, this number is new. And whoever
        // thawed before `last` said so has been seen to, by now.
        guard let before = try folder.content(turn.number - 1) else {
            let top = try folder.numbers().max() ?? 0
            if top <= turn.number { return isSlow(turn) ? .yielded : .taken }
            try folder.remove(turn.number)
            if try folder.recordedLast() ?? 0 < top { try folder.recordLast(top) }
            return .behind(top)
        }
        // It may be in the middle of a change: all wait until this turn has aged.
        if let passed, before != passed { return .yielded }
        return isSlow(turn) ? .yielded : .taken
    }

    /// One that stood still in between may have been passed over: it lets go.
    private func isSlow(_ turn: Turn) -> Bool {
        guard Clock.boot - turn.renewed > lease / 4 else { return false }
        free(turn)
        return true
    }

    /// Removes a turn of this one's that nobody can have passed over yet.
    private func withdraw(_ turn: Turn) {
        if Clock.boot - turn.renewed < lease / 4 { try? folder.remove(turn.number) }
    }

    /// A turn as it was found: `over` is let go or its holder gone, `aged` not renewed for a whole lease.
    private enum Look { case held, over, missing, aged([UInt8]) }

    private func look(_ number: Int) throws -> Look {
        if number == 0 { return .over }
        // Looked at the clock before and after, so that it is a whole lease between two looks at the file.
        let before = Clock.boot
        guard let content = try folder.content(number) else { return .missing }
        let after = Clock.boot
        let record = TurnRecord(content)
        if let record, record.status == .free || (Liveness.isHere(record) && !Liveness.isRunning(record)) {
            return .over
        }
        return state.withLock { state in
            state.seen = record
            if let watch = state.watches[number], watch.content == content {
                return before - watch.since >= lease ? .aged(content) : .held
            }
            state.watches = state.watches.filter { $0.key > number - TurnFolder.kept }
            state.watches[number] = Watch(content: content, since: after)
            return .held
        }
    }

    /// Whoever had the turn that was looked at last.
    package var watched: TurnRecord? { state.withLock { $0.seen } }

    // MARK: while it is held

    /// Makes sure, before a write, that the turn is still this one's.
    ///
    /// - Throws: `FarmError.suspended` when it was not renewed for so long that others may have passed it over, or they have
    package func requireHeld() throws {
        let last = try folder.last()
        // The clock last, since reading may take its time.
        let turn = try fresh()
        guard last == turn.number else { throw Self.suspended(turn) }
    }

    /// The same as far as it can be told without asking the file server: that it was renewed of late.
    package func requireFresh() throws { _ = try fresh() }

    private func fresh() throws -> Turn {
        guard let turn = state.withLock({ $0.held }) else { throw FarmError.suspended(seconds: 0) }
        guard !turn.isLost, Clock.boot - turn.renewed < limit else { throw Self.suspended(turn) }
        return turn
    }

    private static func suspended(_ turn: Turn) -> FarmError {
        .suspended(seconds: (Clock.boot - turn.renewed) / 1_000_000_000)
    }

    package func release() {
        let turn = state.withLock { state in
            defer { state.held = nil }
            return state.held
        }
        if let turn { free(turn) }
    }

    private func free(_ turn: Turn) {
        var turn = turn
        turn.record.status = .free
        try? folder.write(turn.number, turn.record)
    }

    /// From the first turn on a thread renews whatever is held. It stands still when the process does.
    private func beginRenewal() throws {
        try renewal.withLock { renewal in
            if renewal != nil { return }
            let wakeup = try Wakeup()
            let thread = try WorkerThread { [self] in
                while renew() { wakeup.wait(nanoseconds: lease / 12) }
            }
            renewal = (thread, wakeup)
        }
    }

    /// - Returns: whether to go on
    private func renew() -> Bool {
        // Under the lock, so that a renewal cannot come after the turn was let go.
        state.withLock { state in
            if state.isClosing { return false }
            let begin = Clock.boot
            guard var turn = state.held, !turn.isLost, begin - turn.renewed >= lease / 6 else { return true }
            turn.record.beats += 1
            let isWritten = begin - turn.renewed < limit && (try? folder.write(turn.number, turn.record)) != nil
            // Others may have judged it before the write came: one that is too old, even now, is never young again.
            turn.isLost = Clock.boot - turn.renewed >= limit
            // What could not be written is tried again.
            if isWritten { turn.renewed = begin }
            state.held = turn
            return true
        }
    }
}
