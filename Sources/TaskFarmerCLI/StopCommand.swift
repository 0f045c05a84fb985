// `taskfarmer stop`

internal import TaskFarmerCore

package enum StopCommand: Command {
    package static let name = "stop"
    package static let summary = "Let a farmer stop its tasks, put them back and leave."
    package static let usage = "[OPTIONS] [FARMER] [LIST|WORKDIR]"
    package static let options = [ControlOptions.wait] + ControlOptions.standard
    package static let notes = """
        \(ControlOptions.farmers)

        SIGTERM sent to the farmer does the same. It ends with 75 if work remains.

        Exit status: \(ControlOptions.farmersExits).

        Example:
          taskfarmer stop node7 tasks.txt
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        try ControlOptions.ask(
            .stop, done: "stopping", already: "stopping already", arguments.operands, arguments)
    }
}
