// `farmers/NAME.requests`: made by its farmer, appended to by whoever holds the lock, read by the farmer at each heartbeat. Neither keeps it
// open in between, so that each sees what the other node wrote.

internal import TaskFarmerCore
internal import TaskFarmerSystem

enum RequestsFile {
    /// A request is a line; nobody asks for more than this in one look.
    private static let most = 16 << 20

    static func make(_ directory: WorkDirectory, farmer: String) throws {
        _ = try Descriptor(directory.requests(farmer), [.both, .exclusive, .noLink])
    }

    /// What stands there from some byte on; nothing when it was removed with the farmer's place.
    static func read(_ directory: WorkDirectory, farmer: String, from offset: Int) throws(SystemError) -> [UInt8] {
        do throws(SystemError) {
            let file = try Descriptor(directory.requests(farmer), [.reading, .noLink])
            file.dropCache()
            return try file.read(at: offset, count: min(most, max(0, try file.facts().size - offset)))
        } catch {
            if error.isGone || error.isMissing { return [] }
            throw error
        }
    }

    /// Adds a request, with the lock of the work directory.
    ///
    /// - Returns: up to which byte the farmer has to heed them; nil when it is gone
    static func append(_ request: FarmerRequest, _ directory: WorkDirectory, farmer: String) throws -> Int? {
        do {
            let handle = try SharedHandle(directory.requests(farmer), directory.locking)
            var bytes = request.encoded
            // What somebody left who was killed while writing is a line of its own, and none.
            if handle.size > 0, try handle.file.read(at: handle.size - 1, count: 1) != [10] { bytes.insert(10, at: 0) }
            try handle.file.write(bytes, at: handle.size)
            try handle.file.flush()
            return handle.size + bytes.count
        } catch let error as SystemError where error.isGone || error.isMissing {
            return nil
        }
    }
}
