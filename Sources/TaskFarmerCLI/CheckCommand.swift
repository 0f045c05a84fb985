// `taskfarmer check`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum CheckCommand: Command {
    package static let name = "check"
    package static let summary =
        "Prove that no task is lost or recorded twice and that every file is whole; mend what is not."
    package static let usage = "[OPTIONS] [LIST|WORKDIR]"
    package static let options: [Option] = [
        Option("repair", "Mend what can be mended, after keeping a copy. Refused while farmers are at work."),
        Option(
            "lock-dir", value: "DIR", "With --repair: the lock lies in DIR from now on.", standard: "where it was",
            completion: .folder),
        Option("new-lock", "With --repair: use a new lock file, since a node that is gone keeps the old one for ever."),
        Option(
            "assume-dead", value: "HOST,…",
            "With --repair: farmers on these hosts are gone although the file server keeps their locks."),
        TrustOptions.trust, TrustOptions.members,
    ]
    package static let notes = """
        Every ID must be in exactly one of toprocess, held, finished, failed, skipped or a live farmer's claims, and every file of its
        form. Reads everything, under the lock.

        Exit status: 0 sound, or mended; 1 something is wrong; 64 there is no work directory; 75 farmers are at work.
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        for option in ["lock-dir", "new-lock", "assume-dead"] where arguments.has(option) && !arguments.has("repair") {
            throw UsageError(message: "--\(option) goes with --repair")
        }
        if arguments.has("lock-dir") && arguments.has("new-lock") {
            throw UsageError(message: "--lock-dir and --new-lock exclude each other")
        }
        let patience = EndlessPatience { text in OwnProcess.put("taskfarmer: \(text)\n", to: 2) }
        let trust = try TrustOptions.trust(arguments)
        let directory = WorkDirectory(try Places.existing(arguments.operands))
        if arguments.has("repair") {
            let lock: Repair.LockChoice =
                arguments.path("lock-dir").map { .folder($0) } ?? (arguments.has("new-lock") ? .beside : .same)
            let registry = try Registries.read(arguments, process)
            let done = try Repair.run(
                directory, lock: lock, assumedDead: arguments.assumedDead, registry: registry, trust: trust, patience)
            for text in done { OwnProcess.put("\(text)\n", to: 1) }
        }
        let report = try Check.run(directory, patience, trust: trust)
        for text in report.notes { OwnProcess.put("note: \(text)\n", to: 1) }
        for text in report.problems { OwnProcess.put("\(text)\n", to: 1) }
        if let state = report.state, report.isSound {
            OwnProcess.put(
                "\(directory.root.description.oneLine): sound; \(Text.count(state.tasks, "task")), each in one place: "
                    + "\(state.toprocess) to process, \(state.claimed) claimed, \(state.finished) finished, "
                    + "\(state.failed) failed, \(state.skipped) skipped\(state.held > 0 ? ", \(state.held) held" : "")\n",
                to: 1)
            return 0
        }
        let count = Text.count(report.problems.count, "problem")
        OwnProcess.put("\(directory.root.description.oneLine): \(count)\n", to: 1)
        return 1
    }
}
