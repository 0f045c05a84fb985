// Retries and time limits inside other programs, and the waiting list that they rest on.

import TaskFarmer
import TaskFarmerCore
import Testing

@Suite("Embedded retries")
struct EmbeddedRetriesTests {
    private static func run(
        _ commands: [String], _ options: Farmer.Options, in scratch: Scratch,
        perform: @escaping @Sendable (FarmTask, TaskContext) async throws -> Outcome
    ) async throws -> (summary: Farmer.Summary, farm: Farm) {
        let place = scratch.path.appending("farm").description
        let farmer = try Farmer(.commands(commands), workDirectory: place, options: options, perform: perform)
        return (try await farmer.run(), try Farm(workDirectory: place))
    }

    @Test("a closure that fails is run again, as often as that is forgiven")
    func retries() async throws {
        var options = Farmer.Options(slots: 2)
        options.retries = 2
        options.retryOn = "exit:9=0"
        options.retryDelay = .milliseconds(10)...(.milliseconds(40))
        let scratch = try Scratch()
        let (summary, farm) = try await Self.run(["3", "9", "0"], options, in: scratch) { task, context in
            task.commandText == "3" && context.attempt == 3 || task.commandText == "0"
                ? .succeeded
                : .exited(Int32(task.commandText) ?? 1)
        }
        #expect((summary.succeeded, summary.failed, summary.retried) == (2, 1, 2))
        #expect(try farm.tasks(in: .failed).map(\.commandText) == ["9"])
        #expect(try farm.attempts().filter { $0.task == 0 }.map(\.outcome) == [.exited(3), .exited(3), .succeeded])
        #expect(try farm.check() == [])
    }

    @Test("a closure that takes too long is cancelled, and one that does not heed that is left alone")
    func timeout() async throws {
        var options = Farmer.Options(slots: 2)
        options.taskTimeout = .milliseconds(200)
        options.stopSignals = "TERM,0.2,KILL"
        let scratch = try Scratch()
        let (summary, farm) = try await Self.run(["heeds", "does not", "quick"], options, in: scratch) { task, _ in
            switch task.commandText {
            case "heeds": try await Task.sleep(for: .seconds(1000))
            case "does not":
                // Cancelled or not, it goes on for a while.
                let end = ContinuousClock.now.advanced(by: .seconds(2))
                while ContinuousClock.now < end { await Task.yield() }
            default: break
            }
            return .succeeded
        }
        #expect((summary.succeeded, summary.failed) == (1, 2))
        let outcomes = Dictionary(uniqueKeysWithValues: try farm.attempts().map { ($0.task, $0.outcome) })
        #expect(outcomes == [0: .timedOut, 1: .timedOut, 2: .succeeded])
        #expect(try farm.check() == [])
    }

    @Test("options that make no sense are refused before anything is made")
    func refusal() throws {
        let scratch = try Scratch()
        let place = scratch.path.appending("farm").description
        for (retries, rules) in [(-1, nil), (251, nil), (0, "exits=1"), (0, "")] as [(Int, String?)] {
            var options = Farmer.Options()
            options.retries = retries
            options.retryOn = rules
            #expect(throws: FarmError.self) {
                try Farmer(.commands(["true"]), workDirectory: place, options: options)
            }
        }
        #expect(throws: FarmError.self) { try Farm(workDirectory: place) }
    }

    @Test("tasks wait in the order in which they are due, the first that came first")
    func order() {
        var waiting = DelayedTasks()
        for (task, due) in [(1, 30), (2, 10), (3, 20), (4, 10), (5, 40), (6, 30)] {
            waiting.add(TaskRecord(id: task, command: []), due: due)
        }
        #expect(waiting.count == 6 && waiting.next == 10)
        #expect(waiting.takeDue(at: 9).isEmpty)
        #expect(waiting.takeDue(at: 20).map(\.id) == [2, 4, 3])
        #expect(waiting.next == 30)
        #expect(waiting.takeAll().map(\.id) == [1, 6, 5])
        #expect(waiting.isEmpty && waiting.next == nil)
    }
}
