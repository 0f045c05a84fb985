// `taskfarmer autoscale LIST`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

package enum AutoscaleCommand: Command {
    package static let name = "autoscale"
    package static let summary = "Keep jobs of one node in the queue for as long as there is work for them."
    package static let usage = "[OPTIONS] LIST|WORKDIR [-- OPTIONS OF THE SCHEDULER]"
    package static let options: [Option] =
        [
            Option("max-nodes", short: "N", value: "N", "At most so many jobs, running and queued."),
            Option("time", value: "TIME", "How long each may run: 2:00:00 (hours), 90 (minutes), 1-12 (days-hours)."),
            Option("backlog", value: "N", "How many jobs wait in the queue at most.", standard: "1"),
            Option(
                "worth", value: "SECONDS",
                "Another node is asked for only when there is so much work for each, by the mean time of a task so far.",
                standard: "30"),
        ]
        + Submission.options.filter { $0.long != "leave-idle" } + [
            Option(
                "leave-idle", value: "SECONDS",
                "A node that has had nothing to run for so long is given back, although others still run the last tasks.",
                standard: "120")
        ]
    package static let notes = """
        Looks at the work directory and at the queue every --poll seconds. A job is submitted when tasks wait that no node at
        work, starting or queued would run; the first one shows how many run at a time on a node. A queued job for which nothing is
        left is cancelled. Nodes leave by themselves when they find nothing to do. What follows `--` goes into the batch script.

        It stops when the scheduler refuses a job, when 3 jobs in a row have failed without having done anything, or have ended
        without any task coming to its end, and says why. SIGINT, SIGTERM and SIGHUP stop it. Whenever it stops it cancels what is
        only queued; what runs goes on. Run again, it finds the jobs it had submitted by their name. Only one can be at work on a
        work directory.

        Example:
          taskfarmer autoscale --max-nodes 16 --time 1:00:00 tasks.txt -- --partition=main --account=physics

        Exit status: 0 all done; 1 all done, some tasks failed; 75 work remains, run it again; 64 wrong usage; 71 locks or
        views cannot be trusted; 74 input/output error; 78 wrong configuration, no scheduler, or jobs are refused or fail.
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        guard let nodes = try arguments.number("max-nodes", in: 1...1_000_000), arguments.has("time") else {
            throw UsageError(message: "expected --max-nodes N and --time TIME; see taskfarmer autoscale --help")
        }
        let limits = AutoscaleLimits(
            nodes: nodes, backlog: try arguments.number("backlog", in: 1...100_000) ?? 1,
            worth: try arguments.seconds("worth") ?? 30_000_000_000)
        var submission = try Submission(arguments, process, command: name, jobSuffix: "-auto")
        if !arguments.has("leave-idle") {
            submission.script.farmer.insert(contentsOf: ["--leave-idle", "120"].map { Array($0.utf8) }, at: 2)
        }
        let text = try submission.script.text()
        let signals = try SignalSource([.terminate, .interrupt, .hangUp])
        let state = try submission.prepare()
        if state.hasNothingToRun {
            submission.console.line("nothing is left to do in \(submission.directory.root)")
            return state.exitStatus
        }
        guard let owner = try JobQueue.soleOwner(submission.directory) else {
            submission.console.line(
                "another autoscale is at work on \(submission.directory.root); nothing was submitted")
            return 75
        }
        defer { withExtendedLifetime(owner) {} }
        let queue = JobQueue(submission.script, interruption: signals.descriptor)
        var scaler = Autoscaler(submission, queue, limits, script: try queue.write(text))
        return try scaler.work(until: signals)
    }
}

/// Carries out what the policy decides.
private struct Autoscaler {
    private let submission: Submission
    private let queue: JobQueue
    private let limits: AutoscaleLimits
    private let script: Path
    private var book = AllocationBook()
    private var failures = 0
    private var fruitless = 0
    /// What became of the last job that was of no use.
    private var lastFailure = ""
    /// How often in a row a submission was not answered; so often it is tried.
    private var silences = 0
    private static let mostSilences = 10
    /// Why jobs wait, as the scheduler said it last.
    private var waiting = ""
    /// How many tasks were over at the last look.
    private var done: Int?
    private var hasListed = false
    private var watch = HeartWatch()
    private var rate = RateEstimate()
    private var lastDone: Int?

    init(_ submission: Submission, _ queue: JobQueue, _ limits: AutoscaleLimits, script: Path) {
        self.submission = submission
        self.limits = limits
        self.script = script
        self.queue = queue
    }

    private var console: Console { submission.console }

    mutating func work(until signals: SignalSource) throws -> Int32 {
        while true {
            if let signal = signals.takeAll().first { return try end("stopped by \(signal)", 75) }
            do {
                if let status = try round() { return status }
            } catch let error as JobQueue.Refusal {
                // A signal ends a command that hangs.
                if let signal = signals.takeAll().first { return try end("stopped by \(signal)", 75) }
                // Without an answer nothing is known, and nothing is decided; a first one shows that the commands work.
                if !hasListed { return try end("the scheduler cannot be asked: \(error.message)", 78) }
                console.line("the scheduler cannot be asked just now: \(error.message)")
            }
            Poll.wait(for: [signals.descriptor], nanoseconds: submission.poll)
        }
    }

    /// Looks, decides, does it.
    ///
    /// - Returns: the exit status, once it is over
    private mutating func round() throws -> Int32? {
        let listed = try queue.list()
        if !hasListed && !listed.isEmpty {
            console.line("goes on with jobs of an earlier run: \(listed.map(\.id).joined(separator: ", "))")
        }
        hasListed = true
        let reasons = Set(listed.compactMap(\.reason)).sorted().joined(separator: ", ")
        if reasons != waiting && !reasons.isEmpty { console.line("why jobs wait: \(reasons)") }
        waiting = reasons
        let directory = submission.directory
        let state = try directory.readState()
        if done != state.done { fruitless = 0 }
        done = state.done
        for gone in book.update(listed, done: state.done) { judge(gone) }
        let farmers = try Roster.read(directory)
        var hearts: [String: Int?] = [:]
        for entry in farmers where entry.status == .live {
            let bytes = try? Folder.content(of: directory.alive(entry.farmer))
            hearts.updateValue(bytes.flatMap { AliveRecord($0) }?.heartbeat, forKey: entry.farmer)
        }
        let beating = watch.look(hearts, at: Clock.boot)
        submission.tell(state, &rate, &lastDone)
        let situation = AutoscaleSituation(
            state, farmers: farmers, beating: beating, slots: submission.slots, queued: book.pending.count,
            running: book.running.count, failures: failures, fruitless: fruitless)
        switch AutoscalePolicy.decide(situation, limits) {
        case .finished:
            return try end(nil, state.exitStatus)
        case .stop:
            if failures >= limits.failures {
                return try end(
                    "\(failures) jobs in a row have failed without having done anything; the last: \(lastFailure)", 78)
            }
            let silent = farmers.filter { $0.status == .live && !beating.contains($0.farmer) }
            let advice = AutoscalePolicy.advice(silent: silent, time: submission.arguments.text("time") ?? "")
            return try end(
                "\(fruitless) jobs in a row have ended without any task coming to its end: \(advice); the last: "
                    + lastFailure, 78)
        case .cancel(let count):
            cancel(Array(book.pending.suffix(count)), "no tasks are left for them")
        case .submit(let count):
            for _ in 0..<count {
                do {
                    let job = try queue.submit(script)
                    silences = 0
                    book.submitted(job, done: state.done)
                    console.line("job \(job) is submitted; \(book.running.count) run, \(book.pending.count) wait")
                } catch let refusal as JobQueue.Refusal where !refusal.isSilence || silences + 1 >= Self.mostSilences {
                    return try end("a job was not submitted: \(refusal.message)", 78)
                } catch let refusal as JobQueue.Refusal {
                    // It may have been submitted all the same: the next listing tells.
                    silences += 1
                    throw refusal
                }
            }
        case .wait: break
        }
        return nil
    }

    private mutating func judge(_ gone: AllocationBook.Gone) {
        let use = AllocationBook.use(record: queue.record(of: gone.id), sawWork: gone.sawWork)
        fruitless = use == .worked ? 0 : fruitless + 1
        switch use {
        case .worked:
            failures = 0
            console.line("job \(gone.id) has ended")
        case .fruitless:
            failures = 0
            lastFailure = "job \(gone.id); \(queue.lastLines(of: gone.id))"
            console.line("job \(gone.id) has ended, and no task came to its end while it ran")
        case .failed(let failure):
            failures += 1
            lastFailure = "job \(gone.id): \(failure); \(queue.lastLines(of: gone.id))"
            console.line("a job has failed: \(lastFailure)")
        }
    }

    private mutating func cancel(_ jobs: [String], _ reason: String) {
        if jobs.isEmpty { return }
        queue.cancel(jobs)
        book.cancelled(jobs)
        console.line("cancelled what was only queued, since \(reason): \(jobs.joined(separator: ", "))")
    }

    /// Leaves nothing in the queue that nobody looks after.
    private mutating func end(_ reason: String?, _ status: Int32) throws -> Int32 {
        console.finish()
        if let reason { console.line(reason) }
        // Also what was submitted without an answer.
        if let listed = try? queue.list() { _ = book.update(listed, done: done ?? 0) }
        cancel(book.pending, reason == nil ? "all is done" : "this ends")
        if !book.running.isEmpty {
            console.line(
                "still running, until nothing is left to do or their time is up: \(book.running.joined(separator: ", "))"
            )
        }
        return status
    }
}
