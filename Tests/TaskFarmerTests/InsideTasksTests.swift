// Tasks that run inside the farmer's own process.

import StoreCrasher
import Synchronization
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Tasks inside the process")
struct InsideTasksTests {
    private struct Closures: Runner {
        static let name = "closures"
        let body: @Sendable (FarmTask, Completion) -> Void
        func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
            .inside { [body] completion in body(task, completion) }
        }
    }

    private struct Nobody: FarmObserver {
        func observe(_ event: FarmEvent) {}
        var progressInterval: Int? { nil }
    }

    private static func run(
        _ bench: Bench, timeout: Int? = nil, _ body: @escaping @Sendable (FarmTask, Completion) -> Void
    ) throws -> FarmSummary {
        guard case .success(let stop) = StopSequence.parse("TERM,KILL", numbers: Signal.numbers) else {
            throw UnreadableSequence()
        }
        return try Farmer.run(
            bench.request(),
            FarmerOptions(slots: 4, timeout: timeout, stopSequence: stop, runner: Closures(body: body)),
            signals: nil, observer: Nobody())
    }

    private struct UnreadableSequence: Error {}

    @Test("tasks that end at once, or later from another thread, are recorded as they ended")
    func ends() throws {
        let (scratch, bench) = try Scratch.withList(40)
        let others = Mutex<[WorkerThread]>([])
        let summary = try Self.run(bench) { task, completion in
            let outcome: Outcome = task.id % 10 == 3 ? .exited(7) : .succeeded
            if task.id % 2 == 0 {
                completion.end(outcome)
                completion.end(.exited(1))  // only the first counts
            } else {
                let thread = try? WorkerThread { completion.end(outcome) }
                if let thread { others.withLock { $0.append(thread) } }
            }
        }
        for thread in others.withLock({ $0 }) { thread.join() }
        let reading = try Reading(bench.directory)
        #expect(reading.at(.failed).sorted() == [3, 13, 23, 33])
        #expect(reading.at(.finished).count == 36)
        #expect(summary.exitStatus == 1 && summary.attempts.succeeded == 36)
        #expect(try Check.run(bench.directory, bench.patience).isSound)
        withExtendedLifetime(scratch) {}
    }

    @Test("a task that does not heed the stop goes back, and what it says later is not heard")
    func stopped() throws {
        let (scratch, bench) = try Scratch.withList(6)
        let deaf = Mutex<[Completion]>([])
        let summary = try Self.run(bench, timeout: 100_000_000) { _, completion in
            deaf.withLock { $0.append(completion) }
        }
        for completion in deaf.withLock({ $0 }) {
            #expect(completion.isStopped)
            completion.end(.succeeded)
        }
        #expect(summary.exitStatus == 75)
        let reading = try Reading(bench.directory)
        #expect(reading.at(.toprocess).sorted() == Array(0..<6) && reading.at(.finished) == [])
        #expect(try Check.run(bench.directory, bench.patience).isSound)
        withExtendedLifetime(scratch) {}
    }
}
