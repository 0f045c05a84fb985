// Where each line of a stack stands when tasks run in another order than the list's: it follows from the lengths of all lines.

package struct StackLayout: Sendable {
    /// By ID: where its line begins, and how long its command is.
    package private(set) var offsets: [Int]
    package let lengths: [UInt32]
    /// Whole lines of about so many bytes, together the whole file, from its beginning.
    package private(set) var windows: [Range<Int>] = []

    /// - Parameters:
    ///   - running: the IDs in the order in which they shall run
    ///   - lengths: of the commands in bytes, by ID
    ///   - window: a window ends with the first line that makes it so long
    package init(running: [UInt32], lengths: [UInt32], window: Int) {
        self.lengths = lengths
        offsets = [Int](repeating: -1, count: lengths.count)
        var at = 0
        var start = 0
        // The next task is the last line.
        for id in running.reversed() {
            offsets[Int(id)] = at
            at += Self.digits(Int(id)) + Int(lengths[Int(id)]) + 2
            if at - start >= window {
                windows.append(start..<at)
                start = at
            }
        }
        if at > start { windows.append(start..<at) }
    }

    private static func digits(_ id: Int) -> Int {
        var digits = 1
        var rest = id / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        return digits
    }
}
