// What a task finds in its environment: the farmer's own, and who it is.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// For one thread.
final class TaskEnvironment {
    private let words: CWords
    private let inherited: [[UInt8]]
    private let constant: [[UInt8]]
    private var changing = prefixes
    private static let prefixes = TaskVariables.changing.map { Array("\($0)=".utf8) }

    /// `inherited` is the farmer's environment as `NAME=value`.
    init(inherited: [[UInt8]], workDirectory: Path, farmer: String) {
        constant = [
            Array("TASKFARMER_WORKDIR=".utf8) + workDirectory.bytes, Array("TASKFARMER_FARMER=\(farmer)".utf8),
        ]
        var kept = inherited.filter { !TaskVariables.names.contains(Self.name($0)) }
        // The shell sets PWD where it is missing; a task that is executed without one shall see the same.
        if !kept.contains(where: { $0.starts(with: "PWD=".utf8) }) {
            kept.append(Array("PWD=".utf8) + Folder.current.bytes)
        }
        self.inherited = kept
        words = CWords(kept + constant + Self.prefixes)
    }

    /// Whether the farmer itself found a variable.
    func inherits(_ name: String) -> Bool {
        let prefix = Array("\(name)=".utf8)
        return inherited.contains { $0.starts(with: prefix) }
    }

    private static func name(_ entry: [UInt8]) -> String { entry.prefix { $0 != UInt8(ascii: "=") }.text }

    func set(task: Int, attempt: Int, slot: Int) {
        let first = inherited.count + constant.count
        for (index, value) in [task, task, attempt, slot].enumerated() {
            changing[index] = Self.prefixes[index]
            changing[index].append(decimal: value)
            words.set(first + index, changing[index])
        }
    }

    /// What a process finds for which nothing more is asked.
    var plain: CWords { words }

    /// What a process finds as `NAME=value`, with changes.
    func entries(_ process: TaskProcess) -> [[UInt8]] {
        var changes = process.environment.filter { !TaskVariables.names.contains($0.name) }
        if let folder = process.workingDirectory {
            let isAbsolute = folder.first == UInt8(ascii: "/")
            changes.append(
                EnvironmentChange("PWD", bytes: isAbsolute ? folder : Folder.current.appending(bytes: folder).bytes))
        }
        // The last change of a name counts, and so does where the name stands first.
        var last: [String: [UInt8]?] = [:]
        for change in changes { last[change.name] = .some(change.value) }
        var entries = inherited.compactMap { entry -> [UInt8]? in
            let name = Self.name(entry)
            guard let value = last.removeValue(forKey: name) else { return entry }
            return value.map { Array("\(name)=".utf8) + $0 }
        }
        for change in changes {
            guard let value = last.removeValue(forKey: change.name) ?? nil else { continue }
            entries.append(Array("\(change.name)=".utf8) + value)
        }
        return entries + constant + changing
    }

    /// The folders in which programs are looked for; nil without a PATH.
    func searchFolders(_ process: TaskProcess) -> [[UInt8]]? {
        if let change = process.environment.last(where: { $0.name == "PATH" }) {
            return change.value.map(ShellLine.folders)
        }
        return folders
    }

    private lazy var folders: [[UInt8]]? = {
        let prefix = Array("PATH=".utf8)
        return inherited.first { $0.starts(with: prefix) }.map {
            ShellLine.folders(of: Array($0.dropFirst(prefix.count)))
        }
    }()
}
