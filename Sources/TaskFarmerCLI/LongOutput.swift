// Standard output of commands that print more than they keep.

internal import TaskFarmerSystem

struct LongOutput {
    private var bytes: [UInt8] = []
    private static let most = 1 << 16

    /// Adds what `body` appends, and prints when there is enough of it.
    ///
    /// - Throws: what `body` throws, and `SystemError` when it cannot be printed
    mutating func put(_ body: (inout [UInt8]) throws -> Void) throws {
        try body(&bytes)
        if bytes.count >= Self.most { try flush() }
    }

    private mutating func flush() throws {
        try OwnProcess.print(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    /// Prints what `body` puts. Whoever closes the pipe has seen enough, and that is no failure.
    ///
    /// - Throws: what `body` throws, and `SystemError` when it cannot be printed
    static func print(_ body: (inout LongOutput) throws -> Void) throws {
        var output = LongOutput()
        try OutputTarget.unlessClosed {
            try body(&output)
            try output.flush()
        }
    }
}
