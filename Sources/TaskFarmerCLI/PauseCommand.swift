// `taskfarmer pause`

internal import TaskFarmerCore

package enum PauseCommand: Command {
    package static let name = "pause"
    package static let summary = "Let a farmer's tasks stand still, and start no others."
    package static let usage = "[OPTIONS] [FARMER] [LIST|WORKDIR]"
    package static let options = [ControlOptions.wait] + ControlOptions.standard
    package static let notes = """
        \(ControlOptions.farmers)

        Their process groups get SIGSTOP. The farmer itself goes on and keeps its tasks; what it has not started goes back to be run
        by others. Paused time does not count towards --task-timeout. SIGTSTP sent to the farmer does the same.

        Exit status: \(ControlOptions.farmersExits).

        Example:
          taskfarmer pause node7 tasks.txt
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        try ControlOptions.ask(
            .pause, done: "paused", already: "paused already", arguments.operands, arguments)
    }
}
