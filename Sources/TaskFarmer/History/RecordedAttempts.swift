// What is recorded of attempts: the committed part of attempts.tsv, one after another. A million of them are looked at without
// being kept.

package import TaskFarmerCore
internal import TaskFarmerSystem

package struct RecordedAttempts {
    package let state: StateRecord
    private let directory: WorkDirectory
    private let lines: SharedLines

    /// - Parameter directory: whose
    /// - Throws: `FarmError` or `SystemError` when it cannot be read
    package init(_ directory: WorkDirectory) throws {
        self.directory = directory
        state = try directory.readState()
        lines = try SharedLines(.attempts, of: directory, state)
    }

    /// Hands over each attempt in the order in which they were recorded, which is nearly that of their ends.
    ///
    /// - Parameter body: called with the line and its fields
    /// - Throws: what `body` throws; `FarmError.damaged` for a line that is not of its form; `SystemError`
    package func forEach(_ body: (borrowing Span<UInt8>, AttemptFields) throws -> Void) throws {
        var isHeader = true
        try lines.forEach { line, offset in
            if isHeader {
                isHeader = false
                return
            }
            guard let fields = AttemptFields(line) else {
                throw FarmError.damaged(
                    file: directory.file(.attempts).description,
                    "byte \(offset): not a line of its form; `taskfarmer check` says more")
            }
            try body(line, fields)
        }
    }
}
