// `taskfarmer plan LIST`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum PlanCommand: Command {
    package static let name = "plan"
    package static let summary = "Say how long a list will take, on how many nodes, and at what cost."
    package static let usage = "[OPTIONS] LIST|WORKDIR"

    package static let options: [Option] =
        [
            Option(
                "nodes", short: "N", value: "N,…", "How many nodes to choose from: 8, 1,2,4, or 1-64 (in doublings).",
                standard: "1-8"),
            Option(
                "time", value: "TIME",
                "How long a job lasts, as in 2:00:00 (hours), 90 (minutes) or 1-12 (days-hours); what is left then is for another one.",
                standard: "as long as it takes"),
        ] + RunCommand.options.filter { forwarded.contains($0.long) }

    private static let forwarded = [
        "proc", "history", "order", "drain-margin", "stop-signals", "cpus", "mem", "gpus", "need", "offer", "tasklist",
        "config",
        "trust",
    ]

    package static let notes = """
        The farmers' own policies, of taking, starting and stopping, decide on a virtual clock what would run when; nothing is
        started. Each node is taken to be as this one, unless --proc and --offer say otherwise. How long tasks take comes from
        --history, or from times in the list; tasks of which nothing is known take as long as others do, by their class, else
        by all. With WORKDIR it plans what is left there, and knows what that has taken.

        core-hours are those of the nodes for the whole time, idle is the part of them that no task uses. The last column
        starts just that; the time it asks for is a fifth longer than expected.

        Examples:
          taskfarmer plan --history test_workdir --nodes 1-16 tasks.txt
          taskfarmer plan --history old/attempts.tsv --nodes 4 --time 12:00:00 --proc 128 tasks.txt

        Exit status: 0; 64 wrong usage, or nothing is known of how long tasks take; 74 input/output error; 78 wrong configuration.
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        guard arguments.operands.count == 1, let operand = arguments.operands.first.map({ Path(bytes: $0) }) else {
            throw UsageError(message: "expected one task list or work directory; see taskfarmer plan --help")
        }
        guard let nodes = NodeChoices.parse(arguments.text("nodes") ?? "1-8") else {
            throw UsageError(
                message:
                    "--nodes \(arguments.text("nodes") ?? ""): expected numbers from 1 to \(NodeChoices.most) like 8, 1,2,4 or 1-64"
            )
        }
        let time = try TimeOptions.jobTime(arguments)
        let stop = try RunCommand.stopSequence(arguments.text("stop-signals") ?? "TERM,5,KILL")
        // A node's, whatever this process has of a job.
        let (resources, slots) = try ResourceOptions.settings(arguments, process, nil)
        guard let resources else { return 64 }
        let work = try PlannedWork.read(operand, arguments, process, resources)
        if work.tasks.isEmpty {
            OwnProcess.put("there is nothing left to run\n", to: 1)
            return 0
        }
        var setup = FarmForecast.Setup(
            farmers: 1, slots: min(slots, work.demands.map(resources.offer.count).max() ?? slots),
            offer: resources.offer,
            time: time.map { $0 * 1_000_000_000 })
        let margin = try TimeOptions.margin(arguments)
        if let time = setup.time {
            let walltime = Walltime(end: time, source: .option, stopLength: stop.length, margin: margin)
            setup.margin = time - (walltime.due ?? walltime.stop)
        }
        OwnProcess.put(work.note + "\n", to: 1)
        var rows: [PlanReport.Row] = []
        var (unfit, tooLong, lack) = (0, 0, "")
        for count in nodes {
            setup.farmers = count
            let outcome = FarmForecast.run(work.tasks, demands: work.demands, setup)
            (unfit, tooLong, lack) = (outcome.unfit, outcome.tooLong, outcome.lack ?? "")
            if unfit + tooLong == work.tasks.count {
                throw UsageError(
                    message: unfit > 0
                        ? "none of the tasks can run: one \(lack)"
                        : "none of the tasks can run: all take longer than a job of that --time has for them")
            }
            rows.append(
                PlanReport.Row(
                    nodes: count, wall: outcome.wall, allocations: outcome.allocations,
                    coreHours: Double(outcome.wall) / 3600e9 * Double(count * setup.offer.cpus),
                    idleShare: outcome.idleShare(setup),
                    command: command(operand, arguments, nodes: count, outcome, time: time)))
        }
        OwnProcess.put(PlanReport.table(rows), to: 1)
        if unfit > 0 {
            OwnProcess.put("not in it: \(unfit) tasks that can never run on such a node: one \(lack)\n", to: 1)
        }
        if tooLong > 0 {
            OwnProcess.put(
                "not in it: \(tooLong) tasks that take longer than a job of that --time has for them\n", to: 1)
        }
        return 0
    }

    /// What submits a farmer for each node.
    private static func command(
        _ operand: Path, _ arguments: Arguments, nodes: Int, _ outcome: FarmForecast.Outcome, time: Int?
    ) -> String {
        let expected = Int(
            Double(outcome.allocations > 1 ? time.map { $0 * 1_000_000_000 } ?? 0 : outcome.wall) / 1e9 * 1.2)
        // Whole minutes, and some for the farmers to start and leave in.
        let asked = outcome.allocations > 1 ? time ?? expected : min(time ?? .max, (expected / 60 + 2) * 60)
        var words = ["taskfarmer", "run"]
        let passed = [
            "proc", "order", "cpus", "mem", "gpus", "need", "offer", "drain-margin", "stop-signals", "tasklist",
            "config", "trust",
        ]
        for name in passed {
            if let value = arguments.text(name) { words += ["--\(name)", ShellQuote.word(Array(value.utf8)).text] }
        }
        for history in arguments.repeated["history"] ?? [] { words += ["--history", ShellQuote.word(history).text] }
        words.append(ShellQuote.word(operand.bytes).text)
        let line = "srun \(words.joined(separator: " "))"
        return "sbatch --nodes=\(nodes) --ntasks-per-node=1 --time=\(WallTime.clock(asked))"
            + "\(arguments.text("proc") == nil ? " --exclusive" : " --cpus-per-task=\(arguments.text("proc") ?? "")")"
            + " --wrap=\(ShellQuote.word(Array(line.utf8)).text)"
    }
}
