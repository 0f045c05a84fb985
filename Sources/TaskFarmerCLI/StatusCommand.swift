// `taskfarmer status`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum StatusCommand: Command {
    package static let name = "status"
    package static let summary = "Show how far a list is, who is at work on it and what is running."
    package static let usage = "[OPTIONS] [LIST|WORKDIR]"
    package static let options: [Option] = [Option("json", "Print JSON, as documented in the manual.")]
    package static let notes = """
        Without an operand: the work directory that is the current folder, or the only one in it. What farmers on this and other
        nodes are running is as of their last heartbeat, at most a few seconds old. Takes no lock.

        Exit status: 0; 64 there is no work directory; 74 it cannot be read.
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        let seen = try SeenFarm(arguments.operands)
        let state = try seen.directory.readState()
        let farmers = try Roster.live(seen.directory)
        let report = StatusReport(
            directory: seen.directory.root.description, list: seen.description.list, state: state, farmers: farmers,
            silent: Liveness.silent(farmers, seen.directory), now: Clock.wall)
        OwnProcess.put(arguments.has("json") ? report.json : report.text, to: 1)
        return 0
    }
}
