// What tells tasks apart, and what they have in common, when it is asked how long they will take.

/// What is known of a task before it runs.
package struct TaskIdentity: Sendable, Equatable {
    /// Stands for the whole command line, with its folder and its changes to the environment; never 0.
    package let key: UInt64
    /// Stands for the class.
    package let kind: UInt64
    /// How long it is said to take, in seconds.
    package let expected: Double?

    /// - Parameters:
    ///   - line: what stands for the task in a work directory
    ///   - form: how tasks are written there
    package init(line: borrowing Span<UInt8>, _ form: TaskForm) {
        let task = form == .objects ? try? form.task([UInt8](copying: line)) : nil
        let command = task?.command ?? [UInt8](copying: line)
        var whole = command
        for change in task?.environment ?? [] {
            whole.append("\0\(change.name)=")
            whole += change.value ?? [0]
        }
        if let folder = task?.workingDirectory { whole += [0, 0] + folder }
        kind = Checksum.of(TaskClass.name(of: command))
        // 0 stands for no command.
        key = max(1, Checksum.of(whole))
        expected = task?.expectedSeconds
    }
}

/// The class of a command line: the program, without its folder; for a program that runs others, such as `python3` or `bash`, with
/// what it runs, the first word that is no option. Assignments (`A=b`), `cd FOLDER &&`, `env`, `exec`, `nohup` and `time` before it do
/// not count.
package enum TaskClass {
    private static let interpreters = [
        "sh", "bash", "dash", "zsh", "ksh", "python", "pypy", "perl", "ruby", "Rscript", "julia", "node", "java", "php",
        "tclsh", "lua", "octave", "root",
    ]
    private static let prefixes = ["env", "exec", "nohup", "time"].map { Array($0.utf8) }
    /// A name is no longer than this.
    private static let longest = 128

    package static func name(of command: [UInt8]) -> [UInt8] { name(of: command, depth: 0) }

    private static func name(of command: [UInt8], depth: Int) -> [UInt8] {
        var words = ShellWords(command)
        while let word = words.next() {
            if isAssignment(word) || prefixes.contains(word) { continue }
            if word == Array("cd".utf8) {
                words.skipCommand()
                continue
            }
            // What follows `env` or `time`.
            if word.first == UInt8(ascii: "-") { continue }
            let program = lastComponent(word)
            guard isInterpreter(program) else { return Array(program.prefix(longest)) }
            while let next = words.next() {
                if next.first == UInt8(ascii: "-") { continue }
                let script = next.contains(32) && depth == 0 ? name(of: next, depth: 1) : lastComponent(next)
                return Array((program + [32] + script).prefix(longest))
            }
            return program
        }
        return []
    }

    private static func isAssignment(_ word: [UInt8]) -> Bool {
        guard let equals = word.firstIndex(of: UInt8(ascii: "=")), equals > 0, !(48...57).contains(word[0]) else {
            return false
        }
        return word[..<equals].allSatisfy {
            (65...90).contains($0) || (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_")
        }
    }

    private static func lastComponent(_ word: [UInt8]) -> [UInt8] {
        word.split(separator: UInt8(ascii: "/")).last.map { Array($0) } ?? word
    }

    /// With any version behind its name, as in `python3.11`.
    private static func isInterpreter(_ program: [UInt8]) -> Bool {
        interpreters.contains { name in
            program.starts(with: name.utf8)
                && program.dropFirst(name.utf8.count).allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: ".") }
        }
    }
}

/// The words of a command line, roughly as a shell sees them: quotes and backslashes are taken away.
private struct ShellWords {
    private let line: [UInt8]
    private var at = 0

    init(_ line: [UInt8]) { self.line = line }

    mutating func next() -> [UInt8]? {
        while at < line.count, Self.isBlank(line[at]) { at += 1 }
        if at == line.count { return nil }
        var word: [UInt8] = []
        var quote: UInt8?
        while at < line.count {
            let byte = line[at]
            if quote == nil && Self.isBlank(byte) { break }
            at += 1
            if byte == quote {
                quote = nil
            } else if quote == nil && (byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"")) {
                quote = byte
            } else if byte == UInt8(ascii: "\\") && quote != UInt8(ascii: "'") && at < line.count {
                word.append(line[at])
                at += 1
            } else {
                word.append(byte)
            }
        }
        return word
    }

    /// Goes on after the next `&&` or `;`.
    mutating func skipCommand() {
        while let word = next() {
            if word == [UInt8(ascii: "&"), UInt8(ascii: "&")] || word.last == UInt8(ascii: ";") { return }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 }
}
