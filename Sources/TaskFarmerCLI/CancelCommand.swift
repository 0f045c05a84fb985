// `taskfarmer cancel IDS`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport

package enum CancelCommand: Command {
    package static let name = "cancel"
    package static let summary = "Do not run tasks; stop those that run."
    package static let usage = "[OPTIONS] IDS [LIST|WORKDIR]"
    package static let options = [ControlOptions.wait] + ControlOptions.standard
    package static let notes = """
        \(ControlOptions.ids)

        Cancelled tasks stand in WORKDIR/skipped and have not failed. Running ones are stopped by their farmers as --stop-signals says;
        one that exits 0 all the same is finished. Farmers look for requests every 3 s; one that has not answered in time heeds it
        all the same, as soon as it can.

        Exit status: \(ControlOptions.exits) (all are over already); 64 there is no such task; 75 some farmers have not answered.

        Example:
          taskfarmer cancel 3,7-9 tasks.txt
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        let (farm, ids) = try ControlOptions.tasks(arguments, name)
        let (report, silent) = try cancel(ids, farm, limit: try ControlOptions.limit(arguments))
        return ControlOptions.answer(report, silent: silent)
    }

    /// Cancels tasks, and says what was done and who has not answered within so many nanoseconds.
    static func cancel(
        _ ids: TaskIDs, _ farm: ControlledFarm, limit: Int
    ) throws -> (report: ControlReport, silent: [String]) {
        let result = try farm.cancel(ids, limit: limit)
        let report = ControlReport(
            "cancelled",
            [
                (result.waiting, "waiting"), (result.held, "held"), (result.running, "running"),
                (result.taken, "taken and not started"),
            ],
            others: [(result.over, "over already"), (result.unanswered, "with farmers that have not answered")])
        return (report, result.silent)
    }
}
