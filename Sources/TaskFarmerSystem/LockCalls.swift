// Lock calls that have not come back. One that does not wait for other processes may still wait for a file server, for ever and
// deaf to signals; only another thread can say so.

internal import Synchronization

package enum LockCalls {
    private static let begun = Mutex<[Int: (path: Path, since: Int)]>([:])
    private static let next = Atomic<Int>(0)

    /// Notes a call on this path for as long as it lasts.
    package static func during(_ path: Path, _ call: () throws(SystemError) -> Void) throws(SystemError) {
        let number = next.add(1, ordering: .relaxed).newValue
        begun.withLock { $0[number] = (path, Clock.boot) }
        defer { begun.withLock { $0[number] = nil } }
        try call()
    }

    /// The one that has lasted for longest: its file, and the time of `Clock.boot` at which it began.
    package static var longest: (path: Path, since: Int)? {
        begun.withLock { $0.values.min { $0.since < $1.since } }
    }
}
