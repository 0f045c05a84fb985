// Finding and printing what an attempt printed, whatever its farmer kept it in.

package import TaskFarmerCore
package import TaskFarmerSystem

/// What is known of one task's attempts and of their output.
package struct LogReader {
    /// An attempt that was recorded, or that runs.
    private struct Known {
        var farmer: String
        var isRunning: Bool
    }

    private let places: LogPlaces
    private let task: Int
    private var known: [Int: Known] = [:]
    /// Pieces in packs, by attempt, in order.
    private var pieces: [Int: [(pack: Path, entry: LogEntry)]] = [:]
    /// How far attempts.tsv and the indexes were read.
    private var recorded = 0
    private var indexed: [Path: Int] = [:]

    package init(_ directory: WorkDirectory, _ description: FarmDescription, task: Int) throws {
        places = LogPlaces(directory, description)
        self.task = task
        try look()
    }

    /// The last attempt that was started; nil before the first.
    package var lastAttempt: Int? { known.keys.max() }

    /// Reads what has been added since the last look.
    private mutating func look() throws {
        try readRunning()
        try readRecorded()
        try readIndexes()
    }

    private mutating func readRunning() throws {
        for number in known.keys { known[number]?.isRunning = false }
        for entry in try Roster.read(places.directory) where entry.status == .live {
            let bytes = try? Folder.content(of: places.directory.alive(entry.farmer))
            for running in bytes.flatMap({ AliveRecord($0) })?.running ?? [] where running.task == task {
                known[running.attempt] = Known(farmer: entry.farmer, isRunning: true)
            }
        }
    }

    private mutating func readRecorded() throws {
        let file = try Descriptor(places.directory.file(.attempts), [.reading, .noLink])
        file.dropCache()
        let wanted = Array("\(task)\t".utf8)
        while true {
            let block = try file.read(at: recorded, count: 1 << 20)
            guard let end = block.lastIndex(of: 10) else { return }
            var start = 0
            for line in block[...end].split(separator: 10, omittingEmptySubsequences: false).dropLast() {
                start += line.count + 1
                guard line.starts(with: wanted), let attempt = Attempt(line: line) else { continue }
                known[attempt.number] = Known(farmer: attempt.farmer, isRunning: false)
            }
            recorded += start
        }
    }

    private mutating func readIndexes() throws {
        let names = try Folder.names(in: places.directory.logs).map(\.text)
        let wanted = Array("\(task)".utf8)
        for name in names.sorted() where name.hasSuffix(LogPlaces.indexEnding) {
            let path = places.directory.logs.appending(name)
            let pack = places.pack(of: String(name.dropLast(LogPlaces.indexEnding.count)))
            let file = try Descriptor(path, [.reading, .noLink])
            file.dropCache()
            var at = indexed[path] ?? 0
            while true {
                let block = try file.read(at: at, count: 16384 * LogEntry.width)
                let whole = block.count - block.count % LogEntry.width
                for start in stride(from: 0, to: whole, by: LogEntry.width) {
                    let line = start..<(start + LogEntry.width)
                    if LogEntry.isOf(wanted, block.span.extracting(line)), let entry = LogEntry(block[line]) {
                        pieces[entry.attempt, default: []].append((pack, entry))
                    }
                }
                at += whole
                if whole == 0 || block.count < 16384 * LogEntry.width { break }
            }
            indexed[path] = at
        }
    }

    /// Where an attempt's output is.
    package enum Source: Sendable {
        case file(Path)
        /// In packs, or there is none.
        case pieces
        /// Nothing was kept of it.
        case notKept
        /// There was no such attempt.
        case unknown
    }

    package func source(of attempt: Int) throws -> Source {
        let earlier = places.file(of: task, earlier: attempt)
        if try Folder.facts(earlier) != nil { return .file(earlier) }
        if pieces[attempt] != nil { return .pieces }
        guard let found = known[attempt] else { return .unknown }
        if try Folder.facts(places.index(of: found.farmer)) != nil { return .pieces }
        let last = places.file(of: task)
        if try attempt == lastAttempt && Folder.facts(last) != nil { return .file(last) }
        return .notKept
    }

    /// Hands an attempt's output over, in parts.
    ///
    /// - Parameter follow: go on until the attempt is over
    /// - Returns: what should be said of it, a sentence each
    package mutating func read(
        attempt: Int, follow: Bool, _ body: ([UInt8]) -> Void
    ) throws -> [String] {
        var notes: [String] = []
        var done = 0
        let liveness = Liveness(places.directory)
        let source = try source(of: attempt)
        while true {
            let isOver = try !follow || isOver(attempt, liveness, &notes)
            switch source {
            case .file(let path): try readFile(path, from: &done, body)
            case .pieces: try readPieces(of: attempt, from: &done, &notes, body)
            case .notKept, .unknown: return notes
            }
            if isOver { return notes }
            Clock.pause(nanoseconds: 100_000_000)
            try look()
        }
    }

    private func isOver(_ attempt: Int, _ liveness: Liveness, _ notes: inout [String]) throws -> Bool {
        guard let found = known[attempt], found.isRunning else { return true }
        if try liveness.judge(found.farmer) != .dead { return false }
        notes.append("\(found.farmer), which ran attempt \(attempt), is gone")
        return true
    }

    private func readFile(_ path: Path, from done: inout Int, _ body: ([UInt8]) -> Void) throws {
        // Opened anew each time: only so does NFS show what another node has written.
        let file = try Descriptor(path, [.reading, .noLink])
        while true {
            let part = try file.read(at: done, count: 1 << 20)
            if part.isEmpty { return }
            body(part)
            done += part.count
        }
    }

    private func readPieces(
        of attempt: Int, from done: inout Int, _ notes: inout [String], _ body: ([UInt8]) -> Void
    ) throws {
        for (pack, entry) in (pieces[attempt] ?? []).dropFirst(done) {
            let bytes = try Descriptor(pack, [.reading, .noLink]).read(at: entry.offset, count: entry.length)
            if Checksum.of(bytes) == entry.checksum {
                body(bytes)
            } else {
                notes.append("\(entry.length) bytes of the output were lost with the node that wrote them")
            }
            done += 1
        }
    }
}
