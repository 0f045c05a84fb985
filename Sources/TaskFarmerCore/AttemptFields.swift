// A line of attempts.tsv taken apart where it lies: whoever only looks through millions of them copies none.

/// The fields of a line of `attempts.tsv`; texts by where they are in it.
package struct AttemptFields {
    package private(set) var task = 0
    package private(set) var number = 0
    package private(set) var host = 0..<0
    package private(set) var farmer = 0..<0
    package private(set) var slot = 0
    package private(set) var started = 0
    package private(set) var wall = 0
    package private(set) var user = 0
    package private(set) var system = 0
    package private(set) var maxResidentKiB = 0
    package private(set) var blocksIn = 0
    package private(set) var blocksOut = 0
    package private(set) var reason = 0..<0
    /// nil in work directories before version 3, which have no such column.
    package private(set) var job: Range<Int>?
    private var exit: Int32?
    private var signal: Int32?
    package private(set) var word = OutcomeWord.lost

    /// Reads a line without its newline; nil when any field is not of its form.
    package init?(_ line: borrowing Span<UInt8>) {
        var rest = Rest()
        guard let task = rest.number(line), let number = rest.number(line), let host = rest.field(line),
            let farmer = rest.field(line), let slot = rest.number(line), let started = rest.seconds(line),
            let wall = rest.seconds(line), let user = rest.seconds(line), let system = rest.seconds(line),
            let resident = rest.number(line), let blocksIn = rest.number(line), let blocksOut = rest.number(line),
            let exit = rest.status(line), let signal = rest.status(line), let name = rest.field(line),
            let reason = rest.field(line),
            let word = OutcomeWord.allCases.first(where: { line.extracting(name).elementsEqual($0.rawValue) })
        else { return nil }
        (self.task, self.number, self.host, self.farmer, self.slot) = (task, number, host, farmer, slot)
        (self.started, self.wall, self.user, self.system) = (started, wall, user, system)
        (maxResidentKiB, self.blocksIn, self.blocksOut) = (resident, blocksIn, blocksOut)
        (self.exit, self.signal, self.word, self.reason) = (exit, signal, word, reason)
        if !rest.isEmpty {
            guard let job = rest.field(line), rest.isEmpty, !job.isEmpty,
                job.allSatisfy({ (33...126).contains(line[$0]) })
            else { return nil }
            self.job = job
        }
        if outcome(reason: "") == nil { return nil }
    }

    package var hasSucceeded: Bool { word == .succeeded }

    /// How it ended; `reason` is the text of that field.
    package func outcome(reason: String) -> Outcome? {
        Outcome(word, exit: exit, signal: signal, reason: reason)
    }

    /// Takes one field of a line after another; nil when there is none left, or it is not of its form.
    private struct Rest {
        private var start = 0
        private(set) var isEmpty = false

        mutating func field(_ line: borrowing Span<UInt8>) -> Range<Int>? {
            if isEmpty { return nil }
            var end = start
            while end < line.count, line[end] != UInt8(ascii: "\t") { end += 1 }
            defer { start = end + 1 }
            isEmpty = end == line.count
            return start..<end
        }

        mutating func number(_ line: borrowing Span<UInt8>) -> Int? {
            field(line).flatMap { line.extracting($0).decimalValue }
        }

        mutating func seconds(_ line: borrowing Span<UInt8>) -> Int? {
            field(line).flatMap { line.extracting($0).secondsValue }
        }

        /// An exit status or the number of a signal; `-` for none.
        mutating func status(_ line: borrowing Span<UInt8>) -> Int32?? {
            guard let field = field(line) else { return nil }
            if field.count == 1, line[field.lowerBound] == UInt8(ascii: "-") { return .some(nil) }
            return line.extracting(field).decimalValue.flatMap { Int32(exactly: $0) }.map { .some($0) }
        }
    }
}
