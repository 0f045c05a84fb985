// Mending a work directory: everything is copied aside first, then made anew from what can be read. A repair that is cut off
// starts again from the copy.

internal import TaskFarmerCore
package import TaskFarmerSystem

package struct Repair {
    /// Where the lock shall be from now on.
    package enum LockChoice: Sendable, Equatable {
        case same
        /// Beside the old one, which the file server keeps for a node that is gone.
        case beside
        case folder(Path)
    }

    /// Mends what can be mended. Refuses while farmers are at work.
    ///
    /// - Returns: what was done, a sentence each; empty when there was nothing to do
    package static func run(
        _ directory: WorkDirectory, lock choice: LockChoice, assumedDead: Set<String>,
        registry: Registry = Registry(), trust: Trust = Trust(),
        _ patience: any LockPatience
    ) throws -> [String] {
        var description = try describe(directory)
        let directory = WorkDirectory(directory.root, description)
        let trust = trust.heeding(description, directory)
        try trust.require(directory)
        if try Folder.facts(directory.file(.roster)) != nil {
            try Presence.requireNobody(directory, assumedDead: assumedDead)
        }
        var done: [String] = []
        let old = directory.lockPath(recorded: description.lock)
        let new = newLock(old, choice, directory)
        let moves = new != old
        try trust.requireFolder(of: new, directory)
        if !moves {
            let report = try? Check.run(directory, patience, trust: trust)
            if let report, report.isSound { return report.notes }
            for text in report?.problems ?? [] { done.append("found: \(text)") }
        }
        let lock = try FarmLock(new, directory.locking, trust: trust)
        try lock.acquire(patience)
        defer { lock.release() }
        try FarmError.wrappingAny {
            let source = try preserve(directory)
            done.append("kept a copy of everything as it was in \(source)")
            if moves { try renew(directory) }
            let nonce = OwnProcess.nonce()
            let epoch = (try? lock.peek()?.epoch).flatMap { $0 } ?? 0
            var state = try rebuild(directory, description, from: source, registry, &done)
            state.epoch = max(epoch, state.epoch)
            description.nonce = nonce
            description.lock = directory.recorded(new)
            let mark = LockRecord(nonce: nonce, epoch: state.epoch, status: .idle, holder: "repair", since: Clock.wall)
            try lock.write(mark, flush: true)
            try FreshFile.write(directory.description, directory.locking, description.encoded)
            try FreshFile.write(directory.state, directory.locking, state.encoded)
            for name in try Folder.names(in: directory.farmers) {
                try Folder.unlink(directory.farmers.appending(bytes: name))
            }
            if moves { done.append("the lock is now \(new)") }
        }
        return done
    }

    private static func newLock(_ old: Path, _ choice: LockChoice, _ directory: WorkDirectory) -> Path {
        switch choice {
        case .same: return old
        case .folder(let folder): return directory.lock(in: folder)
        case .beside:
            let name = old.description
            if let point = name.lastIndex(of: "."), let number = Int(name[name.index(after: point)...]) {
                return Path("\(name[..<point]).\(number + 1)")
            }
            return Path("\(name).2")
        }
    }

    /// What the directory is for; of a repair that was cut off while it wrote that down, what its copy says.
    private static func describe(_ directory: WorkDirectory) throws -> FarmDescription {
        if let source = unfinishedSource(directory), (try? OpenedFarm.readDescription(directory)) == nil,
            let kept = try OpenedFarm.readDescription(WorkDirectory(source))
        {
            return kept
        }
        guard let found = try OpenedFarm.readDescription(directory) else {
            throw FarmError.noWorkDirectory("\(directory.root) is not a work directory: it has no farm.json")
        }
        return found
    }

    private static let names = SharedFile.allCases.map(\.rawValue) + ["state", "transaction", "farm.json"]

    /// Puts copies in the place of all shared files: a node that is gone keeps its locks on those that it was changing, and
    /// one that comes back must not write to what others use.
    private static func renew(_ directory: WorkDirectory) throws {
        for name in names {
            let file = directory.root.appending(name)
            guard try Folder.facts(file) != nil else { continue }
            let renewed = file.adding(suffix: ".renewed")
            try Folder.unlink(renewed)
            try Folder.copy(file, to: renewed)
            try Folder.rename(renewed, to: file)
        }
        Folder.flush(directory.root)
    }

    /// The copy that a repair was at work from when it was cut off: its name ends `state`.
    private static func unfinishedSource(_ directory: WorkDirectory) -> Path? {
        guard let state = try? Folder.content(of: directory.state), state.last == 10,
            let line = state.split(separator: 10).last, line.starts(with: Rebuild.unfinished)
        else { return nil }
        let source = directory.root.appending(bytes: Array(line.dropFirst(Rebuild.unfinished.count)))
        return (try? Folder.linkFacts(source))?.isFolder == true ? source : nil
    }

    /// Copies all files aside, unless an unfinished repair did so already.
    private static func preserve(_ directory: WorkDirectory) throws -> Path {
        if let source = unfinishedSource(directory) { return source }
        var number = 1
        while try Folder.linkFacts(directory.root.appending("before-repair.\(number)")) != nil { number += 1 }
        let target = directory.root.appending("before-repair.\(number)")
        let partial = target.adding(suffix: ".partial")
        try Folder.removeTree(partial)
        try Folder.makeNew(partial)
        try Folder.makeNew(partial.appending("farmers"))
        var files = names
        files += (try? Folder.names(in: directory.farmers))?.map { "farmers/" + $0.text } ?? []
        for name in files {
            guard try Folder.facts(directory.root.appending(name)) != nil else { continue }
            try Folder.copy(directory.root.appending(name), to: partial.appending(name))
        }
        Folder.flush(partial)
        try Folder.rename(partial, to: target)
        Folder.flush(directory.root)
        return target
    }

    /// The list that the tasks were made from, where it says the same today.
    private static func list(
        of description: FarmDescription, _ directory: WorkDirectory, _ registry: Registry
    ) throws -> HandledList? {
        let made = try registry.describedHandler(named: description.handler)
        guard made.handler.isRepeatable, made.definition == description.definition else { return nil }
        let list = HandledList(
            try TaskListFile(Path(description.list), for: made.handler, workDirectory: directory.root),
            handler: made.handler, handlerName: description.handler,
            definition: made.definition, workDirectory: directory.root)
        return list.form == description.form ?? .commands ? list : nil
    }

    private static func rebuild(
        _ directory: WorkDirectory, _ description: FarmDescription, from source: Path, _ registry: Registry,
        _ done: inout [String]
    ) throws -> StateRecord {
        let copy = WorkDirectory(source)
        try undoInCopy(copy, &done)
        let old = (try? Folder.content(of: copy.state)).flatMap { StateRecord(leading: $0) }
        if old == nil { done.append("state was not readable") }
        // Without a readable list mark the list may have been edited: then it says nothing about the tasks.
        var list = try? list(of: description, directory, registry)
        if let open = list?.file, let old {
            let facts = try open.facts
            if try facts.size < old.list.bytes || open.checksum(ofFirst: old.list.bytes) != old.list.checksum
                || facts.size != old.list.bytes
            {
                list = nil
            }
        } else {
            list = nil
        }
        var rebuild = Rebuild(
            directory: directory, source: source, list: list, namesJobs: description.namesJobs,
            pace: Pace(limit: .max))
        rebuild.knownTasks = old?.tasks ?? 0
        let roster = (try? Roster.read(copy)) ?? []
        for entry in roster where entry.status == .live {
            guard let bytes = try? Folder.content(of: copy.journal(entry.farmer, generation: entry.generation)) else {
                continue
            }
            let replay = JournalReplay(bytes, epoch: entry.epoch, carried: entry.carried)
            rebuild.claimed += replay.held.filter { !replay.cancelled.contains($0.id) }
            rebuild.cancelled += replay.held.filter { replay.cancelled.contains($0.id) }
            rebuild.uncarried += replay.uncarried
        }
        // Where the roster is torn, the journals alone know what was claimed; what stands elsewhere too does not count.
        let known = Set(roster.map(\.farmer))
        for name in try Folder.names(in: copy.farmers).map(\.text)
        where WorkDirectory.isFarmer(name) && !known.contains(name) {
            for generation in 0...1 {
                guard let bytes = try? Folder.content(of: copy.journal(name, generation: generation)) else { continue }
                let replay = JournalReplay(bytes, epoch: .max, carried: 0)
                rebuild.claimed += replay.held + replay.uncarried.map(\.task)
            }
        }
        var state = try rebuild.run()
        state.farmers = max(old?.farmers ?? 0, roster.map(\.ordinal).max() ?? 0)
        state.epoch = (old?.epoch ?? 0) + 1
        state.writer = "repair"
        if list == nil, let old { state.list = old.list }
        done.append("rebuilt: \(rebuild.summary)")
        return state
    }

    /// A change that was half made is taken back in the copy, before anything is read from it.
    private static func undoInCopy(_ copy: WorkDirectory, _ done: inout [String]) throws {
        guard let bytes = try? Folder.content(of: copy.transaction), let record = UndoRecord(bytes) else { return }
        for step in record.steps where step.file == "state" || SharedFile(rawValue: step.file) != nil {
            let file = try Descriptor(copy.root.appending(step.file), [.both, .create, .noLink])
            if !step.bytes.isEmpty { try file.write(step.bytes, at: step.offset) }
            try file.truncate(to: step.size)
        }
        done.append("undid a change that \(record.writer) left half made")
    }
}

extension FarmError {
    static func wrappingAny<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as SystemError { throw FarmError.system(error) }
    }
}
