// Who is alive. On the same host the process and the lock on its file decide at once. From another host a farmer is dead only when the lock on its
// own file can be taken and its heartbeat has stood still over several intervals of the observer's clock.

package import TaskFarmerCore
internal import TaskFarmerSystem

package enum Verdict: Sendable, Equatable {
    case alive
    case dead
    /// Not decided yet: its heartbeat is being watched.
    case watching
    /// Its heartbeat stands still, but its lock is held: a node that is gone and whose lock the file server keeps.
    case silent(seconds: Int)
}

package final class Liveness {
    /// How often a farmer writes its heartbeat, and how long one must stand still to count as stopped, in nanoseconds.
    package static let interval = 3_000_000_000
    package static let patience = 5 * interval
    /// The same without flock, where a heart that stands still is all there is to see.
    package static let longPatience = 20 * interval

    /// How long a heartbeat must stand still there to count as stopped, in nanoseconds.
    package static func patience(_ directory: WorkDirectory) -> Int {
        directory.locking == .lease ? longPatience : patience
    }

    private struct Observation {
        var heartbeat: Int
        var since: Int
        /// Its lock could be taken then.
        var wasFree = false
    }

    private let directory: WorkDirectory
    private var isByHeartAlone: Bool { directory.locking == .lease }
    private var patience: Int { Self.patience(directory) }
    private var observations: [String: Observation] = [:]
    /// Hosts that the user says are gone, lock or no lock.
    private let assumedDead: Set<String>

    package init(_ directory: WorkDirectory, assumedDead: Set<String> = []) {
        self.directory = directory
        self.assumedDead = assumedDead
    }

    /// How a farmer seems to be, without a look at its lock: by its heartbeat, and by its process where that is here.
    package static func impression(
        _ entry: RosterEntry, _ alive: AliveRecord?, _ directory: WorkDirectory
    ) -> Explanation.Farmer.Life {
        if let alive, isHere(alive), !isRunning(alive) { return .dead }
        let silence = Clock.wall - (alive?.written ?? entry.joined)
        return silence > patience(directory) / 1000 ? .silent(silence) : .alive
    }

    /// The names of those that show no sign of life.
    package static func silent(
        _ farmers: [(entry: RosterEntry, alive: AliveRecord?)], _ directory: WorkDirectory
    ) -> Set<String> {
        Set(farmers.filter { impression($0.entry, $0.alive, directory) != .alive }.map(\.entry.farmer))
    }

    /// Whether a process is, or was, one of this host, in this boot and this PID namespace, so that it can be looked at.
    package static func isHere(_ alive: some HostedProcess) -> Bool {
        let own = HostIdentity.current
        return alive.host == own.name && alive.boot == own.boot && alive.processSpace == own.processSpace
    }

    /// Whether that process runs; meaningful only where `isHere` holds.
    package static func isRunning(_ alive: some HostedProcess) -> Bool {
        guard let process = Int32(exactly: alive.process), let facts = ProcessTable.facts(of: process) else {
            return false
        }
        return facts.started == UInt64(alive.ticks) && !facts.isZombie
    }

    /// Judges a farmer of the roster by its own file.
    ///
    /// - Throws: `brokenLock` when its heart went on beating after its lock could be taken
    package func judge(_ farmer: String) throws -> Verdict {
        guard let record = try readRecord(farmer) else { return try judgeWithoutRecord(farmer) }
        if Self.isHere(record), !(isByHeartAlone && record.process == Int(ProcessTable.own)) {
            observations[farmer] = nil
            guard Self.isRunning(record) else { return .dead }
            // A program may go on after a farmer of its own has ended without leaving; only the lock tells. Where the file
            // server can take locks away, that counts for farmers of this process only.
            let isCertain = record.process == Int(ProcessTable.own) || Folder.fileSystem(of: directory.root).isLocal
            return try isCertain && !isByHeartAlone && lockIsFree(farmer) ? .dead : .alive
        }
        let now = Clock.boot
        let known = observations[farmer]
        guard let known else {
            observations[farmer] = Observation(heartbeat: record.heartbeat, since: now)
            return .watching
        }
        let isFree = try lockIsFree(farmer)
        if known.heartbeat != record.heartbeat {
            // It may have died since the last look, however long ago that was: a lock that is free only now says nothing.
            observations[farmer] = Observation(heartbeat: record.heartbeat, since: now, wasFree: isFree)
            if isByHeartAlone { return .alive }
            if isFree && known.wasFree {
                throw FarmError.brokenLock(
                    "the lock of \(farmer) can be taken although its heart beats: locks do not work between \(record.host) and "
                        + "\(HostIdentity.current.name) on \(directory.root); use a file system with locks that all nodes share"
                )
            }
            return isFree ? .watching : .alive
        }
        observations[farmer]?.wasFree = isFree
        let still = now - known.since
        let isAssumedDead = assumedDead.contains(record.host)
        if still < patience { return isFree || isAssumedDead ? .watching : .alive }
        if isFree || isAssumedDead { return .dead }
        // Held for a moment by another farmer that looks, perhaps.
        for _ in 0..<5 {
            Clock.pause(nanoseconds: Int.random(in: 2_000_000...20_000_000))
            if try lockIsFree(farmer) { return .dead }
        }
        return .silent(seconds: still / 1_000_000_000)
    }

    private func readRecord(_ farmer: String) throws -> AliveRecord? {
        for _ in 0..<3 {
            guard let file = try? Descriptor(directory.alive(farmer), [.reading, .noLink]) else { return nil }
            do throws(SystemError) {
                file.dropCache()
                if let record = AliveRecord(try file.readAll()) { return record }
            } catch {
                if error.isGone { return nil }
                throw FarmError.system(error)
            }
            Clock.pause(nanoseconds: 2_000_000)
        }
        return nil
    }

    /// Its file is gone or torn: a power failure right after it joined. Its lock and time decide.
    private func judgeWithoutRecord(_ farmer: String) throws -> Verdict {
        let now = Clock.boot
        guard let known = observations[farmer] else {
            observations[farmer] = Observation(heartbeat: -1, since: now)
            return .watching
        }
        if now - known.since < patience { return .watching }
        return try lockIsFree(farmer) ? .dead : .silent(seconds: (now - known.since) / 1_000_000_000)
    }

    private func lockIsFree(_ farmer: String) throws -> Bool {
        if isByHeartAlone { return true }
        do {
            let file = try Descriptor(directory.alive(farmer), [.both, .noLink])
            guard try file.tryLock() else { return false }
            try file.unlock()
            return true
        } catch {
            if error.isGone { return true }
            throw FarmError.system(error)
        }
    }
}

/// The file by which a farmer shows that it lives: locked as long as it does, and written at every heartbeat.
package final class AliveFile: Sendable {
    private let file: Descriptor
    /// Whether only this node sees it, and so sees it at once.
    private let isLocal: Bool

    /// - Throws: `SystemError` with `isPresent` when the name is taken
    package init(_ directory: WorkDirectory, _ record: AliveRecord) throws {
        isLocal = Folder.fileSystem(of: directory.root).isLocal
        file = try Descriptor(directory.alive(record.farmer), [.both, .exclusive, .noLink])
        guard try directory.locking == .lease || file.tryLock() else {
            throw FarmError.brokenLock("a new file, \(file.path), is locked by somebody else")
        }
        try write(record)
        // Without a whole record a farmer that lost its node is recovered only after a while.
        if isLocal { try file.flush() }
    }

    /// What a farmer says of itself, read anew; nil where that is not whole, or gone.
    package static func read(_ directory: WorkDirectory, farmer: String) -> AliveRecord? {
        for _ in 0..<3 {
            guard let file = try? Descriptor(directory.alive(farmer), [.reading, .noLink]) else { return nil }
            file.dropCache()
            if let bytes = try? file.readAll(), let record = AliveRecord(bytes) { return record }
            Clock.pause(nanoseconds: 2_000_000)
        }
        return nil
    }

    package func write(_ record: AliveRecord) throws {
        try file.write(record.encoded, at: 0)
        // Sent to the file server, that others see it; after a power failure an old heartbeat is as good.
        if !isLocal { try file.flush() }
    }

    /// Whether it is still to be found by its name; others remove it with the farmer's place in the roster.
    package func isThere() throws -> Bool { try Folder.facts(file.path) != nil }
}
