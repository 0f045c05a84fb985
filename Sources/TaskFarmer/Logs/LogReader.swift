// Finding and printing what an attempt printed, whatever its farmer kept it in.

package import TaskFarmerCore
package import TaskFarmerSystem

/// What is known of one task's attempts and of their output.
package struct LogReader {
    private let places: LogPlaces
    private let task: Int
    private var history: AttemptHistory
    private var packs: PackIndexes
    private let liveness: Liveness
    private var lastJudged = 0

    package init(_ directory: WorkDirectory, _ description: FarmDescription, task: Int) throws {
        places = LogPlaces(directory, description)
        self.task = task
        history = AttemptHistory(directory, task: task)
        packs = PackIndexes(places, task: task)
        liveness = Liveness(WorkDirectory(directory.root, description))
        try look()
    }

    /// Reads what has been added since the last look.
    package mutating func look() throws { try look(at: nil) }

    /// What a farmer says of attempts is read first: what it printed for them stands in its index by then.
    private mutating func look(at farmer: String?) throws {
        try history.look(at: farmer)
        try packs.look(at: farmer)
    }

    /// The last attempt that was started; nil before the first.
    package var lastAttempt: Int? {
        [history.known.keys.max(), packs.pieces.keys.max(), isTakenOver ? 1 : nil].compactMap { $0 }.max()
    }

    /// PyTaskFarmer kept logs, but no record of attempts.
    private var isTakenOver: Bool {
        guard history.known.isEmpty, (try? Folder.facts(places.directory.takenOver)) ?? nil != nil else { return false }
        return ((try? Folder.facts(places.file(of: task))) ?? nil)?.size ?? 0 > 0
    }

    private func farmer(of attempt: Int) -> String? { history.known[attempt]?.farmer ?? packs.farmers[attempt] }

    /// Where an attempt's output is.
    package enum Source: Sendable {
        case file(Path)
        /// In a farmer's pack, or there is none.
        case pack(Path)
        /// Nothing was kept of it.
        case notKept
        /// There was no such attempt.
        case unknown
    }

    package func source(of attempt: Int) throws -> Source {
        if let farmer = farmer(of: attempt) {
            if packs.has(farmer) { return .pack(places.pack(of: farmer)) }
        } else if !isTakenOver || attempt != 1 {
            return .unknown
        }
        // A log is kept under the number before that of the next one that was made ready, and numbers may be skipped.
        let last = lastAttempt ?? attempt
        let next = history.known.keys.filter { $0 > attempt }.min() ?? (last + 1)
        for number in attempt..<max(next, attempt + 1) {
            let path = places.file(of: task, earlier: number)
            if try Folder.facts(path) != nil { return .file(path) }
        }
        let path = places.file(of: task)
        return try attempt == last && Folder.facts(path) != nil ? .file(path) : .notKept
    }

    /// What there is to say of an output that was read.
    package struct Notes: Sendable {
        /// A sentence each.
        package var texts: [String] = []
        /// Some of it is lost.
        package var isDamaged = false
    }

    /// Hands an attempt's output over, in parts.
    ///
    /// - Parameters:
    ///   - attempt: its number
    ///   - follow: go on until the attempt is over
    ///   - body: called with each part, in order
    /// - Returns: what there is to say of it
    /// - Throws: what `body` throws, and `SystemError` when something cannot be read
    package mutating func read(
        attempt: Int, follow: Bool, _ body: ([UInt8]) throws -> Void
    ) throws -> Notes {
        var notes = Notes()
        var done = 0
        while true {
            let isOver = try !follow || isOver(attempt, &notes)
            if follow { try look(at: farmer(of: attempt)) }
            switch try source(of: attempt) {
            case .file:
                if try !readFile(of: attempt, from: &done, body) { continue }
            case .pack(let path):
                let lost = try readPieces(path, of: attempt, from: &done, isOver: isOver, body)
                if lost > 0 {
                    notes.isDamaged = true
                    notes.texts.append("\(lost) bytes of what attempt \(attempt) printed are lost: \(path) is damaged")
                }
            case .notKept, .unknown:
                notes.texts.append("the log of attempt \(attempt) was removed; the end of it may be missing here")
                return notes
            }
            if isOver { return notes }
            Clock.pause(nanoseconds: 100_000_000)
        }
    }

    private mutating func isOver(_ attempt: Int, _ notes: inout Notes) throws -> Bool {
        guard let farmer = farmer(of: attempt), history.known[attempt]?.isOver != true else { return true }
        if Clock.boot - lastJudged < 1_000_000_000 { return false }
        lastJudged = Clock.boot
        // One that cannot be judged from here, for want of permission perhaps, is taken to live.
        if try history.live().contains(farmer) {
            guard (try? liveness.judge(farmer)) == .dead else { return false }
        }
        try look()
        if history.known[attempt]?.isOver != true {
            notes.texts.append("\(farmer), which ran attempt \(attempt), is gone; this is what it left")
        }
        return true
    }

    /// Opened anew each time: only so does NFS show what another node has written.
    ///
    /// - Returns: false when the file was moved out of the way of the next attempt's, or removed, just now
    private func readFile(of attempt: Int, from done: inout Int, _ body: ([UInt8]) throws -> Void) throws -> Bool {
        guard case .file(let path) = try source(of: attempt), let file = try Self.openUnlessGone(path),
            case .file(path) = try source(of: attempt)
        else { return false }
        // A task that opens /dev/stderr for writing empties its log and begins anew.
        if try file.facts().size < done { done = 0 }
        while true {
            let part = try file.read(at: done, count: 1 << 20)
            if part.isEmpty { return true }
            try body(part)
            done += part.count
        }
    }

    private static func openUnlessGone(_ path: Path) throws -> Descriptor? {
        if try Folder.facts(path) == nil { return nil }
        return try Descriptor(path, [.reading, .noLink])
    }

    /// - Returns: how many bytes are not what the index says
    private func readPieces(
        _ path: Path, of attempt: Int, from done: inout Int, isOver: Bool, _ body: ([UInt8]) throws -> Void
    ) throws -> Int {
        var lost = 0
        let new = (packs.pieces[attempt] ?? []).dropFirst(done)
        if new.isEmpty { return 0 }
        let pack = try Descriptor(path, [.reading, .noLink])
        let size = try pack.facts().size
        for entry in new {
            let isThere = entry.offset <= size && entry.length <= size - entry.offset
            let bytes = isThere ? try pack.read(at: entry.offset, count: entry.length) : []
            if isThere && Checksum.of(bytes) == entry.checksum {
                try body(bytes)
            } else {
                // Another node's writes need not show in their order.
                if !isOver { return 0 }
                lost += entry.length
            }
            done += 1
        }
        return lost
    }
}
