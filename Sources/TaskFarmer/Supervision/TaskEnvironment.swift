// What a task finds in its environment: the farmer's own, and who it is.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// For one thread.
final class TaskEnvironment {
    private let words: CWords
    private let inherited: [[UInt8]]
    private let constant: [[UInt8]]
    private var changing: [[UInt8]] = []
    private static let names = ["PROC_NUMBER", "TASKFARMER_TASK_ID", "TASKFARMER_ATTEMPT", "TASKFARMER_SLOT"]

    /// `inherited` is the farmer's environment as `NAME=value`.
    init(inherited: [[UInt8]], workDirectory: Path, farmer: String) {
        constant = [
            Array("TASKFARMER_WORKDIR=".utf8) + workDirectory.bytes, Array("TASKFARMER_FARMER=\(farmer)".utf8),
        ]
        let own = Set(Self.names + ["TASKFARMER_WORKDIR", "TASKFARMER_FARMER"])
        var kept = inherited.filter { !own.contains(Self.name($0)) }
        // The shell sets PWD where it is missing; a task that is executed without one shall see the same.
        if !kept.contains(where: { $0.starts(with: "PWD=".utf8) }) {
            kept.append(Array("PWD=".utf8) + Folder.current.bytes)
        }
        self.inherited = kept
        words = CWords(kept + constant + Self.names.map { Array("\($0)=".utf8) })
    }

    private static func name(_ entry: [UInt8]) -> String { entry.prefix { $0 != UInt8(ascii: "=") }.text }

    func set(task: Int, attempt: Int, slot: Int) {
        changing = zip(Self.names, [task, task, attempt, slot]).map { name, value in
            var word = Array("\(name)=".utf8)
            word.append(decimal: value)
            return word
        }
        let first = inherited.count + constant.count
        for (index, word) in changing.enumerated() { words.set(first + index, word) }
    }

    /// What a process finds for which nothing more is asked.
    var plain: CWords { words }

    /// What a process finds as `NAME=value`, with changes.
    func entries(_ process: TaskProcess) -> [[UInt8]] {
        var changes = process.environment
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

    /// Where programs are looked for.
    func searchPath(_ process: TaskProcess) -> [UInt8]? {
        if let change = process.environment.last(where: { $0.name == "PATH" }) { return change.value }
        return path
    }

    private lazy var path: [UInt8]? = {
        let prefix = Array("PATH=".utf8)
        return inherited.first { $0.starts(with: prefix) }.map { Array($0.dropFirst(prefix.count)) }
    }()
}
