// What may happen to a farmer while it joins: in processes of their own, since the seam is everybody's.

import Foundation
import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Joining")
struct JoiningTests {
    private struct Silent: FarmObserver {
        var progressInterval: Int? { nil }
        func observe(_ event: FarmEvent) {}
    }

    private static func run(_ bench: Bench) throws -> FarmSummary {
        let sequence = try StopSequence.parse("TERM,5,KILL", numbers: Signal.numbers).get()
        return try Farmer.run(
            try bench.request(), FarmerOptions(slots: 2, stopSequence: sequence, runner: ShellRunner()), signals: nil,
            observer: Silent())
    }

    @Test("a farmer that cannot know whether it has joined leaves its journal to whoever comes next")
    func inDoubt() async {
        await #expect(processExitsWith: .success) {
            let (scratch, bench) = try Scratch.withList()
            _ = try bench.open()
            let path = bench.directory.transaction
            let once = Once()
            IOSeam.install { call throws(SystemError) in
                guard call.kind == .truncate, call.path == path, (try? Folder.facts(path))??.size ?? 0 > 0, once.now
                else { return .max }
                // The server does it, the answer is lost, and the file cannot be asked either.
                _ = unsafe truncate(path.description, 0)
                for number in Int32(3)..<64 {
                    let name = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")
                    if name == path.description { close(number) }
                }
                throw SystemError("cut", path, code: EIO)
            }
            do {
                _ = try Self.run(bench)
                preconditionFailure("it joined in spite of that")
            } catch is FarmError {}
            IOSeam.install(nil)
            let summary = try Self.run(bench)
            precondition(summary.state.done == Scenario.taskCount, "\(summary.state)")
            let problems = try bench.problems()
            precondition(problems.isEmpty, "\(problems)")
            withExtendedLifetime(scratch) {}
        }
    }

    @Test("a farmer that leaves while a newcomer reads its file does not keep the newcomer out")
    func othersLeave() async {
        await #expect(processExitsWith: .success) {
            let (scratch, bench) = try Scratch.withList()
            var other = bench.newRecord()
            other.host = "elsewhere"
            let there = try bench.join(try bench.open(), record: other)
            let isStale = IOSeam.once(.read, other.farmer) { call throws(SystemError) in
                throw SystemError("read", call.path, code: ESTALE)
            }
            let record = bench.newRecord()
            let store = try Store.make(try bench.open(), slots: 1, record: record, assumedDead: [])
            try Exclusion.require(bench.directory, alive: store.alive, record: record, bench.patience)
            precondition(isStale.hasBeen, "it was not looked at")
            IOSeam.install(nil)
            withExtendedLifetime((scratch, there)) {}
        }
    }

    @Test("a work directory that somebody else makes for all while the list is read is refused")
    func planted() async {
        await #expect(processExitsWith: .success) {
            let (scratch, bench) = try Scratch.withList()
            let root = bench.directory.root
            let isPlanted = IOSeam.once(.makeFolder, root.name.text) { _ throws(SystemError) in
                _ = unsafe mkdir(root.description, 0o777)
                _ = unsafe chmod(root.description, 0o777)
            }
            do {
                _ = try bench.open()
                preconditionFailure("it was taken")
            } catch let error as FarmError {
                precondition(error.exitStatus == 78 && error.description.contains("--trust"), "\(error)")
            }
            precondition(isPlanted.hasBeen, "it was there before")
            let names = try Folder.names(in: root)
            precondition(names.isEmpty)
            withExtendedLifetime(scratch) {}
        }
    }
}
