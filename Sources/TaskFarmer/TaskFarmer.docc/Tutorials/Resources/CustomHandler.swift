// A task list handler of our own: every record of a FASTA file is a task. Registered as a kind, it can be configured in INI files.
//
//     swift run CustomHandler tasklists.ini lengths sequences.fasta

import Foundation
import TaskFarmer

/// Makes a task of each record of a FASTA file: `command` with the record's name and sequence as its last two arguments.
struct FastaHandler: TaskListHandler {
    let command: String

    func forEachTask(in list: TaskListReader, _ body: (TaskDescription) throws -> Void) throws {
        var name: [UInt8]?
        var sequence: [UInt8] = []
        func finish() throws {
            guard let known = name else { return }
            let words = [Array(command.utf8), ShellQuote.word(known), ShellQuote.word(sequence)]
            try body(TaskDescription(command: Array(words.joined(separator: [32]))))
            name = nil
            sequence = []
        }
        try list.forEachLine { line, number in
            if line.isEmpty { return }
            let bytes = (0..<line.count).map { line[$0] }
            if bytes[0] == UInt8(ascii: ">") {
                try finish()
                name = Array(bytes.dropFirst())
            } else if name == nil {
                throw list.problem("expected a line that begins with >", line: number)
            } else {
                sequence += bytes
            }
        }
        try finish()
    }

    /// A record that is still growing is a task already: what is added to it later would change it.
    var growsAtEnd: Bool { false }

    static let kind = HandlerKind(
        "fasta",
        summary: "Each record of a FASTA file is a task.",
        arguments: [
            Argument("command", isRequired: true, help: "Gets the record's name and sequence as arguments.")
        ]
    ) { values in FastaHandler(command: values.text("command") ?? "") }
}

@main
enum CustomHandler {
    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        guard words.count == 3 else {
            print("usage: CustomHandler INI-FILE HANDLER LIST")
            exit(64)
        }
        do {
            var registry = Registry()
            registry.register(FastaHandler.kind)
            try registry.read(file: words[0])
            let source = try TaskSource.file(words[2], handlerNamed: words[1], in: registry)
            let farmer = try Farmer(source)
            let summary = try await farmer.run()
            let farm = try Farm(workDirectory: farmer.workDirectory)
            for task in try farm.tasks(in: .finished).sorted(by: { $0.id < $1.id }) {
                print(String(decoding: try farm.output(of: task.id) ?? [], as: UTF8.self), terminator: "")
            }
            exit(summary.exitStatus)
        } catch let error as FarmError {
            print(error)
            exit(error.exitStatus)
        } catch {
            print(error)
            exit(74)
        }
    }
}
