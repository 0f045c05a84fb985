// A peer's own end: reads what it is told, does it with the code that farmers use, answers. `PeerLine` has the words.

internal import TaskFarmerCore
package import TaskFarmerSystem

package final class DoctorPeer {
    private let folder: Path
    private let lockFolder: Path?
    /// How a process like this one is started here.
    private let program: [[UInt8]]
    private let signals: SignalSource?
    /// The temporary folders, once they are known, and whether this peer has made them.
    private var places: (data: Path, lock: Path)?
    private var isOwner = false
    private var probe: FarmLock?
    private var cycle: ChangeCycle?
    private var victim: PeerProcess?

    package init(folder: Path, lockFolder: Path?, program: [[UInt8]], signals: SignalSource?) {
        self.folder = folder
        self.lockFolder = lockFolder
        self.program = program
        self.signals = signals
    }

    /// Answers until the input ends or a signal comes, and leaves nothing behind.
    package func serve(input: borrowing Descriptor) {
        var received: [UInt8] = []
        while true {
            Poll.wait(for: [input.number] + (signals.map { [$0.descriptor] } ?? []), nanoseconds: -1)
            if signals?.takeAll().isEmpty == false { break }
            var part: [UInt8] = []
            guard (try? input.readNext(into: &part, count: 4096)) == true else { break }
            received += part
            while let end = received.firstIndex(of: 10) {
                let words = PeerLine.fields(Array(received[..<end]))
                received.removeFirst(end + 1)
                OwnProcess.put(PeerLine.answer(answer(words)), to: 1)
            }
        }
        leave()
    }

    private func answer(_ words: [String]) -> [String] {
        do { return try perform(words) } catch { return PeerLine.refusal(error) }
    }

    private func perform(_ words: [String]) throws -> [String] {
        let argument = words.count > 1 ? words[1] : ""
        switch words[0] {
        case "hello": return try hello()
        case "make": try make(argument)
        case "see": try see(argument)
        case "farm": try makeFarm()
        case "clock": return ["\(Clock.wall)"]
        case "stamp": return ["\(try work().stamp())"]
        case "lock": return [try take(patience: 0) ? "1" : "0"]
        case "unlock": probe?.release()
        case "wait": return [try take(patience: PeerLine.patience) ? "1" : "0"]
        case "turn": return ["\(try work().turn(expected: Int(argument) ?? 0, probe, freely: words.last == "1"))"]
        case "create": return [try work().create(argument) ? "1" : "0"]
        case "change": return try work().change(try openCycle(), milliseconds: Int(argument) ?? 0)
        case "total": return ["\(try work().total(try openCycle()))"]
        case "speed": return try work().speeds(argument == "1" ? nil : try openCycle())
        case "hold": try hold()
        case "kill":
            victim?.kill()
            victim = nil
        default: throw FarmError.usage("a doctor of another version asks for \(words[0])")
        }
        return ["done"]
    }

    // MARK: the folders

    private func hello() throws -> [String] {
        let own = HostIdentity.current
        let facts = Folder.fileSystem(of: folder)
        let table = HostIdentity.small(Path("/proc/self/mounts")) ?? []
        let room = try Folder.room(in: folder)
        return [
            own.name, own.boot, MountTable.kind(of: folder.absolute.bytes, in: table) ?? facts.name,
            facts.isLocal ? "1" : "0", "\(room.bytes)", room.files.map { "\($0)" } ?? "-",
        ]
    }

    private func place(_ name: String) -> (data: Path, lock: Path) {
        let data = folder.absolute.appending(PeerLine.name + name)
        return (data, lockFolder.map { $0.absolute.appending(PeerLine.name + name) } ?? data)
    }

    private func make(_ name: String) throws {
        let new = place(name)
        if let lockFolder, try Folder.facts(lockFolder)?.isFolder != true {
            throw FarmError.configuration(
                file: lockFolder.description, line: nil,
                "is not a folder, expected one that all nodes share (from --lock-dir or SCRATCH)")
        }
        places = new
        isOwner = true
        for path in Set([new.data, new.lock]) { try Folder.make(path, permissions: 0o700) }
        for file in [PeerWork.list, PeerWork.turns, PeerWork.stamps] {
            let made = try Descriptor(new.data.appending(file), [.both, .exclusive, .noLink])
            if file == PeerWork.list { try made.write(Array("true\n".utf8)) }
            try made.flush()
        }
        probe = try FarmLock(new.lock.appending(PeerWork.probe), .flock)
    }

    /// What another peer made is to be here within some seconds; a listing makes NFS look anew.
    private func see(_ name: String) throws {
        let there = place(name)
        for path in [there.data, there.lock] {
            let deadline = Clock.boot + 3_000_000_000
            while try Folder.facts(path) == nil {
                guard Clock.boot < deadline else {
                    throw FarmError.brokenLock("\(path.parent) is not the same folder on every node")
                }
                _ = try Folder.names(in: path.parent)
                Clock.pause(nanoseconds: 20_000_000)
            }
        }
        places = there
        probe = try FarmLock(there.lock.appending(PeerWork.probe), .flock)
    }

    private func work() throws -> PeerWork {
        guard let places else { throw FarmError.usage("no folder was named yet") }
        return PeerWork(folder: places.data)
    }

    private func makeFarm() throws {
        guard let places else { throw FarmError.usage("no folder was named yet") }
        let root = places.data.appending(PeerWork.farm)
        let list = HandledList(try TaskListFile(places.data.appending(PeerWork.list)), workDirectory: root)
        let opened = try OpenedFarm.open(
            FarmRequest(
                directory: WorkDirectory(root), list: list, lockFolder: lockFolder == nil ? nil : places.lock),
            holder: Farmer.newName(), PeerPatience(limit: PeerLine.patience))
        cycle = Self.cycle(opened)
    }

    private func openCycle() throws -> ChangeCycle {
        if let cycle { return cycle }
        guard let places else { throw FarmError.usage("no folder was named yet") }
        let made = Self.cycle(try OpenedFarm(existing: WorkDirectory(places.data.appending(PeerWork.farm))))
        cycle = made
        return made
    }

    private static func cycle(_ opened: OpenedFarm) -> ChangeCycle {
        ChangeCycle(
            directory: opened.directory, lock: opened.lock, nonce: opened.description.nonce, farmer: Farmer.newName())
    }

    // MARK: the lock

    private func take(patience: Int) throws -> Bool {
        do {
            try probe?.acquire(PeerPatience(limit: patience))
            return true
        } catch FarmError.lockBusy {
            return false
        }
    }

    private func hold() throws {
        guard let places else { throw FarmError.usage("no folder was named yet") }
        let held = try PeerProcess(name: "a process to be killed", words: program, signals: signals)
        let name = String(decoding: places.data.name.dropFirst(PeerLine.name.utf8.count), as: UTF8.self)
        _ = try held.ask("see", name)
        do {
            guard try held.ask("lock", within: 10) == ["1"] else { throw FarmError.lockBusy(holder: "another peer") }
        } catch let error as PeerRefusal where error.isSilence {
            // A file server without a lock manager may let whoever asks wait for ever.
            throw FarmError.brokenLock("\(places.lock) cannot be locked: there was no answer within 10 s")
        }
        victim = held
    }

    // MARK: the end

    private func leave() {
        victim?.kill()
        cycle = nil
        probe = nil
        guard isOwner, let places else { return }
        for path in Set([places.data, places.lock]) {
            // NFS keeps what another peer still has open under a name of its own until that one has ended, too.
            for _ in 0..<20 {
                if TreeRemoval.remove(path) == nil { break }
                Clock.pause(nanoseconds: 100_000_000)
            }
        }
    }
}

/// Waits for a lock so long and no longer.
struct PeerPatience: LockPatience {
    /// Nanoseconds.
    let limit: Int

    func waiting(for lock: Path, seconds: Int, holder: LockRecord?) {}
    func givesUp(after nanoseconds: Int) -> Bool { nanoseconds >= limit }
}
