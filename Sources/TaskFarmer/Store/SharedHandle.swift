// A shared file, opened for one change. NFS shows another client's writes when the file itself is locked and its cached
// pages are dropped, so every shared file is opened, locked and dropped inside the main lock, and let go before it.

internal import TaskFarmerCore
package import TaskFarmerSystem

package final class SharedHandle: Sendable {
    package let file: Descriptor
    package let size: Int

    /// - Throws: `brokenLock` when another process holds the file although we hold the main lock
    package init(_ path: Path, create: Bool = false, permissions: UInt32 = 0o666) throws {
        file = try Descriptor(path, create ? [.both, .create, .noLink] : [.both, .noLink], permissions: permissions)
        // A child of the last holder may keep a copy of its descriptor for the microseconds before exec.
        var tries = 0
        while !(try file.tryLock()) {
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

    deinit { try? file.unlock() }
}
