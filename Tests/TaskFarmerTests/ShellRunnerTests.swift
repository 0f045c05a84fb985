// What the shell runner makes of a task.

import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Shell runner")
struct ShellRunnerTests {
    private static let runner = ShellRunner(environment: [Array("HOME=/".utf8), Array("PATH=/usr/bin::/bin".utf8)])
    private static let context = TaskContext(attempt: 1, slot: 0)

    private struct Started {
        var request: SpawnRequest
        var script: [UInt8]?
    }

    private static func launch(_ command: String) -> Started { launch(Array(command.utf8)) }

    private static func launch(_ command: [UInt8], by runner: ShellRunner = runner) -> Started {
        guard case .process(let request, let script) = runner.launch(FarmTask(id: 0, command: command), context) else {
            Issue.record("a line for the shell is a process")
            return Started(request: SpawnRequest())
        }
        return Started(request: request, script: script)
    }

    private static func texts(_ words: [[UInt8]]) -> [String] { words.map(\.text) }

    @Test("a line without anything special is executed as its words, with the shell to fall back on")
    func direct() {
        let request = Self.launch("gzip  -9\tfile.dat").request
        #expect(Self.texts(request.candidates) == ["/usr/bin/gzip", "./gzip", "/bin/gzip"])
        #expect(Self.texts(request.arguments) == ["gzip", "-9", "file.dat"])
        #expect(request.fallback?.text == "/bin/sh")
        #expect(Self.texts(request.fallbackArguments) == ["sh", "-c", "gzip  -9\tfile.dat"])
    }

    @Test("a command with a slash is not looked for on PATH")
    func slash() {
        #expect(Self.texts(Self.launch("./run 1").request.candidates) == ["./run"])
        #expect(Self.texts(Self.launch("/opt/x").request.candidates) == ["/opt/x"])
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
        let request = Self.launch(line).request
        #expect(request.candidates == [])
        #expect(request.arguments == [])
        #expect(Self.texts(request.fallbackArguments) == ["sh", "-c", line])
    }

    @Test("a line that begins with - or + is no option of the shell", arguments: ["-c x", "+x", "-"])
    func noOption(_ line: String) {
        #expect(Self.texts(Self.launch(line).request.fallbackArguments) == ["sh", "-c", " " + line])
    }

    @Test("without a PATH the shell decides where to look")
    func noPath() {
        let runner = ShellRunner(environment: [])
        let request = Self.launch(Array("gzip x".utf8), by: runner).request
        #expect(request.candidates == [])
        #expect(Self.texts(request.fallbackArguments) == ["sh", "-c", "gzip x"])
    }

    @Test("a line that is longer than an argument may be is handed over as a file")
    func tooLong() {
        let longest = [UInt8](repeating: 97, count: 131_071)
        #expect(Self.launch(longest).script == nil)
        let launch = Self.launch(longest + [97])
        #expect(launch.script == longest + [97, 10])
        #expect(launch.request.candidates == [])
        #expect(Self.texts(launch.request.fallbackArguments) == ["sh", "/proc/self/fd/3"])
    }

    @Test("bytes that are not UTF-8 reach the command as they are")
    func bytes() {
        let command: [UInt8] = [97, 32, 0xFF, 0xC3]
        let request = Self.launch(command).request
        #expect(request.fallbackArguments.last == command)
    }

    @Test("runners and list handlers that do not exist are refused, with the nearest name")
    func names() throws {
        let runner = refusal { try Runners.named("shel", environment: []) }
        #expect(runner?.description.contains("did you mean shell?") == true)
        let handler = refusal { try TaskListHandlers.named("lists") }
        #expect(handler?.description.contains("did you mean list?") == true)
        #expect(try Runners.named("shell", environment: []) is ShellRunner)
        #expect(try TaskListHandlers.named("list") is ListHandler)
    }
}
