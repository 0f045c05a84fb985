// `taskfarmer release IDS`

internal import TaskFarmer
internal import TaskFarmerReport

package enum ReleaseCommand: Command {
    package static let name = "release"
    package static let summary = "Let held tasks run: they are the next to be taken."
    package static let usage = "[OPTIONS] IDS [LIST|WORKDIR]"
    package static let options = ControlOptions.standard
    package static let notes = """
        \(ControlOptions.ids)

        Attempts and failures of a task stay counted while it is held.

        Exit status: \(ControlOptions.exits) (none of them is held); 64 there is no such task.

        Example:
          taskfarmer release 0- tasks.txt     all that are held
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        let (farm, ids) = try ControlOptions.tasks(arguments, name)
        let counts = try farm.release(ids)
        return ControlOptions.answer(
            ControlReport("released", [(counts.done, "held")], others: [(counts.over, "not held")]))
    }
}
