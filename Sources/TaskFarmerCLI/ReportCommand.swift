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
        let run = try RunReading(arguments.operands)
        let commands = try commands(of: HTMLReport.named(run.figures, run.running), run)
        let now = Clock.wall
        let report = HTMLReport(
            workDirectory: run.seen.directory.root.description, list: run.seen.description.list, state: run.state,
            figures: run.figures,
            running: run.running, commands: commands, now: now, nowText: Clock.text(now),
            startText: run.figures.extent.isEmpty ? "" : Clock.text(run.figures.extent.start),
            version: Commands.version,
            signalName: Console.signalName)
        let output = arguments.path("output") ?? "report.html"
        try OutputTarget.write(to: output == "-" ? nil : output, of: run.seen) { try $0(Array(report.html.utf8)) }
        return 0
    }

    /// What people are shown for these tasks.
    private static func commands(of tasks: Set<Int>, _ run: RunReading) throws -> [Int: String] {
        if tasks.isEmpty { return [:] }
        let lines = try TaskLines(run.seen.directory)
        let form = run.seen.description.form ?? .commands
        var commands: [Int: String] = [:]
        for task in tasks where task < lines.count {
            commands[task] = try lines.line(of: task).map { RunReport.shown(form.shown($0)) }
        }
        return commands
    }
}
