// `taskfarmer drain`

internal import TaskFarmerCore

package enum DrainCommand: Command {
    package static let name = "drain"
    package static let summary = "Let a farmer finish its running tasks, start no others, and leave."
    package static let usage = "[OPTIONS] [FARMER] [LIST|WORKDIR]"
    package static let options = [ControlOptions.wait] + ControlOptions.standard
    package static let notes = """
        \(ControlOptions.farmers)

        SIGUSR2 sent to the farmer does the same. It ends with 75 if work remains.

        Exit status: \(ControlOptions.farmersExits).

        Example:
          taskfarmer drain node7 tasks.txt
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        try ControlOptions.ask(.drain, done: done, already: already, arguments.operands, arguments)
    }

    static let done = "draining"
    static let already = "leaving already"
}
