// `taskfarmer resize`

internal import TaskFarmerCore

package enum ResizeCommand: Command {
    package static let name = "resize"
    package static let summary = "Change how many tasks a farmer runs at a time."
    package static let usage = "[OPTIONS] FARMER N [LIST|WORKDIR]"
    package static let options = [ControlOptions.wait] + ControlOptions.standard
    package static let notes = """
        \(ControlOptions.farmers)

        More slots are filled at once; where there are fewer, running tasks end first.

        Exit status: \(ControlOptions.farmersExits).

        Example:
          taskfarmer resize node7 16 tasks.txt
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        guard arguments.operands.count >= 2 else {
            throw UsageError(message: "expected a farmer and a number of slots; see taskfarmer resize --help")
        }
        let word = arguments.operands[1].text
        guard let slots = Int(word), FarmerRequest.slots.contains(slots) else {
            throw UsageError(
                message: "\(word): expected a number of slots, from \(FarmerRequest.slots.lowerBound) to "
                    + "\(FarmerRequest.slots.upperBound)")
        }
        let names = [arguments.operands[0]] + arguments.operands.dropFirst(2)
        return try ControlOptions.ask(
            .resize(slots), done: "resized", already: "of that size already", names, arguments)
    }
}
