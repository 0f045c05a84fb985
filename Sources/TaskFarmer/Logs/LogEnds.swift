// The ends of many tasks' logs. The indexes of packs are read once for all of them; of a file only the end is read, and of a pack only the
// last pieces. An index has a line for each piece: of each task that is asked for, the last few are kept.

package import TaskFarmerCore
package import TaskFarmerSystem

package struct LogEnds {
    /// The end of what an attempt printed.
    package struct End: Sendable {
        package var lines: [String]
        /// The file that it stands in: a task's own, or its farmer's pack.
        package var file: Path
    }

    private let places: LogPlaces
    private let lines: Int
    /// Farmers that have packs.
    private var packs: Set<String> = []
    /// The last pieces of each task that is asked for, in order.
    private var pieces: [Int: [LogEntry]] = [:]
    /// The pack that was read last: whoever goes through tasks finds their neighbours there.
    private var opened: OpenedPack?
    /// So much of a log at most is looked at, in bytes.
    private static let most = 1 << 16
    private static let block = 1 << 14

    /// - Parameters:
    ///   - wanted: which logs
    ///   - lines: how many lines of each
    ///   - directory: where they are
    ///   - description: of it
    /// - Throws: `SystemError` when an index cannot be read
    package init(
        _ wanted: [AttemptName], lines: Int, _ directory: WorkDirectory, _ description: FarmDescription
    ) throws {
        places = LogPlaces(directory, description)
        self.lines = lines
        let names = lines == 0 ? [] : try Folder.names(in: directory.logs).map(\.text)
        packs = Set(
            names.filter { $0.hasSuffix(LogPlaces.indexEnding) }.map {
                String($0.dropLast(LogPlaces.indexEnding.count))
            })
        var attempts: [String: [Int: Int]] = [:]
        for one in wanted where packs.contains(one.farmer) {
            attempts[one.farmer, default: [:]][one.task] = one.attempt
        }
        for (farmer, tasks) in attempts { try readIndex(of: farmer, tasks) }
    }

    private mutating func readIndex(of farmer: String, _ wanted: [Int: Int]) throws {
        let file = try Descriptor(places.index(of: farmer), [.reading, .noLink])
        var at = 0
        while true {
            let block = try file.read(at: at, count: Self.block * LogEntry.width)
            let bytes = block.span
            for start in stride(from: 0, through: block.count - LogEntry.width, by: LogEntry.width) {
                let line = start..<(start + LogEntry.width)
                guard let task = LogEntry.task(bytes.extracting(line)), let attempt = wanted[task],
                    let entry = LogEntry(block[line]), entry.attempt == attempt
                else { continue }
                keep(entry)
            }
            if block.count < Self.block * LogEntry.width { return }
            at += block.count
        }
    }

    /// Each piece is a part of a line at least, and mostly many lines.
    private mutating func keep(_ entry: LogEntry) {
        var kept = pieces.removeValue(forKey: entry.task) ?? []
        kept.append(entry)
        if kept.count > 2 * lines + 2 { kept.removeFirst() }
        pieces[entry.task] = kept
    }

    /// The last lines of what an attempt printed.
    ///
    /// - Parameter wanted: one of those that were asked for
    /// - Returns: nil where nothing was kept
    /// - Throws: `SystemError` when it cannot be read
    package mutating func end(of wanted: AttemptName) throws -> End? {
        if lines == 0 { return nil }
        if packs.contains(wanted.farmer) {
            let (bytes, isWhole) = try endOfPieces(wanted)
            return End(
                lines: PlainText.lastLines(bytes, count: lines, isWhole: isWhole), file: places.pack(of: wanted.farmer))
        }
        let path = places.file(of: wanted.task)
        guard try Folder.facts(path)?.isRegular == true else { return nil }
        let file = try Descriptor(path, [.reading, .noLink])
        let size = try file.facts().size
        let bytes = try file.read(at: max(0, size - Self.most), count: min(size, Self.most))
        return End(lines: PlainText.lastLines(bytes, count: lines, isWhole: size <= Self.most), file: path)
    }

    private mutating func endOfPieces(_ wanted: AttemptName) throws -> (bytes: [UInt8], isWhole: Bool) {
        let kept = pieces[wanted.task] ?? []
        if kept.isEmpty { return ([], true) }
        let pack =
            try opened.flatMap { $0.farmer == wanted.farmer ? $0 : nil } ?? OpenedPack(wanted.farmer, places)
        opened = pack
        var end: [UInt8] = []
        var isWhole = kept.count < 2 * lines + 2
        for entry in kept.reversed() {
            if end.count >= Self.most {
                isWhole = false
                break
            }
            let length = min(entry.length, Self.most)
            let bytes = try pack.file.read(at: entry.offset + entry.length - length, count: length)
            // What does not match its checksum is not the task's; of a long piece only the end is read, and taken as it is.
            if length == entry.length && Checksum.of(bytes) != entry.checksum { break }
            if length < entry.length { isWhole = false }
            end.insert(contentsOf: bytes, at: 0)
        }
        return (end, isWhole)
    }
}

private final class OpenedPack {
    let farmer: String
    let file: Descriptor

    init(_ farmer: String, _ places: LogPlaces) throws(SystemError) {
        self.farmer = farmer
        file = try Descriptor(places.pack(of: farmer), [.reading, .noLink])
    }
}
