// A line of GNU parallel's joblog, as its version 20221122 writes and reads it: nine columns with tabs between, the command last, which
// may have tabs of its own. Seq counts the lines of its input from 1. What Exitval and Signal say of an end:
//
//     Exitval  Signal
//     0        0       it exited with 0
//     n        0       it exited with n
//     0        n       signal n ended it
//     -1       n       parallel stopped it, since its time was up (--timeout)
//     -2       0       it was skipped, and never ran
//
// `--resume` runs what has no line, `--resume-failed` that and what has no line with 0 and 0, `--retry-failed` the latter alone.

package struct JoblogLine: Sendable, Equatable {
    package var sequence: Int
    /// Where it ran; `:` for parallel's own host.
    package var host: String
    /// When it was started, in microseconds since 1970, and for how long it ran.
    package var started: Int
    package var wall: Int
    package var exit: Int
    package var signal: Int
    package var command: [UInt8]

    package init(
        sequence: Int, host: String, started: Int, wall: Int, exit: Int, signal: Int, command: [UInt8]
    ) {
        self.sequence = sequence
        self.host = host
        self.started = started
        self.wall = wall
        self.exit = exit
        self.signal = signal
        self.command = command
    }

    package static let ownHost = ":"
    package static let timedOut = -1
    package static let skipped = -2

    /// The first line.
    package static let header = Array(
        "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n".utf8)

    /// What Exitval and Signal are for an outcome. Whatever is no success is none for parallel either: what was killed for its
    /// memory, or with its farmer, was killed; what printed more than could be kept failed to write (EX_IOERR).
    package static func codes(_ outcome: Outcome) -> (exit: Int, signal: Int) {
        switch outcome {
        case .succeeded: (0, 0)
        case .exited(let status), .couldNotStart(let status, _): (Int(status), 0)
        case .signalled(let number): (0, Int(number))
        case .timedOut: (timedOut, 15)
        case .outputLost: (74, 0)
        case .outOfMemory, .lost: (0, 9)
        case .interrupted: (0, 15)
        }
    }

    /// One line with its newline; newlines in the command are NUL bytes there.
    package func appendLine(to bytes: inout [UInt8]) {
        bytes.append(decimal: sequence)
        bytes.append("\t\(host.isEmpty ? Self.ownHost : host)\t")
        bytes.append(copying: Self.thousandths(started).span)
        bytes.append(9)
        let runtime = Self.thousandths(wall)
        for _ in 0..<max(0, 10 - runtime.count) { bytes.append(32) }
        bytes.append(copying: runtime.span)
        // What was transferred is not known.
        bytes.append("\t0\t0\t\(exit)\t\(signal)\t")
        for byte in command { bytes.append(byte == 10 ? 0 : byte) }
        bytes.append(10)
    }

    /// Microseconds as seconds with three decimals.
    private static func thousandths(_ microseconds: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.append(seconds: microseconds)
        return Array(text.dropLast(3))
    }
}

extension JoblogLine {
    /// Reads a line without its newline.
    ///
    /// - Parameter line: which
    /// - Throws: what is wrong with it
    package init(_ line: borrowing Span<UInt8>) throws(ForeignProblem) {
        var rest = ForeignFields(line)
        guard let sequence = rest.next(line), let host = rest.next(line), let start = rest.next(line),
            let runtime = rest.next(line), rest.next(line) != nil, rest.next(line) != nil, let exit = rest.next(line),
            let signal = rest.next(line)
        else { throw ForeignProblem("expected nine columns with tabs between, as GNU parallel writes them") }
        func field(_ range: Range<Int>) -> [UInt8] { [UInt8](copying: line.extracting(range)) }
        guard let number = field(sequence).decimalValue, (1...ForeignFields.mostTasks).contains(number) else {
            throw ForeignProblem(
                "Seq is \(field(sequence).text.debugDescription), expected the number of a job, from 1")
        }
        guard let started = ForeignFields.microseconds(field(start)) else {
            throw ForeignProblem("Starttime is \(field(start).text.debugDescription), expected seconds")
        }
        guard let wall = ForeignFields.microseconds(Array(field(runtime).drop { $0 == 32 })) else {
            throw ForeignProblem("JobRuntime is \(field(runtime).text.debugDescription), expected seconds")
        }
        guard let status = ForeignFields.signed(field(exit)), (Self.skipped...255).contains(status) else {
            throw ForeignProblem("Exitval is \(field(exit).text.debugDescription), expected an exit status")
        }
        guard let ended = field(signal).decimalValue, (0...127).contains(ended) else {
            throw ForeignProblem("Signal is \(field(signal).text.debugDescription), expected the number of a signal")
        }
        self.init(
            sequence: number, host: field(host).text, started: started, wall: wall, exit: status, signal: ended,
            command: field(rest.start..<line.count).map { $0 == 0 ? 10 : $0 })
    }

    /// How the job ended.
    package var end: ForeignEnd {
        if exit == Self.skipped { return .skipped }
        if exit == Self.timedOut { return .timedOut }
        if signal != 0 { return .signalled(UInt8(signal)) }
        return exit == 0 ? .succeeded : .exited(UInt8(exit))
    }
}
