// Pipes, and waiting for many of them at once.

internal import CTaskFarmer
internal import Glibc

/// The two ends of a pipe. Reading never blocks.
package struct Pipe: ~Copyable {
    package let reading: Descriptor
    package let writing: Descriptor

    package init() throws(SystemError) {
        var ends: (Int32, Int32) = (-1, -1)
        try retrying("make a pipe") { unsafe tf_pipe(&ends.0, &ends.1) }
        reading = Descriptor(owning: ends.0, path: "pipe")
        writing = Descriptor(owning: ends.1, path: "pipe")
    }

    /// Gives up the writing end and hands the other over.
    package consuming func intoReading() -> Descriptor { reading }

    /// Gives up the reading end and hands the other over.
    package consuming func intoWriting() -> Descriptor { writing }
}

/// What a read that does not wait found.
package enum Available: Sendable {
    case nothingYet
    /// None at the end.
    case bytes([UInt8])
}

extension Descriptor {
    /// Up to `count` bytes that are there already.
    package func readAvailable(count: Int) throws(SystemError) -> Available {
        var failure: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { space, filled in
            var got = -1
            repeat { got = unsafe Glibc.read(number, space.baseAddress, count) } while got < 0 && errno == EINTR
            if got < 0 { failure = errno } else { filled = got }
        }
        if failure == EAGAIN { return .nothingYet }
        if failure != 0 { throw SystemError("read", path, code: failure) }
        return .bytes(bytes)
    }
}

extension Descriptor {
    /// Whether reading and writing wait until they can, here and for whoever else has this file open through the same call.
    package func setWaiting(_ waits: Bool) { OwnProcess.setWaiting(waits, on: number) }

    /// How many bytes a pipe holds at most.
    package func pipeCapacity() throws(SystemError) -> Int {
        Int(try retrying("ask for the size of", path) { fcntl(number, 1032) })  // F_GETPIPE_SZ, fcntl(2)
    }
}

/// A set of descriptors that tells which of them can be read, at a cost that does not grow with their number.
package final class Readiness {
    package let descriptor: Int32

    package init() throws(SystemError) {
        descriptor = try retrying("wait for several files") { tf_readiness() }
    }

    deinit { close(descriptor) }

    /// A closed descriptor leaves the set by itself.
    package func add(_ file: borrowing Descriptor, token: Int) throws(SystemError) {
        let number = file.number
        try retrying("wait for a file") { tf_readiness_add(descriptor, number, token) }
    }

    package func remove(_ file: borrowing Descriptor) { _ = tf_readiness_remove(descriptor, file.number) }

    /// The tokens of those that can be read now, at most 64 of them.
    package func ready() -> [Int] {
        var tokens = [Int](repeating: 0, count: 64)
        let count = unsafe tf_readiness_take(descriptor, &tokens, 64)
        return Array(tokens.prefix(max(0, Int(count))))
    }
}
