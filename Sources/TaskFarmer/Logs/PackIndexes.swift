// What the indexes of all packs say of one task.

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct PackIndexes {
    /// By attempt, in the order in which they were written.
    private(set) var pieces: [Int: [LogEntry]] = [:]
    /// Who wrote them.
    private(set) var farmers: [Int: String] = [:]
    private let places: LogPlaces
    private let digits: [UInt8]
    /// How far each farmer's index was read, in bytes.
    private var read: [String: Int] = [:]
    private static let block = 1 << 14

    init(_ places: LogPlaces, task: Int) {
        self.places = places
        digits = Array("\(task)".utf8)
    }

    /// Whether a farmer has a pack.
    func has(_ farmer: String) -> Bool { read[farmer] != nil }

    /// Reads what has been added since the last look, by all farmers or by one.
    mutating func look(at only: String? = nil) throws {
        if let only {
            if has(only) { try readIndex(of: only) }
            return
        }
        let names = try Folder.names(in: places.directory.logs).map(\.text)
        for name in names.sorted() where name.hasSuffix(LogPlaces.indexEnding) {
            try readIndex(of: String(name.dropLast(LogPlaces.indexEnding.count)))
        }
    }

    private mutating func readIndex(of farmer: String) throws {
        let file = try Descriptor(places.index(of: farmer), [.reading, .noLink])
        var at = read[farmer] ?? 0
        read[farmer] = at
        while true {
            let block = try file.read(at: at, count: Self.block * LogEntry.width)
            let bytes = block.span
            for start in stride(from: 0, through: block.count - LogEntry.width, by: LogEntry.width) {
                // What is there but shows as zeros is not to be seen yet, or was lost with its node.
                if bytes[start] == 0 { continue }
                let line = start..<(start + LogEntry.width)
                if LogEntry.isOf(digits, bytes.extracting(line)), let entry = LogEntry(block[line]) {
                    pieces[entry.attempt, default: []].append(entry)
                    farmers[entry.attempt] = farmer
                }
                read[farmer] = at + line.upperBound
            }
            if block.count < Self.block * LogEntry.width { return }
            at += block.count
        }
    }
}
