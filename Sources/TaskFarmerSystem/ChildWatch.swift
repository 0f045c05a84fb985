// Noticing that children have ended without SIGCHLD, which is the whole process's and not ours to take where we are a library
// in somebody else's program.

internal import CTaskFarmer
internal import Glibc

/// A set of children with a descriptor that can be read as soon as one of them has ended, until that one is removed.
package final class ChildWatch {
    private let readiness: Readiness
    private var watched: [Int32: Int32] = [:]
    private var unwatched: Set<Int32> = []

    package init() throws(SystemError) { readiness = try Readiness() }

    deinit { for descriptor in watched.values { close(descriptor) } }

    package var descriptor: Int32 { readiness.descriptor }

    /// Whether there are children that can only be asked for now and then: the kernel is older than 5.3, or has no descriptor
    /// to spare.
    package var needsPolling: Bool { !unwatched.isEmpty }

    /// Begins to watch a child that is not reaped yet.
    package func add(_ process: Int32) {
        let descriptor = tf_process_descriptor(process)
        if descriptor >= 0 && tf_readiness_add(readiness.descriptor, descriptor, Int(process)) == 0 {
            watched[process] = descriptor
            return
        }
        if descriptor >= 0 { close(descriptor) }
        unwatched.insert(process)
    }

    /// Ends that, before the child is reaped or after.
    package func remove(_ process: Int32) {
        unwatched.remove(process)
        guard let descriptor = watched.removeValue(forKey: process) else { return }
        // A process that somebody else is just about to start may hold it too, so that closing would not be enough.
        _ = tf_readiness_remove(readiness.descriptor, descriptor)
        close(descriptor)
    }
}
