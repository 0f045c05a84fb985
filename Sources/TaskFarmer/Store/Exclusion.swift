// Whether locks keep farmers of other hosts out. Each newcomer tries it before it changes anything: whoever is at work holds the lock of its own
// file, so one that can be taken belongs to a dead farmer or keeps nobody out, and a heart that beats on tells which. Of two that
// begin together at least one finds the other: both make their files first, and look for others' then.

internal import TaskFarmerCore
internal import TaskFarmerSystem

package enum Exclusion {
    /// For how long a heart is watched whose lock is free, in nanoseconds.
    package static let watch = 2 * Liveness.interval + 1_000_000_000
    private static let round = 250_000_000
    /// For how long clients by FUSE may answer from what they looked up, in nanoseconds.
    static let cached = 1_200_000_000

    static func isCached(_ directory: WorkDirectory) -> Bool { Folder.fileSystem(of: directory.root).name == "FUSE" }

    /// Looks for locks of other hosts that can be taken although their holders live. Sound locks are found to be held at once;
    /// only farmers that died a moment ago are waited for.
    ///
    /// - Parameters:
    ///   - directory: where the farmers are
    ///   - alive: this farmer's own file
    ///   - record: what that says; meanwhile it goes on beating, for others who look
    ///   - watch: how long to wait for a heartbeat, in nanoseconds
    ///   - patience: asked whether to go on
    /// - Throws: `brokenLock` when there is such a lock
    package static func require(
        _ directory: WorkDirectory, alive: AliveFile, record: AliveRecord, watch: Int = watch,
        _ patience: any LockPatience
    ) throws {
        // Those who lease lock no files of their own.
        if directory.locking == .lease { return }
        do {
            // Others change what this node has just looked up: the first change would be refused for an old view.
            if isCached(directory), try !names(directory, but: record.farmer).isEmpty {
                Clock.pause(nanoseconds: cached)
            }
            var suspects = try suspects(directory, than: record.farmer)
            let end = Clock.boot + watch
            var beat = record
            // Apart from what its heart will count.
            beat.heartbeat += 1_000_000_000
            while !suspects.isEmpty, Clock.boot < end {
                if patience.givesUp(after: 0) {
                    throw FarmError.stopped("while it looked whether locks work; nothing was run")
                }
                beat.heartbeat += 1
                try alive.write(beat)
                Clock.pause(nanoseconds: round)
                for (index, known) in suspects.enumerated().reversed() {
                    guard let now = try look(at: known.farmer, directory), now.record.heartbeat != known.heartbeat
                    else {
                        continue
                    }
                    if now.isFree {
                        throw FarmError.brokenLock(
                            "the lock of \(known.farmer) can be taken although its heart beats: locks do not work between "
                                + "\(known.host) and \(record.host) on \(directory.root); use a file system with locks that all "
                                + "nodes share (--workdir DIR, --lock-dir DIR)")
                    }
                    suspects.remove(at: index)
                }
            }
        } catch let error as SystemError {
            throw FarmError.system(error)
        }
    }

    private static func names(_ directory: WorkDirectory, but own: String) throws -> [String] {
        try Folder.names(in: directory.farmers).map(\.text).filter { name in
            name != own && WorkDirectory.isFarmer(name)
        }
    }

    /// A few tell as much as thousands would: of other hosts first, whose names do not begin as this one's do.
    private static func sample(_ names: [String], _ own: String) -> ArraySlice<String> {
        func host(_ farmer: String) -> ArraySlice<Substring> { farmer.split(separator: ".").dropLast(2) }
        let ownHost = host(own)
        let all = names.shuffled()
        return (all.filter { host($0) != ownHost } + all.filter { host($0) == ownHost }).prefix(16)
    }

    /// Farmers of other hosts that wrote a heartbeat lately, by the file server's clock, and whose locks are free.
    private static func suspects(_ directory: WorkDirectory, than own: String) throws -> [AliveRecord] {
        let now = try Folder.facts(directory.alive(own))?.modifiedNanoseconds ?? 0
        return try sample(names(directory, but: own), own).compactMap { name in
            guard let found = try look(at: name, directory), found.isFree,
                now - found.written < Liveness.patience
            else { return nil }
            return found.record
        }
    }

    /// What another host's farmer says, and whether its lock is free; nil for farmers of this host and for files that are not
    /// whole: who made such a file has not looked yet, and will find this one.
    private static func look(
        at farmer: String, _ directory: WorkDirectory
    ) throws -> (record: AliveRecord, written: Int, isFree: Bool)? {
        guard let file = try? Descriptor(directory.alive(farmer), [.both, .noLink]) else { return nil }
        do throws(SystemError) {
            file.dropCache()
            guard let record = AliveRecord(try file.readAll()), !Liveness.isHere(record) else { return nil }
            let written = try file.facts().modifiedNanoseconds
            guard try file.tryLock() else { return (record, written, false) }
            try file.unlock()
            return (record, written, true)
        } catch {
            // It has left meanwhile.
            if error.isGone { return nil }
            throw error
        }
    }
}
