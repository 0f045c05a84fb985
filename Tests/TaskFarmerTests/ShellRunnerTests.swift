// What the shell runner makes of a task.

import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Shell runner")
struct ShellRunnerTests {
    private static let context = TaskContext(attempt: 1, slot: 0, farmer: "node.1.2", workDirectory: Array("/w".utf8))

    private static func launch(_ command: String) -> TaskProcess { launch(Array(command.utf8)) }

    private static func launch(_ command: [UInt8], by runner: ShellRunner = ShellRunner()) -> TaskProcess {
        launch(TaskDescription(command: command), by: runner)
    }

    private static func launch(_ task: TaskDescription, by runner: ShellRunner) -> TaskProcess {
        guard case .process(let process) = runner.launch(FarmTask(id: 0, task), context) else {
            Issue.record("a line for the shell is a process")
            return TaskProcess([String]())
        }
        return process
    }

    private static func texts(_ words: [[UInt8]]) -> [String] { words.map(\.text) }

    @Test("a line without anything special is executed as its words, with the shell to fall back on")
    func direct() {
        let process = Self.launch("gzip  -9\tfile.dat")
        #expect(Self.texts(process.arguments) == ["gzip", "-9", "file.dat"])
        #expect(process.fallback.map(Self.texts) == ["/bin/sh", "-c", "gzip  -9\tfile.dat"])
    }

    @Test(
        "what a shell would read differently is left to the shell",
        arguments: [
            "a | b", "a > b", "a; b", "a && b", "$X", "a `b`", "a 'b c'", "a \"b\"", "a *", "a ?", "a ~", "a \\b",
            "X=1 a",
            "cd /", "echo -n x", "{ a; }", "! a", "if", "(a)", "a &", "a #b", "a [b]", ". x", "exit 3", "naïve",
            "a\u{1}",
        ])
    func shell(_ line: String) {
        #expect(Self.launch(line) == TaskProcess(["/bin/sh", "-c", line]))
    }

    @Test("a line that begins with - or + is no option of the shell", arguments: ["-c $x", "+$x", "-$"])
    func noOption(_ line: String) {
        #expect(Self.texts(Self.launch(line).arguments) == ["/bin/sh", "-c", " " + line])
    }

    @Test("a line that is longer than an argument may be is handed over as a file")
    func tooLong() {
        let longest = [UInt8](repeating: 97, count: 131_071)
        #expect(Self.launch(longest).script == nil)
        let process = Self.launch(longest + [97])
        #expect(process.script == longest + [97, 10])
        #expect(Self.texts(process.arguments) == ["/bin/sh", "/proc/self/fd/3"])
    }

    @Test("a task with arguments is executed as they are, and no shell reads it")
    func argumentsOfATask() {
        let task = TaskDescription(arguments: ["printf", "%s", "a b; c"])
        #expect(Self.launch(task, by: ShellRunner()) == TaskProcess(["printf", "%s", "a b; c"]))
        #expect(task.command.text == "printf %s 'a b; c'")
    }

    @Test("a setup that fails keeps the command from running, and may end in a comment")
    func setup() {
        let runner = ShellRunner(shell: [Array("bash".utf8)], setup: Array("module load x # y".utf8))
        let process = Self.launch(Array("gzip x".utf8), by: runner)
        #expect(process == TaskProcess(["bash", "-c", "{ module load x # y\n} || exit\ngzip x"]))
    }

    @Test("a task's environment comes after the runner's, and its folder is meant from the runner's")
    func settings() {
        let settings = ProcessSettings(
            environment: [EnvironmentChange("A", "1"), EnvironmentChange("B", "1")], workingDirectory: Array("/d".utf8))
        let task = TaskDescription(
            command: Array("gzip x".utf8), environment: [EnvironmentChange("B", "2")],
            workingDirectory: Array("sub".utf8))
        let process = Self.launch(task, by: ShellRunner(settings: settings))
        #expect(process.environment.map(\.name) == ["A", "B", "B"])
        #expect(process.environment.last == EnvironmentChange("B", "2"))
        #expect(process.workingDirectory?.text == "/d/sub")
        #expect(Self.launch("gzip x", by: ShellRunner(settings: settings)).workingDirectory?.text == "/d")
    }

    private static func launch(_ command: String, by runner: ShellRunner) -> TaskProcess {
        launch(Array(command.utf8), by: runner)
    }

    @Test("bytes that are not UTF-8 reach the command as they are")
    func bytes() {
        let command: [UInt8] = [97, 32, 0xFF, 0xC3]
        #expect(Self.launch(command).arguments.last == command)
    }

    @Test("runners and list handlers that do not exist are refused, with the nearest name")
    func names() throws {
        let registry = Registry(environment: [])
        let runner = refusal { try registry.runner(named: "shel") }
        #expect(runner?.description.contains("did you mean shell?") == true)
        let handler = refusal { try registry.handler(named: "lists") }
        #expect(handler?.description.contains("did you mean list?") == true)
        #expect(try registry.runner(named: "shell") is ShellRunner)
        #expect(try registry.handler(named: "list") is ListHandler)
    }
}
