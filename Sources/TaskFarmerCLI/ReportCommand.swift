// `taskfarmer report`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum ReportCommand: Command {
    package static let name = "report"
    package static let summary = "Write a page that shows what a run did and what its time went into."
    package static let usage = "[OPTIONS] [LIST|WORKDIR]"
    package static let options: [Option] = [
        Option("output", short: "o", value: "FILE", "Where to write it; - is standard output.", standard: "report.html")
    ]
    package static let notes = """
        The page is one file without anything from elsewhere: totals, what the slots' time went into, who ran what when, how many ran at a
        time, durations, processor use and memory, nodes compared, slowest, largest and failed attempts, the farmers and their settings.
        Without LIST or WORKDIR: the work directory that is the current folder, or the only one in it. It may be made while farmers are at
        work. Takes no lock.

        Exit status: 0; 64 there is no work directory; 74 it cannot be read, or the page cannot be written.

        Example:
          taskfarmer report tasks.txt -o run.html
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        let directory = WorkDirectory(try Places.existing(arguments.operands))
        guard let description = try OpenedFarm.readDescription(directory) else {
            throw FarmError.noWorkDirectory("\(directory.root) is being made; try again in a moment")
        }
        let run = try RunReading(WorkDirectory(directory.root, description))
        let commands = try run.commands(of: HTMLReport.named(run.figures, run.running), description.form ?? .commands)
        let now = Clock.wall
        let report = HTMLReport(
            workDirectory: directory.root.description, list: description.list, state: run.state, figures: run.figures,
            running: run.running, commands: commands, now: now, nowText: Clock.text(now),
            startText: run.figures.extent.isEmpty ? "" : Clock.text(run.figures.extent.start),
            version: Commands.version,
            signalName: Console.signalName)
        let output = arguments.path("output") ?? "report.html"
        let bytes = Array(report.html.utf8)
        if output == "-" {
            try OwnProcess.print(bytes)
        } else {
            let file = try ReplacedFile(output)
            try file.write(bytes)
            try file.complete()
        }
        return 0
    }
}

/// What a report is made of, read from a work directory.
private struct RunReading {
    let state: StateRecord
    let figures: RunFigures
    let running: [HTMLReport.Running]
    private let directory: WorkDirectory

    init(_ directory: WorkDirectory) throws {
        self.directory = directory
        let attempts = try RecordedAttempts(directory)
        state = attempts.state
        var extent = RunExtent()
        try attempts.forEach { line, fields in extent.note(line, fields) }
        var events: [FarmerEvent] = []
        try SharedLines(.farmers, of: directory, state).forEach { line, _ in
            if let event = FarmerEvent(line) { events.append(event) }
        }
        var seen: [String: Int] = [:]
        var running: [HTMLReport.Running] = []
        for entry in try Roster.read(directory) where entry.status == .live {
            guard let alive = (try? Folder.content(of: directory.alive(entry.farmer))).flatMap({ AliveRecord($0) })
            else {
                continue
            }
            seen[entry.farmer] = alive.written
            running += alive.running.map {
                HTMLReport.Running(
                    task: $0.task, attempt: $0.attempt, host: entry.host, slot: $0.slot, started: $0.started)
            }
        }
        extent.note(events, seen: seen)
        var figures = RunFigures(extent)
        try attempts.forEach { line, fields in figures.note(line, fields) }
        figures.finish()
        self.figures = figures
        self.running = running
    }

    /// What people are shown for these tasks.
    func commands(of tasks: Set<Int>, _ form: TaskForm) throws -> [Int: String] {
        if tasks.isEmpty { return [:] }
        let lines = try TaskLines(directory)
        var commands: [Int: String] = [:]
        for task in tasks where task < lines.count {
            commands[task] = try lines.line(of: task).map { RunReport.shown(form.shown($0)) }
        }
        return commands
    }
}
