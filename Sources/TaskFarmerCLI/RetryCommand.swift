// `taskfarmer retry`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum RetryCommand: Command {
    package static let name = "retry"
    package static let summary = "Put failed tasks back to be run again."
    package static let usage = "[OPTIONS] IDS|--failed|--class CLASS [LIST|WORKDIR]"
    package static let options =
        [
            Option("failed", "All failed tasks."),
            Option(
                "class", value: "CLASS",
                "Those whose last attempt ended so: a word of attempts.tsv, or exit:N, signal:NAME, oom.",
                completion: .words(FailureClass.names)),
        ] + ControlOptions.standard
    package static let notes = """
        \(ControlOptions.ids)

        They run next, in the order of their IDs. Attempts are counted on; failures are forgotten, so that --retries counts anew.

        Exit status: \(ControlOptions.exits) (none of them has failed); 64 there is no such task.

        Examples:
          taskfarmer retry --class timed-out tasks.txt
          taskfarmer retry --class exit:75 tasks.txt
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        let kind = try arguments.text("class").map { text in
            do throws(FailureClass.Problem) { return try FailureClass(text, signals: Signal.numbers) } catch {
                throw UsageError(message: "--class \(error.message)")
            }
        }
        if arguments.has("failed") && kind != nil {
            throw UsageError(message: "--failed and --class exclude each other")
        }
        if arguments.has("failed") || kind != nil {
            let farm = try ControlOptions.farm(arguments.operands, arguments)
            let count = try farm.retry(kind.map { .ended($0) } ?? .all)
            return ControlOptions.answer(ControlReport("to be run again", [(count, "failed")]))
        }
        if arguments.operands.isEmpty {
            throw UsageError(message: "expected IDs of tasks, --failed or --class CLASS; see taskfarmer retry --help")
        }
        let (farm, ids) = try ControlOptions.tasks(arguments, name)
        return ControlOptions.answer(try retry(ids, farm))
    }

    /// Puts tasks back, as far as they have failed, and says what was done.
    static func retry(_ ids: TaskIDs, _ farm: ControlledFarm) throws -> ControlReport {
        let count = try farm.retry(.ids(ids))
        return ControlReport("to be run again", [(count, "failed")], others: [(ids.count - count, "not failed")])
    }
}
