// What a task finds in its environment: the farmer's own, and who it is.

internal import TaskFarmerCore
internal import TaskFarmerSystem

final class TaskEnvironment {
    let words: CWords
    private let first: Int
    private static let changing = ["PROC_NUMBER", "TASKFARMER_TASK_ID", "TASKFARMER_ATTEMPT", "TASKFARMER_SLOT"]

    /// `inherited` is the farmer's environment as `NAME=value`.
    init(inherited: [[UInt8]], workDirectory: Path, farmer: String) {
        let constant = [
            Array("TASKFARMER_WORKDIR=".utf8) + workDirectory.bytes, Array("TASKFARMER_FARMER=\(farmer)".utf8),
        ]
        let own = Set(Self.changing + ["TASKFARMER_WORKDIR", "TASKFARMER_FARMER"])
        var kept = inherited.filter {
            !own.contains(String(decoding: $0.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self))
        }
        // The shell sets PWD where it is missing; a task that is executed without one shall see the same.
        if !kept.contains(where: { $0.starts(with: "PWD=".utf8) }) {
            kept.append(Array("PWD=".utf8) + Folder.current.bytes)
        }
        first = kept.count + constant.count
        words = CWords(kept + constant + Self.changing.map { Array("\($0)=".utf8) })
    }

    func set(task: Int, attempt: Int, slot: Int) {
        for (index, value) in [task, task, attempt, slot].enumerated() {
            var word = Array("\(Self.changing[index])=".utf8)
            word.append(decimal: value)
            words.set(first + index, word)
        }
    }
}
