// The one lock. It is tried without blocking, with short, growing, jittered waits: a blocked flock on NFS wakes by polling
// and takes 50 times as long. The file carries the nonce of the work directory, the last epoch begun and who holds it; it is
// never removed or replaced, since others may hold it by its old name. Where there is no flock, turns take its place.

package import TaskFarmerCore
package import TaskFarmerSystem

/// Told about long waits, and asked whether to go on waiting.
package protocol LockPatience: Sendable {
    /// Called about every ten seconds of waiting, with what the lock file says of the holder.
    func waiting(for lock: Path, seconds: Int, holder: LockRecord?)
    /// The same where turns take the place of flock, with whoever has the turn, and how long (in nanoseconds) one lasts that is
    /// not renewed.
    func waiting(for lock: Path, seconds: Int, turn: TurnRecord?, lease: Int)
    /// Whether to give up, after so many nanoseconds.
    func givesUp(after nanoseconds: Int) -> Bool
}

extension LockPatience {
    package func waiting(for lock: Path, seconds: Int, turn: TurnRecord?, lease: Int) {}
}

package final class FarmLock {
    package let path: Path
    private enum Way {
        /// The file, open as long as the lock is used, since flock needs that.
        case flock(OpenFile)
        /// What keeps others out where flock does not. Then nothing stays open: only closing and opening show what others wrote.
        case lease(LeaseTurns)
    }
    private let way: Way

    private final class OpenFile {
        let file: Descriptor
        init(_ file: consuming Descriptor) { self.file = file }
    }

    private var turns: LeaseTurns? { if case .lease(let turns) = way { turns } else { nil } }

    /// Opens the lock file, or makes it.
    ///
    /// - Throws: `FarmError.configuration` when somebody else could write to it, or it has other names: what is written to it would
    ///   be written to whatever that is
    package init(
        _ path: Path, _ locking: Locking, trust: Trust = Trust(), lease: Int = LeaseTurns.standardLease
    ) throws {
        self.path = path
        let isShared = trust.rule.sharing > .no
        let file = try FarmError.wrapping { () throws(SystemError) in
            try OpenFile(Descriptor(path, [.both, .create, .noLink], permissions: isShared ? 0o660 : 0o600))
        }
        let facts = try FarmError.wrapping { () throws(SystemError) in try file.file.facts() }
        try trust.require(path, facts, "the lock file")
        if facts.links > 1 {
            throw FarmError.configuration(
                file: path.description, line: nil,
                "the lock file has \(facts.links) names (hard links), so that writing to it would change another file: remove this one"
            )
        }
        way =
            try locking == .lease
            ? .lease(FarmError.wrappingAny { try LeaseTurns(path, trust: trust, lease: lease) }) : .flock(file)
    }

    deinit { turns?.close() }

    /// Takes the lock, waiting as long as `patience` allows.
    ///
    /// - Returns: how long it waited, in nanoseconds
    @discardableResult
    package func acquire(_ patience: any LockPatience) throws -> Int {
        let begin = Clock.boot
        var wait = 200_000
        var told = begin
        // Ten seconds, as leases are.
        let silence = turns.map { min($0.lease / 6, Self.silence) } ?? Self.silence
        while true {
            do {
                if try tryOnce() { break }
            } catch let error as SystemError {
                throw FarmError.system(error)
            }
            let now = Clock.boot
            if patience.givesUp(after: now - begin) {
                throw FarmError.lockBusy(holder: (try? peek())?.holder ?? "another process")
            }
            if now - told >= silence {
                told = now
                let seconds = (now - begin) / 1_000_000_000
                if let turns {
                    patience.waiting(for: path, seconds: seconds, turn: turns.watched, lease: turns.lease)
                } else {
                    patience.waiting(for: path, seconds: seconds, holder: try? peek())
                }
            }
            Clock.pause(nanoseconds: Int.random(in: wait / 4...wait))
            // The longer it takes, the more wait with it, and the less often each should ask the file server.
            wait = min(wait * 3 / 2, max(20_000_000, min((now - begin) / 20, 1_000_000_000)))
        }
        do { try requireFile() } catch {
            release()
            throw error
        }
        return Clock.boot - begin
    }

    private static let silence = 10_000_000_000

    private func tryOnce() throws -> Bool {
        switch way {
        case .flock(let open): try open.file.tryLock()
        case .lease(let turns): try turns.take()
        }
    }

    /// Makes sure that the lock file is still to be found by its name.
    private func requireFile() throws {
        try FarmError.wrappingAny {
            let isThere =
                switch way {
                case .flock(let open): try open.file.facts().links > 0
                case .lease: try Folder.linkFacts(path) != nil
                }
            if isThere { return }
            // Gone with its folder: that is what there is to say.
            _ = try Descriptor(path.parent, .reading)
            throw FarmError.brokenLock(
                "the lock file \(path) was removed while farmers use it: stop all farmers, then `taskfarmer check --repair`"
            )
        }
    }

    /// What the file says now; nil when it says nothing of ours.
    package func peek() throws -> LockRecord? {
        switch way {
        case .flock(let open):
            open.file.dropCache()
            return LockRecord(try open.file.read(at: 0, count: LockRecord.width))
        case .lease: return LockRecord(try Folder.content(of: path, atMost: LockRecord.width))
        }
    }

    /// Whether anything was ever written to it.
    package var isEmpty: Bool {
        get throws {
            switch way {
            case .flock(let open): try open.file.facts().size == 0
            case .lease: try Folder.content(of: path, atMost: 1).isEmpty
            }
        }
    }

    /// Makes sure, where that can be told, that the lock is still held.
    ///
    /// - Throws: `FarmError.suspended`
    package func requireHeld() throws { try turns?.requireHeld() }

    /// The same as far as it can be told without asking the file server.
    func requireFresh() throws { try turns?.requireFresh() }

    /// Writes through the descriptor that holds the lock. A client that lost its lock on NFS is told so by EIO here, and
    /// only here. Where nothing is held open, the turn is looked at right before.
    package func write(_ record: LockRecord, flush: Bool) throws {
        switch way {
        case .flock(let open):
            try open.file.write(record.encoded, at: 0)
            if flush { try open.file.flush() }
        case .lease(let turns):
            let file = try Descriptor(path, [.both, .noLink])
            try turns.requireHeld()
            try file.write(record.encoded, at: 0)
            try file.flush()
        }
    }

    package func release() {
        switch way {
        case .flock(let open): try? open.file.unlock()
        case .lease(let turns): turns.release()
        }
    }
}
