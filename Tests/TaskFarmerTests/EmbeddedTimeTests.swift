// Histories, orders and the end of the time of farmers inside other programs.

import Synchronization
import TaskFarmer
import TaskFarmerCore
import Testing

@Suite("Embedded farmers and time")
struct EmbeddedTimeTests {
    @Test("an earlier run orders the next one, and what has no time left is not begun")
    func orderAndEnd() async throws {
        let scratch = try Scratch()
        let first = scratch.path.appending("first").description
        let commands = ["a 1", "b 1", "c 1"]
        // The one in the middle takes the longest.
        let earlier = try Farmer(.commands(commands), workDirectory: first, options: .init(slots: 3)) { task, _ in
            try await Task.sleep(for: .milliseconds(task.id == 1 ? 400 : 20 * (task.id + 1)))
            return .succeeded
        }
        #expect(try await earlier.run().isComplete)

        let ran = Mutex<[String]>([])
        var options = Farmer.Options(slots: 1)
        options.history = [first]
        options.order = "longest"
        let second = scratch.path.appending("second").description
        let farmer = try Farmer(.commands(commands), workDirectory: second, options: options) { task, _ in
            ran.withLock { $0.append(task.commandText) }
            return .succeeded
        }
        #expect(try await farmer.run().isComplete && ran.withLock { $0.first } == "b 1")

        options.order = nil
        options.timeLimit = .seconds(3600)
        options.drainMargin = .seconds(3600)
        let third = scratch.path.appending("third").description
        let late = try Farmer(.commands(commands), workDirectory: third, options: options) { _, _ in .succeeded }
        let summary = try await late.run()
        #expect(summary.stopReason == .timeout && summary.exitStatus == 75 && summary.counts.toProcess == 3)
        #expect(try Farm(workDirectory: third).check() == [])
    }

    @Test("an order that makes no sense is refused before anything is made")
    func refusal() throws {
        var options = Farmer.Options()
        options.order = "random"
        #expect(throws: FarmError.usage("order random: expected list, longest, shortest or random:SEED")) {
            try Farmer(.commands(["a"]), workDirectory: "nowhere", options: options)
        }
    }
}
