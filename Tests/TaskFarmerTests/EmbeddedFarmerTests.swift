// The farmer inside other programs, by its public interface alone.

import Synchronization
import TaskFarmer
import TaskFarmerSystem
import Testing

/// A value that several tasks change.
private final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        value.withLock { value in
            var copy = value
            defer { value = copy }
            return body(&copy)
        }
    }
}

@Suite("Embedded farmer")
struct EmbeddedFarmerTests {
    private static func summary(
        _ source: TaskSource, in scratch: Scratch, slots: Int = 4,
        perform: @escaping @Sendable (FarmTask, TaskContext) async throws -> Outcome
    ) async throws -> Farmer.Summary {
        let farmer = try Farmer(
            source, workDirectory: scratch.path.appending("farm").description, options: Farmer.Options(slots: slots),
            perform: perform)
        return try await farmer.run()
    }

    @Test("a closure runs every task once, in as many at a time as there are slots")
    func closure() async throws {
        let scratch = try Scratch()
        let seen = Shared([Int: String]())
        let running = Shared((now: 0, most: 0))
        let commands = (0..<200).map { "item \($0)" }
        let summary = try await Self.summary(.commands(commands), in: scratch, slots: 3) { task, context in
            running.withLock { running in
                running.now += 1
                running.most = max(running.most, running.now)
            }
            seen.withLock { seen in
                #expect(seen[task.id] == nil)
                seen[task.id] = task.commandText
            }
            #expect(context.attempt == 1)
            await Task.yield()
            running.withLock { $0.now -= 1 }
            return .succeeded
        }
        #expect(seen.withLock { $0 } == Dictionary(uniqueKeysWithValues: commands.enumerated().map { ($0, $1) }))
        #expect(running.withLock { $0.most } <= 3)
        #expect(summary.isComplete)
        #expect(summary.succeeded == 200)
        #expect(summary.exitStatus == 0)
        let farm = try Farm(workDirectory: scratch.path.appending("farm").description)
        #expect(try farm.counts().finished == 200)
        #expect(try farm.counts().isComplete)
        #expect(try farm.check() == [])
    }

    @Test("commands that look like comments or are blank are tasks all the same")
    func verbatim() async throws {
        let scratch = try Scratch()
        let seen = Shared(Set<String>())
        let commands = ["# not a comment", "", " ", "x"]
        _ = try await Self.summary(.commands(commands), in: scratch) { task, _ in
            seen.withLock { _ = $0.insert(task.commandText) }
            return .succeeded
        }
        #expect(seen.withLock { $0 } == Set(commands))
    }

    @Test("outcomes and errors are recorded, and an error stands in the log")
    func outcomes() async throws {
        struct Trouble: Error, CustomStringConvertible { let description = "no beans left" }
        let scratch = try Scratch()
        let summary = try await Self.summary(.commands(["good", "bad", "worse"]), in: scratch) { task, _ in
            switch task.commandText {
            case "good": return .succeeded
            case "bad": return .exited(3)
            default: throw Trouble()
            }
        }
        #expect(summary.failed == 2)
        #expect(summary.exitStatus == 1)
        let farm = try Farm(workDirectory: scratch.path.appending("farm").description)
        #expect(Set(try farm.attempts().map(\.outcome)) == Set<Outcome>([.succeeded, .exited(3), .exited(1)]))
        #expect(try farm.tasks(in: .finished).map(\.commandText) == ["good"])
        #expect(try farm.tasks(in: .failed).map(\.id).sorted() == [1, 2])
        let output = try #require(try farm.output(of: 2))
        #expect(String(decoding: output, as: UTF8.self) == "taskfarmer: the task threw an error: no beans left\n")
    }

    @Test("whatever a closure says, what is kept of it is of its form")
    func senselessOutcomes() async throws {
        let scratch = try Scratch()
        let outcomes: [Outcome] = [
            .exited(0), .exited(-77), .exited(256), .signalled(99), .couldNotStart(0, reason: "a\tb\nc"), .interrupted,
            .lost,
        ]
        let summary = try await Self.summary(.commands(outcomes.indices.map(String.init)), in: scratch) { task, _ in
            outcomes[task.id]
        }
        #expect(summary.isComplete)
        let farm = try Farm(workDirectory: scratch.path.appending("farm").description)
        let kept = Dictionary(uniqueKeysWithValues: try farm.attempts().map { ($0.task, $0.outcome) })
        #expect(
            kept == [
                0: .succeeded, 1: .exited(179), 2: .exited(1), 3: .exited(1),
                4: .couldNotStart(1, reason: "a b c"), 5: .exited(1), 6: .exited(1),
            ])
        #expect(try farm.check() == [])
    }

    @Test("tasks with structure reach the closure whole, and the shell runner executes them so")
    func structured() async throws {
        let scratch = try Scratch()
        let task = TaskDescription(
            arguments: ["sh", "-c", "printf '%s|%s' \"$GREETING\" \"$PWD\"\n"].map { Array($0.utf8) },
            environment: [EnvironmentChange("GREETING", "hé llo")], workingDirectory: Array("/".utf8), name: "greet")
        let farmer = try Farmer(
            .tasks([task, TaskDescription("echo 'two\nlines'")]),
            workDirectory: scratch.path.appending("farm").description, options: Farmer.Options(slots: 2))
        let summary = try await farmer.run()
        #expect(summary.exitStatus == 0)
        let farm = try Farm(workDirectory: farmer.workDirectory)
        #expect(try farm.task(0)?.description == task)
        #expect(try farm.output(of: 0).map { String(decoding: $0, as: UTF8.self) } == "hé llo|/")
        #expect(try farm.output(of: 1).map { String(decoding: $0, as: UTF8.self) } == "two\nlines\n")
        #expect(try farm.check() == [])
    }

    @Test("an asynchronous sequence gives tasks, and a longer one adds to them")
    func sequence() async throws {
        let scratch = try Scratch()
        let runs = Shared(0)
        for count in [5, 8] {
            let tasks = AsyncStream<TaskDescription> { continuation in
                for number in 0..<count { continuation.yield(TaskDescription("n \(number)")) }
                continuation.finish()
            }
            let summary = try await Self.summary(.tasks(tasks), in: scratch) { _, _ in
                runs.withLock { $0 += 1 }
                return .succeeded
            }
            #expect(summary.counts.finished == count)
        }
        #expect(runs.withLock { $0 } == 8)
    }

    @Test("events tell of every start and end, and finish with the farmer")
    func events() async throws {
        let scratch = try Scratch()
        var options = Farmer.Options(slots: 2)
        options.progressInterval = .milliseconds(1)
        let farmer = try Farmer(
            .commands((0..<20).map(String.init)), workDirectory: scratch.path.appending("farm").description,
            options: options
        ) { _, _ in .succeeded }
        let events = farmer.events
        async let summary = farmer.run()
        var started: Set<Int> = []
        var ended: Set<Int> = []
        var hasProgress = false
        for await event in events {
            switch event {
            case .started(let task, let attempt, _):
                #expect(attempt == 1)
                #expect(task.commandText == String(task.id))
                started.insert(task.id)
            case .ended(let attempt):
                #expect(started.contains(attempt.task))
                ended.insert(attempt.task)
            case .progress(let progress):
                #expect(progress.tasks == 20)
                hasProgress = true
            case .note, .stopping, .draining: break
            }
        }
        #expect(try await summary.isComplete)
        #expect(ended == Set(0..<20))
        #expect(hasProgress)
        var late = farmer.events.makeAsyncIterator()
        #expect(await late.next() == nil)
    }

    @Test("several farmers in one process share one list")
    func several() async throws {
        let scratch = try Scratch()
        let directory = scratch.path.appending("farm").description
        let runs = Shared([Int: Int]())
        let commands = (0..<300).map(String.init)
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let farmer = try Farmer(
                        .commands(commands), workDirectory: directory, options: Farmer.Options(slots: 2)
                    ) { task, _ in
                        runs.withLock { $0[task.id, default: 0] += 1 }
                        return .succeeded
                    }
                    return try await farmer.run().succeeded
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts.reduce(0, +) == 300)
        #expect(runs.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<300).map { ($0, 1) }))
        #expect(try Farm(workDirectory: directory).check() == [])
    }

    @Test("an existing work directory is gone on with; none is an error that says so")
    func existing() async throws {
        let scratch = try Scratch()
        let directory = scratch.path.appending("farm").description
        await #expect(throws: FarmError.self) {
            try await Farmer(.existing, workDirectory: directory) { _, _ in .succeeded }.run()
        }
        _ = try await Self.summary(.commands(["a", "b"]), in: scratch) { _, _ in .exited(1) }
        var options = Farmer.Options(slots: 1)
        options.retryFailed = true
        let again = try Farmer(.existing, workDirectory: directory, options: options) { _, context in
            #expect(context.attempt == 2)
            return .succeeded
        }
        #expect(try await again.run().counts.finished == 2)
        await #expect(throws: FarmError.usage("this farmer has run already; make another one")) {
            try await again.run()
        }
    }

    @Test("options that make no sense are refused before anything is made")
    func senseless() throws {
        #expect(throws: FarmError.self) { try Farmer(.commands(["a"])) }
        #expect(throws: FarmError.self) { try Farmer(.commands(["a"]), workDirectory: "") }
        #expect(throws: FarmError.self) { try Farmer(.file("x"), options: Farmer.Options(slots: 0)) }
        var options = Farmer.Options()
        options.stopSignals = "TREM"
        #expect(throws: FarmError.self) { try Farmer(.file("x"), options: options) }
    }
}

@Suite("Stopping an embedded farmer")
struct StoppedEmbeddedFarmerTests {
    /// Tasks that wait until they are cancelled, and count how many of them began.
    private static func waiting(_ begun: AsyncStream<Int>.Continuation) -> ClosureRunner {
        ClosureRunner { task, _ in
            begun.yield(task.id)
            while !Task.isCancelled { try await Task.sleep(for: .milliseconds(1)) }
            throw CancellationError()
        }
    }

    @Test("a cancelled farmer cancels its tasks, which go back and use nothing up")
    func cancelled() async throws {
        let scratch = try Scratch()
        let directory = scratch.path.appending("farm").description
        let (begun, continuation) = AsyncStream.makeStream(of: Int.self)
        let farmer = try Farmer(
            .commands(["a", "b", "c"]), workDirectory: directory, runner: Self.waiting(continuation),
            options: Farmer.Options(slots: 2))
        let run = Task { try await farmer.run() }
        var iterator = begun.makeAsyncIterator()
        for _ in 0..<2 { _ = await iterator.next() }
        run.cancel()
        let summary = try await run.value
        #expect(summary.stopReason == .requested)
        #expect(summary.exitStatus == 75)
        #expect(summary.interrupted == 2)
        #expect(summary.counts.toProcess == 3)
        let farm = try Farm(workDirectory: directory)
        #expect(try farm.attempts().map(\.outcome) == [.interrupted, .interrupted])
        #expect(try farm.check() == [])

        let again = try Farmer(.existing, workDirectory: directory) { _, _ in .succeeded }
        #expect(try await again.run().counts.finished == 3)
    }

    @Test("processes of a cancelled farmer are stopped, too")
    func processes() async throws {
        let scratch = try Scratch()
        let farmer = try Farmer(
            .commands(["exec sleep 1000"]), workDirectory: scratch.path.appending("farm").description,
            options: Farmer.Options(slots: 1))
        let events = farmer.events
        let run = Task { try await farmer.run() }
        for await event in events {
            if case .started = event { run.cancel() }
        }
        let summary = try await run.value
        #expect(summary.interrupted == 1)
        #expect(summary.counts.toProcess == 1)
    }

    @Test("a task that heeds no cancellation is given up after the stop signals, and runs again elsewhere")
    func stubborn() async throws {
        let scratch = try Scratch()
        let directory = scratch.path.appending("farm").description
        let (begun, continuation) = AsyncStream.makeStream(of: Int.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        var options = Farmer.Options(slots: 1)
        options.stopSignals = "KILL"
        let farmer = try Farmer(.commands(["a"]), workDirectory: directory, options: options) { task, _ in
            continuation.yield(task.id)
            // Waits, whether or not it is cancelled.
            await Task { for await _ in released { break } }.value
            return .succeeded
        }
        let run = Task { try await farmer.run() }
        var iterator = begun.makeAsyncIterator()
        _ = await iterator.next()
        farmer.stop()
        let summary = try await run.value
        #expect(summary.interrupted == 1)
        release.finish()
        #expect(try Farm(workDirectory: directory).counts().toProcess == 1)
    }

    @Test("a drained farmer lets running tasks finish and starts no others")
    func drained() async throws {
        let scratch = try Scratch()
        let (begun, continuation) = AsyncStream.makeStream(of: Int.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let farmer = try Farmer(
            .commands(["a", "b", "c"]), workDirectory: scratch.path.appending("farm").description,
            options: Farmer.Options(slots: 1)
        ) { task, _ in
            continuation.yield(task.id)
            for await _ in released { break }
            return .succeeded
        }
        let events = farmer.events
        let run = Task { try await farmer.run() }
        var iterator = begun.makeAsyncIterator()
        _ = await iterator.next()
        farmer.drain()
        for await event in events {
            if case .draining = event { release.finish() }
        }
        let summary = try await run.value
        #expect(summary.succeeded == 1)
        #expect(summary.stopReason == .requested)
        #expect(summary.exitStatus == 75)
        #expect(summary.counts.toProcess == 2)
    }

    @Test("tasks of which not all were read are not taken for the list", arguments: [true, false])
    func halfRead(isCancelled: Bool) async throws {
        let scratch = try Scratch()
        let directory = scratch.path.appending("farm")
        let (tasks, continuation) = AsyncStream.makeStream(of: TaskDescription.self)
        let (read, hasRead) = AsyncStream.makeStream(of: Void.self)
        // Never ends by itself.
        let slow = tasks.map { task in
            hasRead.yield()
            return task
        }
        let farmer = try Farmer(.tasks(slow), workDirectory: directory.description) { _, _ in .succeeded }
        let run = Task { try await farmer.run() }
        continuation.yield(TaskDescription("a"))
        for await _ in read { break }
        if isCancelled { run.cancel() } else { farmer.stop() }
        await #expect(throws: FarmError.stopped("while its tasks were read; nothing was made")) { try await run.value }
        #expect(try Folder.facts(directory) == nil)
    }

    @Test("a farmer that was stopped before it ran makes nothing")
    func before() async throws {
        let scratch = try Scratch()
        let directory = scratch.path.appending("farm")
        let farmer = try Farmer(.commands(["a"]), workDirectory: directory.description) { _, _ in
            Issue.record("nothing shall run")
            return .succeeded
        }
        farmer.stop()
        await #expect(throws: FarmError.stopped("before it ran; nothing was made")) { try await farmer.run() }
        #expect(try Folder.facts(directory) == nil)
    }
}
