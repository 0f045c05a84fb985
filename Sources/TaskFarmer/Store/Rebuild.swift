// Making a consistent set of files from what can be read of an older one: for the take-over of a PyTaskFarmer run, and for
// `check --repair`. What is recorded as over stays so; every other task that is known from anywhere is to process.

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct Rebuild {
    let directory: WorkDirectory
    /// The folder with the old files; never written to.
    let source: Path
    let list: HandledList?
    /// Whether attempts name the jobs in which they were made.
    let namesJobs: Bool
    let pace: Pace
    /// Tasks that only a journal holds.
    var claimed: [TaskRecord] = []
    /// Of these, such as are not to be run on.
    var cancelled: [TaskRecord] = []
    /// Ends that only a journal holds.
    var uncarried: [JournalReplay.Ended] = []
    /// How many tasks there were, as far as is known.
    var knownTasks = 0
    var listMark = ListMark()

    private var heldTasks: [TaskRecord] = []
    private(set) var counts: [SharedFile: Int] = [:]
    private(set) var dropped: [SharedFile: Int] = [:]
    private(set) var fromList = 0
    private(set) var unknown = 0
    private var forgetsPriorities = false
    /// Commands of tasks whose line is torn, as the list has them.
    private var whole: [Int: [UInt8]] = [:]
    /// IDs from here on cannot be: there are not so many tasks in so few bytes.
    private var limit = 0
    /// Where each task is: nil not seen yet.
    private var places: [SharedFile?] = []

    init(directory: WorkDirectory, source: Path, list: HandledList?, namesJobs: Bool, pace: Pace) {
        self.directory = directory
        self.source = source
        self.list = list
        self.namesJobs = namesJobs
        self.pace = pace
    }

    var summary: String {
        var parts = [
            "\(counts[.finished] ?? 0) finished", "\(counts[.failed] ?? 0) failed",
            "\(counts[.toprocess] ?? 0) to process",
        ]
        if !heldTasks.isEmpty { parts.append("\(heldTasks.count) held") }
        if fromList > 0 { parts.append("\(fromList) of these stood in no file and come from the list") }
        if forgetsPriorities { parts.append("priorities are forgotten") }
        if unknown > 0 { parts.append("\(unknown) whose command is known nowhere are in skipped") }
        for (file, count) in dropped.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where count > 0 {
            parts.append("\(count) \(count == 1 ? "line" : "lines") of \(file.rawValue) dropped (torn, or there twice)")
        }
        return parts.joined(separator: ", ")
    }

    mutating func run() throws -> StateRecord {
        var state = StateRecord()
        state.isOld = !directory.hasControl
        limit = try believableTasks()
        // Tasks whose lines are lost are not forgotten; but a number that was never one would fill the disk.
        if knownTasks > max(limit, Self.mostUnknown) {
            throw FarmError.configuration(
                file: directory.state.description, line: nil,
                "counts \(knownTasks) tasks, of which next to nothing is there: if that is wrong, remove this file and repair "
                    + "again")
        }
        try markUnfinished()
        try readTorn()
        try FreshFile.write(directory.transaction, directory.locking, [])

        for file in [SharedFile.finished, .failed, .skipped] {
            var kept = try lines(of: file) { rebuild, line in
                guard let task = TaskRecord(line: line), rebuild.claimPlace(task.id, file) else {
                    return false
                }
                return true
            }
            for task in cancelled where file == .skipped && claimPlace(task.id, file) {
                task.appendLine(to: &kept)
                counts[file, default: 0] += 1
            }
            for end in uncarried where Self.place(of: end.attempt) == file {
                if claimPlace(end.task.id, file) {
                    end.task.appendLine(to: &kept)
                    counts[file, default: 0] += 1
                }
            }
            state.sizes[file] = try FreshFile.write(directory.file(file), directory.locking, kept)
        }
        var waiting: [Int: [UInt8]] = [:]
        _ = try lines(of: .toprocess) { rebuild, line in
            guard let task = TaskRecord(line: line), rebuild.claimPlace(task.id, .toprocess) else {
                return false
            }
            waiting[task.id] = task.command
            return true
        }
        if directory.hasControl { try rebuildHeld(&state) }
        for task in claimed + uncarried.map(\.task) where claimPlace(task.id, .toprocess) {
            waiting[task.id] = task.command
        }
        let added = try rebuildAdded(&state)
        if let list {
            var ids = added.listIDs
            var mark = ListMark()
            defer { listMark = mark }
            try list.forEachTask(from: &mark) { command in
                let next = ids.next()
                // A handler may make many tasks of few bytes.
                limit = max(limit, next + 1)
                if next >= places.count || places[next] == nil {
                    _ = claimPlace(next, .toprocess)
                    waiting[next] = [UInt8](copying: command)
                    fromList += 1
                }
            }
        }
        state.tasks = max(places.count, knownTasks)
        try fillGaps(&state)
        try writeAttempts(&state, waiting: waiting)
        state.sizes[.roster] = try FreshFile.write(directory.file(.roster), directory.locking, [])
        if directory.hasControl { try rebuildFarmers(&state) }
        try rebuildTimeline(&state)
        counts[.toprocess] = waiting.count
        state.toprocess = waiting.count
        state.finished = counts[.finished] ?? 0
        state.failed = counts[.failed] ?? 0
        state.skipped = counts[.skipped] ?? 0
        state.list = listMark
        return state
    }

    /// Where the task of an attempt stands once that is over; nil where it goes back.
    private static func place(of attempt: Attempt) -> SharedFile? {
        switch attempt.fate {
        case .over: attempt.outcome == .succeeded ? .finished : .failed
        case .cancelled: .skipped
        case .again, .resumed: nil
        }
    }

    /// Tasks that were held stay so, with what is known of them. Half a command is not kept.
    private mutating func rebuildHeld(_ state: inout StateRecord) throws {
        var kept: [UInt8] = []
        for line in Self.wholeLines(of: source.appending(SharedFile.held.rawValue)) {
            guard let task = TaskRecord(wholeLine: line), claimPlace(task.id, .held) else {
                dropped[.held, default: 0] += 1
                continue
            }
            task.appendWholeLine(to: &kept)
            heldTasks.append(task)
        }
        state.held = heldTasks.count
        state.sizes[.held] = try FreshFile.write(directory.file(.held), directory.locking, kept)
        // The stack is put in the order of its IDs.
        if !((try? Folder.content(of: source.appending(SharedFile.priorities.rawValue))) ?? []).isEmpty {
            forgetsPriorities = true
        }
        state.sizes[.priorities] = try FreshFile.write(directory.file(.priorities), directory.locking, [])
    }

    private static func wholeLines(of path: Path) -> [ArraySlice<UInt8>] {
        guard let bytes = try? Folder.content(of: path), let end = bytes.lastIndex(of: 10) else { return [] }
        return bytes[...end].split(separator: 10)
    }

    /// Which tasks stand in no list, as far as the file is of its form.
    private var added: AddedTasks? {
        let lines = Self.wholeLines(of: source.appending(SharedFile.added.rawValue))
        return AddedTasks(Array(lines.joined(separator: [10])))
    }

    private mutating func rebuildAdded(_ state: inout StateRecord) throws -> AddedTasks {
        guard directory.hasControl else { return AddedTasks() }
        let added = added
        var lines: [UInt8] = []
        if added == nil {
            dropped[.added, default: 0] += 1
        } else {
            for line in Self.wholeLines(of: source.appending(SharedFile.added.rawValue)) { lines += line + [10] }
        }
        state.sizes[.added] = try FreshFile.write(directory.file(.added), directory.locking, lines)
        return added ?? AddedTasks()
    }

    /// Who came and went, as far as that can be read.
    private mutating func rebuildFarmers(_ state: inout StateRecord) throws {
        var kept = FarmerEvent.header
        for line in Self.wholeLines(of: source.appending(SharedFile.farmers.rawValue)) {
            if line.elementsEqual(FarmerEvent.header.dropLast()) { continue }
            if FarmerEvent(line.span) == nil {
                dropped[.farmers, default: 0] += 1
            } else {
                kept += line + [10]
            }
        }
        state.sizes[.farmers] = try FreshFile.write(directory.file(.farmers), directory.locking, kept)
    }

    private static let mostUnknown = 1 << 27

    static let unfinished = Array("being rebuilt from ".utf8)

    /// Marks the directory as ours and unfinished, behind what `state` says of it until it says something new.
    private func markUnfinished() throws {
        let handle = try SharedHandle(directory.state, directory.locking, create: true)
        let mark = Self.unfinished + source.name + [10]
        let offset = StateRecord(leading: try handle.file.read(at: 0, count: StateRecord.width))?.width ?? 0
        try handle.file.write(mark, at: offset)
        try handle.file.truncate(to: offset + mark.count)
        try handle.file.flush()
    }

    /// A task takes some bytes wherever it stands. A number beyond that is damage, and room for so many would be all memory.
    private func believableTasks() throws -> Int {
        var bytes = (claimed + uncarried.map(\.task)).reduce(0) { $0 + $1.command.count + 4 }
        for file in SharedFile.allCases { bytes += try Folder.linkFacts(source.appending(file.rawValue))?.size ?? 0 }
        if let list { bytes += try list.file.facts.size }
        return 4 * bytes + 10_000
    }

    private mutating func claimPlace(_ id: Int, _ file: SharedFile) -> Bool {
        if id >= limit { return false }
        while places.count <= id { places.append(nil) }
        if places[id] != nil { return false }
        places[id] = file
        return true
    }

    /// Tasks of which nothing but the number is known cannot run; they are skipped, and said to be.
    private mutating func fillGaps(_ state: inout StateRecord) throws {
        let handle = try SharedHandle(directory.file(.skipped), directory.locking)
        var end = handle.size
        var more: [UInt8] = []
        for id in 0..<state.tasks where id >= places.count || places[id] == nil {
            TaskRecord(id: id, command: Array("# command unknown".utf8)).appendLine(to: &more)
            unknown += 1
            if more.count < 1 << 20 { continue }
            try handle.file.write(more, at: end)
            end += more.count
            more = []
        }
        if unknown == 0 { return }
        try handle.file.write(more, at: end)
        try handle.file.flush()
        state.sizes[.skipped] = end + more.count
        counts[.skipped, default: 0] += unknown
    }

    /// The lines of an old file that are of their form and pass; counts the others.
    private mutating func lines(
        of file: SharedFile, _ pass: (inout Rebuild, ArraySlice<UInt8>) throws -> Bool
    ) throws -> [UInt8] {
        guard let old = try? Descriptor(source.appending(file.rawValue), [.reading, .noLink]) else { return [] }
        let bytes = try old.readAll(atMost: .max)
        var kept: [UInt8] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 10) ?? bytes.count
            let line = end < bytes.count ? bytes[start..<end] : untorn(bytes[start..<end], of: file)
            if try pass(&self, line) {
                kept += line
                kept.append(10)
                counts[file, default: 0] += 1
            } else if end > start {
                dropped[file, default: 0] += 1
            }
            start = end + 1
        }
        return kept
    }

    private static func torn(_ bytes: [UInt8]) -> TaskRecord? {
        bytes.last == 10 ? nil : TaskRecord(line: bytes[(bytes.lastIndex(of: 10).map { $0 + 1 } ?? 0)...])
    }

    /// Finds the commands of torn lines: half a command must never be run.
    private mutating func readTorn() throws {
        let files = [SharedFile.toprocess, .finished, .failed, .skipped]
        let ids = Set(
            files.compactMap { file in
                (try? Folder.content(of: source.appending(file.rawValue))).flatMap(Self.torn)?.id
            })
        guard let list, !ids.isEmpty else { return }
        var found: [Int: [UInt8]] = [:]
        var listIDs = (added ?? AddedTasks()).listIDs
        var mark = ListMark()
        try list.forEachTask(from: &mark) { command in
            let next = listIDs.next()
            if ids.contains(next) {
                found[next] = [UInt8](copying: command)
            }
        }
        whole = found
    }

    /// A torn line with the command that the list has for it. Without one it is kept only where it will never be run.
    private func untorn(_ line: ArraySlice<UInt8>, of file: SharedFile) -> ArraySlice<UInt8> {
        // Half the name of a job looks like a whole one.
        if file == .attempts && namesJobs { return [] }
        guard file != .attempts, let torn = TaskRecord(line: line) else { return line }
        guard let command = whole[torn.id] else { return file == .finished || file == .skipped ? line : [] }
        return TaskRecord(id: torn.id, command: command).line.dropLast()
    }

    private mutating func writeAttempts(_ state: inout StateRecord, waiting: [Int: [UInt8]]) throws {
        var attempts: [Int: Int] = [:]
        let header = Attempt.header(namesJobs: namesJobs)
        var kept = try lines(of: .attempts) { rebuild, line in
            if line.elementsEqual(header.dropLast()) { return false }
            guard let attempt = Attempt(line: line), (attempt.jobColumn != nil) == rebuild.namesJobs else {
                return false
            }
            attempts[attempt.task] = max(attempts[attempt.task] ?? 0, attempt.number)
            return true
        }
        if let lost = dropped[.attempts] { dropped[.attempts] = max(0, lost - 1) }
        for end in uncarried {
            end.attempt.appendLine(to: &kept)
            attempts[end.attempt.task] = max(attempts[end.attempt.task] ?? 0, end.attempt.number)
            counts[.attempts, default: 0] += 1
        }
        state.attempts = counts[.attempts] ?? 0
        state.sizes[.attempts] = try FreshFile.write(
            directory.file(.attempts), directory.locking, header + kept)

        var stack: [UInt8] = []
        var marks: [UInt8] = []
        for (id, command) in waiting.sorted(by: { $0.key > $1.key }) {
            if let number = attempts[id] {
                marks += RequeuedEntry(offset: stack.count, task: id, attempts: number).encoded
                state.requeued += 1
            }
            TaskRecord(id: id, command: command).appendLine(to: &stack)
        }
        try pace.check()
        state.sizes[.toprocess] = try FreshFile.write(directory.file(.toprocess), directory.locking, stack)
        state.sizes[.requeued] = try FreshFile.write(directory.file(.requeued), directory.locking, marks)
        state.tail = Checksum.of(Array(stack.suffix(256)))
    }

    /// Keeps a timeline that is JSON; of one that is torn, the lines that are whole events.
    private mutating func rebuildTimeline(_ state: inout StateRecord) throws {
        let old =
            (try? Descriptor(source.appending(SharedFile.timeline.rawValue), [.reading, .noLink]).readAll(atMost: .max))
            ?? []
        var syntax = JSONSyntax()
        syntax.add(old)
        let comma = UInt8(ascii: ",")
        var events: [UInt8]
        if syntax.isWhole, old.first == UInt8(ascii: "["), let end = old.lastIndex(of: UInt8(ascii: "]")) {
            events = Array(old[1..<end])
        } else {
            events = []
            for line in old.split(separator: 10) {
                let event = line.last == comma ? line.dropLast() : line
                var single = JSONSyntax()
                single.add(Array(event))
                if single.isWhole, event.first == UInt8(ascii: "{") {
                    if !events.isEmpty { events += [comma, 10] }
                    events += event
                } else {
                    dropped[.timeline, default: 0] += 1
                }
            }
        }
        let blanks: [UInt8] = [32, 9, 10, 13]
        while let last = events.last, blanks.contains(last) { events.removeLast() }
        let first = events.firstIndex { !blanks.contains($0) } ?? events.count
        let whole =
            first == events.count ? Array(TraceEvent.empty) : TraceEvent.opening + events[first...] + TraceEvent.closing
        state.sizes[.timeline] = try FreshFile.write(directory.file(.timeline), directory.locking, whole)
    }
}
