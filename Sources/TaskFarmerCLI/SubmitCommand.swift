// `taskfarmer submit LIST`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

package enum SubmitCommand: Command {
    package static let name = "submit"
    package static let summary = "Submit a batch job with a farmer on each of its nodes."
    package static let usage = "[OPTIONS] LIST|WORKDIR [-- OPTIONS OF THE SCHEDULER]"
    package static let options: [Option] =
        [
            Option("nodes", short: "N", value: "N", "One job with so many nodes.", standard: "1"),
            Option("array", value: "N", "Instead, an array of so many jobs of one node, which start one by one."),
            Option(
                "time", value: "TIME",
                "How long the job may run: 2:00:00 (hours), 90 (minutes), 1-12 (days-hours).",
                standard: "as the scheduler gives"),
            Option(
                "requeue",
                "Before its time is up the job stops its tasks and is queued again, as long as work is left. SLURM only."
            ),
            Option("dry-run", "Print the batch script; write nothing, submit nothing."),
            Option("wait", "Wait until every task is over, and exit as `taskfarmer run` does."),
        ] + Submission.options
    package static let notes = """
        Makes the work directory, so that a list that cannot be read is refused at once, writes a batch script into its folder
        `batch`, submits it and prints the job's ID. What the job prints is in that folder as well. What follows `--` goes into the
        script as it is. Nodes are asked for whole unless --proc says how many processors of each are wanted.

        Where nothing is left to do, nothing is submitted. Interrupting --wait leaves the job alone.

        Examples:
          taskfarmer submit --nodes 4 --time 2:00:00 tasks.txt
          taskfarmer submit --array 8 --time 2:00:00 --requeue tasks.txt -- --partition=main --account=physics
          taskfarmer submit --nodes 4 --time 30 --dry-run tasks.txt

        Exit status: 0 submitted; 64 wrong usage; 71 locks or views cannot be trusted; 74 input/output error; 78 wrong
        configuration, no scheduler, or it refuses the job. With --wait: 0 all done; 1 all done, some tasks failed; 75 the job is
        gone and work remains. Where nothing is left to do: 0 or 1 likewise.
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        let nodes = try arguments.number("nodes", in: 1...1_000_000)
        let array = try arguments.number("array", in: 1...1_000_000)
        if nodes != nil && array != nil { throw UsageError(message: "--nodes and --array exclude each other") }
        if arguments.has("requeue") && arguments.has("leave-idle") {
            throw UsageError(
                message: "--requeue and --leave-idle exclude each other: a job that leaves would be queued again")
        }
        if arguments.has("requeue") && !arguments.has("time") {
            throw UsageError(message: "--requeue needs --time, so that farmers can be told before it is up")
        }
        var submission = try Submission(arguments, process, command: name)
        let scheduler = submission.script.scheduler
        if arguments.has("requeue") && !scheduler.hasRequeue {
            throw UsageError(
                message:
                    "--requeue: a job of \(scheduler.name) cannot queue itself again; taskfarmer autoscale submits "
                    + "another one as long as work is left")
        }
        if array != nil && !scheduler.hasArrays {
            throw UsageError(
                message: "--array: \(scheduler.name) has no arrays of batch jobs; use --nodes or taskfarmer autoscale")
        }
        submission.script.size = array.map { .array($0) } ?? .nodes(nodes ?? 1)
        submission.script.isRequeued = arguments.has("requeue")
        if arguments.has("dry-run") {
            try submission.show()
            return 0
        }
        let text = try submission.script.text()
        let state = try submission.prepare()
        if state.hasNothingToRun {
            submission.console.line("nothing is left to do in \(submission.directory.root); nothing is submitted")
            return state.exitStatus
        }
        let queue = submission.queue
        let script = try queue.write(text)
        let job: String
        do {
            job = try queue.submit(script)
        } catch let refusal as JobQueue.Refusal {
            // A job that is there all the same has it.
            if !refusal.isSilence { try Folder.unlink(script) }
            submission.console.line(
                refusal.isSilence
                    ? "the job may have been submitted: \(refusal.message); look into the queue for \(submission.script.jobName) before "
                        + "you submit it again"
                    : "the job was not submitted: \(refusal.message)")
            return 78
        }
        OwnProcess.put("\(job)\n", to: 1)
        submission.console.line("job \(job) is submitted: \(script)")
        return arguments.has("wait") ? try wait(for: job, submission) : 0
    }

    /// Waits until all is done or the job is gone.
    private static func wait(for job: String, _ submission: Submission) throws -> Int32 {
        let queue = submission.queue
        defer { submission.console.finish() }
        var rate = RateEstimate()
        var last: Int?
        var missing = 0
        var nextList = 0
        var hasTold = false
        var waiting = ""
        while true {
            let state = try submission.directory.readState()
            submission.tell(state, &rate, &last)
            if state.hasNothingToRun { return state.exitStatus }
            // Its farmers had left before it was found missing, and what they did was seen after that.
            if missing > 1 {
                submission.console.line(
                    "job \(job) is gone and \(state.toprocess + state.claimed) tasks are left; \(queue.lastLines(of: job)); "
                        + "submit it again to go on")
                return 75
            }
            if Clock.boot >= nextList {
                nextList = Clock.boot + submission.poll
                do {
                    let listed = try queue.list().filter { $0.belongs(to: job) }
                    let isThere = !listed.isEmpty
                    let reasons = Set(listed.compactMap(\.reason)).sorted().joined(separator: ", ")
                    if reasons != waiting && !reasons.isEmpty {
                        submission.console.line("why job \(job) waits: \(reasons)")
                    }
                    waiting = reasons
                    missing = isThere ? 0 : missing + 1
                    // Between two states a job may not be listed.
                    if !isThere { nextList = Clock.boot + min(submission.poll, 1_000_000_000) }
                    hasTold = false
                } catch let refusal as JobQueue.Refusal {
                    if !hasTold { submission.console.line("cannot ask about job \(job) just now: \(refusal.message)") }
                    hasTold = true
                }
            }
            Clock.pause(nanoseconds: 300_000_000)
        }
    }
}
