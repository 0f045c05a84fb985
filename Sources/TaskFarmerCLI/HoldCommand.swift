// `taskfarmer hold IDS`

internal import TaskFarmer
internal import TaskFarmerReport

package enum HoldCommand: Command {
    package static let name = "hold"
    package static let summary = "Keep waiting tasks back until they are released."
    package static let usage = "[OPTIONS] IDS [LIST|WORKDIR]"
    package static let options = ControlOptions.standard
    package static let notes = """
        \(ControlOptions.ids)

        Held tasks stand in WORKDIR/held. What farmers have taken is not held. Farmers that have nothing else left end with 75.

        Exit status: \(ControlOptions.exits) (all are held already, with farmers, or over); 64 there is no such task.

        Example:
          taskfarmer hold 100- tasks.txt
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        let (farm, ids) = try ControlOptions.tasks(arguments, name)
        let counts = try farm.hold(ids)
        return ControlOptions.answer(
            ControlReport(
                "held", [(counts.done, "waiting")],
                others: [
                    (counts.already, "held already"), (counts.claimed, "with farmers"), (counts.over, "over already"),
                ]))
    }
}
