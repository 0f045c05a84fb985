// What a peer does in the temporary folder: turns, exclusive files, changes of a real work directory, timing.

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct PeerWork {
    static let list = "list"
    static let farm = "list_workdir"
    static let probe = "probe"
    static let turns = "turns"
    static let stamps = "stamps"

    let folder: Path

    /// How far the file server's clock is ahead of this node's, in microseconds: what it says of a file that was just written.
    func stamp() throws -> Int {
        let file = try Descriptor(folder.appending(Self.stamps), [.both, .noLink])
        let before = Clock.wall
        try file.write([UInt8](repeating: 46, count: 1), at: 0)
        try file.flush()
        let after = Clock.wall
        let time = try file.facts().modifiedNanoseconds / 1000
        // A file's time is as coarse as the kernel's tick; anything in between is no difference.
        return time < before - 20_000 ? time - before : time > after ? time - after : 0
    }

    // MARK: turns

    private static let width = 8

    /// Reads the last number of a file and writes the next, as farmers do: under the lock, opened anew, locked itself; freely,
    /// without any lock, where none is to be had. Gives what was found, which should be as expected; -1 for anything else than
    /// a whole number in its place.
    func turn(expected: Int, _ lock: FarmLock?, freely: Bool) throws -> Int {
        let path = folder.appending(Self.turns)
        if freely {
            let file = try Descriptor(path, [.both, .noLink])
            file.dropCache()
            return try turn(expected, file)
        }
        try lock?.acquire(PeerPatience(limit: PeerLine.patience))
        defer { lock?.release() }
        let handle = try SharedHandle(path, .flock)
        return try turn(expected, handle.file)
    }

    private func turn(_ expected: Int, _ file: borrowing Descriptor) throws -> Int {
        // Not as much as the file is said to hold: clients by FUSE may tell the size of a second ago, but read what there is.
        let bytes = try file.read(at: 0, count: (expected + 2) * Self.width)
        let count = bytes.count / Self.width
        let isWhole = bytes.count % Self.width == 0 && (count == 0 || bytes.suffix(Self.width) == Self.line(count)[...])
        try file.write(Self.line(expected + 1), at: expected * Self.width)
        try file.flush()
        return isWhole ? count : -1
    }

    /// A number in a line of fixed width.
    private static func line(_ number: Int) -> [UInt8] {
        let digits = Array("\(number)".utf8)
        return [UInt8](repeating: 48, count: max(0, width - 1 - digits.count)) + digits + [10]
    }

    func create(_ name: String) throws -> Bool {
        do {
            _ = try Descriptor(folder.appending("new." + name), [.both, .exclusive, .noLink])
            return true
        } catch {
            if error.isPresent { return false }
            throw error
        }
    }

    // MARK: changes

    /// Looks at the numbers in a file of the work directory, by a change as every farmer makes, and adds the next one if that is
    /// wanted. Gives how many were found, and whether the change before was somebody else's.
    @discardableResult
    private static func number(_ cycle: ChangeCycle, limit: Int, adding: Bool = true) throws -> (
        found: Int, isHandover: Bool
    ) {
        var (count, isHandover) = (0, false)
        try cycle.run(PeerPatience(limit: limit)) { change in
            let size = change.before.sizes[.finished] ?? 0
            count = size / width
            isHandover = change.before.writer != cycle.farmer
            if count > 0 {
                let last = try change.read(.finished, at: size - width, count: width)
                guard last == line(count) else {
                    throw FarmError.staleView(
                        file: cycle.directory.file(.finished).description, expected: "change \(count) at its end",
                        found: last.text.debugDescription)
                }
            }
            if adding { change.append(.finished, line(count + 1)) }
        }
        return (count, isHandover)
    }

    func change(_ cycle: ChangeCycle, milliseconds: Int) throws -> [String] {
        let deadline = Clock.boot + milliseconds * 1_000_000
        var (made, handovers) = (0, 0)
        var fault = "-"
        while Clock.boot < deadline {
            do {
                if try Self.number(cycle, limit: 1_000_000_000).isHandover { handovers += 1 }
                made += 1
                // Leaves the lock to others: what counts is how often it changes hands.
                Clock.pause(nanoseconds: Int.random(in: 0...cycle.lastHeld))
            } catch FarmError.lockBusy, FarmError.suspended {
                continue
            } catch {
                fault = PeerLine.refusal(error)[2]
                break
            }
        }
        return ["\(made)", "\(handovers)", fault]
    }

    func total(_ cycle: ChangeCycle) throws -> Int {
        try Self.number(cycle, limit: PeerLine.patience, adding: false).found
    }

    // MARK: timing

    /// Nanoseconds for each of `FolderExamination.Speed`, in its order; without a cycle, not for what needs locks.
    func speeds(_ cycle: ChangeCycle?) throws -> [String] {
        // A process ID is not unique among hosts.
        let name = "speed.\(OwnProcess.nonce())"
        let block = [UInt8](repeating: 46, count: 4096)
        let path = folder.appending(name)
        var times: [FolderExamination.Speed: Int] = [:]
        if let cycle {
            times[.lock] = try Self.median { _ in
                try cycle.lock.acquire(PeerPatience(limit: PeerLine.patience))
                cycle.lock.release()
            }
            times[.change] = try Self.median { _ in try Self.number(cycle, limit: PeerLine.patience) }
        }
        times[.create] = try Self.median { round in
            _ = try Descriptor(folder.appending("\(name).\(round)"), [.both, .exclusive, .noLink])
        }
        let file = try Descriptor(path, [.both, .create, .noLink])
        times[.append] = try Self.median { round in try file.write(block, at: round * block.count) }
        times[.flush] = try Self.median { round in
            try file.write(block, at: round * block.count)
            try file.flush()
        }
        return FolderExamination.Speed.allCases.map { times[$0].map { "\($0)" } ?? "-" }
    }

    private static func median(_ body: (Int) throws -> Void) throws -> Int {
        let end = Clock.boot + 100_000_000
        var times: [Int] = []
        while times.count < 200, times.count < 3 || Clock.boot < end {
            let begin = Clock.boot
            try body(times.count)
            times.append(Clock.boot - begin)
        }
        return times.sorted()[times.count / 2]
    }
}
