// `taskfarmer resume`

internal import TaskFarmerCore

package enum ResumeCommand: Command {
    package static let name = "resume"
    package static let summary = "Let the tasks of a paused farmer go on."
    package static let usage = "[OPTIONS] [FARMER] [LIST|WORKDIR]"
    package static let options = [ControlOptions.wait] + ControlOptions.standard
    package static let notes = """
        \(ControlOptions.farmers)

        Their process groups get SIGCONT, and new tasks are started again. SIGCONT sent to the farmer does the same.

        Exit status: \(ControlOptions.farmersExits).

        Example:
          taskfarmer resume tasks.txt
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        try ControlOptions.ask(
            .resume, done: "resumed", already: "not paused", arguments.operands, arguments)
    }
}
