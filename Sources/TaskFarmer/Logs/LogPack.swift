// Logs in one file for each farmer: what tasks print is appended to `logs/FARMER.pack` as it comes, and a line for each piece to
// `logs/FARMER.index`. Only this farmer writes to them, and never again under this name. A piece whose line is not there, or
// whose bytes do not match it, was being written when the farmer or its node died.
//
// A piece that does not fit where smaller ones still would is its task's misfortune alone: it is given up, and a line that says
// so stands in its place. Where next to nothing fits it is the farmer that cannot go on.

internal import TaskFarmerCore
package import TaskFarmerSystem

/// A farmer's pack; for one thread.
package final class LogPack {
    /// Output that was given up.
    package struct Loss: Sendable, Equatable {
        package var task: Int
        package var attempt: Int
        package var reason: String
    }

    private struct Piece {
        var task: Int
        var attempt: Int
        var length: Int
    }

    private let pack: Descriptor
    private let index: Descriptor
    private var packSize = 0
    private var indexSize = 0
    /// What waits to be written, and whose it is.
    private var bytes: [UInt8] = []
    private var pieces: [Piece] = []
    /// Where less than this fits, in bytes, no task's output is to blame.
    private static let little = 1 << 16
    /// What a piece larger than that has to leave to others, and to the farmer's own files.
    private static let spare = 1 << 20

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
            pieces.append(Piece(task: task, attempt: attempt, length: piece.count))
        }
    }

    /// Writes what waits. After a failure it can be called again and writes the same to the same place.
    ///
    /// - Returns: what of it was given up
    @discardableResult
    package func write() throws(SystemError) -> [Loss] {
        if bytes.isEmpty { return [] }
        var losses: [Loss] = []
        do throws(SystemError) {
            if bytes.count > Self.little, Folder.saysFull(pack.path, for: bytes.count + Self.spare) {
                throw .noRoom(pack.path)
            }
            try pack.write(bytes, at: packSize)
        } catch {
            if !error.isFull { throw error }
            losses = try fit(error)
        }
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
        try index.write(lines, at: indexSize)
        packSize += bytes.count
        indexSize += lines.count
        bytes.removeAll(keepingCapacity: true)
        pieces.removeAll(keepingCapacity: true)
        return losses
    }

    /// Writes the pieces one by one, and what is said of them instead of those that do not fit.
    private func fit(_ failure: SystemError) throws(SystemError) -> [Loss] {
        var kept: [UInt8] = []
        var keptPieces: [Piece] = []
        var losses: [Loss] = []
        var start = 0
        try requireSome(at: packSize, failure)
        for piece in pieces {
            var part = Array(bytes[start..<(start + piece.length)])
            start += piece.length
            let isGivenUp = losses.contains { $0.task == piece.task && $0.attempt == piece.attempt }
            if isGivenUp { continue }
            do throws(SystemError) {
                let isLarge = part.count > Self.little
                try pack.write(
                    isLarge ? part + [UInt8](repeating: 0, count: Self.spare) : part, at: packSize + kept.count)
                if isLarge { try pack.truncate(to: packSize + kept.count + part.count) }
            } catch {
                if !error.isFull { throw error }
                try requireSome(at: packSize + kept.count, error)
                losses.append(Loss(task: piece.task, attempt: piece.attempt, reason: error.reason))
                part = Array("\ntaskfarmer: what was printed from here on did not fit: \(error.reason)\n".utf8)
                try pack.write(part, at: packSize + kept.count)
            }
            kept += part
            keptPieces.append(Piece(task: piece.task, attempt: piece.attempt, length: part.count))
        }
        bytes = kept
        pieces = keptPieces
        return losses
    }

    /// Gives back what a failed write took, and finds out whether at least a little fits.
    private func requireSome(at size: Int, _ failure: SystemError) throws(SystemError) {
        try pack.truncate(to: size)
        do throws(SystemError) { try pack.write([UInt8](repeating: 0, count: Self.little), at: size) } catch {
            try? pack.truncate(to: size)
            throw failure
        }
        try pack.truncate(to: size)
    }
}
