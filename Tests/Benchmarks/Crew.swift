// Several farmers on one work directory, started together.

internal import FoundationEssentials
internal import TaskFarmerCore
internal import TaskFarmerSystem

struct Crew {
    let bench: Workbench
    var farmers: Int
    /// Of each farmer.
    var slots: Int
    var kind: FarmerOrder.Kind
    var delay = 0
    var counts = false
    var logs: String?

    struct Result {
        var reports: [HiddenMode.Report]
        /// Where `attempts.tsv` is, as long as the folder is there.
        var workDirectory: Path

        var ended: Int { reports.map(\.ended).reduce(0, +) }
        var visits: Int { reports.map(\.visits).reduce(0, +) }

        var attempts: AttemptsTable { get throws { try AttemptsTable(workDirectory.appending("attempts.tsv")) } }
    }

    /// Makes a list and its work directory, runs all of it, and gives what was done to `read`; then everything is removed.
    func run<Value>(
        count: Int, line: (Int, inout [UInt8]) -> Void, read: (Result) throws -> Value
    ) throws -> Value {
        try bench.inFolder("crew") { place in
            let list = place.appending("list")
            let workDirectory = place.appending("w")
            try bench.writeList(list, count: count, line)
            try bench.programs.run([bench.own, HiddenMode.create, list.description, workDirectory.description])
                .checked()
            let result = try work(workDirectory)
            guard result.ended == count else {
                throw BenchmarkError.program("\(farmers) farmers ended \(result.ended) of \(count) tasks")
            }
            return try read(result)
        }
    }

    /// Runs what is in a work directory.
    func work(_ workDirectory: Path) throws -> Result {
        var order = FarmerOrder(workDirectory, slots: slots, kind: kind)
        order.delay = delay
        order.counts = counts
        if let logs { order.logs = logs }
        let processes = try (0..<farmers).map { _ in
            try bench.programs.start([bench.own, HiddenMode.farmer] + order.words)
        }
        let reports = try bench.programs.wait(for: processes).map { ended in
            // What the farmer told its user stands before its report.
            guard let line = try ended.checked().output.split(separator: 10).last else {
                throw BenchmarkError.program("a farmer left without a report")
            }
            return try JSONDecoder().decode(HiddenMode.Report.self, from: Data(line))
        }
        return Result(reports: reports, workDirectory: workDirectory)
    }
}
