// What the tests of runners have in common.

import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

/// Makes runners from the lines of an INI file, and processes by them.
struct RunnerBench {
    static let context = TaskContext(
        attempt: 2, slot: 3, farmer: "node.1.2", workDirectory: Array("/farm/work dir".utf8), log: Array("/l".utf8),
        temporaryFolder: Array("/tmp/own".utf8))
    static let plain = TaskContext(attempt: 1, slot: 0, farmer: "node.1.2", workDirectory: Array("/home/me/w".utf8))

    /// The runner of a section with these lines.
    static func runner(_ lines: [String], environment: [String] = []) throws -> any Runner {
        var text = ""
        for line in ["[mine]"] + lines { text += line + "\n" }
        let folder = try Scratch()
        let file = folder.path.appending("mine.ini")
        try folder.bench.write(Array(text.utf8), to: file)
        var registry = Registry(environment: environment.map { Array($0.utf8) })
        try registry.read(file: file.description)
        return try registry.runner(named: "mine")
    }

    /// What is wrong with a section of these lines, without the file's name.
    static func problem(_ lines: String...) -> String? {
        let error = refusal { try runner(lines) }
        guard case .configuration(_, let line, let text)? = error else { return nil }
        return "\(line ?? 0): \(text)"
    }

    static func process(_ runner: any Runner, _ task: TaskDescription, _ context: TaskContext = plain) -> TaskProcess {
        guard case .process(let process) = runner.launch(FarmTask(id: 7, task), context) else {
            Issue.record("a process was expected")
            return TaskProcess([String]())
        }
        return process
    }

    static func process(_ runner: any Runner, _ command: String, _ context: TaskContext = plain) -> TaskProcess {
        process(runner, TaskDescription(command), context)
    }
}

extension TaskProcess {
    var words: [String] { arguments.map(\.text) }

    /// The changes as `NAME=value`, or `-NAME`.
    var changes: [String] {
        environment.map { "\($0.value == nil ? "-" : "")\($0.name)\($0.value.map { "=" + $0.text } ?? "")" }
    }
}
