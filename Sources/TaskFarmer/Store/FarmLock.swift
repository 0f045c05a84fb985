// The one lock. It is tried without blocking, with short, growing, jittered waits: a blocked flock on NFS wakes by polling
// and takes 50 times as long. The file carries the nonce of the work directory, the last epoch begun and who holds it; it is
// never removed or replaced, since others may hold it by its old name. Where there is no flock, turns take its place.

package import TaskFarmerCore
package import TaskFarmerSystem

/// Told about long waits, and asked whether to go on waiting.
package protocol LockPatience: Sendable {
    /// Called about every ten seconds of waiting, with what the lock file says of the holder.
    func waiting(for lock: Path, seconds: Int, holder: LockRecord?)
    /// Whether to give up, after so many nanoseconds.
    func givesUp(after nanoseconds: Int) -> Bool
}

package final class FarmLock {
    package let path: Path
    private let file: Descriptor
    /// What keeps others out where flock does not.
    private let turns: LeaseTurns?

    /// Opens the lock file, or makes it.
    ///
    /// - Throws: `FarmError.configuration` when somebody else could write to it, or it has other names: what is written to it would
    ///   be written to whatever that is
    package init(
        _ path: Path, _ locking: Locking, trust: Trust = Trust(), lease: Int = LeaseTurns.standardLease
    ) throws {
        self.path = path
        let isShared = trust.rule.sharing > .no
        do {
            file = try Descriptor(path, [.both, .create, .noLink], permissions: isShared ? 0o660 : 0o600)
            turns = locking == .lease ? try LeaseTurns(path, isShared: isShared, lease: lease) : nil
        } catch let error as SystemError {
            throw FarmError.system(error)
        }
        let facts = try FarmError.wrapping { () throws(SystemError) in try file.facts() }
        try trust.require(path, facts, "the lock file")
        if facts.links > 1 {
            throw FarmError.configuration(
                file: path.description, line: nil,
                "the lock file has \(facts.links) names (hard links), so that writing to it would change another file: remove this one"
            )
        }
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
        while true {
            do {
                if try turns?.take() ?? file.tryLock() { break }
            } catch let error as SystemError {
                throw FarmError.system(error)
            }
            let now = Clock.boot
            if patience.givesUp(after: now - begin) {
                throw FarmError.lockBusy(holder: (try? peek())?.holder ?? "another process")
            }
            if now - told >= 10_000_000_000 {
                told = now
                patience.waiting(for: path, seconds: (now - begin) / 1_000_000_000, holder: try? peek())
            }
            Clock.pause(nanoseconds: Int.random(in: wait / 4...wait))
            // The longer it takes, the more wait with it, and the less often each should ask the file server.
            wait = min(wait * 3 / 2, max(20_000_000, min((now - begin) / 20, 1_000_000_000)))
        }
        let facts = try file.facts()
        if facts.links == 0 {
            release()
            // Gone with its folder: that is what there is to say.
            do { _ = try Descriptor(path.parent, .reading) } catch { throw FarmError.system(error) }
            throw FarmError.brokenLock(
                "the lock file \(path) was removed while farmers use it: stop all farmers, then `taskfarmer check --repair`"
            )
        }
        return Clock.boot - begin
    }

    /// What the file says now; nil when it says nothing of ours.
    package func peek() throws -> LockRecord? {
        if turns != nil { return LockRecord(try Folder.content(of: path, atMost: LockRecord.width)) }
        file.dropCache()
        return LockRecord(try file.read(at: 0, count: LockRecord.width))
    }

    /// Whether anything was ever written to it.
    package var isEmpty: Bool { get throws { try file.facts().size == 0 } }

    /// Writes through the descriptor that holds the lock. A client that lost its lock on NFS is told so by EIO here, and
    /// only here.
    package func write(_ record: LockRecord, flush: Bool) throws {
        if let turns {
            // Without a lock on it, only closing and opening show others what was written, and this one what they wrote.
            try turns.requireHeld()
            let file = try Descriptor(path, [.both, .noLink])
            try file.write(record.encoded, at: 0)
            try file.flush()
            return
        }
        try file.write(record.encoded, at: 0)
        if flush { try file.flush() }
    }

    package func release() {
        if let turns { turns.release() } else { try? file.unlock() }
    }
}
