// Tasks that a program holds, releases, reorders, cancels and adds in a work directory of its own.

import Synchronization
import TaskFarmer
import TaskFarmerCore
import Testing

@Suite("Embedded control")
struct EmbeddedControlTests {
    @Test(
        "waiting tasks are held, moved, cancelled and released; failed ones are put back; the rest runs in that order")
    func waiting() async throws {
        let scratch = try Scratch()
        let place = scratch.path.appending("farm").description
        let order = Mutex<[Int]>([])
        func run(_ first: Bool) async throws {
            let farmer = try Farmer(
                first ? .commands(["task 0"]) : .existing, workDirectory: place, options: .init(slots: 1)
            ) { task, _ in
                order.withLock { $0.append(task.id) }
                return first ? .exited(1) : .succeeded
            }
            _ = try await farmer.run()
        }
        try await run(true)
        let farm = try Farm(workDirectory: place)
        #expect(try farm.add((1..<8).map { TaskDescription("task \($0)") }) == 1..<8)
        #expect(try farm.hold([6, 7]) == 2 && farm.hold([6]) == 0)
        #expect(try farm.tasks(in: .held).map(\.id).sorted() == [6, 7])
        let cancelled = try farm.cancel([7])
        #expect(cancelled.skipped == 1 && cancelled.stopped == 0 && cancelled.over == 0)
        #expect(try farm.prioritize([5], 3) == 1)
        #expect(try farm.add([TaskDescription("one more"), TaskDescription("another")]) == 8..<10)
        #expect(try farm.retry() == 1 && farm.retry() == 0)
        #expect(throws: FarmError.self) { try farm.hold([77]) }
        #expect(throws: FarmError.self) { try farm.prioritize([5], 9_000_000) }
        #expect(try farm.release([6]) == 1)
        try await run(false)
        #expect(order.withLock { $0 } == [0, 6, 0, 8, 9, 5, 1, 2, 3, 4])
        #expect(try farm.tasks(in: .skipped).map(\.id) == [7] && farm.counts().isComplete && farm.check() == [])
    }

    @Test("a farmer that waits runs what is added until it is told to leave")
    func queue() async throws {
        let scratch = try Scratch()
        let place = scratch.path.appending("farm").description
        var options = Farmer.Options(slots: 2)
        options.waits = true
        let farmer = try Farmer(.commands(["first"]), workDirectory: place, options: options) { _, _ in .succeeded }
        let events = farmer.events
        async let summary = farmer.run()
        var ended = 0
        for await event in events {
            guard case .ended = event else { continue }
            ended += 1
            if ended == 1 { try Farm(workDirectory: place).add([TaskDescription("second"), TaskDescription("third")]) }
            if ended == 3 { farmer.drain() }
        }
        #expect(try await summary.succeeded == 3)
        #expect(try Farm(workDirectory: place).counts().finished == 3)
    }
}
