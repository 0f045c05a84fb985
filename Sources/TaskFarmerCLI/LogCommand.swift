// `taskfarmer log`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum LogCommand: Command {
    package static let name = "log"
    package static let summary = "Print what a task has printed, wherever that is kept."
    package static let usage = "[OPTIONS] ID [LIST|WORKDIR]"
    package static let options: [Option] = [
        Option("attempt", value: "N", "The Nth attempt, counted from 1.", standard: "the last one"),
        Option("follow", short: "f", "Go on printing until the attempt is over; wait for it to begin."),
    ]
    package static let notes = """
        ID is the number of the task, as in `toprocess`, `finished` and `failed`. Without LIST or WORKDIR: the work directory that is
        the current folder, or the only one in it. Standard output and standard error of the task come as they were written,
        mixed. Takes no lock.

        Exit status: 0; 1 nothing was kept of it, or it was not started yet; 64 there is no such task or attempt; 74 it cannot be
        read, or some of it is lost.
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        guard let word = arguments.operands.first else {
            throw UsageError(message: "expected the ID of a task; see taskfarmer log --help")
        }
        guard let task = word.decimalValue else {
            throw UsageError(message: "\(word.text): expected the ID of a task, a whole number")
        }
        let attempt = try arguments.number("attempt", in: 1...Int.max)
        let seen = try SeenFarm(arguments.operands.dropFirst())
        let directory = seen.directory
        let state = try directory.readState()
        guard task < state.tasks else {
            throw UsageError(
                message: state.tasks == 0
                    ? "there is no task in \(directory.root)"
                    : "there is no task \(task) in \(directory.root): the last is \(state.tasks - 1)")
        }
        var reader = try LogReader(directory, seen.description, task: task)
        let follow = arguments.has("follow")
        if follow && reader.lastAttempt == nil {
            _ = say("task \(task) has not been started yet; waiting for it", status: 0)
        }
        while follow && reader.lastAttempt == nil {
            Clock.pause(nanoseconds: 200_000_000)
            try reader.look()
        }
        guard let last = reader.lastAttempt else { return say("task \(task) has not been started yet", status: 1) }
        let number = attempt ?? last
        switch try reader.source(of: number) {
        case .unknown:
            throw UsageError(message: "task \(task) has had no attempt \(number); the last is \(last)")
        case .notKept:
            return say("nothing was kept of what attempt \(number) of task \(task) printed", status: 1)
        case .file, .pack:
            return try print(&reader, number, follow: follow)
        }
    }

    private static func print(_ reader: inout LogReader, _ attempt: Int, follow: Bool) throws -> Int32 {
        do {
            let notes = try reader.read(attempt: attempt, follow: follow) { try OwnProcess.print($0) }
            for note in notes.texts { _ = say(note, status: 0) }
            return notes.isDamaged ? 74 : 0
        } catch let error as SystemError where error.isBrokenPipe {
            // Whoever reads has seen enough.
            return 0
        }
    }

    private static func say(_ text: String, status: Int32) -> Int32 {
        OwnProcess.put("taskfarmer: \(text)\n", to: 2)
        return status
    }
}
