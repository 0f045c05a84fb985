// Running changes: the lock around them, the undoing of what others left halfway, the commit.

package import TaskFarmerCore
internal import TaskFarmerSystem

/// Runs changes on one work directory, one after another.
package final class ChangeCycle {
    package let directory: WorkDirectory
    package let lock: FarmLock
    package let nonce: String
    package let farmer: String
    /// The last state that was seen; what comes later may not be older.
    package private(set) var seen: StateRecord?
    /// How long the last change took, waiting included, in nanoseconds; and how often the lock was taken.
    package private(set) var lastDuration = 0
    package private(set) var count = 0
    /// How long the last change held the lock, in nanoseconds.
    package private(set) var lastHeld = 0
    /// Whether a change that failed may have been committed all the same: whoever has the lock next finds out.
    package private(set) var isInDoubt = false
    /// How long this one waited for it, and since when it has it.
    package private(set) var waited = 0
    private var taken = 0
    package var heldSoFar: Int { Clock.boot - taken }
    /// What was undone of others, for those who ask.
    package private(set) var undone: [String] = []
    /// Standing still for longer than this loses the change. Grows when the file system itself is as slow as that.
    private var standstill = ChangeCycle.shortestStandstill
    private static let shortestStandstill = 5_000_000_000

    package init(directory: WorkDirectory, lock: FarmLock, nonce: String, farmer: String) {
        self.directory = directory
        self.lock = lock
        self.nonce = nonce
        self.farmer = farmer
    }

    /// Plans and carries out one change under the lock. When it throws, nothing was changed, or the undo record says how to
    /// take it back and the next farmer will.
    package func run<Result>(_ patience: any LockPatience, _ plan: (Change) throws -> Result) throws -> Result {
        let begin = Clock.boot
        do {
            waited = try lock.acquire(patience)
            taken = Clock.boot
            defer { lock.release() }
            count += 1
            let result = try locked(plan)
            lastHeld = heldSoFar
            standstill = Self.shortestStandstill
            lastDuration = Clock.boot - begin
            return result
        } catch let error as SystemError {
            throw FarmError.system(error)
        } catch FarmError.suspended(let seconds) {
            standstill = min(standstill * 2, 40_000_000_000)
            throw FarmError.suspended(seconds: seconds)
        }
    }

    private func locked<Result>(_ plan: (Change) throws -> Result) throws -> Result {
        let pace = Pace(limit: standstill, lock)
        guard let found = try lock.peek(), found.nonce == nonce else {
            throw FarmError.otherNonce(lock: lock.path.description, found: try lock.isEmpty ? nil : "another nonce")
        }
        if let seen, found.epoch < seen.epoch { throw Self.oldLock(lock, seen.epoch, found.epoch) }
        try refuseLivingHolder(found)
        let epoch = found.epoch + 1
        let mark = LockRecord(nonce: nonce, epoch: epoch, status: .busy, holder: farmer, since: Clock.wall)
        try pace.check()
        try lock.write(mark, flush: true)

        let transaction = try SharedHandle(directory.transaction, directory.locking)
        try undo(transaction, pace)
        let stateHandle = try SharedHandle(directory.state, directory.locking)
        // Which of the widths it has is known by its size.
        let bytes = try stateHandle.file.read(at: 0, count: StateRecord.width + 1)
        guard let state = StateRecord(bytes) else {
            throw FarmError.damaged(file: directory.state.description, "not a whole record")
        }
        try refuseOld(state, lockEpoch: found.epoch)

        let change = Change(directory: directory, epoch: epoch, farmer: farmer, state: state, pace: pace)
        let result = try plan(change)
        if change.isEmpty {
            seen = state
            try lock.write(
                LockRecord(nonce: nonce, epoch: found.epoch, status: .idle, holder: farmer, since: Clock.wall),
                flush: false)
            return result
        }
        do {
            try change.apply(to: transaction, stateHandle: stateHandle)
            try pace.check()
            guard try lock.peek() == mark else {
                throw FarmError.brokenLock(
                    "another process wrote to \(lock.path) while this one held it: locks do not keep farmers apart here; name a "
                        + "folder with working locks with --lock-dir DIR")
            }
            try lock.write(mark, flush: true)
            try pace.check()
            try commit(transaction)
        } catch {
            // If the lock is still ours, the change can be taken back at once; if not, that is up to whoever has it.
            if (try? lock.peek()) == mark, (try? lock.requireHeld()) != nil, (try? pace.check()) != nil {
                try? undo(transaction, pace)
            }
            throw error
        }
        // It is committed: what fails from here on must not make anybody believe that it was not. A lock that still says
        // "busy" harms nobody.
        try? transaction.file.flush()
        seen = change.state
        try? lock.write(
            LockRecord(nonce: nonce, epoch: epoch, status: .idle, holder: farmer, since: Clock.wall), flush: false)
        return result
    }

    /// Empties `transaction`. A file server may have done that although the answer was lost on its way.
    private func commit(_ transaction: SharedHandle) throws {
        do { try transaction.file.truncate(to: 0) } catch {
            isInDoubt = true
            let size = try transaction.file.facts().size
            isInDoubt = false
            if size > 0 { throw error }
        }
    }

    /// A lock that is marked as held by a living process of this host, and yet was given to us, is no lock.
    private func refuseLivingHolder(_ found: LockRecord) throws {
        guard found.status == .busy, found.holder != farmer,
            let bytes = try? Descriptor(directory.alive(found.holder), [.reading, .noLink]).readAll(),
            let alive = AliveRecord(bytes),
            Liveness.isHere(alive), Liveness.isRunning(alive), try lock.peek() == found
        else { return }
        // It may have failed halfway and let go without a word; then its mark does not change. A second look tells.
        Clock.pause(nanoseconds: 20_000_000)
        if try lock.peek() != found {
            throw FarmError.brokenLock(
                "\(lock.path) was given to this process while \(found.holder) holds it: locks do not keep processes apart here; "
                    + "name a folder with working locks with --lock-dir DIR")
        }
    }

    private static func oldLock(_ lock: FarmLock, _ expected: Int, _ found: Int) -> FarmError {
        .staleView(file: lock.path.description, expected: "epoch \(expected) or later", found: "epoch \(found)")
    }

    private func refuseOld(_ state: StateRecord, lockEpoch: Int) throws {
        if state.epoch > lockEpoch {
            throw Self.oldLock(lock, state.epoch, lockEpoch)
        }
        guard let seen else { return }
        if state.epoch < seen.epoch || (state.epoch == seen.epoch && state != seen) {
            throw FarmError.staleView(
                file: directory.state.description, expected: "epoch \(seen.epoch) by \(seen.writer) or later",
                found: "epoch \(state.epoch) by \(state.writer)")
        }
    }

    /// Takes back what a whole record announces; a torn one announces nothing.
    private func undo(_ transaction: SharedHandle, _ pace: Pace) throws {
        // Clients by FUSE may tell the size of a second ago, but read what there is.
        var bytes: [UInt8] = []
        var part: [UInt8]
        repeat {
            part = try transaction.file.read(at: bytes.count, count: 1 << 16)
            bytes += part
        } while part.count == 1 << 16
        if bytes.isEmpty && transaction.size == 0 { return }
        if let record = UndoRecord(bytes) {
            for step in record.steps {
                guard step.file == "state" || SharedFile(rawValue: step.file) != nil else {
                    throw FarmError.damaged(
                        file: directory.transaction.description, "names no file of ours: \(step.file)")
                }
                let file = try Descriptor(directory.root.appending(step.file), [.both, .noLink])
                try pace.check()
                if !step.bytes.isEmpty { try file.write(step.bytes, at: step.offset) }
                try file.truncate(to: step.size)
                try file.flush()
            }
            undone.append(record.writer)
        }
        try pace.check()
        try transaction.file.truncate(to: 0)
        try transaction.file.flush()
    }
}
