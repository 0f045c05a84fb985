// A shared file, opened for one change. NFS shows another client's writes when the file itself is locked and its cached
// pages are dropped, so every shared file is opened, locked and dropped inside the main lock, and let go before it.

package import TaskFarmerCore
package import TaskFarmerSystem

package final class SharedHandle: Sendable {
    package let file: Descriptor
    package let size: Int
    private let isLocked: Bool

    /// - Throws: `brokenLock` when another process holds the file although we hold the main lock
    package init(_ path: Path, _ locking: Locking, create: Bool = false, permissions: UInt32 = 0o666) throws {
        isLocked = locking == .flock
        file = try Descriptor(path, create ? [.both, .create, .noLink] : [.both, .noLink], permissions: permissions)
        // A child of the last holder may keep a copy of its descriptor for the microseconds before exec.
        var tries = 0
        while locking == .flock, !(try file.tryLock()) {
            tries += 1
            if tries > 400 {
                throw FarmError.brokenLock(
                    "\(path) is locked by another process although this one holds the lock of the work directory: locks do not "
                        + "keep farmers apart here; name a folder with working locks with --lock-dir DIR")
            }
            Clock.pause(nanoseconds: 5_000_000)
        }
        file.dropCache()
        size = try file.facts().size
    }

    /// Whether it has so many bytes. Clients by FUSE may tell the size of a second ago, but read what there is.
    package func isOfSize(_ expected: Int) throws -> Bool {
        if size == expected { return true }
        let known = min(1, expected)
        return try file.read(at: expected - known, count: known + 1).count == known
    }

    deinit { if isLocked { try? file.unlock() } }
}
