// Benchmark 3, what does not run tasks: making a work directory from a long list, starting again on it, `status`, `check`.

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct LongLists {
    let bench: Workbench

    private var count: Int { bench.size(10_000_000, small: 100_000) }

    /// A list's lines: as short as a command can be in earnest, and as long as most are. Both do nothing when they are run.
    private enum Shape: CaseIterable {
        case short, usual

        func append(_ index: Int, _ noOp: [UInt8], to bytes: inout [UInt8]) {
            bytes += noOp
            guard self == .usual else { return }
            bytes.append(" --seed ")
            bytes.append(decimal: 100_000_000 + index)
            bytes.append(" --output run/")
            bytes.append(decimal: 100_000_000 + index)
        }

        func width(_ noOp: [UInt8]) -> Int {
            var bytes: [UInt8] = []
            append(0, noOp, to: &bytes)
            return bytes.count + 1
        }
    }

    func rows() throws -> [Row] {
        var rows: [Row] = []
        let noOp = Array(bench.noOp.utf8)
        for shape in Shape.allCases {
            try bench.inFolder("long") { place in
                let list = place.appending("list")
                bench.tell("writing a list of \(Number.grouped(count)) lines of \(shape.width(noOp)) bytes")
                try bench.writeList(list, count: count) { shape.append($0, noOp, to: &$1) }
                let workDirectory = place.appending("w")
                rows += try creation(list, workDirectory, width: shape.width(noOp))
                if shape == .usual { rows += try onWorkDirectory(list, workDirectory) }
            }
        }
        return rows
    }

    /// Makes the work directory several times, the last of which stays.
    private func creation(_ list: Path, _ workDirectory: Path, width: Int) throws -> [Row] {
        guard let tac = bench.find("tac") else {
            return [.skipped(3, "making a work directory, against tac", because: "tac is not installed")]
        }
        let copy = list.adding(suffix: ".tac")
        var ours: Samples = []
        var theirs: Samples = []
        let rounds = bench.rounds(3)
        for round in 1...rounds {
            bench.tell("making a work directory of \(Number.grouped(count)) tasks: round \(round) of \(rounds)")
            theirs.add(try bench.programs.run([tac, list.description], output: copy).checked().seconds)
            try Folder.unlink(copy)
            try bench.remove(workDirectory)
            let ended = try bench.programs.run([
                bench.own, HiddenMode.create, list.description, workDirectory.description,
            ])
            ours.add(try ended.checked().seconds)
        }
        return [
            Row(
                item: 3, what: "making a work directory of \(Number.grouped(count)) lines of \(width) bytes", unit: "s",
                ours: ours, peer: .init(name: "tac LIST > copy", samples: theirs), target: .atMost(2),
                note: Self.creating)
        ]
    }

    private static let creating =
        "A whole process each, the list being in the page cache. The work directory's files are flushed to the disk, tac's copy "
        + "is not."

    private func onWorkDirectory(_ list: Path, _ workDirectory: Path) throws -> [Row] {
        var first: Samples = []
        for _ in 1...bench.rounds(5) { first.add(try restart(list, workDirectory)) }
        return [
            Row(
                item: 3, what: "restart on \(Number.grouped(count)) tasks, until the first one starts", unit: "ms",
                ours: first,
                target: .atMost(100), note: "From exec of taskfarmer to the start that attempts.tsv names.")
        ] + [try status(workDirectory), try check(workDirectory, "with \(Number.grouped(count)) tasks to process")]
    }

    /// Runs a few tasks and stops.
    ///
    /// - Returns: from the start of the program to that of its first task, in milliseconds
    private func restart(_ list: Path, _ workDirectory: Path) throws -> Double {
        bench.tell("starting again on a work directory of \(Number.grouped(count)) tasks")
        let table = workDirectory.appending("attempts.tsv")
        let before = try AttemptsTable(table).count
        let words = [bench.taskfarmer, "run", "-n", "2", "--timeout", "0.5", "-w", workDirectory.description]
        let ended = try bench.programs.run(words + [list.description]).checked([0, 75])
        let entries = try AttemptsTable(table).entries.dropFirst(before)
        guard let first = entries.map(\.start).min() else {
            throw BenchmarkError.program("the restarted farmer ran no task: \(ended.output.text)")
        }
        return Double(first - ended.beginWall) / 1000
    }

    private func status(_ workDirectory: Path) throws -> Row {
        var times: Samples = []
        for _ in 1...max(10, bench.rounds(10)) {
            let ended = try bench.programs.run([bench.taskfarmer, "status", workDirectory.description]).checked()
            times.add(ended.seconds * 1000)
        }
        return Row(
            item: 3, what: "status of \(Number.grouped(count)) tasks", unit: "ms", ours: times, target: .atMost(20),
            note: "From exec to exit.")
    }

    /// Reads everything; here and for `Lengths`.
    func check(_ workDirectory: Path, _ what: String) throws -> Row {
        let bytes = try Self.bytes(in: workDirectory)
        var rates: Samples = []
        let rounds = bench.rounds(3)
        for round in 1...rounds {
            bench.tell("check of \(Number.text(Double(bytes) / 1e6)) MB: round \(round) of \(rounds)")
            let ended = try bench.programs.run([bench.taskfarmer, "check", workDirectory.description]).checked()
            rates.add(Double(bytes) / 1e6 / ended.seconds)
        }
        return Row(
            item: 3, what: "check of a work directory \(what)", unit: "MB/s", ours: rates, target: .atLeast(100),
            note: "All files of the work directory but the logs, over the time from exec to exit.")
    }

    /// The size of all files but the logs.
    private static func bytes(in folder: Path) throws -> Int {
        var sum = 0
        for name in try Folder.names(in: folder) where name != Array("logs".utf8) {
            let path = folder.appending(bytes: name)
            guard let facts = try Folder.facts(path) else { continue }
            sum += facts.isFolder ? try bytes(in: path) : facts.size
        }
        return sum
    }
}
