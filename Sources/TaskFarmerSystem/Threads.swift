// A thread of our own and the descriptor that wakes another. Nothing here runs on Swift concurrency's threads.

internal import CTaskFarmer
internal import Glibc
internal import Synchronization

/// A counter that wakes whoever polls its descriptor.
package final class Wakeup: Sendable {
    package let descriptor: Int32

    package init() throws(SystemError) {
        descriptor = try retrying("make a wake-up") { tf_wakeup() }
    }

    deinit { close(descriptor) }

    package func signal() {
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, 8)
    }

    /// Takes back every signal so far.
    package func clear() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }

    /// Waits for a signal, at most so long; negative waits for ever.
    package func wait(nanoseconds: Int) {
        Poll.wait(for: [descriptor], nanoseconds: nanoseconds)
        clear()
    }
}

package enum Poll {
    /// Waits until one of the descriptors can be read or the time is up. Negative waits for ever.
    ///
    /// - Returns: which of them can be read: bit N is set for the Nth
    @discardableResult
    package static func wait(for descriptors: [Int32], nanoseconds: Int) -> Int {
        Int(unsafe tf_wait_readable(descriptors, descriptors.count, nanoseconds))
    }
}

/// A thread that runs a closure to its end.
@safe package final class WorkerThread: Sendable {
    /// nil before the start, and once it was waited for.
    private let handle = Mutex<pthread_t?>(nil)

    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// For an owner whose own work the thread shall do: it starts it when it is complete.
    package init() {}

    package init(_ run: @escaping @Sendable () -> Void) throws(SystemError) { try start(run) }

    /// Call it once.
    package func start(_ run: @escaping @Sendable () -> Void) throws(SystemError) {
        let body = unsafe Unmanaged.passRetained(Body(run))
        var thread: pthread_t = 0
        let code = unsafe pthread_create(
            &thread, nil,
            { raw in
                if let raw = unsafe raw { unsafe Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run() }
                return nil
            }, unsafe body.toOpaque())
        if code != 0 {
            unsafe body.release()
            throw SystemError("start a thread", code: code)
        }
        handle.withLock { $0 = thread }
    }

    /// Waits for its end, if it was started and nobody has waited for it.
    package func join() {
        handle.withLock { handle in
            if let thread = handle { pthread_join(thread, nil) }
            handle = nil
        }
    }
}

extension WorkerThread {
    /// Does something that blocks on a thread of its own, so that none of Swift concurrency's waits for it.
    package static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        let thread = WorkerThread()
        // It has nothing left to do when it has answered.
        defer { thread.join() }
        return try await withCheckedThrowingContinuation { continuation in
            do {
                try thread.start { continuation.resume(with: Swift.Result { try body() }) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
