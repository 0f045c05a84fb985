// What would be executed, as lines that a shell would execute.

internal import TaskFarmer
internal import TaskFarmerCore

enum LaunchText {
    static func bytes(_ preview: LaunchPreview, inherited: [[UInt8]]) -> [UInt8] {
        guard case .process(let process) = preview.launch else {
            return Array("# work inside this process\n".utf8)
        }
        var bytes: [UInt8] = []
        if let folder = preview.temporaryFolder {
            bytes += Array("# ".utf8) + folder + Array(" is made before the attempt and removed after it\n".utf8)
        }
        if let folder = process.workingDirectory {
            bytes += Array("cd ".utf8) + ShellQuote.word(folder) + Array(" &&\n".utf8)
        }
        bytes += Array("env \\\n".utf8)
        let (removed, set) = changes(from: inherited, to: preview.environment)
        for name in removed { bytes += Array("  -u ".utf8) + ShellQuote.word(name) + Array(" \\\n".utf8) }
        for entry in set { bytes += Array("  ".utf8) + ShellQuote.word(entry) + Array(" \\\n".utf8) }
        bytes += Array("  ".utf8) + words(process.arguments)
        if let script = process.script {
            bytes += Array(" 3<<'END_OF_TASK'\n".utf8) + script + Array("END_OF_TASK".utf8)
        }
        bytes.append(10)
        if let fallback = process.fallback {
            bytes += Array("# or, where that cannot be executed: ".utf8) + words(fallback) + [10]
        }
        if let cleanup = process.cleanup {
            bytes += Array("# after it was stopped: ".utf8) + words(cleanup) + [10]
        }
        return bytes
    }

    private static func words(_ words: [[UInt8]]) -> [UInt8] {
        Array(words.map { ShellQuote.word($0) }.joined(separator: [32]))
    }

    /// The names that are taken away, and the entries that are new or different, in their order.
    private static func changes(from old: [[UInt8]], to new: [[UInt8]]) -> (removed: [[UInt8]], set: [[UInt8]]) {
        func name(_ entry: [UInt8]) -> [UInt8] { Array(entry.prefix { $0 != UInt8(ascii: "=") }) }
        let names = Set(new.map(name))
        let known = Set(old)
        return (old.map(name).filter { !names.contains($0) }, new.filter { !known.contains($0) })
    }
}
