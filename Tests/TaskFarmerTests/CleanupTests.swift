// What is run after attempts that were stopped or ended by a signal.

import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Cleaning up after a stop")
struct CleanupTests {
    /// Runs commands with a shell in a folder, and after them, where that is due, another.
    private struct Cleaning: Runner {
        let folder: Path
        let cleanup: [String]
        var usesTemporaryFolder: Bool { true }

        func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
            let settings = ProcessSettings(
                environment: [EnvironmentChange("MARK", "of the task")], workingDirectory: folder.bytes,
                usesTemporaryFolder: true)
            var process = settings.process(["/bin/sh", "-c"].map { Array($0.utf8) } + [task.command], task, context)
            process.cleanup = cleanup.map { Array($0.utf8) }
            return .process(process)
        }
    }

    private func lines(_ path: Path) throws -> [String] {
        try Folder.content(of: path).text.split(separator: "\n").map(String.init).sorted()
    }

    @Test(
        "an attempt that is stopped is followed by its cleanup, in its own surroundings, when all of its group is gone",
        arguments: ["TERM,60,KILL", "KILL"])
    func stopped(sequence: String) throws {
        let scratch = try Scratch()
        let bench = scratch.bench
        let task = "(trap '' TERM; while :; do sleep 1; done) & echo $! > child.$PROC_NUMBER; "
        try bench.write(list: Array(repeating: task + "echo > $TMPDIR/up; touch up.$PROC_NUMBER; wait", count: 3))
        let lives = "grep -q '^State:[[:space:]]*[A-Y]' /proc/$(cat child.$PROC_NUMBER)/status 2>/dev/null"
        let script =
            "cat > in.$PROC_NUMBER; \(lives) && exit; "
            + "echo $TASKFARMER_TASK_ID $TASKFARMER_ATTEMPT $MARK $(ls $TMPDIR) >> cleaned; exit 3"
        let control = try FarmControl()
        let stopper = try WorkerThread {
            let files = ["up.0", "up.1"].map { bench.folder.appending($0) }
            // Two minutes, which only a failure takes.
            for _ in 0..<60_000 {
                if files.allSatisfy({ (try? Folder.content(of: $0)) != nil }) { break }
                Clock.pause(nanoseconds: 2_000_000)
            }
            control.stop()
        }
        let witness = Witness()
        let summary = try bench.runFarmer(
            stop: sequence, runner: Cleaning(folder: bench.folder, cleanup: ["/bin/sh", "-c", script]), witness,
            control: control)
        stopper.join()
        #expect(summary.attempts.interrupted == 2 && summary.exitStatus == 75)
        #expect(try lines(bench.folder.appending("cleaned")) == ["0 1 of the task up", "1 1 of the task up"])
        #expect(try Folder.content(of: bench.folder.appending("in.0")).isEmpty)
        #expect(witness.notes.filter { $0.contains("cleanup") || $0.contains("temporary") } == [])
        #expect(try Reading(bench.directory).at(.toprocess).sorted() == [0, 1, 2])
        #expect(try bench.problems() == [])
    }

    @Test(
        "the program that stands for a task ends well when it is stopped: that is no success", arguments: [true, false])
    func endsWell(hasCleanup: Bool) throws {
        let scratch = try Scratch()
        let bench = scratch.bench
        try bench.write(list: ["trap 'exit 0' TERM; touch up; while :; do sleep 0.01; done"])
        let control = try FarmControl()
        let stopper = try WorkerThread {
            // Two minutes, which only a failure takes.
            for _ in 0..<60_000 {
                if (try? Folder.content(of: bench.folder.appending("up"))) != nil { break }
                Clock.pause(nanoseconds: 2_000_000)
            }
            control.stop()
        }
        let cleaning = Cleaning(folder: bench.folder, cleanup: ["/bin/sh", "-c", "exit 0"])
        let plain = ShellRunner(settings: ProcessSettings(workingDirectory: bench.folder.bytes))
        let summary = try bench.runFarmer(runner: hasCleanup ? cleaning : plain, control: control)
        stopper.join()
        #expect(
            summary.attempts.interrupted == (hasCleanup ? 1 : 0) && summary.attempts.succeeded == (hasCleanup ? 0 : 1))
        #expect(try Reading(bench.directory).at(.toprocess) == (hasCleanup ? [0] : []))
    }

    @Test("a cleanup holds no slot, follows a signal and not an exit, and is over before its farmer leaves")
    func beside() throws {
        let scratch = try Scratch()
        let bench = scratch.bench
        try bench.write(list: ["kill -9 $$", "touch go", "exit 3"])
        let script = "until test -e go; do sleep 0.01; done; sleep 0.1; echo $PROC_NUMBER >> cleaned"
        let summary = try bench.runFarmer(
            slots: 1, runner: Cleaning(folder: bench.folder, cleanup: ["/bin/sh", "-c", script]))
        #expect(summary.attempts.failed == 2 && summary.attempts.succeeded == 1 && summary.exitStatus == 1)
        #expect(try lines(bench.folder.appending("cleaned")) == ["0"])
        #expect(try bench.problems() == [])
    }

    @Test("a cleanup that cannot be started is told, and nothing else comes of it")
    func missing() throws {
        let scratch = try Scratch()
        let bench = scratch.bench
        try bench.write(list: ["kill -9 $$", "true"])
        let witness = Witness()
        let summary = try bench.runFarmer(
            runner: Cleaning(folder: bench.folder, cleanup: ["/nowhere/program", "x"]), witness)
        #expect(summary.attempts.failed == 1 && summary.attempts.succeeded == 1)
        #expect(
            witness.notes.filter { $0.contains("cleanup") } == [
                "the cleanup after task 0, attempt 1 (/nowhere/program x) cannot be started: No such file or directory"
            ])
    }
}
