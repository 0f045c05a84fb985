// How many events a file holds, and the parts into which they are split.

internal import Synchronization
internal import TaskFarmerCore
internal import TaskFarmerSystem

/// Splits files into jobs of so many events. A command says how many events a file holds.
public struct EventSplit: Sendable {
    /// As it was given: `1e4`, or 12.5, which is rounded where it is printed.
    private let most: Double
    private let command: FileTemplate
    private let known = KnownCounts()

    /// What was found in this process: a list is read more than once, and must make the same tasks each time.
    private final class KnownCounts: Sendable {
        let counts = Mutex<[[UInt8]: Int]>([:])
    }

    /// A way to split files.
    ///
    /// - Parameters:
    ///   - most: the most events of one job, from 1 on; what is not whole is rounded down where it is printed
    ///   - command: a command line with GNU parallel's placeholders for a file that prints how many events it has. `/bin/sh` runs it
    ///     once for each file while the list is read, before there is a work directory
    public init(most: Double, command: [UInt8]) {
        precondition(most >= 1 && most < 0x1p53, "a job has at least one event")
        self.most = most
        let template = FileTemplate(command)
        self.command = template.hasPlaceholder ? template : FileTemplate(command + Array(" {}".utf8))
    }

    struct Part {
        let number: Int
        let skipped: Int
        let most: Int
    }

    /// - Parameters:
    ///   - file: its name
    ///   - number: of the file, from 1
    ///   - list: for its name, where the count fails
    ///   - line: where the file stands
    ///   - body: takes each part
    /// - Throws: what is wrong with the count, and what `body` throws
    func forEachPart(
        of file: [UInt8], number: Int, list: TaskListReader, line: Int, _ body: (Part) throws -> Void
    ) throws {
        let events = try count(file, number, list, line)
        let parts = (Double(events) / most).rounded(.up)
        guard parts < 0x1p40 else {
            throw list.problem(
                "\(file.text) has \(events) events: more than 2^40 jobs; expected a larger maxEventsPerJob", line: line)
        }
        for part in 0..<Int(parts) {
            try body(Part(number: part, skipped: Int(Double(part) * most), most: Int(most)))
        }
    }

    private func count(_ file: [UInt8], _ number: Int, _ list: TaskListReader, _ line: Int) throws -> Int {
        if let count = known.counts.withLock({ $0[file] }) { return count }
        if file.contains(0) { throw list.problem("a NUL byte, which no file name can hold", line: line) }
        let text = command.filled(file, number: number, quoted: true)
        let found: Captured
        do {
            found = try Captured.run(text)
        } catch let error as SpawnFailure {
            throw list.problem("the count of events could not be started: \(error.reason)", line: line)
        }
        let said = found.errors.split(separator: 10).last.map { ": \($0.prefix(200).text)" } ?? ""
        guard found.end.exit == 0 else {
            let end = found.end.exit.map { "ended with status \($0)" } ?? "was ended by signal \(found.end.signal ?? 0)"
            throw list.problem("count: \(text.text) \(end)\(said)", line: line)
        }
        guard let count = found.output.trimmed.decimalValue else {
            let printed = found.output.prefix(60).text.debugDescription
            throw list.problem("count: \(text.text) printed \(printed), expected a whole number\(said)", line: line)
        }
        known.counts.withLock { $0[file] = count }
        return count
    }
}

extension EventSplit {
    /// The arguments of a handler that can split its files.
    static let arguments = [
        Argument("maxEventsPerJob", help: "The most events of one task; files with more make several. Needs count."),
        Argument(
            "count", help: "A command that prints how many events a file has; {} and the like stand for the file."),
    ]

    /// What the arguments say; nil for files that stay whole.
    static func from(_ values: ArgumentValues) throws -> EventSplit? {
        guard let text = values.text("maxEventsPerJob") else {
            if values.text("count") != nil {
                throw values.problem("expected maxEventsPerJob beside it: nothing else needs a count", key: "count")
            }
            return nil
        }
        guard let most = Double(text), most >= 1, most < 0x1p53 else {
            throw values.problem("\(text): expected a number from 1 on, such as 500 or 1e4", key: "maxEventsPerJob")
        }
        guard let command = values.bytes("count"), !command.isEmpty else {
            throw values.problem(
                "needs the number of events in each file: expected count = COMMAND beside it, a command that prints it, such as "
                    + "count = nevents {}", key: "maxEventsPerJob")
        }
        return EventSplit(most: most, command: command)
    }
}
