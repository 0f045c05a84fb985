// A list that was edited since its tasks were made. Lines added at the end become new tasks; anything else is named and
// changes nothing, since IDs never shift.

internal import TaskFarmerCore
internal import TaskFarmerSystem

package enum ListUpdate {
    /// Compares the list with what was made of it, and adds what was appended.
    ///
    /// - Returns: what the user should know
    package static func apply(
        _ list: HandledList, cycle: ChangeCycle, _ patience: any LockPatience
    ) throws -> [String] {
        // Without the lock: whoever adds or notes anything looks again with it.
        try apply(list, to: cycle.directory.readState(), cycle: cycle, patience)
    }

    private static func apply(
        _ list: HandledList, to state: StateRecord, cycle: ChangeCycle, _ patience: any LockPatience
    ) throws -> [String] {
        let mark = state.list
        let file = list.file
        let facts = try file.facts
        if facts.size == mark.bytes && facts.modifiedNanoseconds == mark.modified { return [] }
        if try facts.size < mark.bytes || file.checksum(ofFirst: mark.bytes) != mark.checksum {
            return try edits(list, directory: cycle.directory, tasks: state.tasks)
        }
        if facts.size == mark.bytes {
            // Only touched; the next one need not read it all.
            try cycle.run(patience) { change in
                if change.state.list == mark { change.state.list.modified = facts.modifiedNanoseconds }
            }
            return []
        }
        if !list.handler.growsAtEnd { return try edits(list, directory: cycle.directory, tasks: state.tasks) }
        if !mark.isClosed {
            let next = try file.bytes(at: mark.bytes, count: 2)
            guard next.first == 10 || next == [13, 10] else {
                return try edits(list, directory: cycle.directory, tasks: state.tasks)
            }
        }
        return try grow(list, from: mark, cycle: cycle, patience)
    }

    private static func grow(
        _ list: HandledList, from old: ListMark, cycle: ChangeCycle, _ patience: any LockPatience
    ) throws -> [String] {
        var commands: [[UInt8]] = []
        var mark = old
        try list.forEachTask(from: &mark) { command in
            commands.append([UInt8](copying: command))
        }
        var added = 0
        try cycle.run(patience) { change in
            guard change.state.list == old else { return }
            let first = change.state.tasks
            let tasks = commands.enumerated().map { TaskRecord(id: first + $0.offset, command: $0.element) }
            change.state.tasks += tasks.count
            try change.putBack(tasks, isClaimed: false)
            change.state.list = mark
            added = tasks.count
        }
        if let now = cycle.seen, now.list != mark {
            // Another farmer did it meanwhile, or what was read without the lock was old.
            return try apply(list, to: now, cycle: cycle, patience)
        }
        return added == 0 ? [] : ["\(list.file.name) has grown: \(added) new \(added == 1 ? "task" : "tasks")"]
    }

    /// Names the tasks whose lines are not what they were.
    private static func edits(
        _ list: HandledList, directory: WorkDirectory, tasks total: Int
    ) throws -> [String] {
        guard list.handler.isRepeatable else { return [edited(list, "", directory)] }
        var known: [Int: UInt64] = [:]
        func note(_ line: ArraySlice<UInt8>) {
            if let task = TaskRecord(line: line) { known[task.id] = Checksum.of(task.command) }
        }
        // Read in the order in which tasks move, without the lock: one that is missed is not compared.
        for file in [SharedFile.toprocess, .finished, .failed, .skipped] {
            guard let open = try? Descriptor(directory.file(file), [.reading, .noLink]) else { continue }
            for line in try open.readAll(atMost: .max).split(separator: 10) { note(line) }
        }
        var next = 0
        var changed: [Int] = []
        var mark = ListMark()
        try list.forEachTask(from: &mark) { command in
            if let sum = known[next] {
                var fresh = Checksum()
                fresh.add(command)
                if fresh.value != sum { changed.append(next) }
            }
            next += 1
        }
        var parts: [String] = []
        if !changed.isEmpty {
            let named = changed.prefix(5).map(String.init).joined(separator: ", ")
            parts.append(
                "the lines of \(changed.count) tasks were changed (ID \(named)\(changed.count > 5 ? ", …" : ""))")
        }
        if next < total {
            parts.append(
                "\(total - next) tasks at its end were removed (ID \(next)\(total - next > 1 ? " to \(total - 1)" : ""))"
            )
        }
        if next > total && !changed.isEmpty { parts.append("\(next - total) were added") }
        if parts.isEmpty { parts.append("lines that are no tasks were changed") }
        return [edited(list, ": " + parts.joined(separator: "; "), directory)]
    }

    private static func edited(_ list: HandledList, _ what: String, _ directory: WorkDirectory) -> String {
        "\(list.file.name) was edited\(what). Nothing of this takes effect: the tasks are those in \(directory.root). To start "
            + "over with the list as it is: taskfarmer run --fresh"
    }
}

package enum FailedTasks {
    /// What is said of so many that were put back.
    package static func note(_ count: Int) -> String {
        switch count {
        case 0: "no failed tasks to retry"
        case 1: "1 failed task goes back to be run"
        default: "\(count) failed tasks go back to be run"
        }
    }

    /// Puts every failed task back, to run again.
    ///
    /// - Returns: how many there were
    package static func retry(_ cycle: ChangeCycle, _ patience: any LockPatience) throws -> Int {
        let attempts = try attemptCounts(cycle.directory)
        var count = 0
        try cycle.run(patience) { change in
            guard change.state.failed > 0 else { return }
            let bytes = try change.clear(.failed)
            let tasks = bytes.split(separator: 10).compactMap { line in TaskRecord(line: line) }.map { task in
                TaskRecord(id: task.id, command: task.command, attempts: attempts[task.id] ?? 0)
            }
            guard tasks.count == change.state.failed else {
                throw FarmError.damaged(
                    file: SharedFile.failed.rawValue, "expected \(change.state.failed) lines `ID command`")
            }
            change.state.failed = 0
            try change.putBack(tasks.sorted { $0.id < $1.id }, isClaimed: false)
            count = tasks.count
        }
        return count
    }

    /// How many attempts each task has had that did not end well, read from attempts.tsv.
    private static func attemptCounts(_ directory: WorkDirectory) throws -> [Int: Int] {
        var counts: [Int: Int] = [:]
        var mark = ListMark()
        try TaskListFile(own: directory.file(.attempts)).forEachLine(from: &mark) { line, _, _ in
            let bytes = [UInt8](copying: line)
            if let attempt = Attempt(line: bytes[...]), attempt.outcome != .succeeded {
                counts[attempt.task] = max(counts[attempt.task] ?? 0, attempt.number)
            }
        }
        return counts
    }
}
