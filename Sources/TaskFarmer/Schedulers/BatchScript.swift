// The text of a batch script. It goes to the folder where it was submitted, starts the farmers, and outlives them, to note how
// they ended and, where that was asked for, to have the job queued again. Notes are one file for each job, which only the job writes.

internal import TaskFarmerCore
package import TaskFarmerSystem

/// A batch script that starts farmers.
package struct BatchScript: Sendable {
    /// Nodes of one job, or elements of an array of jobs on one node each.
    package enum Size: Sendable, Equatable {
        case nodes(Int)
        case array(Int)
    }

    package var scheduler: Scheduler
    package var size = Size.nodes(1)
    /// Processors of each node; nil for whole nodes.
    package var processors: Int?
    /// In seconds; nil for what the scheduler gives.
    package var time: Int?
    package var isRequeued = false
    /// How long farmers take to stop at most, in seconds.
    package var stopTime = 5
    /// Further words for the scheduler.
    package var extra: [[UInt8]] = []
    /// Where it is submitted, and the folder for its output and notes.
    package var folder: Path
    package var batch: Path
    package var jobName: String
    /// `taskfarmer run …`.
    package var farmer: [[UInt8]]

    package init(scheduler: Scheduler, folder: Path, batch: Path, jobName: String, farmer: [[UInt8]]) {
        self.scheduler = scheduler
        self.folder = folder
        self.batch = batch
        self.jobName = jobName
        self.farmer = farmer
    }

    /// The name of all jobs over a work directory: the list's, as far as schedulers take it, and what tells it from others of that name.
    package static func jobName(for workDirectory: Path) -> String {
        let list = workDirectory.name.text
        let stem = list.hasSuffix("_workdir") ? String(list.dropLast(8)) : list
        let plain = stem.prefix(24).map { letter in
            letter.isASCII && (letter.isLetter || letter.isNumber || letter == "." || letter == "-") ? letter : "_"
        }
        let first = plain.first?.isLetter == true ? "" : "t"
        return first + String(plain) + "-" + MD5.hexadecimal(workDirectory.bytes).prefix(8)
    }

    /// How long before its end a job is told to stop, in seconds: a minute, or more where stopping takes longer, but not much of a
    /// short job.
    var warning: Int { min(max(60, stopTime + 30), max(5, (time ?? .max) / 4)) }

    private var isArray: Bool { if case .array = size { true } else { false } }
    private var count: Int {
        switch size {
        case .nodes(let count), .array(let count): count
        }
    }
    private var nodes: Int { isArray ? 1 : count }

    /// The highest exit status of several farmers becomes that of all. 75 (work remains) shall hide none that asks for somebody
    /// (64, 71, 74, 78), so on its way it is 2, which no farmer ends with. Signals that a scheduler sends to all processes are the farmer's.
    private static let ranked =
        #"sh -c 'trap : HUP INT TERM USR1 USR2; "$@"; s=$?; [ $s != 75 ] || s=2; exit $s' farmer "#

    /// What it is.
    ///
    /// - Throws: `FarmError.configuration` when a path cannot be written into it
    package func text() throws -> [UInt8] {
        for path in [folder, batch] where path.bytes.contains(10) {
            throw FarmError.configuration(
                file: path.description.debugDescription, line: nil, "has a newline, which no batch script can hold")
        }
        if let letter = batch.description.first(where: scheduler.unfit.contains) {
            throw FarmError.configuration(
                file: batch.description, line: nil,
                "has a \(letter) in its name, which \(scheduler.name) does not take for what it is where output is written; rename "
                    + "the folder, or name another with --workdir")
        }
        let output = (isArray ? scheduler.outputOfArray : scheduler.outputOfJob)
        let percent = batch.bytes.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)
        let escaped = Array(percent.joined(separator: Array(scheduler.percent.utf8)))
        var worker = farmer
        // Where the scheduler gives no warning, farmers know by themselves when their time is over.
        if let time, scheduler.requeue == nil {
            worker.insert(contentsOf: ["--timeout", "\(max(1, time - warning))"].map { Array($0.utf8) }, at: 2)
        }
        let line = ShellQuote.line(worker)
        let enter = Array("cd ".utf8) + ShellQuote.word(folder.bytes)
        let values: [String: [UInt8]] = [
            "name": Array(jobName.utf8),
            "output": ShellQuote.word(Path(bytes: escaped).appending(output).bytes),
            "nodes": number(nodes), "last": number(count - 1), "processors": number(processors ?? 1),
            "clock": Array(WallTime.clock(time ?? 0).utf8), "seconds": number(time ?? 0), "warning": number(warning),
            "farmer": line, "ranked": Array(Self.ranked.utf8) + line,
            "script": ShellQuote.word(enter + Array(" && exec ".utf8) + line),
        ]
        var head = scheduler.head + (processors == nil ? scheduler.wholeNodes : scheduler.partsOfNodes)
        if isArray { head += scheduler.array ?? [] }
        if time != nil { head += scheduler.time }
        if isRequeued { head += scheduler.requeue ?? [] }
        var lines = [Array("#!/bin/sh".utf8)]
        lines += head.map { Scheduler.fill(scheduler.directive + $0, values) }
        if !extra.isEmpty {
            let words = extra.map { ShellQuote.word($0) }
            lines.append(Array(scheduler.directive.utf8) + words.joined(separator: [32]))
        }
        lines.append(Array("\n# Written by taskfarmer: one farmer on each node.".utf8))
        lines.append(Array("job=\(scheduler.jobID)".utf8))
        lines.append(Array("notes=".utf8) + ShellQuote.word(batch.bytes) + Array("/$job.status".utf8))
        lines.append(enter + Array(" || exit 74".utf8))
        lines.append(Array(#"echo started >>"$notes""#.utf8))
        lines.append(
            Array("# A shell that lives through signals can note how its farmers ended, which get them as well.".utf8))
        lines.append(Array("trap : HUP INT TERM USR1 USR2".utf8))
        let launch = nodes > 1 ? scheduler.launchOnAll : scheduler.launchOnOne
        let isRanked = launch.contains("{ranked}")
        if isRanked {
            lines.append(
                Array("# The highest status becomes that of all: 75 is 2 on its way, so that it hides no error.".utf8))
        }
        lines.append(Scheduler.fill(launch, values))
        lines.append(Array("status=$?".utf8))
        if isRanked { lines.append(Array("[ $status != 2 ] || status=75".utf8)) }
        lines.append(Array("echo \"ended $status\" >>\"$notes\"".utf8))
        if isRequeued {
            lines.append(Array("# Work remains, and the job was not cancelled: it is to run again.".utf8))
            lines.append(Array("if [ $status = 75 ]; then".utf8))
            lines.append(Array("    \(scheduler.requeueNow)\nfi".utf8))
        }
        lines.append(Array("exit $status\n".utf8))
        return Array(lines.joined(separator: [10]))
    }

    private func number(_ value: Int) -> [UInt8] { Array("\(value)".utf8) }
}
