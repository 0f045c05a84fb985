// What would be executed, as lines that a shell would execute. What only describes it stands in comments, whatever bytes it has.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

enum LaunchText {
    static func bytes(_ preview: LaunchPreview, inherited: [[UInt8]]) -> [UInt8] {
        guard case .process(let process) = preview.launch else { return comment("work inside this process") }
        if process.arguments.isEmpty { return comment("nothing is executed: the command is empty") }
        var bytes: [UInt8] = []
        if let folder = preview.temporaryFolder {
            bytes += comment(folder + Array(" is made before the attempt and removed after it".utf8))
        }
        let folder = process.workingDirectory.map(absolute)
        // In parentheses, so that the shell these lines are given to stays where it is.
        if let folder {
            bytes += Array("(\(isPlain(folder) ? "cd" : "cd -P") ".utf8) + word(folder) + Array(" &&\n".utf8)
        }
        bytes += Array("env \\\n".utf8)
        let changes = changes(from: inherited, to: preview.environment, changesFolder: folder != nil)
        for name in changes.removed { bytes += Array("  -u ".utf8) + word(name) + continued }
        // A variable may be called like an option.
        if changes.set.contains(where: { $0.first == UInt8(ascii: "-") }) { bytes += Array("  --".utf8) + continued }
        for entry in changes.set { bytes += Array("  ".utf8) + word(entry) + continued }
        bytes += Array("  ".utf8) + words(executable(process.arguments)) + Array(" </dev/null".utf8)
        if let script = process.script {
            let end = delimiter(of: script)
            bytes += Array(" 3<<'".utf8) + end + Array("'\n".utf8) + script + end
        }
        // The end of a script needs a line of its own.
        if folder != nil { bytes += Array(process.script == nil ? ")".utf8 : "\n)".utf8) }
        bytes.append(10)
        if let fallback = process.fallback {
            bytes += comment(Array("or, where that cannot be executed: ".utf8) + words(fallback))
        }
        if let cleanup = process.cleanup {
            bytes += comment(Array("after it was stopped: ".utf8) + words(cleanup))
        }
        return bytes
    }

    private static let continued = Array(" \\\n".utf8)

    private static func comment(_ text: String) -> [UInt8] { comment(Array(text.utf8)) }

    private static func comment(_ text: [UInt8]) -> [UInt8] {
        let lines = text.split(separator: 10, omittingEmptySubsequences: false)
        return lines.flatMap { Array("# ".utf8) + $0 + [10] }
    }

    private static func word(_ bytes: [UInt8]) -> [UInt8] { ShellQuote.word(bytes) }

    private static func words(_ words: [[UInt8]]) -> [UInt8] { Array(words.map(word).joined(separator: [32])) }

    /// env would take a program with `=` in its name for a variable. Unlike a shell, nice hands every variable on.
    private static func executable(_ arguments: [[UInt8]]) -> [[UInt8]] {
        guard arguments[0].contains(UInt8(ascii: "=")) else { return arguments }
        return ["nice", "-n", "0", "--"].map { Array($0.utf8) } + arguments
    }

    /// A line that is not in the script.
    private static func delimiter(of script: [UInt8]) -> [UInt8] {
        let lines = Set(script.split(separator: 10))
        var word = Array("END_OF_TASK".utf8)
        while lines.contains(word[...]) { word.append(UInt8(ascii: "_")) }
        return word
    }

    /// With a relative one, the shell would look in CDPATH, and `-` would be where it was before.
    private static func absolute(_ folder: [UInt8]) -> [UInt8] {
        folder.first == UInt8(ascii: "/") ? folder : Folder.current.appending(bytes: folder).bytes
    }

    /// Whether a shell, which takes `..` for the folder it came from, goes where the kernel goes.
    private static func isPlain(_ folder: [UInt8]) -> Bool {
        !folder.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
    }

    /// The names that are taken away, and the entries that are new or different, in their order.
    private static func changes(
        from old: [[UInt8]], to new: [[UInt8]], changesFolder: Bool
    ) -> (removed: [[UInt8]], set: [[UInt8]]) {
        func name(_ entry: [UInt8]) -> [UInt8] { Array(entry.prefix { $0 != UInt8(ascii: "=") }) }
        // What a shell sets itself.
        let volatile = Set((changesFolder ? ["PWD", "OLDPWD"] : ["PWD"]).map { Array($0.utf8) })
        let names = Set(new.map(name))
        let known = Set(old)
        var removed = old.map(name).filter { !names.contains($0) && !$0.isEmpty && !volatile.contains($0) }
        removed += volatile.filter { !names.contains($0) }.sorted { $0.lexicographicallyPrecedes($1) }
        return (removed, new.filter { !known.contains($0) || volatile.contains(name($0)) })
    }
}
