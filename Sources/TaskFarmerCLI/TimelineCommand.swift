// `taskfarmer timeline`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum TimelineCommand: Command {
    package static let name = "timeline"
    package static let summary = "Make the timeline anew, or a part of it, for Perfetto and chrome://tracing."
    package static let usage = "[OPTIONS] [LIST|WORKDIR]"
    package static let options: [Option] = [
        Option(
            "output", short: "o", value: "FILE", "Where to write it. A file of that name is replaced.",
            standard: "standard output", completion: .file),
        Option(
            "gzip", short: "z",
            "Compress it by the program gzip, whatever FILE is called. Viewers look at what is in it."),
        Option(
            "from", value: "TIME",
            "Leave out what was over before: a time since the first start, like 90 (seconds), 30m or 2h.",
            standard: "the first start"),
        Option("to", value: "TIME", "Leave out what began later.", standard: "the last end"),
        Option(
            "events", value: "N",
            "Where there are more attempts than N: show every second, third, … of those that succeeded, so that there are hardly more than N, and of the others all, as far as they fit.",
            standard: "\(standardEvents)"),
    ]
    package static let notes = """
        `timeline.json` in the work directory is written as tasks end, and has everything. This one is made of attempts.tsv: in
        part, where all is more than a viewer opens, and with two counters of all farmers together: how many tasks ran at a time, and the sum
        of the memory that each used at most. Open it at https://ui.perfetto.dev. Where attempts were left out, a line on standard error says how many.
        Without LIST or WORKDIR: the work directory that is the current folder, or the only one in it. Takes no lock.

        Exit status: 0; 64 there is no work directory, or standard output is a terminal and -z given; 74 it cannot be read, or the
        timeline cannot be written, or gzip is not on PATH or fails: FILE is what it was then.

        Examples:
          taskfarmer timeline --from 2h --to 150m -o part.json tasks.txt
          taskfarmer timeline -z -o run.json.gz tasks.txt
        """

    private static let standardEvents = 500_000

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        let from = try instant("from", arguments)
        let to = try instant("to", arguments)
        if let from, let to, from >= to {
            throw UsageError(
                message: "--from \(arguments.text("from") ?? "") is not before --to \(arguments.text("to") ?? "")")
        }
        let output = arguments.path("output")
        let isCompressed = arguments.has("gzip")
        if isCompressed && output == nil && OwnProcess.isTerminal(1) {
            throw UsageError(message: "--gzip: standard output is a terminal; name a file with --output")
        }
        let most = try arguments.number("events", in: 1...100_000_000) ?? standardEvents
        let run = try RunReading(arguments.operands)
        let begin = run.extent.firstStart ?? 0
        let range = (from.map { begin + $0 } ?? .min)...(to.map { begin + $0 } ?? .max)
        var timeline = try TimelineWriting(run, range: range, most: most)
        try OutputTarget.write(to: output, of: run.seen, isCompressed: isCompressed) { try timeline.write($0) }
        if timeline.leftOut > 0 {
            OwnProcess.put(
                "taskfarmer: \(timeline.leftOut) of \(Text.count(timeline.inRange, "attempt")) left out; --events, --from and --to "
                    + "choose others\n", to: 2)
        }
        return 0
    }

    /// A time since the first start, in microseconds.
    private static func instant(_ option: String, _ arguments: Arguments) throws(UsageError) -> Int? {
        guard let text = arguments.text(option) else { return nil }
        guard let time = TimeText.nanoseconds(text) else {
            throw UsageError(message: "--\(option) \(text): expected a time since the first start, like 90, 30m or 2h")
        }
        return time / 1000
    }
}

/// A timeline of recorded attempts.
private struct TimelineWriting {
    private let run: RunReading
    private let range: ClosedRange<Int>
    private let lines: TaskLines
    private let sampling: TimelineSampling
    private var part: [UInt8] = Array(TraceEvent.opening.dropLast())
    private var isFirst = true
    /// The last attempts of tasks that may be run again, and where they are.
    private var before: [Int: (attempt: Attempt, process: Int)] = [:]
    private(set) var leftOut = 0
    let inRange: Int

    init(_ run: RunReading, range: ClosedRange<Int>, most: Int) throws {
        self.run = run
        self.range = range
        lines = try TaskLines(run.seen.directory)
        var (succeeded, others) = (0, 0)
        try run.attempts.forEach { _, fields in
            guard Self.overlaps(fields, range) else { return }
            if fields.hasSucceeded { succeeded += 1 } else { others += 1 }
        }
        sampling = TimelineSampling(succeeded: succeeded, others: others, most: most)
        inRange = succeeded + others
    }

    private static func overlaps(_ fields: AttemptFields, _ range: ClosedRange<Int>) -> Bool {
        fields.started <= range.upperBound && fields.started + fields.wall >= range.lowerBound
    }

    /// Hands the timeline over, in parts.
    mutating func write(_ body: ([UInt8]) throws -> Void) throws {
        for (number, member) in run.extent.members.enumerated() {
            let names = TraceEvent.names(
                process: process(number), farmer: member.name, job: member.job, slots: member.slots)
            for event in names { append(event) }
        }
        for event in counters { append(event) }
        let form = run.seen.description.form ?? .commands
        try run.attempts.forEach { line, fields in
            guard Self.overlaps(fields, range), let number = run.extent.member(of: line.extracting(fields.farmer))
            else { return }
            guard sampling.takes(fields.task, fields.number, succeeded: fields.hasSucceeded) else {
                leftOut += 1
                return
            }
            guard let attempt = Attempt(line: [UInt8](copying: line)[...]) else { return }
            let command = fields.task < lines.count ? try lines.line(of: fields.task) ?? [] : []
            append(attempt, form.shown(command), process(number))
            if part.count >= 1 << 20 {
                try body(part)
                part.removeAll(keepingCapacity: true)
            }
        }
        part += TraceEvent.closing
        try body(part)
        part = []
    }

    /// The number that it has in the work directory's timeline; of those that did not tell it, one that nobody has.
    private func process(_ member: Int) -> Int {
        run.ordinals[run.extent.members[member].name] ?? 1_000_000 + member
    }

    private mutating func separate() {
        if isFirst { part.append(10) } else { part.append(contentsOf: [UInt8(ascii: ","), 10]) }
        isFirst = false
    }

    private mutating func append(_ event: [UInt8]) {
        separate()
        part += event
    }

    private mutating func append(_ attempt: Attempt, _ command: [UInt8], _ process: Int) {
        separate()
        TraceEvent.append(attempt, command: command, process: process, to: &part)
        if let last = before.removeValue(forKey: attempt.task), last.attempt.number < attempt.number {
            separate()
            TraceEvent.appendArrow(from: last.attempt, process: last.process, to: &part)
            separate()
            TraceEvent.appendArrow(to: attempt, after: last.attempt.number, process: process, to: &part)
        }
        if attempt.outcome != .succeeded { before[attempt.task] = (attempt, process) }
    }

    /// How many tasks ran, and the sum of what each of them used at most, in each column of time.
    private var counters: [[UInt8]] {
        let figures = run.figures
        let width = figures.width
        guard !figures.extent.isEmpty else { return [] }
        var events = TraceEvent.names(process: 0, farmer: "all farmers", slots: 0)
        var last: [TraceCounter: String] = [:]
        for column in 0...RunFigures.columns {
            let time = figures.extent.start + Int(Double(column) * width)
            if !range.contains(time) { continue }
            let isOver = column == RunFigures.columns
            let running = isOver ? 0 : figures.busy.reduce(0) { $0 + $1[column] } / width
            let memory = isOver ? 0 : figures.resident[column] / width / 1024
            let values = [
                (TraceCounter.runningTasks, Text.decimal(running, places: 2)),
                (.memory, Text.decimal(memory, places: 1)),
            ]
            for (counter, value) in values where last[counter] != value {
                last[counter] = value
                events.append(TraceEvent.counter(counter, process: 0, at: time, value))
            }
        }
        return events
    }
}
