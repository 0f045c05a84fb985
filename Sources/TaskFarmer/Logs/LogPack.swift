// Logs in one file for each farmer: what tasks print is appended to `logs/FARMER.pack` as it comes, and a line for each piece to
// `logs/FARMER.index`. Only this farmer writes to them, and never again under this name. A piece whose line is not there, or
// whose bytes do not match it, was being written when the farmer or its node died.

internal import TaskFarmerCore
package import TaskFarmerSystem

/// A farmer's pack; for one thread.
package final class LogPack {
    private let pack: Descriptor
    private let index: Descriptor
    private var packSize = 0
    private var indexSize = 0
    /// What waits to be written, and whose it is.
    private var bytes: [UInt8] = []
    private var pieces: [(task: Int, attempt: Int, length: Int)] = []

    package init(_ places: LogPlaces, farmer: String) throws(SystemError) {
        pack = try Descriptor(places.pack(of: farmer), [.writing, .exclusive, .noLink])
        index = try Descriptor(places.index(of: farmer), [.writing, .exclusive, .noLink])
    }

    /// How many bytes wait to be written.
    package var waiting: Int { bytes.count }

    package func add(task: Int, attempt: Int, _ piece: [UInt8]) {
        if piece.isEmpty { return }
        bytes += piece
        if let last = pieces.last, last.task == task, last.attempt == attempt {
            pieces[pieces.count - 1].length += piece.count
        } else {
            pieces.append((task, attempt, piece.count))
        }
    }

    /// Writes what waits. After a failure it can be called again and writes the same to the same place.
    package func write() throws(SystemError) {
        if bytes.isEmpty { return }
        var lines: [UInt8] = []
        var start = 0
        for piece in pieces {
            let end = start + piece.length
            var sum = Checksum()
            sum.add(bytes.span.extracting(start..<end))
            LogEntry(
                task: piece.task, attempt: piece.attempt, offset: packSize + start, length: piece.length,
                checksum: sum.value
            ).append(to: &lines)
            start = end
        }
        try pack.write(bytes, at: packSize)
        try index.write(lines, at: indexSize)
        packSize += bytes.count
        indexSize += lines.count
        bytes.removeAll(keepingCapacity: true)
        pieces.removeAll(keepingCapacity: true)
    }
}
