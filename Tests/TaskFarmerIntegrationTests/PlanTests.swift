// What `plan` says of a list, and that it is what farmers then do.

import Foundation
import Testing

@Suite("Plans") struct PlanTests {
    private func rows(_ output: String) -> [[String]] {
        output.split(separator: "\n").drop { !$0.contains("core-hours") }.dropFirst().map {
            $0.split(separator: " ").map(String.init)
        }
    }

    /// Seconds in a cell like `12.5 s`.
    private func seconds(_ row: [String]) -> Double { Double(row[1]) ?? -1 }

    @Test func `a plan has the tasks that ran, as long as they ran, and no farmer is quicker than it`() throws {
        try Farm.use { farm in
            try farm.write((0..<24).map { "sleep 0.\(10 + $0 * 3)" })
            try farm.farmer("-n", "6").ends(0)
            let walls = farm.attempts().compactMap { $0["wall"].flatMap(Double.init) }
            let ended = try farm.call("plan", "--history", "tasks_workdir", "--proc", "2", "--nodes", "1,3", "tasks")
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(ended.output.hasPrefix("24 tasks, ") && ended.output.contains("24 of the same task before"))
            let rows = rows(ended.output)
            #expect(rows.map(\.first) == ["1", "3"])
            let total = walls.reduce(0, +)
            for (row, slots) in zip(rows, [2.0, 6.0]) {
                let bound = total / slots
                #expect(seconds(row) >= bound - 0.05 && seconds(row) < bound + 2, "\(row): \(bound)")
            }
            #expect(
                ended.output.contains(
                    "sbatch --nodes=3 --ntasks-per-node=1 --time=0:02:00 --cpus-per-task=2 --wrap='srun taskfarmer run "
                ))
        }
    }

    @Test func `what a plan submits is what it planned`() throws {
        try Farm.use { farm in
            try farm.write((0..<6).map { #"{"command":"sleep 0.0\#($0)","time":\#($0 + 1),"cpus":2}"# })
            let ended = try farm.call(
                "plan", "-t", "jsonl", "--order", "longest", "--offer", "cpus=4", "--nodes", "1", "tasks")
            let line = try #require(ended.output.split(separator: "\n").last)
            #expect(
                line.contains("11.") && line.contains("--wrap='srun taskfarmer run --order longest"),
                "two at a time: \(ended.output)")
            // The command between the quotes, without srun.
            let words = line.split(separator: "'")[1].split(separator: " ").dropFirst(2).map(String.init)
            try farm.start(words + ["-n", "1"]).ends(0)
            #expect(farm.ids("finished") == [5, 4, 3, 2, 1, 0])
        }
    }

    @Test func `what is left of a work directory is planned by what it took`() throws {
        try Farm.use { farm in
            try farm.write((0..<8).map { _ in "test -e go || sleep 0.2" })
            let farmer = try farm.start(["run", "-n", "1", "tasks"])
            try eventually("some are done") { farm.ids("finished").count >= 3 }
            farmer.signal(SIGTERM)
            try farmer.ends(75)
            let left = farm.ids("toprocess").count
            let ended = try farm.call("plan", "--nodes", "1", "tasks_workdir")
            #expect(ended.status == 0 && ended.output.hasPrefix("\(left) task"), "\(ended.output)\(ended.errors)")
            #expect(
                ended.output.contains("\(left) of other tasks of its class")
                    || ended.output.contains("of the same task before"))
        }
    }

    @Test func `longer work takes more jobs, and tasks that are longer than a job are said`() throws {
        try Farm.use { farm in
            try farm.write(
                (0..<20).map { _ in #"{"command":"true","time":600}"# } + [#"{"command":"true","time":7200}"#])
            let ended = try farm.call(
                "plan", "-t", "jsonl", "--proc", "2", "--nodes", "1", "--time", "1:00:00", "tasks")
            #expect(rows(ended.output).first.map { $0[2] } == "2", "\(ended.output)")
            #expect(
                ended.output.contains("--time=1:00:00") && ended.output.contains("not in it: 1 tasks that take longer"))
        }
    }

    @Test(
        arguments: [
            ([], "nothing is known of how long tasks take"), (["--nodes", "0"], "--nodes 0: expected numbers"),
            (["--nodes", "3-1"], "--nodes 3-1"), (["--time", "soon"], "--time soon: expected a time"),
            (["--order", "fastest"], "--order fastest"),
            (
                ["-t", "jsonl", "--cpus", "3", "--offer", "cpus=2"],
                "none of the tasks can run: one needs 3 cpus, this farmer has 2"
            ),
            (["-t", "jsonl", "--time", "1"], "none of the tasks can run: all take longer"),
        ] as [([String], String)])
    func `what makes no sense is refused`(words: [String], text: String) throws {
        try Farm.use { farm in
            try farm.write([words.contains("jsonl") ? #"{"command":"true","time":3600}"# : "true"])
            let ended = try farm.start(["plan"] + words + ["tasks"]).wait()
            #expect(ended.status == 64 && ended.errors.contains(text), "\(ended.status): \(ended.errors)")
        }
    }
}
