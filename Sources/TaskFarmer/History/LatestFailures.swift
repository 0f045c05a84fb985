// The latest attempts that failed, without reading all that went well before them: attempts.tsv is read backwards from its end, a part
// with each look, until there are enough; what is added is read as it comes.

package import TaskFarmerCore
internal import TaskFarmerSystem

package struct LatestFailures {
    /// The last one first.
    package private(set) var attempts: [Attempt] = []
    /// Whether there can be none before them that were not read.
    package var hasAll: Bool { tail == 0 && !hasForgotten }

    private let directory: WorkDirectory
    private let most: Int
    /// What lies between them has been read, in bytes; both stand where lines begin.
    private var tail = 0
    private var head = 0
    private var hasBegun = false
    /// There were more than are kept.
    private var hasForgotten = false
    private static let block = 1 << 20
    /// So many blocks are read backwards at a look.
    private static let blocks = 8

    /// - Parameters:
    ///   - directory: whose
    ///   - most: how many are kept
    package init(_ directory: WorkDirectory, most: Int = 200) {
        self.directory = directory
        self.most = most
    }

    /// Reads what has been added, and more of what was before.
    ///
    /// - Parameter state: as of now
    /// - Throws: `SystemError` when it cannot be read
    package mutating func look(_ state: StateRecord) throws {
        let size = state.sizes[.attempts] ?? 0
        if size < head {
            // It was begun anew.
            self = LatestFailures(directory, most: most)
        }
        if size == 0 { return }
        let file = try Descriptor(directory.file(.attempts), [.reading, .noLink])
        file.dropCache()
        if !hasBegun { (tail, head, hasBegun) = (size, size, true) }
        if head < size { try readOn(file, to: size) }
        for _ in 0..<Self.blocks where tail > 0 && attempts.count < most {
            if try !readBack(file) { break }
        }
        forget()
    }

    private mutating func forget() {
        if attempts.count <= most { return }
        attempts.removeLast(attempts.count - most)
        hasForgotten = true
    }

    private mutating func readOn(_ file: borrowing Descriptor, to size: Int) throws {
        while head < size {
            let bytes = try file.read(at: head, count: min(Self.block, size - head))
            guard let last = bytes.lastIndex(of: 10) else { return }
            var found: [Attempt] = []
            Self.failures(in: bytes[...last], into: &found)
            attempts.insert(contentsOf: found.reversed(), at: 0)
            forget()
            head += last + 1
        }
    }

    /// - Returns: false where there is no whole line
    private mutating func readBack(_ file: borrowing Descriptor) throws -> Bool {
        let start = max(0, tail - Self.block)
        let bytes = try file.read(at: start, count: tail - start)
        var first = 0
        if start > 0 {
            guard let newline = bytes.firstIndex(of: 10), newline + 1 < bytes.count else { return false }
            first = newline + 1
        }
        var found: [Attempt] = []
        Self.failures(in: bytes[first...], into: &found)
        attempts += found.reversed()
        tail = start + first
        return true
    }

    /// Attempts that failed, those that were lost with their farmers among them; the header is not one.
    private static func failures(in bytes: ArraySlice<UInt8>, into found: inout [Attempt]) {
        for line in bytes.split(separator: 10) {
            guard let fields = AttemptFields(line.span), !fields.hasSucceeded, fields.word != .interrupted,
                let attempt = Attempt(line: line)
            else { continue }
            found.append(attempt)
        }
    }
}
