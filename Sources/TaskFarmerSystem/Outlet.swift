// Writing to a standard stream without ever waiting for it.

internal import Synchronization

/// Writes to a standard stream from a thread of its own, so that a terminal or a pipe that takes no more holds up only this one.
package final class Outlet: Sendable {
    private struct Queue {
        var bytes: [UInt8] = []
        var lost = 0
        var isClosed = false
    }

    /// As much may wait, in bytes; what comes then is counted and dropped.
    private static let most = 1 << 20
    private let queue = Mutex(Queue())
    private let wakeup: Wakeup
    private let thread = WorkerThread()

    /// Signals that are read from a descriptor must be blocked by now. It lives until `finish`.
    package init(_ stream: Int32) throws(SystemError) {
        wakeup = try Wakeup()
        try thread.start { [self] in
            while let bytes = next() { OwnProcess.put(bytes, to: stream) }
        }
    }

    /// What is to be written next; nil when nothing more comes.
    private func next() -> [UInt8]? {
        while true {
            let (bytes, isOver) = queue.withLock { queue in
                var bytes: [UInt8] = []
                swap(&bytes, &queue.bytes)
                if queue.lost > 0 {
                    bytes += Array("taskfarmer: \(queue.lost) lines were not shown, since nobody took them\n".utf8)
                    queue.lost = 0
                }
                return (bytes, queue.isClosed)
            }
            if !bytes.isEmpty { return bytes }
            if isOver { return nil }
            wakeup.wait(nanoseconds: -1)
        }
    }

    /// Writes as soon as that is possible.
    package func put(_ bytes: [UInt8]) {
        queue.withLock { queue in
            if queue.isClosed || queue.bytes.count + bytes.count > Self.most {
                queue.lost += 1
            } else {
                queue.bytes += bytes
            }
        }
        wakeup.signal()
    }

    /// Waits until everything is written.
    package func finish() {
        queue.withLock { $0.isClosed = true }
        wakeup.signal()
        thread.join()
    }
}
