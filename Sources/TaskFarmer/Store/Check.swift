// Proving the promise: every ID ever created is in exactly one place, and every file is of its form.

package import TaskFarmerCore
internal import TaskFarmerSystem

/// What a check found.
package struct CheckReport: Sendable, Equatable {
    /// What is wrong, a sentence each, at most 20 of a kind.
    package internal(set) var problems: [String] = []
    /// What is right but worth knowing.
    package internal(set) var notes: [String] = []
    package internal(set) var state: StateRecord?
    package internal(set) var bytes = 0

    package var isSound: Bool { problems.isEmpty }
}

package struct Check {
    private let directory: WorkDirectory
    private let namesJobs: Bool
    private var report = CheckReport()
    private var places: [UInt8] = []
    private var succeeded: [Bool] = []
    private var counts: [SharedFile: Int] = [:]
    private var told: [String: Int] = [:]

    private static let files: [SharedFile] = [.toprocess, .finished, .failed, .skipped]

    private init(_ directory: WorkDirectory, namesJobs: Bool) {
        self.directory = directory
        self.namesJobs = namesJobs
    }

    /// Reads everything under the lock. A change that a dead farmer left half made is undone first, as any farmer would.
    ///
    /// - Throws: `FarmError` when there is no work directory or its lock cannot be taken
    package static func run(_ directory: WorkDirectory, _ patience: any LockPatience, trust: Trust = Trust()) throws
        -> CheckReport
    {
        let opened = try OpenedFarm(existing: directory, trust: trust)
        // Which knows how farmers keep each other out there.
        let directory = opened.directory
        let cycle = ChangeCycle(
            directory: directory, lock: opened.lock, nonce: opened.description.nonce, farmer: Farmer.newName())
        var check = Check(directory, namesJobs: opened.description.namesJobs)
        do {
            try cycle.run(patience) { change in
                for writer in cycle.undone { check.report.notes.append("undid a change that \(writer) left half made") }
                try check.examine(change.state)
            }
        } catch let error as FarmError {
            switch error {
            case .staleView, .damaged, .otherNonce:
                check.report.problems.append(error.description)
            default:
                throw error
            }
        }
        return check.report
    }

    private mutating func problem(_ kind: String, _ text: String) {
        told[kind, default: 0] += 1
        let count = told[kind] ?? 0
        if count <= 20 { report.problems.append(text) }
        if count == 21 { report.problems.append("… and more of this kind") }
    }

    private mutating func examine(_ state: StateRecord) throws {
        report.state = state
        guard try state.tasks <= bytesOfTasks() else {
            problem("totals", "state: \(state.tasks) tasks, more than the files have room for")
            return
        }
        places = [UInt8](repeating: 0, count: state.tasks)
        succeeded = [Bool](repeating: false, count: state.tasks)
        if !state.isBalanced { problem("totals", "state: the totals do not add up to \(state.tasks) tasks") }
        for file in directory.files {
            guard try Folder.facts(directory.file(file)) != nil else {
                problem("missing", "\(file.rawValue) is missing")
                continue
            }
            // Locked, since the facts of a name may be seconds old on NFS, and so may the pages that are read below.
            let (handle, expected) = (try SharedHandle(directory.file(file), directory.locking), state.sizes[file] ?? 0)
            report.bytes += expected
            if try !handle.isOfSize(expected) {
                problem("size", "\(file.rawValue) has \(handle.size) bytes, but state vouches for \(expected)")
            }
        }
        for (index, file) in Self.files.enumerated() { try examineTasks(file, code: UInt8(index + 1)) }
        if directory.hasControl { try examineTasks(.held, code: 6) }
        try examineFarmers(state)
        examinePlaces(state)
        try examineAttempts(state)
        try examineRequeued(state)
        if directory.hasControl {
            try examinePriorities()
            try examineAdded(state)
            try examineComings()
        }
        try examineTimeline()
    }

    /// How many bytes the files have in which tasks stand.
    private func bytesOfTasks() throws -> Int {
        let journals = try Folder.names(in: directory.farmers).map { directory.farmers.appending(bytes: $0) }
        return try (Self.files.map { directory.file($0) } + journals).reduce(0) { sum, file in
            try sum + (Folder.linkFacts(file)?.size ?? 0)
        }
    }

    private mutating func examineTasks(_ file: SharedFile, code: UInt8) throws {
        guard try Folder.facts(directory.file(file)) != nil else { return }
        var mark = ListMark()
        var count = 0
        try TaskListFile(own: directory.file(file)).forEachLine(from: &mark) { line, number, mayHoldNUL in
            count += 1
            var id = 0
            var index = 0
            while index < line.count, line[index] >= 48, line[index] <= 57, index < 18 {
                id = id * 10 + Int(line[index] - 48)
                index += 1
            }
            let isForm = index > 0 && index < line.count && line[index] == 32
            if !isForm || file == .held && TaskRecord(wholeLine: [UInt8](copying: line)[...]) == nil
                || (mayHoldNUL && line.firstIndex(of: 0) != nil)
            {
                problem(
                    "form",
                    "\(file.rawValue):\(number) is not of the form `ID \(file == .held ? "attempts " : "")command`")
            } else {
                place(id, code: code, where: "\(file.rawValue):\(number)")
            }
        }
        if !mark.isClosed { problem("torn", "\(file.rawValue) ends without a newline") }
        counts[file] = count
    }

    private mutating func place(_ id: Int, code: UInt8, where text: @autoclosure () -> String) {
        guard id < places.count else {
            problem("unknown", "\(text()): task \(id) was never made; there are \(places.count)")
            return
        }
        if places[id] != 0 {
            problem("twice", "\(text()): task \(id) is there a second time; it is also \(Self.words[Int(places[id])])")
        }
        places[id] = code
    }

    private static let words = [
        "nowhere", "in toprocess", "in finished", "in failed", "in skipped", "held by a farmer", "in held",
    ]

    private mutating func examineFarmers(_ state: StateRecord) throws {
        var live = 0
        var slots = 0
        var claimed = 0
        for entry in try Roster.read(directory) where entry.status == .live {
            live += 1
            slots += entry.slots
            let path = directory.journal(entry.farmer, generation: entry.generation)
            guard let bytes = try? Folder.content(of: path) else {
                problem("journal", "the journal of \(entry.farmer) cannot be read; it holds \(entry.claimed) tasks")
                continue
            }
            report.bytes += bytes.count
            let replay = JournalReplay(bytes, epoch: entry.epoch, carried: entry.carried)
            let held = replay.held.map(\.id) + replay.uncarried.map(\.task.id)
            if held.count != entry.claimed {
                problem(
                    "claims",
                    "\(entry.farmer) holds \(entry.claimed) tasks by the roster and \(held.count) by its journal")
            }
            claimed += held.count
            for id in held { place(id, code: 5, where: "journal of \(entry.farmer)") }
        }
        if live != state.liveFarmers || slots != state.liveSlots {
            problem(
                "roster",
                "roster has \(live) live farmers with \(slots) slots, state \(state.liveFarmers) with \(state.liveSlots)"
            )
        }
        if claimed != state.claimed { problem("claims", "farmers hold \(claimed) tasks, state says \(state.claimed)") }
    }

    private mutating func examinePlaces(_ state: StateRecord) {
        let totals: [(SharedFile, Int)] = [
            (.toprocess, state.toprocess), (.finished, state.finished), (.failed, state.failed),
            (.skipped, state.skipped), (.held, state.held),
        ]
        for (file, expected) in totals where counts[file] != nil && counts[file] != expected {
            problem("count", "\(file.rawValue) has \(counts[file] ?? 0) lines, state says \(expected)")
        }
        for id in 0..<places.count where places[id] == 0 { problem("lost", "task \(id) is nowhere") }
    }

    private mutating func examineAttempts(_ state: StateRecord) throws {
        var mark = ListMark()
        var count = 0
        let header = Attempt.header(namesJobs: namesJobs)
        try TaskListFile(own: directory.file(.attempts)).forEachLine(from: &mark) { line, number, _ in
            if number == 1 {
                if [UInt8](copying: line) != header.dropLast() {
                    problem("attempts", "attempts.tsv:1 is not the expected header")
                }
                return
            }
            guard let fields = AttemptFields(line), fields.task < succeeded.count,
                (fields.job != nil) == namesJobs
            else {
                problem("attempts", "attempts.tsv:\(number) is not of its form")
                return
            }
            count += 1
            if fields.hasSucceeded { succeeded[fields.task] = true }
        }
        if count != state.attempts {
            problem("count", "attempts.tsv has \(count) attempts, state says \(state.attempts)")
        }
        if try Folder.facts(directory.takenOver) != nil {
            report.notes.append(
                "taken over from PyTaskFarmer, which kept no attempts: those before are not in attempts.tsv")
            return
        }
        let missing = places.indices.filter { places[$0] == 2 && !succeeded[$0] }
        if !missing.isEmpty, try Folder.facts(directory.root.appending("before-repair.1")) != nil {
            report.notes.append(
                "attempts.tsv lost lines before a repair: \(missing.count) finished tasks have none there")
            return
        }
        for id in missing {
            problem("unattempted", "task \(id) is in finished, but attempts.tsv has no attempt of it that succeeded")
        }
    }

    private mutating func examineRequeued(_ state: StateRecord) throws {
        let bytes = try Folder.content(of: directory.file(.requeued))
        let width = RequeuedEntry.width
        if bytes.count != state.requeued * width {
            problem("requeued", "requeued has \(bytes.count) bytes, expected \(state.requeued) lines of \(width)")
            return
        }
        let stack = try Descriptor(directory.file(.toprocess), [.reading, .noLink])
        var last = -1
        for start in stride(from: 0, to: bytes.count, by: width) {
            guard let entry = RequeuedEntry(bytes[start..<(start + width)]), entry.offset > last else {
                problem("requeued", "requeued: line \(start / width + 1) is not of its form or out of order")
                continue
            }
            last = entry.offset
            let found = try stack.read(at: entry.offset, count: 21)
            if !found.starts(with: Array("\(entry.task) ".utf8)) {
                problem("requeued", "requeued: line \(start / width + 1) points at another task of toprocess")
            }
        }
    }

    private mutating func examinePriorities() throws {
        guard let marks = PriorityMark.all(try Folder.content(of: directory.file(.priorities))) else {
            problem("priorities", "priorities: a line is not of its form or out of order")
            return
        }
        let stack = try Descriptor(directory.file(.toprocess), [.reading, .noLink])
        for (index, mark) in marks.enumerated() {
            // Where a line begins: right after the end of another.
            let around = try stack.read(at: max(0, mark.offset - 1), count: 2)
            if around.count < min(2, mark.offset + 1) || mark.offset > 0 && around.first != 10 {
                problem("priorities", "priorities: line \(index + 1) points at no line of toprocess")
            }
        }
    }

    private mutating func examineAdded(_ state: StateRecord) throws {
        guard let added = AddedTasks(try Folder.content(of: directory.file(.added))) else {
            problem("added", "added: a line is not of its form or out of order")
            return
        }
        if added.end > state.tasks {
            problem("added", "added: names task \(added.end - 1), which was never made; there are \(state.tasks)")
        }
    }

    /// Who came and went.
    private mutating func examineComings() throws {
        let lines = try Folder.content(of: directory.file(.farmers)).split(separator: 10)
        if lines.first?.elementsEqual(FarmerEvent.header.dropLast()) != true {
            problem("farmers", "farmers.tsv does not begin with its header")
        }
        for (index, line) in lines.dropFirst().enumerated() where FarmerEvent(line.span) == nil {
            problem("farmers", "farmers.tsv: line \(index + 2) is not of its form")
        }
    }

    private mutating func examineTimeline() throws {
        let file = try Descriptor(directory.file(.timeline), [.reading, .noLink])
        var syntax = JSONSyntax()
        var part: [UInt8] = []
        while try file.readNext(into: &part, count: 1 << 20) { syntax.add(part) }
        if !syntax.isWhole {
            problem(
                "timeline",
                "timeline.json is not JSON\(syntax.fault.map { ", from byte \($0) on" } ?? "; it ends too early")")
        }
    }
}
