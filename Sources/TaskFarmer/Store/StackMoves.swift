// What users do to tasks that nobody has taken: they are taken out of the stack, or of another file of tasks, wherever they stand, and moved
// in the stack. That reads as much of the files as it must, and rewrites them from the deepest line concerned on. What belongs together
// is one change.

package import TaskFarmerCore
internal import TaskFarmerSystem

extension Change {
    /// So much of the stack is searched at a time.
    private static let block = 1 << 20

    /// Takes tasks out of the stack, wherever they stand. Call it before any `putBack`, and not beside `take`.
    ///
    /// - Parameter ids: which; those that stand elsewhere are passed over
    /// - Returns: the tasks in the order in which they would have run
    /// - Throws: `FarmError` when the stack is not as its last writer left it
    package func extract(_ ids: TaskIDs) throws -> [TaskRecord] {
        guard let deepest = try deepest(ids) else { return [] }
        let stretch = try stretch(from: deepest, marks: try priorityMarks())
        let (plan, tasks) = stretch.without(ids)
        replace(stretch, by: plan)
        state.toprocess -= tasks.count
        return tasks
    }

    /// Gives tasks in the stack another priority.
    ///
    /// - Returns: how many had another one, and how many had this one
    /// - Throws: `FarmError` when the stack is not as its last writer left it
    package func prioritize(_ ids: TaskIDs, _ priority: Int) throws -> (moved: Int, same: Int) {
        guard let deepest = try deepest(ids) else { return (0, 0) }
        let marks = try priorityMarks()
        let place = StackStretch.place(of: priority, in: marks, size: before.sizes[.toprocess] ?? 0)
        let stretch = try stretch(from: min(deepest, place), marks: marks)
        let (plan, moved, same) = stretch.moving(ids, to: priority)
        if let plan {
            replace(stretch, by: plan)
        } else {
            keepBeside()
        }
        return (moved, same)
    }

    /// Where the deepest line of any of these tasks begins.
    private func deepest(_ ids: TaskIDs) throws -> Int? {
        var found: Int?
        var left = ids.count
        var end = before.sizes[.toprocess] ?? 0
        var length = Self.block
        while end > 0 && left > 0 {
            let start = max(0, end - length)
            let block = try read(.toprocess, at: start, count: end - start)
            try pace.check()
            // The first line may begin before the block.
            guard let first = start == 0 ? 0 : block.firstIndex(of: 10).map({ $0 + 1 }), first < block.count else {
                length *= 2
                continue
            }
            length = Self.block
            var isLowest = true
            var line = first
            while line < block.count {
                let next = block[line...].firstIndex(of: 10).map { $0 + 1 } ?? block.count
                if let id = StackStretch.id(block[line..<next]), ids.contains(id) {
                    if isLowest { found = start + line }
                    isLowest = false
                    left -= 1
                }
                line = next
            }
            end = start + first
        }
        return found
    }

    private func stretch(from base: Int, marks: [PriorityMark]) throws -> StackStretch {
        let size = before.sizes[.toprocess] ?? 0
        // One read even where less would do: its end must be the one that `state` vouches for.
        let start = max(0, min(base, size - Self.tailLength))
        let bytes = try read(.toprocess, at: start, count: size - start)
        try verifyTail(Array(bytes.suffix(Self.tailLength)))
        let below = max(0, base - Self.tailLength)
        tail = base > below ? try read(.toprocess, at: below, count: base - below) : []
        let requeued = try popRequeued(from: base)
        try popPriorities(from: base)
        guard
            let stretch = StackStretch(
                base: base, bytes: Array(bytes[(base - start)...]), requeued: requeued, marks: marks)
        else {
            throw FarmError.damaged(
                file: directory.file(.toprocess).description, "a line is not of the form `ID command`")
        }
        return stretch
    }

    /// Nothing is to be moved: neither are the marks beside the stack.
    private func keepBeside() {
        cuts[.requeued] = nil
        cuts[.priorities] = nil
        tail = nil
        state.requeued = before.requeued
    }

    private func replace(_ stretch: StackStretch, by plan: StackStretch.Plan) {
        cuts[.toprocess] = (stretch.base, stretch.bytes)
        if !plan.bytes.isEmpty { append(.toprocess, plan.bytes) }
        if !plan.requeued.isEmpty {
            append(.requeued, plan.requeued.flatMap(\.encoded))
            state.requeued += plan.requeued.count
        }
        if !plan.marks.isEmpty { append(.priorities, plan.marks.flatMap(\.encoded)) }
    }

    // MARK: other files of tasks

    /// Takes lines out of a file of tasks, wherever they stand.
    ///
    /// - Parameters:
    ///   - ids: of which tasks
    ///   - file: `held`, `failed` or `skipped`
    /// - Returns: the lines without their newlines, in the file's order
    /// - Throws: `FarmError` when it cannot be read
    package func extractLines(_ ids: TaskIDs, from file: SharedFile) throws -> [ArraySlice<UInt8>] {
        let size = before.sizes[file] ?? 0
        guard size > 0 else { return [] }
        let bytes = try read(file, at: 0, count: size)
        var lines: [ArraySlice<UInt8>] = []
        var kept: [UInt8] = []
        var cut: Int?
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 10) ?? bytes.count
            let next = min(end + 1, bytes.count)
            if let id = StackStretch.id(bytes[start..<end]), ids.contains(id) {
                lines.append(bytes[start..<end])
                cut = cut ?? start
            } else if cut != nil {
                kept += bytes[start..<next]
            }
            start = next
        }
        if let cut {
            cuts[file] = (cut, Array(bytes[cut...]))
            if !kept.isEmpty { append(file, kept) }
        }
        return lines
    }

    /// Takes tasks out of `held`, in the file's order.
    ///
    /// - Throws: `FarmError` when it cannot be read
    package func extractHeld(_ ids: TaskIDs) throws -> [TaskRecord] {
        let tasks = try extractLines(ids, from: .held).map { line in
            guard let task = TaskRecord(wholeLine: line) else {
                throw FarmError.damaged(
                    file: directory.file(.held).description, "a line is not of the form `ID attempts command`")
            }
            return task
        }
        state.held -= tasks.count
        return tasks
    }

    /// Tasks that are nowhere else any more are held.
    package func hold(_ tasks: [TaskRecord]) {
        if tasks.isEmpty { return }
        var lines: [UInt8] = []
        for task in tasks { task.appendWholeLine(to: &lines) }
        append(.held, lines)
        state.held += tasks.count
    }

    /// Tasks that are nowhere else any more will not be run.
    package func skip(_ tasks: [TaskRecord]) {
        if tasks.isEmpty { return }
        var lines: [UInt8] = []
        for task in tasks { task.appendLine(to: &lines) }
        append(.skipped, lines)
        state.skipped += tasks.count
    }

    /// Tasks that were claimed until now will not be run.
    func dropClaimed(_ tasks: [TaskRecord]) {
        skip(tasks)
        state.claimed -= tasks.count
    }

    /// New tasks, which go on top of the stack.
    ///
    /// - Parameters:
    ///   - commands: as they stand in the work directory
    ///   - isListed: whether the list has them
    /// - Returns: their IDs
    /// - Throws: `FarmError` when the stack is not as its last writer left it
    package func add(_ commands: [[UInt8]], isListed: Bool) throws -> Range<Int> {
        let first = state.tasks
        state.tasks += commands.count
        try putBack(
            commands.enumerated().map { TaskRecord(id: first + $0.offset, command: $0.element) }, isClaimed: false)
        if !isListed && !commands.isEmpty { append(.added, AddedTasks.line(first: first, count: commands.count)) }
        return first..<state.tasks
    }
}
