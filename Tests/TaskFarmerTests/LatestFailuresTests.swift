import Foundation
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("The latest failures") struct LatestFailuresTests {
    private func attempt(_ task: Int, _ outcome: Outcome) -> Attempt {
        Attempt(
            task: task, number: 1, host: "n\(task % 7)", farmer: "n1.1.1", slot: 3,
            started: 1_700_000_000_000_000 + task, wall: 5, outcome: outcome)
    }

    /// Every thousandth fails, and some of the others are interrupted.
    private func outcome(_ task: Int) -> Outcome {
        if task % 1000 == 999 { return task % 2000 == 999 ? .exited(3) : .lost }
        return task % 777 == 0 ? .interrupted : .succeeded
    }

    private func write(_ tasks: Range<Int>, _ file: URL) throws {
        var bytes: [UInt8] = []
        for task in tasks { attempt(task, outcome(task)).appendLine(to: &bytes) }
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
    }

    private func withAttempts(_ body: (WorkDirectory, URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "failures-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "attempts.tsv")
        try Data("id\tattempt\thost\n".utf8).write(to: file)
        try body(WorkDirectory(Path(folder.path)), file)
    }

    private func state(_ file: URL) throws -> StateRecord {
        var state = StateRecord()
        state.sizes[.attempts] = try #require(
            FileManager.default.attributesOfItem(atPath: file.path)[.size] as? NSNumber
        ).intValue
        return state
    }

    @Test func `those of a long file are found a part at a time, and all in the end`() throws {
        try withAttempts { directory, file in
            try write(0..<150_000, file)
            let now = try state(file)
            #expect(now.sizes[.attempts] ?? 0 > 9 << 20, "longer than what one look reads")
            var failures = LatestFailures(directory, most: 1000)
            try failures.look(now)
            let expected = (0..<150).reversed().map { $0 * 1000 + 999 }
            let first = failures.attempts.map(\.task)
            #expect(!failures.hasAll && first == Array(expected.prefix(first.count)) && !first.isEmpty)
            while !failures.hasAll { try failures.look(now) }
            #expect(failures.attempts.map(\.task) == expected)
            #expect(failures.attempts == expected.map { attempt($0, outcome($0)) })
        }
    }

    @Test func `what is added is read as it comes, and no more than so many are kept`() throws {
        try withAttempts { directory, file in
            try write(0..<5_000, file)
            var failures = LatestFailures(directory, most: 3)
            try failures.look(state(file))
            #expect(failures.attempts.map(\.task) == [4999, 3999, 2999] && !failures.hasAll)
            try write(5_000..<7_500, file)
            // What is not committed yet does not count.
            var part = try state(file)
            part.sizes[.attempts]? -= 100
            try failures.look(part)
            #expect(failures.attempts.map(\.task) == [6999, 5999, 4999])
            try failures.look(state(file))
            try write(7_500..<8_000, file)
            try failures.look(state(file))
            #expect(failures.attempts.map(\.task) == [7999, 6999, 5999])
        }
    }

    @Test func `a file that was begun anew is read anew, and an empty one has none`() throws {
        try withAttempts { directory, file in
            var failures = LatestFailures(directory)
            try failures.look(StateRecord())
            #expect(failures.attempts.isEmpty && failures.hasAll)
            try write(0..<3_000, file)
            try failures.look(state(file))
            #expect(failures.attempts.map(\.task) == [2999, 1999, 999] && failures.hasAll)
            try Data("id\tattempt\thost\n".utf8).write(to: file)
            try write(0..<1_500, file)
            try failures.look(state(file))
            #expect(failures.attempts.map(\.task) == [999])
        }
    }
}
