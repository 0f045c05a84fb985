// A line of a status file as disBatch 3.0 writes it: fifteen columns with tabs between, the command last.
//
//     flags  task  line  repeat-index  node  pid  return-code  elapsed  start  finish  bytes  text  bytes  text  command
//
// The flags are four: R for a return code other than 0, O and E for output that was leaked, and P for what each engine runs once, S for what a
// resumed run found done in the status file of an earlier one, Z for the late end of a task that had been given up. A barrier has a B or
// a C in front. A return code below 0 is that of a signal; -100 says that the task's engine was not heard of any more.

package enum DisBatchStatusLine: Sendable, Equatable {
    /// The names of the columns (`--status-header`).
    case header
    /// What is no attempt of a task, or none that counts.
    case other
    /// Tasks after it waited for those before.
    case barrier(task: Int)
    case attempt(Attempt)

    package struct Attempt: Sendable, Equatable {
        /// From 0.
        package var task: Int
        package var host: String
        package var process: Int
        /// When it was started, in microseconds since 1970, and for how long it ran.
        package var started: Int
        package var wall: Int
        package var end: ForeignEnd
        /// With what PREFIX and SUFFIX added.
        package var command: [UInt8]

        package init(
            task: Int, host: String, process: Int, started: Int, wall: Int, end: ForeignEnd, command: [UInt8]
        ) {
            self.task = task
            self.host = host
            self.process = process
            self.started = started
            self.wall = wall
            self.end = end
            self.command = command
        }
    }

    private static let lost = -100

    /// Reads a line without its newline.
    ///
    /// - Parameter line: which
    /// - Throws: what is wrong with it
    package init(_ line: borrowing Span<UInt8>) throws(ForeignProblem) {
        var rest = ForeignFields(line)
        var fields: [[UInt8]] = []
        while fields.count < 14, let range = rest.next(line) { fields.append([UInt8](copying: line.extracting(range))) }
        if fields.count == 14, fields[0].starts(with: "ROE".utf8), fields[1].elementsEqual("TaskID".utf8) {
            self = .header
            return
        }
        guard fields.count == 14, (4...5).contains(fields[0].count) else {
            throw ForeignProblem("expected fifteen columns with tabs between, as disBatch writes them")
        }
        guard let task = ForeignFields.signed(fields[1]), task < ForeignFields.mostTasks else {
            throw ForeignProblem("the task is \(fields[1].text.debugDescription), expected a number")
        }
        switch (fields[0][0], fields[0][3]) {
        case (UInt8(ascii: "B"), _), (UInt8(ascii: "C"), _): self = .barrier(task: task)
        case (UInt8(ascii: "D"), _), (_, UInt8(ascii: "P")), (_, UInt8(ascii: "Z")): self = .other
        case (32, 32), (32, UInt8(ascii: "S")), (UInt8(ascii: "R"), 32), (UInt8(ascii: "R"), UInt8(ascii: "S")):
            let command = [UInt8](copying: line.extracting(rest.start..<line.count))
            self = .attempt(try Self.attempt(task, fields, command))
        default: throw ForeignProblem("the flags are \(fields[0].text.debugDescription), expected those of disBatch")
        }
    }

    private static func attempt(
        _ task: Int, _ fields: [[UInt8]], _ command: [UInt8]
    ) throws(ForeignProblem) -> Attempt {
        guard task >= 0 else { throw ForeignProblem("the task is \(task), expected a number from 0") }
        guard let code = ForeignFields.signed(fields[6]), code == lost || (-64...255).contains(code) else {
            throw ForeignProblem("the return code is \(fields[6].text.debugDescription), expected -64 to 255, or -100")
        }
        guard let start = ForeignFields.microseconds(fields[8]), let finish = ForeignFields.microseconds(fields[9])
        else { throw ForeignProblem("start or finish is no time, expected seconds since 1970") }
        let end: ForeignEnd =
            switch code {
            case 0: .succeeded
            case lost: .lost
            case ..<0: .signalled(UInt8(-code))
            default: .exited(UInt8(code))
            }
        return Attempt(
            task: task, host: fields[4].text, process: ForeignFields.signed(fields[5]) ?? 0, started: start,
            wall: max(0, finish - start), end: end, command: literal(command) ?? command)
    }

    /// What Python's way of writing bytes stands for, in which disBatch writes commands that are not UTF-8; nil for others.
    private static func literal(_ text: [UInt8]) -> [UInt8]? {
        guard text.count >= 3, text[0] == UInt8(ascii: "b"), [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(text[1]),
            text.last == text[1]
        else { return nil }
        var bytes: [UInt8] = []
        var index = 2
        while index < text.count - 1 {
            guard text[index] == UInt8(ascii: "\\") else {
                bytes.append(text[index])
                index += 1
                continue
            }
            switch text[index + 1] {
            case UInt8(ascii: "n"): bytes.append(10)
            case UInt8(ascii: "r"): bytes.append(13)
            case UInt8(ascii: "t"): bytes.append(9)
            case UInt8(ascii: "x"):
                guard index + 4 < text.count, let byte = text[(index + 2)..<(index + 4)].hexadecimalValue else {
                    return nil
                }
                bytes.append(UInt8(byte))
                index += 2
            default: bytes.append(text[index + 1])
            }
            index += 2
        }
        // A command that is UTF-8 stands for itself.
        return String(validating: bytes, as: UTF8.self) == nil ? bytes : nil
    }
}
