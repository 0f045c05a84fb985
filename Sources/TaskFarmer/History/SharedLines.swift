// The whole lines of a shared file, read without the lock: up to where `state` says that it ends, so that nothing is seen that
// was not committed yet or is being appended.

package import TaskFarmerCore
internal import TaskFarmerSystem

package final class SharedLines {
    private let file: Descriptor
    private let size: Int
    /// What was read last, and where it begins: whoever goes through tasks by their IDs mostly finds the next line nearby, in either
    /// direction.
    private var block: (start: Int, bytes: [UInt8]) = (0, [])
    private static let blockSize = 1 << 16

    /// - Parameters:
    ///   - file: which
    ///   - directory: of which work directory
    ///   - state: that directory's state
    /// - Throws: `SystemError` when it cannot be opened
    package init(_ file: SharedFile, of directory: WorkDirectory, _ state: StateRecord) throws {
        size = state.sizes[file] ?? 0
        // Nothing is read of an empty one, which a directory of an older version may not have.
        self.file = try Descriptor(size == 0 ? directory.state : directory.file(file), [.reading, .noLink])
        self.file.dropCache()
    }

    /// Hands over each line, without its newline, and where it begins. Where the file has become shorter meanwhile it ends there.
    ///
    /// - Parameter body: called with the line and its offset
    /// - Throws: what `body` throws, and `SystemError` when something cannot be read
    package func forEach(_ body: (borrowing Span<UInt8>, Int) throws -> Void) throws {
        var newlines: [UInt32] = []
        var (at, length) = (0, 1 << 20)
        while at < size {
            let block = try file.read(at: at, count: min(length, size - at))
            block.span.indices(of: 10, into: &newlines)
            var start = 0
            for newline in newlines {
                try body(block.span.extracting(start..<Int(newline)), at + start)
                start = Int(newline) + 1
            }
            if start == 0 {
                // A line longer than that, or the end of a file that was cut.
                if block.count < min(length, size - at) || at + block.count == size { return }
                length *= 2
            }
            at += start
        }
    }

    /// One line, without its newline.
    ///
    /// - Parameter offset: where it begins
    /// - Returns: nil where no whole line begins there any more
    /// - Throws: `SystemError` when it cannot be read
    package func line(at offset: Int) throws -> [UInt8]? {
        guard offset < size else { return nil }
        if let line = lineInBlock(at: offset) { return line }
        if abs(offset - block.start) < 2 * Self.blockSize {
            let start = offset & ~(Self.blockSize - 1)
            block = (start, try file.read(at: start, count: 2 * Self.blockSize))
            if let line = lineInBlock(at: offset) { return line }
        } else {
            block = (offset, [])
        }
        var length = 512
        while true {
            let bytes = try file.read(at: offset, count: length)
            if let end = bytes.span.firstIndex(of: 10) { return Array(bytes[..<end]) }
            if bytes.count < length { return nil }
            length *= 4
        }
    }

    private func lineInBlock(at offset: Int) -> [UInt8]? {
        let start = offset - block.start
        guard start >= 0, start < block.bytes.count,
            let length = block.bytes.span.extracting(start...).firstIndex(of: 10)
        else { return nil }
        return Array(block.bytes[start..<start + length])
    }
}
