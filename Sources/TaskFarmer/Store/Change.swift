// One change of the shared state, from the lock taken to the lock released.
//
//   take the lock, say so in it            (a client whose lock is gone gets EIO here)
//   undo what a dead farmer left halfway   (`transaction` holds a whole record)
//   read `state`, hold every file against it
//   plan                                   (a value: appends, cuts, roster lines)
//   write the undo record, flush           (from here to the commit, whoever comes next takes it back)
//   append, cut, flush; write `state`, flush
//   look at the clock and at the lock again
//   empty `transaction`, flush             (the commit)
//   release
//
// Before every write the clock is looked at: after standing still for longer than a lease lasts, the lock may be somebody
// else's, and not another byte is written.

package import TaskFarmerCore
internal import TaskFarmerSystem

/// The shared state under the lock, and the change that is being planned for it.
package final class Change {
    package let epoch: Int
    package let farmer: String
    /// As it was committed last.
    package let before: StateRecord
    /// As it shall be.
    package var state: StateRecord

    let directory: WorkDirectory
    let pace: Pace
    private var handles: [SharedFile: SharedHandle] = [:]
    private var appends: [SharedFile: [UInt8]] = [:]
    var cuts: [SharedFile: (size: Int, bytes: [UInt8])] = [:]
    private var roster: [Int: (old: [UInt8], new: RosterEntry)] = [:]
    /// The last bytes of `toprocess` before what is cut off it, at most 256.
    var tail: [UInt8]?
    /// What `take` left where it is.
    package private(set) var refused = RefusedTasks()

    init(directory: WorkDirectory, epoch: Int, farmer: String, state: StateRecord, pace: Pace) {
        self.directory = directory
        self.epoch = epoch
        self.farmer = farmer
        before = state
        self.state = state
        self.pace = pace
    }

    /// Whether anything is to be written.
    package var isEmpty: Bool { appends.isEmpty && cuts.isEmpty && roster.isEmpty && state == before }

    private func handle(_ file: SharedFile) throws -> SharedHandle {
        if let open = handles[file] { return open }
        let open = try SharedHandle(directory.file(file), directory.locking)
        let expected = before.sizes[file] ?? 0
        guard try open.isOfSize(expected) else {
            throw FarmError.staleView(
                file: directory.file(file).description, expected: "\(expected) bytes", found: "\(open.size) bytes")
        }
        handles[file] = open
        return open
    }

    package func read(_ file: SharedFile, at offset: Int, count: Int) throws -> [UInt8] {
        let bytes = try handle(file).file.read(at: offset, count: count)
        guard bytes.count == count else {
            throw FarmError.staleView(
                file: file.rawValue, expected: "\(count) bytes at \(offset)", found: "\(bytes.count)")
        }
        return bytes
    }

    package func append(_ file: SharedFile, _ bytes: [UInt8]) {
        // Megabytes perhaps: not copied where they are the first.
        if appends[file] == nil { appends[file] = bytes } else { appends[file]? += bytes }
    }

    // MARK: the stack

    static let tailLength = 256

    /// Reads the end of `toprocess`, whose checksum shows whether it is the end that the last writer left.
    private func loadTail() throws {
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

    /// Cuts a whole file to nothing, keeping its content in the undo record.
    package func clear(_ file: SharedFile) throws -> [UInt8] {
        let size = before.sizes[file] ?? 0
        let bytes = try read(file, at: 0, count: size)
        cuts[file] = (0, bytes)
        return bytes
    }

    // MARK: ends

    /// Records attempts in attempts.tsv and the timeline, and their tasks where they belong now.
    ///
    /// - Parameters:
    ///   - ends: how they ended
    ///   - ordinal: the number of their farmer
    ///   - keepsDelayed: tasks that are to be run again after a while stay claimed
    /// - Returns: these, the tasks as their next attempts find them
    /// - Throws: where the end of the stack cannot be read
    @discardableResult
    package func record(
        _ ends: [JournalReplay.Ended], ordinal: Int, keepsDelayed: Bool = false
    ) throws -> [JournalReplay.Ended] {
        if ends.isEmpty { return [] }
        var lines: [UInt8] = []
        var finished: [UInt8] = []
        var failed: [UInt8] = []
        var events: [UInt8] = []
        var again: [TaskRecord] = []
        var kept: [JournalReplay.Ended] = []
        lines.reserveCapacity(ends.count * 160)
        events.reserveCapacity(ends.count * 320)
        for end in ends {
            end.attempt.appendLine(to: &lines)
            events.append(UInt8(ascii: ","))
            events.append(10)
            TraceEvent.append(end.attempt, command: end.task.command, process: ordinal, to: &events)
            if end.attempt.outcome.isFinal {
                state.timed += 1
                state.wall = min(state.wall, 1 << 59) + min(end.attempt.wall, 1 << 59)
            }
            if end.attempt.outcome == .succeeded {
                end.task.appendLine(to: &finished)
                state.finished += 1
                state.claimed -= 1
            } else if end.attempt.fate == .over {
                end.task.appendLine(to: &failed)
                state.failed += 1
                state.claimed -= 1
            } else if end.attempt.fate == .cancelled {
                skip([end.task])
                state.claimed -= 1
            } else if keepsDelayed && end.attempt.delayedUntil > 0 {
                kept.append(.init(attempt: end.attempt, task: next(end)))
            } else {
                again.append(next(end))
            }
        }
        append(.attempts, lines)
        state.attempts += ends.count
        if !finished.isEmpty { append(.finished, finished) }
        if !failed.isEmpty { append(.failed, failed) }
        trace(events)
        try putBack(again)
        return kept
    }

    /// The task as its next attempt will find it.
    private func next(_ end: JournalReplay.Ended) -> TaskRecord {
        var task = end.task
        task.attempts = end.attempt.number
        if directory.countsFailures, end.attempt.fate == .again, let kind = end.attempt.outcome.failure {
            task.failures[kind] += 1
        }
        return task
    }

    /// Adds events to the timeline, each with its `,` and newline before it.
    package func trace(_ events: [UInt8]) {
        append(.timeline, events)
    }

    // MARK: the roster

    package var rosterCount: Int { (before.sizes[.roster] ?? 0) / RosterEntry.width }

    package func rosterEntry(_ index: Int) throws -> RosterEntry {
        if let planned = roster[index] { return planned.new }
        let width = RosterEntry.width
        let bytes = try read(.roster, at: index * width, count: width)
        guard let entry = RosterEntry(bytes[...]) else {
            throw FarmError.damaged(file: directory.file(.roster).description, "line \(index + 1) is not of its form")
        }
        return entry
    }

    package func wholeRoster() throws -> [RosterEntry] {
        let width = RosterEntry.width
        let bytes = try read(.roster, at: 0, count: before.sizes[.roster] ?? 0)
        return try (0..<rosterCount).map { index in
            guard let entry = RosterEntry(bytes[(index * width)..<((index + 1) * width)]) else {
                throw FarmError.damaged(
                    file: directory.file(.roster).description, "line \(index + 1) is not of its form")
            }
            return roster[index]?.new ?? entry
        }
    }

    package func setRoster(_ index: Int, _ entry: RosterEntry) throws {
        if let planned = roster[index] {
            roster[index] = (planned.old, entry)
        } else {
            let isNew = index >= rosterCount
            roster[index] = (
                isNew ? [] : try read(.roster, at: index * RosterEntry.width, count: RosterEntry.width), entry
            )
        }
    }

    // MARK: carrying out

    private func undoRecord(timelineEnd: [UInt8]) -> UndoRecord {
        var record = UndoRecord(epoch: epoch, writer: farmer)
        record.steps.append(.init(file: "state", size: before.width, bytes: before.encoded))
        for file in SharedFile.allCases where file != .roster {
            let size = before.sizes[file] ?? 0
            if file == .timeline, appends[file] != nil {
                let offset = size - timelineEnd.count
                record.steps.append(.init(file: file.rawValue, size: size, offset: offset, bytes: timelineEnd))
            } else if let cut = cuts[file] {
                record.steps.append(.init(file: file.rawValue, size: size, offset: cut.size, bytes: cut.bytes))
            } else if appends[file] != nil {
                record.steps.append(.init(file: file.rawValue, size: size, offset: size))
            }
        }
        for (index, line) in roster.sorted(by: { $0.key < $1.key }) {
            let offset = line.old.isEmpty ? before.sizes[.roster] ?? 0 : index * RosterEntry.width
            record.steps.append(
                .init(
                    file: SharedFile.roster.rawValue, size: before.sizes[.roster] ?? 0, offset: offset, bytes: line.old)
            )
        }
        return record
    }

    /// Carries the plan out, up to but without the commit.
    func apply(to transaction: SharedHandle, stateHandle: SharedHandle) throws {
        state.epoch = epoch
        state.writer = farmer
        guard state.isBalanced else {
            throw FarmError.damaged(file: directory.state.description, "the totals would not add up: \(state)")
        }
        let timelineSize = before.sizes[.timeline] ?? 0
        let isFirstEvent = timelineSize == TraceEvent.empty.count
        if appends[.toprocess] != nil || cuts[.toprocess] != nil {
            try loadTail()
            let end = (tail ?? []) + (appends[.toprocess] ?? []).suffix(Self.tailLength)
            state.tail = Checksum.of(Array(end.suffix(Self.tailLength)))
        }
        // Open everything before the first write, so that a stale view costs nothing.
        for file in Set(appends.keys).union(cuts.keys) { _ = try handle(file) }
        if !roster.isEmpty { _ = try handle(.roster) }
        for file in SharedFile.allCases {
            state.sizes[file] = (cuts[file]?.size ?? before.sizes[file] ?? 0) + (appends[file]?.count ?? 0)
        }
        if appends[.timeline] != nil && isFirstEvent { state.sizes[.timeline]? -= 1 }
        if let last = roster.keys.max() {
            state.sizes[.roster] = max(before.sizes[.roster] ?? 0, (last + 1) * RosterEntry.width)
        }

        try pace.check()
        try transaction.file.write(undoRecord(timelineEnd: TraceEvent.closing).encoded, at: 0)
        try transaction.file.flush()
        let changed = SharedFile.allCases.filter { $0 != .roster && (appends[$0] != nil || cuts[$0] != nil) }
        for file in changed {
            let open = try handle(file)
            var offset = before.sizes[file] ?? 0
            if let cut = cuts[file] {
                try pace.check()
                try open.file.truncate(to: cut.size)
                offset = cut.size
            }
            if var bytes = appends.removeValue(forKey: file) {
                if file == .timeline {
                    if isFirstEvent { bytes.removeFirst(2) }
                    bytes.append(contentsOf: TraceEvent.closing)
                    offset = isFirstEvent ? TraceEvent.opening.count : offset - TraceEvent.closing.count
                }
                try pace.check()
                try open.file.write(bytes, at: offset)
            }
            try open.file.flush()
        }
        if !roster.isEmpty {
            let open = try handle(.roster)
            for (index, line) in roster {
                try pace.check()
                try open.file.write(line.new.encoded, at: index * RosterEntry.width)
            }
            try open.file.flush()
        }
        try pace.check()
        try stateHandle.file.write(state.encoded, at: 0)
        try stateHandle.file.flush()
    }
}

/// Watches that the process does not stand still while it holds the lock.
package final class Pace {
    private var last: Int
    /// Nanoseconds between two looks that are still harmless.
    let limit: Int
    /// What must not have run out meanwhile, where it is held for a time only.
    private let lock: FarmLock?

    package init(limit: Int, _ lock: FarmLock? = nil) {
        self.limit = limit
        self.lock = lock
        last = Clock.boot
    }

    package func check() throws {
        let now = Clock.boot
        if now - last > limit { throw FarmError.suspended(seconds: (now - last) / 1_000_000_000) }
        try lock?.requireFresh()
        last = now
    }
}
