// The scheduler's commands, carried out, and the folder `batch` of a work directory: a script for each submission, and of each
// job its output and what its script has noted. Nothing in there is part of the state: it may be removed when no job is left.

package import TaskFarmerCore
package import TaskFarmerSystem

/// The jobs of one name, in one scheduler.
package struct JobQueue: Sendable {
    private let scheduler: Scheduler
    private let batch: Path
    private let name: String
    /// For so long, in nanoseconds, an answer of the scheduler is waited for.
    private static let patience = 60_000_000_000
    /// A descriptor that can be read when this is to end.
    private let interruption: Int32?

    package init(_ script: BatchScript, interruption: Int32? = nil) {
        self.interruption = interruption
        scheduler = script.scheduler
        batch = script.batch
        name = script.jobName
    }

    /// A command of the scheduler that failed: what it said.
    package struct Refusal: Error, Sendable, Equatable {
        package let message: String
        /// It gave no answer in time, or was not waited for: what was asked for may have been done.
        package let isSilence: Bool
    }

    /// The program that submits.
    private var program: String { String(scheduler.submit.prefix { $0 != " " }) }

    /// Finds out whether jobs can be submitted from here at all.
    ///
    /// - Throws: `FarmError.configuration` when they cannot
    package func requireScheduler() throws {
        guard try Captured.run(Array("command -v \(program)".utf8)).end.exit != 0 else { return }
        throw FarmError.configuration(
            file: program, line: nil,
            "is not found on PATH: run this where jobs are submitted, or choose another scheduler with --scheduler "
                + Scheduler.names.joined(separator: ", "))
    }

    /// Writes a script into the folder under the next name that is free.
    ///
    /// - Returns: its path
    package func write(_ text: [UInt8]) throws -> Path {
        try Folder.ensure(batch)
        var number = 1
        while true {
            let path = batch.appending("job-\(number).sh")
            if try Folder.facts(path) == nil, try Self.create(path, text) { return path }
            number += 1
        }
    }

    /// False where somebody else was quicker.
    private static func create(_ path: Path, _ text: [UInt8]) throws(SystemError) -> Bool {
        let file: Descriptor
        do { file = try Descriptor(path, [.writing, .exclusive, .noLink], permissions: 0o777) } catch {
            if error.isPresent { return false }
            throw error
        }
        try file.write(text)
        try file.flush()
        return true
    }

    /// What a job found in its environment would go on into the one it submits, its step and its place in an array with it.
    private static let outside =
        #"unset $(env | sed -n 's/^\(SLURM_[A-Z0-9_]*\)=.*/\1/p' | grep -vx SLURM_CONF) NONE; "#

    /// Submits a script.
    ///
    /// - Returns: the job's ID
    /// - Throws: `Refusal` with the scheduler's message
    package func submit(_ script: Path) throws -> String {
        let result = try run(Self.outside + scheduler.submit, ["script": ShellQuote.word(script.bytes)])
        let line = result.output.text.split(separator: "\n").last { !$0.allSatisfy(\.isWhitespace) }
        let id = line.map { String($0.prefix { $0 != ";" && !$0.isWhitespace }) } ?? ""
        guard result.end.exit == 0, !id.isEmpty, !id.contains("/"), id == id.oneLine else { throw refusal(result) }
        return id
    }

    /// The jobs that are not over.
    ///
    /// - Throws: `Refusal` with the scheduler's message: then nothing is known
    package func list() throws -> [ListedJob] {
        let result = try run(scheduler.list, ["name": Array(name.utf8)])
        guard result.end.exit == 0 else { throw refusal(result) }
        return ListedJob.parse(result.output.text, pending: scheduler.pending)
    }

    /// Cancels jobs that wait. One that has just begun is left alone where the scheduler can tell.
    package func cancel(_ jobs: [String]) {
        let words = jobs.map { ShellQuote.word(Array($0.utf8)) }
        if !jobs.isEmpty { _ = try? run(scheduler.cancel, ["jobs": Array(words.joined(separator: [32]))]) }
    }

    private func run(_ template: String, _ values: [String: [UInt8]]) throws -> Captured {
        let result = try Captured.run(
            Scheduler.fill(template, values), limit: Self.patience, interruption: interruption)
        guard result.isCutOff else { return result }
        throw Refusal(message: "\(scheduler.name): its command gave no answer and was ended", isSilence: true)
    }

    private func refusal(_ result: Captured) -> Refusal {
        let said = (result.errors + result.output).text.split(whereSeparator: \.isNewline).joined(separator: "; ")
        let how = result.end.exit.map { "exit status \($0)" } ?? "signal \(result.end.signal ?? 0)"
        return Refusal(
            message: "\(scheduler.name) (\(how)): \(said.isEmpty ? "no message" : said)",
            isSilence: scheduler.silences.contains { said.contains($0) })
    }

    // MARK: what jobs leave

    /// What a job's script has noted; nil when it has not begun.
    package func record(of job: String) -> String? { file(of: job) { $0.hasSuffix(".status") } }

    /// The last lines of a job's output, or what there is instead.
    package func lastLines(of job: String) -> String {
        let lines = file(of: job) { !$0.hasSuffix(".status") }?.split(whereSeparator: \.isNewline).suffix(3) ?? []
        return lines.isEmpty ? "it printed nothing" : "its last lines: " + lines.joined(separator: "; ")
    }

    /// As much is read of a file, in bytes.
    private static let end = 1 << 16

    /// The end of a file. Found by listing: a name that was looked for before it was there stays missing for half a minute on NFS.
    private func file(of job: String, _ isIt: (String) -> Bool) -> String? {
        let names = (try? Folder.names(in: batch))?.map(\.text) ?? []
        guard let name = names.first(where: { $0.hasPrefix(job + ".") && isIt($0) }) else { return nil }
        guard let file = try? Descriptor(batch.appending(name), [.reading, .noLink]), let size = try? file.facts().size
        else { return nil }
        // The end is what is asked for, of an output that may be long.
        return (try? file.read(at: max(0, size - Self.end), count: min(size, Self.end)))?.text
    }

    /// Keeps a second autoscaler away for as long as it is held, with a lock of the same kind beside the work directory's
    /// own; nil when there is one. With leases that may take as long as a lease.
    package static func soleOwner(_ directory: WorkDirectory) throws -> SoleOwner? {
        guard let found = try OpenedFarm.readDescription(directory) else { return nil }
        let path = directory.lockPath(recorded: found.lock).adding(suffix: ".autoscale")
        if found.locking == .lease {
            // Whoever of the group may work there may have made it.
            let turns = try LeaseTurns(path, trust: Trust(sharing: found.share == nil ? .no : .asked))
            return try turns.takeForLong() ? SoleOwner(turns) : nil
        }
        let file = try Descriptor(path, [.both, .create, .noLink])
        return try file.tryLock() ? SoleOwner(file) : nil
    }

    package final class SoleOwner {
        private let file: Descriptor?
        private let turns: LeaseTurns?

        fileprivate init(_ file: consuming Descriptor) {
            self.file = consume file
            turns = nil
        }

        fileprivate init(_ turns: LeaseTurns) {
            file = nil
            self.turns = turns
        }

        deinit { turns?.close() }
    }
}
