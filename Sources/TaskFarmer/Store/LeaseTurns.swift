// A lock without flock. Every turn at it is a file of its own number in `LOCK.turns`, and whoever creates the next number,
// exclusively, has that turn. Its holder renews it; one that is let go says so in its file; one that stands still for a whole
// lease by the observer's clock is passed over by creating the next. Nothing is ever taken away from anybody, so two that pass
// over the same turn at once cannot both succeed, and one that comes late finds its number taken.
//
// `last` holds the number of the last turn that was taken up. It says where to look, and keeps one that has slept from taking
// a number whose file has been cleared away since.

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
    }

    /// A turn of somebody else, as it was first seen.
    private struct Watch {
        var number: Int
        var content: [UInt8]
        var since: Int
    }

    private struct State {
        var held: Turn?
        var watch: Watch?
        var isClosing = false
    }

    private let folder: Path
    /// Whether all of the group may write to the files.
    private let isShared: Bool
    private let lease: Int
    private let state = Mutex(State())
    private let renewal = Mutex<(thread: WorkerThread, wakeup: Wakeup)?>(nil)
    /// Turns that are this far behind say nothing any more.
    private static let kept = 8
    private static let width = 48

    package init(_ lock: Path, isShared: Bool = false, lease: Int = standardLease) throws {
        folder = lock.adding(suffix: ".turns")
        self.isShared = isShared
        self.lease = lease
        try Folder.make(folder, permissions: isShared ? 0o770 : 0o700)
        let last = try Descriptor(folder.appending("last"), [.both, .create, .noLink], permissions: filePermissions)
        _ = consume last
        try clear()
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
        var number = try lastTurn()
        for _ in 0..<2 * Self.kept {
            let seen = Clock.boot
            switch try look(number) {
            case .held: return false
            case .over: break
            case .missing:
                // Cleared away since its number was read; or by hand.
                let last = try lastTurn()
                if last > number {
                    number = last
                    continue
                }
            }
            number += 1
            let turn: Turn
            do {
                turn = try create(number)
            } catch let error as SystemError where error.isPresent {
                continue
            }
            if let last = try recordedTurn(), last >= number {
                // The number had been cleared away: nobody looks at it any more.
                try Folder.unlink(file(number))
                number = last
                continue
            }
            state.withLock { $0.held = turn }
            if Clock.boot - seen > lease / 4 {
                // One that stood still in between may have been passed over.
                release()
                return false
            }
            try writeLast(number)
            try Folder.unlink(file(number - Self.kept))
            try beginRenewal()
            return true
        }
        return false
    }

    private func create(_ number: Int) throws -> Turn {
        let host = HostIdentity.current
        let record = TurnRecord(
            status: .held, host: host.name, boot: host.boot, processSpace: host.processSpace,
            process: Int(ProcessTable.own),
            ticks: ProcessTable.facts(of: ProcessTable.own).map { Int($0.started) } ?? 0, beats: 0)
        let file = try Descriptor(file(number), [.both, .exclusive, .noLink], permissions: filePermissions)
        let made = Clock.boot
        try file.write(record.encoded, at: 0)
        try file.flush()
        return Turn(number: number, record: record, renewed: made)
    }

    private enum Look { case held, over, missing }

    /// Whether a turn was let go, or its holder is gone.
    private func look(_ number: Int) throws -> Look {
        if number == 0 { return .over }
        let content: [UInt8]
        do {
            content = try Folder.content(of: file(number), atMost: TurnRecord.width)
        } catch {
            if error.isMissing { return .missing }
            throw error
        }
        let record = TurnRecord(content)
        if let record, record.status == .free || isDeadHere(record) { return .over }
        let now = Clock.boot
        return state.withLock { state in
            if let watch = state.watch, watch.number == number, watch.content == content {
                return now - watch.since >= lease ? .over : .held
            }
            state.watch = Watch(number: number, content: content, since: now)
            return .held
        }
    }

    /// Whether its holder was a process of this host that is no more.
    private func isDeadHere(_ record: TurnRecord) -> Bool {
        let own = HostIdentity.current
        guard record.host == own.name, record.boot == own.boot, record.processSpace == own.processSpace,
            let process = Int32(exactly: record.process)
        else { return false }
        guard let facts = ProcessTable.facts(of: process) else { return true }
        return facts.isZombie || facts.started != UInt64(record.ticks)
    }

    // MARK: while it is held

    /// Makes sure, before a write, that the turn is still this one's.
    ///
    /// - Throws: `FarmError.suspended` when it was not renewed for so long that others may have passed it over, or they have
    package func requireHeld() throws {
        let turn = state.withLock { $0.held }
        guard let turn else { throw FarmError.suspended(seconds: 0) }
        let still = Clock.boot - turn.renewed
        guard still < lease / 4 * 3, try lastTurn() == turn.number else {
            throw FarmError.suspended(seconds: still / 1_000_000_000)
        }
    }

    package func release() {
        let turn = state.withLock { state in
            defer { state.held = nil }
            return state.held
        }
        guard var turn else { return }
        turn.record.status = .free
        try? write(turn)
    }

    private func write(_ turn: Turn) throws {
        let file = try Descriptor(file(turn.number), [.both, .noLink])
        try file.write(turn.record.encoded, at: 0)
        try file.flush()
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
            guard var turn = state.held, Clock.boot - turn.renewed >= lease / 6 else { return true }
            let begin = Clock.boot
            turn.record.beats += 1
            do {
                try write(turn)
                turn.renewed = begin
                state.held = turn
            } catch {
                // Tried again; `requireHeld` tells when it has been too long.
            }
            return true
        }
    }

    // MARK: files

    private var filePermissions: UInt32 { isShared ? 0o660 : 0o600 }
    private func file(_ number: Int) -> Path { folder.appending("turn.\(number)") }

    private func lastTurn() throws -> Int { try recordedTurn() ?? numbers().max() ?? 0 }

    /// The number in `last`, which stands there twice, so that one that is being written is read again; nil where there is none
    /// yet, or none that can be read.
    private func recordedTurn() throws -> Int? {
        for _ in 0..<5 {
            let words = try Folder.content(of: folder.appending("last"), atMost: Self.width).split(separator: 32)
            if words.count > 2, words[0] == words[1], let number = words[0].decimalValue { return number }
            if words.isEmpty { break }
            Clock.pause(nanoseconds: 2_000_000)
        }
        return nil
    }

    private func writeLast(_ number: Int) throws {
        var bytes = Array("\(number) \(number) ".utf8)
        bytes += [UInt8](repeating: 32, count: Self.width - 2 - bytes.count) + Array(".\n".utf8)
        let file = try Descriptor(folder.appending("last"), [.both, .noLink])
        try file.write(bytes, at: 0)
        try file.flush()
    }

    private func numbers() throws -> [Int] {
        try Folder.names(in: folder).compactMap { name in
            name.starts(with: "turn.".utf8) ? name.dropFirst(5).decimalValue : nil
        }
    }

    /// Removes what those left behind that died before they could.
    private func clear() throws {
        let last = try lastTurn()
        for number in try numbers() where number <= last - Self.kept { try Folder.unlink(file(number)) }
    }
}
