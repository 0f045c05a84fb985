// The stack of waiting tasks in a change: what is taken off its end, what is put back, and what `requeued` and
// `priorities` say of the tasks on it.

package import TaskFarmerCore
internal import TaskFarmerSystem

extension Change {
    static let tailLength = 256

    /// Reads the end of `toprocess`, whose checksum shows whether it is the end that the last writer left.
    func loadTail() throws {
        if tail != nil { return }
        let size = before.sizes[.toprocess] ?? 0
        let count = min(size, Self.tailLength)
        let bytes = count == 0 && before.toprocess == 0 ? [] : try read(.toprocess, at: size - count, count: count)
        try verifyTail(bytes)
        tail = bytes
    }

    func verifyTail(_ bytes: [UInt8]) throws {
        guard Checksum.of(bytes) == before.tail else {
            throw FarmError.staleView(
                file: directory.file(.toprocess).description, expected: "the end that `state` vouches for",
                found: "another end of the same length")
        }
    }

    /// Takes up to `count` tasks off the stack, in the order in which they shall run. Call it before any `putBack`.
    ///
    /// - Parameters:
    ///   - count: how many at most
    ///   - filter: which; nil for all
    /// - Returns: these
    /// - Throws: `FarmError` where the end of the stack is not what it should be
    package func take(_ count: Int, _ filter: TaskFilter? = nil) throws -> [TaskRecord] {
        guard count > 0, before.toprocess > 0 else { return [] }
        guard let filter else { return try pop(count) }
        // What is not wanted goes back in its order; where nothing is wanted, nothing is changed.
        var wanted: [TaskRecord] = []
        let found = try look(max(count, filter.window))
        var deepest = 0
        for (place, task) in found.enumerated() where wanted.count < count {
            if filter.avoided.contains(task.id) {
                refused.postponed += 1
            } else if let reason = filter.refusal(task) {
                refused.note(task, reason)
            } else {
                wanted.append(task)
                deepest = place + 1
            }
        }
        if wanted.isEmpty { return [] }
        let marks = try priorityMarks()
        let popped = try pop(deepest)
        let isWanted = Set(wanted.map(\.id))
        let left = popped.filter { !isWanted.contains($0.id) }
        try markPriorities(of: left, popped, marks)
        try putBack(left)
        return popped.filter { isWanted.contains($0.id) }
    }

    /// The tasks on top of the stack, in the order in which they would run, as many as a block has.
    private func look(_ count: Int) throws -> [TaskRecord] {
        let size = before.sizes[.toprocess] ?? 0
        let average = size / max(1, before.toprocess) + 1
        let length = min(size, min(8 << 20, count * average + average + Self.tailLength))
        let block = try read(.toprocess, at: size - length, count: length)
        let starts = Self.lineStarts(block, atMost: count, isWhole: length == size)
        let marks = try requeuedEntries(from: size - length)
        var end = block.count
        return try starts.map { start in
            defer { end = start }
            guard var task = TaskRecord(line: block[start..<(end - 1)]) else {
                throw FarmError.staleView(
                    file: directory.file(.toprocess).description, expected: "a line `ID command`",
                    found: "\(block[start..<end].prefix(60).text.debugDescription)")
            }
            if let mark = marks[task.id] { task.failures = mark.failures }
            return task
        }
    }

    private func pop(_ count: Int) throws -> [TaskRecord] {
        let size = before.sizes[.toprocess] ?? 0
        let average = size / max(1, before.toprocess) + 1
        var length = min(size, min(8 << 20, count * average + average + Self.tailLength))
        var block: [UInt8] = []
        var starts: [Int] = []
        while true {
            block = try read(.toprocess, at: size - length, count: length)
            starts = Self.lineStarts(block, atMost: count, isWhole: length == size)
            let enough = starts.count == count || length >= 8 << 20
            if length == size || (enough && !starts.isEmpty && (starts.last ?? 0) >= Self.tailLength) { break }
            length = min(size, length * 2)
        }
        try verifyTail(Array(block.suffix(Self.tailLength)))
        let cut = starts.last ?? block.count
        var requeued = try popRequeued(from: size - length + cut)
        try popPriorities(from: size - length + cut)
        var tasks: [TaskRecord] = []
        tasks.reserveCapacity(starts.count)
        var end = block.count
        for start in starts {
            guard var task = TaskRecord(line: block[start..<(end - 1)]), task.id < before.tasks else {
                throw FarmError.staleView(
                    file: directory.file(.toprocess).description, expected: "a line `ID command`",
                    found: "\(block[start..<end].prefix(60).text.debugDescription) at byte \(size - length + start)")
            }
            if let entry = requeued.removeValue(forKey: task.id) {
                task.attempts = entry.attempts
                task.failures = entry.failures
            }
            tasks.append(task)
            end = start
        }
        cuts[.toprocess] = (size - length + cut, Array(block[cut...]))
        tail = Array(block[..<cut].suffix(Self.tailLength))
        state.toprocess -= tasks.count
        state.claimed += tasks.count
        return tasks
    }

    /// Where the last lines of a block begin, the last one first.
    private static func lineStarts(_ block: [UInt8], atMost count: Int, isWhole: Bool) -> [Int] {
        var starts: [Int] = []
        var index = block.count - 1
        guard index >= 0, block[index] == 10 else { return [] }
        while index > 0 && starts.count < count {
            index -= 1
            if block[index] == 10 { starts.append(index + 1) }
        }
        if index == 0 && isWhole && starts.count < count { starts.append(0) }
        return starts
    }

    /// What `requeued` says of tasks at or beyond an offset of `toprocess`.
    private func requeuedEntries(from offset: Int) throws -> [Int: RequeuedEntry] {
        var found: [Int: RequeuedEntry] = [:]
        guard state.requeued > 0 else { return found }
        let width = RequeuedEntry.width
        var size = before.sizes[.requeued] ?? 0
        while size > 0 {
            let count = min(size, width * 256)
            let block = try read(.requeued, at: size - count, count: count)
            for start in stride(from: block.count - width, through: 0, by: -width) {
                guard let entry = RequeuedEntry(block[start..<(start + width)]) else {
                    throw FarmError.damaged(file: directory.file(.requeued).description, "a line is not of its form")
                }
                if entry.offset < offset { return found }
                found[entry.task] = entry
                size -= width
            }
        }
        return found
    }

    /// Takes off `requeued` what stands at or beyond an offset of `toprocess`.
    func popRequeued(from offset: Int) throws -> [Int: RequeuedEntry] {
        let found = try requeuedEntries(from: offset)
        if found.isEmpty { return found }
        let size = (before.sizes[.requeued] ?? 0) - found.count * RequeuedEntry.width
        cuts[.requeued] = (size, try read(.requeued, at: size, count: found.count * RequeuedEntry.width))
        state.requeued -= found.count
        return found
    }

    /// The whole of `priorities`.
    func priorityMarks() throws -> [PriorityMark] {
        let size = before.sizes[.priorities] ?? 0
        guard size > 0 else { return [] }
        guard let marks = PriorityMark.all(try read(.priorities, at: 0, count: size)) else {
            throw FarmError.damaged(file: directory.file(.priorities).description, "a line is not of its form")
        }
        return marks
    }

    /// Tasks that were taken off the stack with others, and go back where they were, keep their priorities.
    private func markPriorities(of left: [TaskRecord], _ popped: [TaskRecord], _ marks: [PriorityMark]) throws {
        let base = cuts[.toprocess]?.size ?? before.sizes[.toprocess] ?? 0
        if left.isEmpty || !marks.contains(where: { $0.offset >= base }) { return }
        var priority = marks.last { $0.offset < base }?.priority ?? 0
        var priorities: [Int: Int] = [:]
        var offset = base
        // From the deepest up: where each stood, and so what it had.
        for task in popped.reversed() {
            priorities[task.id] = marks.last { $0.offset <= offset }?.priority ?? 0
            offset += task.line.count
        }
        offset = base
        var lines: [UInt8] = []
        for task in left.reversed() {
            if let own = priorities[task.id], own != priority {
                priority = own
                lines += PriorityMark(offset: offset, priority: own).encoded
            }
            offset += task.line.count
        }
        if !lines.isEmpty { append(.priorities, lines) }
    }

    /// Takes off `priorities` what stands at or beyond an offset of `toprocess`.
    func popPriorities(from offset: Int) throws {
        let width = PriorityMark.width
        var size = before.sizes[.priorities] ?? 0
        var removed: [UInt8] = []
        while size > 0 {
            let bytes = try read(.priorities, at: size - width, count: width)
            guard let mark = PriorityMark(bytes[...]) else {
                throw FarmError.damaged(file: directory.file(.priorities).description, "a line is not of its form")
            }
            if mark.offset < offset { break }
            removed = bytes + removed
            size -= width
        }
        if !removed.isEmpty { cuts[.priorities] = (size, removed) }
    }

    /// Puts tasks on the stack so that they run next, in this order. They were claimed until now, or else they are new.
    package func putBack(_ tasks: [TaskRecord], isClaimed: Bool = true) throws {
        if tasks.isEmpty { return }
        try loadTail()
        var lines = appends[.toprocess] ?? []
        let base = cuts[.toprocess]?.size ?? before.sizes[.toprocess] ?? 0
        var marks = appends[.requeued] ?? []
        for task in tasks.reversed() {
            if task.attempts > 0 {
                let entry = RequeuedEntry(
                    offset: base + lines.count, task: task.id, attempts: task.attempts, failures: task.failures)
                marks += entry.encoded
                state.requeued += 1
            }
            task.appendLine(to: &lines)
        }
        appends[.toprocess] = lines
        if !marks.isEmpty { appends[.requeued] = marks }
        state.toprocess += tasks.count
        if isClaimed { state.claimed -= tasks.count }
    }
}
