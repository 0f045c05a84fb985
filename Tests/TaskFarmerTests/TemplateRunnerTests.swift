// What the template runner makes of a task.

import TaskFarmer
import TaskFarmerCore
import Testing

@Suite("Template runner")
struct TemplateRunnerTests {
    private static func runner(_ command: String, _ lines: String...) throws -> any Runner {
        try RunnerBench.runner(["Runner = template", "command = \(command)"] + lines)
    }

    @Test("every placeholder becomes one word of the shell")
    func placeholders() throws {
        let runner = try Self.runner(
            "run {command} {id} {attempt} {slot} {workdir} {log} {tmp} > ${OUT:-{x}} {{id}} { a; } {}")
        #expect(runner.usesTemporaryFolder)
        let process = RunnerBench.process(runner, "echo 'it' $HOME", RunnerBench.context)
        #expect(
            process.words == [
                "/bin/sh", "-c",
                #"run 'echo '\''it'\'' $HOME' 7 2 3 '/farm/work dir' /l /tmp/own > ${OUT:-{x}} {id} { a; } {}"#,
            ])
        #expect(process.changes == ["TMPDIR=/tmp/own"])
    }

    @Test("only a template with {tmp}, or tempdir, makes folders")
    func temporary() throws {
        #expect(try !Self.runner("sh -c {command}").usesTemporaryFolder)
        #expect(try Self.runner("sh -c {command}", "tempdir = yes").usesTemporaryFolder)
    }

    @Test("the shell, the environment and the folder are chosen as for the shell runner")
    func settings() throws {
        let runner = try Self.runner("nice {command}", "shell = bash -e", "env.A = 1", "cwd = /d")
        #expect(
            RunnerBench.process(runner, "ls")
                == TaskProcess(
                    ["bash", "-e", "-c", "nice ls"].map { Array($0.utf8) }, environment: [EnvironmentChange("A", "1")],
                    workingDirectory: Array("/d".utf8)))
    }

    @Test("a line that is longer than an argument may be is handed over as a file")
    func tooLong() throws {
        let runner = try Self.runner(": {command}")
        let process = RunnerBench.process(runner, TaskDescription(command: [UInt8](repeating: 97, count: 131_071)))
        #expect(process.words == ["/bin/sh", "/proc/self/fd/3"])
        #expect(process.script?.count == 131_074)
    }

    @Test("a template that would not run the task, or with a misspelt placeholder, is refused")
    func problems() {
        func text(_ command: String) -> String? { RunnerBench.problem("Runner = template", "command = \(command)") }
        #expect(text("nice") == "3: [mine] command: expected {command} where the task's command belongs")
        #expect(
            text("nice {comand}")
                == "3: [mine] command: {comand}: expected one of {command} {id} {attempt} {slot} {workdir} {log} {tmp}; "
                + "did you mean {command}?")
        #expect(
            text("nice {command} {nowhere}")
                == "3: [mine] command: {nowhere}: expected one of {command} {id} {attempt} {slot} {workdir} {log} {tmp}; "
                + "{{ stands for a plain {")
        #expect(refusal { try TemplateRunner(Array("nice".utf8)) }?.exitStatus == 78)
        #expect(
            RunnerBench.problem("Runner = template")?.hasPrefix("1: [mine] command: template needs it: A line") == true)
        #expect(
            RunnerBench.problem("Runner = template", "command = {command}", "shell =")
                == "4: [mine] shell: expected a program")
    }
}
