// What the basic runner makes of a task.

import TaskFarmer
import TaskFarmerCore
import Testing

@Suite("Basic runner")
struct BasicRunnerTests {
    @Test("a command is split at blanks of every kind, and quotes and variables mean nothing")
    func split() throws {
        let runner = try RunnerBench.runner(["Runner = taskfarmer.runners.BasicRunner"])
        #expect(
            RunnerBench.process(runner, " echo\t\"a b\" \u{b}$HOME > x\r")
                == TaskProcess(["echo", "\"a", "b\"", "$HOME", ">", "x"]))
    }

    @Test("arguments of a task stay as they are, and the settings hold")
    func settings() throws {
        let runner = try RunnerBench.runner(["Runner = basic", "env.A = 1", "cwd = /d", "tempdir = True"])
        #expect(runner.usesTemporaryFolder)
        let process = RunnerBench.process(
            runner, TaskDescription(arguments: ["ls", "a b"]), RunnerBench.context)
        #expect(process.words == ["ls", "a b"])
        #expect(process.changes == ["A=1", "TMPDIR=/tmp/own"] && process.workingDirectory?.text == "/d")
    }
}
