// Logs in one file for each farmer: what tasks print is appended to `logs/FARMER.pack` as it comes, and a line for each piece to
// `logs/FARMER.index`. Only this farmer writes to them, and never again under this name. A piece whose line is not there, or
// whose bytes do not match it, was being written when the farmer or its node died.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// A farmer's pack; for one thread.
final class LogPack {
    private let pack: Descriptor
    private let index: Descriptor
    private var packSize = 0
    private var indexSize = 0
    private var bytes: [UInt8] = []
    private var lines: [UInt8] = []

    init(_ places: LogPlaces, farmer: String) throws(SystemError) {
        pack = try Descriptor(places.pack(of: farmer), [.writing, .exclusive, .noLink])
        index = try Descriptor(places.index(of: farmer), [.writing, .exclusive, .noLink])
    }

    /// How many bytes wait to be written.
    var waiting: Int { bytes.count }

    func add(task: Int, attempt: Int, _ piece: [UInt8]) {
        if piece.isEmpty { return }
        let offset = packSize + bytes.count
        bytes += piece
        LogEntry(
            task: task, attempt: attempt, offset: offset, length: piece.count, checksum: Checksum.of(piece)
        ).append(to: &lines)
    }

    /// Writes what waits. After a failure it can be called again and writes the same to the same place.
    func write() throws(SystemError) {
        if bytes.isEmpty { return }
        try pack.write(bytes, at: packSize)
        try index.write(lines, at: indexSize)
        packSize += bytes.count
        indexSize += lines.count
        bytes.removeAll(keepingCapacity: true)
        lines.removeAll(keepingCapacity: true)
    }
}
