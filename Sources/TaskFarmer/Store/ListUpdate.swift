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
            added = try change.add(commands, isListed: true).count
            change.state.list = mark
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
        func content(_ file: SharedFile) throws -> [UInt8] {
            guard let open = try? Descriptor(directory.file(file), [.reading, .noLink]) else { return [] }
            return try open.readAll(atMost: .max)
        }
        for file in [SharedFile.toprocess, .finished, .failed, .skipped] {
            for line in try content(file).split(separator: 10) { note(line) }
        }
        for line in try content(.held).split(separator: 10) {
            if let task = TaskRecord(wholeLine: line) { known[task.id] = Checksum.of(task.command) }
        }
        // Those that were added by themselves stand in no list.
        let added = AddedTasks(try content(.added)) ?? AddedTasks()
        var ids = added.listIDs
        let total = total - added.count
        var next = 0
        var lastID = -1
        var changed: [Int] = []
        var mark = ListMark()
        try list.forEachTask(from: &mark) { command in
            let id = ids.next()
            if let sum = known[id] {
                var fresh = Checksum()
                fresh.add(command)
                if fresh.value != sum { changed.append(id) }
            }
            lastID = id
            next += 1
        }
        var parts: [String] = []
        if !changed.isEmpty {
            let named = changed.prefix(5).map(String.init).joined(separator: ", ")
            parts.append(
                "the lines of \(changed.count) tasks were changed (ID \(named)\(changed.count > 5 ? ", …" : ""))")
        }
        if next < total {
            let first = ids.next()
            for _ in (next + 1)..<max(total, next + 1) { lastID = ids.next() }
            parts.append(
                "\(total - next) tasks at its end were removed (ID \(first)\(total - next > 1 ? " to \(lastID)" : ""))")
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
