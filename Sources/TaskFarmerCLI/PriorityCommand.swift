// `taskfarmer priority IDS N`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport

package enum PriorityCommand: Command {
    package static let name = "priority"
    package static let summary = "Let waiting tasks run earlier or later than others."
    package static let usage = "[OPTIONS] IDS N [LIST|WORKDIR]"
    package static let options = ControlOptions.standard
    package static let notes = """
        \(ControlOptions.ids)

        N is a whole number; tasks have 0 otherwise, and those with more run earlier. Tasks that get a priority come behind others
        that have it. What goes back to be run, is released or is added comes before all others, whatever their priorities. This
        rewrites the list of waiting tasks from the deepest of them on, which takes a moment where there are millions.

        Exit status: \(ControlOptions.exits) (all have that priority, are held, with farmers, or over); 64 there is no such task.

        Examples:
          taskfarmer priority 7,9 10 tasks.txt
          taskfarmer priority 500- -1 tasks.txt     after all others
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        guard arguments.operands.count >= 2 else {
            throw UsageError(message: "expected IDs of tasks and a priority; see taskfarmer priority --help")
        }
        let word = arguments.operands[1].text
        guard let priority = Int(word), PriorityMark.range.contains(priority) else {
            throw UsageError(
                message: "\(word): expected a priority, a whole number from \(PriorityMark.range.lowerBound) to "
                    + "\(PriorityMark.range.upperBound)")
        }
        let ids = try ControlOptions.ids(arguments, name)
        let farm = try ControlOptions.farm(arguments.operands.dropFirst(2), arguments)
        let counts = try farm.prioritize(try farm.existing(ids), priority)
        return ControlOptions.answer(
            ControlReport(
                "moved", [(counts.done, "waiting")],
                others: [
                    (counts.already, "with that priority already"), (counts.held, "held"),
                    (counts.claimed, "with farmers"), (counts.over, "over already"),
                ]))
    }
}
