// Benchmarks: what TaskFarmer costs, against its targets and against others. See `--help`.

internal import TaskFarmerCore
internal import TaskFarmerSystem

@main
enum Main {
    static func main() {
        OwnProcess.secureDescriptors()
        SignalSource.ignoreFailedWrites()
        let words = Array(CommandLine.arguments.dropFirst())
        HiddenMode.run(words)
        let options: BenchmarkOptions
        do {
            options = try BenchmarkOptions(words)
        } catch {
            OwnProcess.put("Benchmarks: \(error.message)\n", to: 2)
            OwnProcess.leave(64)
        }
        if options.isHelp {
            OwnProcess.put(BenchmarkOptions.help + "\n", to: 1)
            OwnProcess.leave(0)
        }
        OwnProcess.leave(measure(options))
    }

    private static func measure(_ options: BenchmarkOptions) -> Int32 {
        do {
            let signals = try SignalSource([.terminate, .interrupt, .hangUp, .child])
            let base = options.folder ?? OwnProcess.variable("TMPDIR").map(\.text) ?? "/tmp"
            let folder = Path(base).absolute.appending("taskfarmer-benchmarks.\(ProcessTable.own).\(Clock.wall)")
            guard try Folder.make(folder, permissions: 0o700) else {
                throw BenchmarkError.program("\(folder) is there already")
            }
            defer { try? Folder.removeTree(folder) }
            let bench = try Workbench(options, folder: folder, signals: signals)
            defer { bench.programs.stopAll() }
            let rows = try Suite(bench: bench).rows()
            try show(rows, options)
            return rows.contains { $0.outcome == .failed } ? 1 : 0
        } catch BenchmarkError.interrupted(let signal) {
            OwnProcess.put("Benchmarks: stopped by \(signal)\n", to: 2)
            return 128 + signal.number
        } catch {
            OwnProcess.put("Benchmarks: \(error)\n", to: 2)
            return 1
        }
    }

    private static func show(_ rows: [Row], _ options: BenchmarkOptions) throws {
        let table = Table(machine: Workbench.machine, rows: rows, isSmall: options.isSmall)
        OwnProcess.put(options.isMarkdown ? table.markdown : table.text, to: 1)
        guard let path = options.json else { return }
        let bytes = try ResultFile(Workbench.machine, isSmall: options.isSmall, rows: rows).bytes()
        try Descriptor(Path(path), [.writing, .create, .empty]).write(bytes)
    }
}

/// All benchmarks, one after another.
struct Suite {
    let bench: Workbench

    func rows() throws -> [Row] {
        let only = bench.options.only
        let wanted = only.isEmpty ? Set(BenchmarkOptions.items) : only
        let noOp = wanted.intersection([1, 2])
        var rows: [Row] = []
        if let first = noOp.min() {
            rows += try attempt(first, "no-op tasks") { try NoOpTasks(bench: bench, wanted: noOp).rows() }
        }
        for part in parts where wanted.contains(part.item) {
            rows += try attempt(part.item, part.what, part.rows)
        }
        return rows
    }

    private var parts: [(item: Int, what: String, rows: () throws -> [Row])] {
        [
            (3, "long lists", LongLists(bench: bench).rows), (3, "lengths", Lengths(bench: bench).rows),
            (4, "many farmers", Company(bench: bench).rows),
            (5, "a slow shared file system", SlowShare(bench: bench).rows),
            (6, "file operations", FileOperations(bench: bench).rows),
            (7, "the end of the list", ListEnd(bench: bench).rows),
            (8, "the claim policy, simulated", Simulation(bench: bench).rows),
            (9, "forecasts", Forecasts(bench: bench).rows),
        ]
    }

    /// What cannot be run is a row of its own, and the others go on.
    private func attempt(_ item: Int, _ what: String, _ body: () throws -> [Row]) throws -> [Row] {
        do {
            return try body()
        } catch BenchmarkError.interrupted(let signal) {
            throw BenchmarkError.interrupted(signal)
        } catch {
            return [.failed(item, what, because: "\(error)")]
        }
    }
}
