// What the commands have in common that change tasks and farmers: what they are told, and how they answer.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

enum ControlOptions {
    static let standard = [TrustOptions.trust, TrustOptions.members]

    static let wait = Option(
        "wait", value: "SECONDS", "For how long to wait until farmers have heeded it.", standard: "30")

    /// The last paragraph of their help.
    static let exits = "0; 1 there was nothing to do"

    static let ids = """
        IDS are numbers of tasks, as in `toprocess`, `finished` and `failed`, and ranges of them: 3,7-9,12- (the last to the end).
        Without LIST or WORKDIR: the work directory that is the current folder, or the only one in it.
        """

    static let farmers = """
        FARMER is a farmer's name, as `taskfarmer status` shows it, or a part of it that is in no other's, like its host; all farmers
        at work otherwise. Without LIST or WORKDIR: the work directory that is the current folder, or the only one in it. Farmers
        look for requests every 3 s; one that has not answered in time heeds it all the same, as soon as it can.
        """
    static let farmersExits = exits + "; 64 there is no such farmer; 75 some have not answered"

    /// The first operand as IDs.
    static func ids(_ arguments: Arguments, _ command: String) throws -> TaskIDs {
        guard let word = arguments.operands.first else {
            throw UsageError(message: "expected IDs of tasks, like 3,7-9,12-; see taskfarmer \(command) --help")
        }
        do throws(TaskIDs.Problem) { return try TaskIDs(parsing: word.text) } catch {
            throw UsageError(message: error.message)
        }
    }

    /// The work directory that operands name.
    static func farm(_ place: some Sequence<[UInt8]>, _ arguments: Arguments) throws -> ControlledFarm {
        let patience = EndlessPatience { text in OwnProcess.put("taskfarmer: \(text)\n", to: 2) }
        return try FarmError.wrappingSystem {
            try ControlledFarm(
                try Places.existing(Array(place)), trust: try TrustOptions.trust(arguments), patience)
        }
    }

    /// The work directory and the IDs that are there.
    static func tasks(_ arguments: Arguments, _ command: String) throws -> (farm: ControlledFarm, ids: TaskIDs) {
        let ids = try ids(arguments, command)
        let farm = try farm(arguments.operands.dropFirst(), arguments)
        return (farm, try farm.existing(ids))
    }

    static func limit(_ arguments: Arguments) throws(UsageError) -> Int {
        try arguments.seconds("wait") ?? 30_000_000_000
    }

    /// Asks the farmers that operands name for something, and says what came of it.
    ///
    /// - Returns: the exit status
    static func ask(
        _ wish: FarmerRequest.Wish, done: String, already: String, _ operands: [[UInt8]], _ arguments: Arguments
    ) throws -> Int32 {
        guard operands.count <= 2 else {
            throw UsageError(
                message: "expected a farmer and a task list or work directory, got \(operands.count) names")
        }
        let limit = try limit(arguments)
        // One name may be either.
        let isPlace = try operands.count == 1 && Places.isPlace(operands[0])
        let name = isPlace ? nil : operands.first
        let farm = try farm(isPlace ? operands[...] : operands.dropFirst(), arguments)
        let farmers = try farm.farmers(named: name.map(\.text))
        if farmers.isEmpty { return answer(ControlReport(nothing: done, "no farmer is at work")) }
        let (report, silent) = try ask(wish, done: done, already: already, farmers, farm, limit: limit)
        return answer(report, silent: silent)
    }

    /// Asks farmers for something, and says what came of it and who has not answered within so many nanoseconds.
    static func ask(
        _ wish: FarmerRequest.Wish, done: String, already: String, _ farmers: [RosterEntry], _ farm: ControlledFarm,
        limit: Int
    ) throws -> (report: ControlReport, silent: [String]) {
        let answers = try farm.ask(wish, of: farmers, limit: limit)
        let report = ControlReport(
            done, [(answers.done.count, words(answers.done))],
            others: [
                (answers.already.count, already), (answers.gone.count, "gone meanwhile"),
                (answers.silent.count, "asked, no answer yet"),
            ])
        return (report, answers.silent)
    }

    private static func words(_ farmers: [String]) -> String {
        farmers.count == 1 ? "farmer (\(farmers[0]))" : "farmers"
    }

    /// Says what was done, why nothing was, and who has not answered.
    ///
    /// - Returns: the exit status
    static func answer(_ report: ControlReport, silent: [String]) -> Int32 {
        if silent.isEmpty { return answer(report) }
        OwnProcess.put("\(report.text)\n", to: 1)
        OwnProcess.put(
            "taskfarmer: not answered by \(silent.joined(separator: ", ")); each heeds it as soon as it can\n", to: 2)
        return 75
    }

    /// Says what was done, or why nothing was.
    ///
    /// - Returns: the exit status
    static func answer(_ report: ControlReport) -> Int32 {
        if report.didSomething {
            OwnProcess.put("\(report.text)\n", to: 1)
            return 0
        }
        OwnProcess.put("taskfarmer: \(report.text)\n", to: 2)
        return 1
    }
}

extension FarmError {
    static func wrappingSystem<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as SystemError { throw FarmError.system(error) }
    }
}
