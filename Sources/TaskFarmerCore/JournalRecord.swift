// A farmer's journal: what it claimed, started, finished and gave back, in one file that it alone writes. A line is a kind,
// a checksum and the content; a claim is followed by the claimed lines themselves, so that nothing else is needed to
// put them back. Claims and releases belong to a change of the shared state and count only if that was committed.

package enum JournalRecord: Sendable, Equatable {
    case claim(epoch: Int, tasks: [TaskRecord])
    case release(epoch: Int, tasks: [Int])
    /// The change with this epoch was given up.
    case void(epoch: Int)
    /// These attempts may be started from now on.
    case plan([PlannedAttempt])
    case start(RunningTask)
    case end(Attempt)
    /// Somebody wants these tasks, held by the farmer, not to be run on.
    case cancel([Int])

    /// An attempt that may be started: its number is used up, whether it is or not.
    package struct PlannedAttempt: Sendable, Equatable {
        package var task: Int
        package var number: Int

        package init(task: Int, number: Int) {
            self.task = task
            self.number = number
        }
    }

    /// A task that was started and has not ended.
    package struct RunningTask: Sendable, Equatable {
        package var task: Int
        package var attempt: Int
        package var slot: Int
        /// The process group.
        package var group: Int
        /// Microseconds since 1970.
        package var started: Int
        /// What it uses, as its farmer last saw it; nil where nobody has looked. Heartbeats tell it, journals do not.
        package var usage: Usage?

        package init(task: Int, attempt: Int, slot: Int, group: Int, started: Int, usage: Usage? = nil) {
            self.task = task
            self.attempt = attempt
            self.slot = slot
            self.group = group
            self.started = started
            self.usage = usage
        }

        /// What the processes of a task use together.
        package struct Usage: Sendable, Equatable {
            /// Processor time so far, in milliseconds.
            package var processor: Int
            /// Memory now, in KiB: the sum of the resident sets, in which shared pages count as often as they are shared.
            package var resident: Int

            package init(processor: Int, resident: Int) {
                self.processor = processor
                self.resident = resident
            }
        }
    }

    package static func header(farmer: String) -> [UInt8] { Array("taskfarmer-journal 1 \(farmer)\n".utf8) }

    private var kind: UInt8 {
        switch self {
        case .claim: UInt8(ascii: "C")
        case .release: UInt8(ascii: "R")
        case .void: UInt8(ascii: "V")
        case .plan: UInt8(ascii: "P")
        case .start: UInt8(ascii: "S")
        case .end(let attempt):
            // What becomes of the task is told by the outcome, and otherwise by the kind.
            attempt.fate == attempt.outcome.fate ? UInt8(ascii: "E") : Self.endKind(attempt.fate)
        case .cancel: UInt8(ascii: "X")
        }
    }

    private static func endKind(_ fate: Fate) -> UInt8 {
        switch fate {
        case .over: UInt8(ascii: "O")
        case .again: UInt8(ascii: "B")
        case .resumed: UInt8(ascii: "K")
        case .cancelled: UInt8(ascii: "D")
        }
    }

    package func append(to bytes: inout [UInt8]) {
        var body: [UInt8] = []
        bytes.append(kind)
        bytes.append(32)
        let sumPlace = bytes.count
        bytes.append(hexadecimal: 0, digits: 8)
        bytes.append(32)
        let start = bytes.count
        switch self {
        case .claim(let epoch, let tasks):
            for task in tasks { task.appendWholeLine(to: &body) }
            bytes.append(numbers: [epoch, tasks.count, body.count])
            bytes.append(32)
            bytes.append(hexadecimal: Checksum.of(body), digits: 16)
        case .release(let epoch, let tasks):
            bytes.append(decimal: epoch)
            for task in tasks {
                bytes.append(32)
                bytes.append(decimal: task)
            }
        case .void(let epoch):
            bytes.append(decimal: epoch)
        case .plan(let attempts):
            for (index, attempt) in attempts.enumerated() {
                if index > 0 { bytes.append(32) }
                bytes.append(numbers: [attempt.task, attempt.number])
            }
        case .start(let running):
            bytes.append(numbers: [running.task, running.attempt, running.slot, running.group, running.started])
        case .end(let attempt):
            attempt.appendLine(to: &bytes)
            bytes.removeLast()
        case .cancel(let tasks):
            bytes.append(numbers: tasks)
        }
        var sum = Checksum()
        sum.add([kind].span)
        sum.add(bytes.span.extracting(start...))
        bytes.put(hexadecimal: sum.value & 0xffff_ffff, digits: 8, at: sumPlace)
        bytes.append(10)
        bytes.append(contentsOf: body)
    }

    /// Reads one record from the start of `bytes`; nil when it is torn or no record.
    fileprivate static func read(_ bytes: ArraySlice<UInt8>) -> (record: JournalRecord, end: Int)? {
        guard let newline = bytes.firstIndex(of: 10) else { return nil }
        let line = bytes[..<newline]
        guard line.count > 11, line[line.startIndex + 1] == 32, line[line.startIndex + 10] == 32 else { return nil }
        let content = line[(line.startIndex + 11)...]
        guard
            line[(line.startIndex + 2)..<(line.startIndex + 10)].hexadecimalValue == Checksum.of(
                [line[line.startIndex]] + content)
                & 0xffff_ffff
        else { return nil }
        let fate = [Fate.over, .again, .resumed, .cancelled].first { endKind($0) == line.first }
        if line.first == UInt8(ascii: "E") || fate != nil {
            return Attempt(line: content).map { attempt in
                var attempt = attempt
                attempt.fate = fate ?? attempt.fate
                return (.end(attempt), newline + 1)
            }
        }
        let fields = content.split(separator: 32)
        let numbers = fields.prefix(5).compactMap(\.decimalValue)
        switch line.first {
        case UInt8(ascii: "C"):
            guard fields.count == 4, numbers.count >= 3 else { return nil }
            guard numbers[2] <= bytes.endIndex - newline - 1 else { return nil }
            let end = newline + 1 + numbers[2]
            let body = bytes[(newline + 1)..<end]
            guard fields[3].hexadecimalValue == Checksum.of(Array(body)) else { return nil }
            var tasks: [TaskRecord] = []
            for line in body.split(separator: 10) {
                guard let task = TaskRecord(wholeLine: line) else { return nil }
                tasks.append(task)
            }
            return tasks.count == numbers[1] ? (.claim(epoch: numbers[0], tasks: tasks), end) : nil
        case UInt8(ascii: "R"):
            let all = fields.compactMap(\.decimalValue)
            guard all.count == fields.count, let epoch = all.first else { return nil }
            return (.release(epoch: epoch, tasks: Array(all.dropFirst())), newline + 1)
        case UInt8(ascii: "V"):
            return numbers.count == 1 ? (.void(epoch: numbers[0]), newline + 1) : nil
        case UInt8(ascii: "P"):
            let all = fields.compactMap(\.decimalValue)
            guard all.count == fields.count, all.count % 2 == 0 else { return nil }
            let attempts = stride(from: 0, to: all.count, by: 2).map {
                PlannedAttempt(task: all[$0], number: all[$0 + 1])
            }
            return (.plan(attempts), newline + 1)
        case UInt8(ascii: "S"):
            guard numbers.count == 5, fields.count == 5 else { return nil }
            let running = RunningTask(
                task: numbers[0], attempt: numbers[1], slot: numbers[2], group: numbers[3], started: numbers[4])
            return (.start(running), newline + 1)
        case UInt8(ascii: "X"):
            let all = fields.compactMap(\.decimalValue)
            return all.count == fields.count ? (.cancel(all), newline + 1) : nil
        default:
            return nil
        }
    }
}

/// What a journal says: the tasks that its farmer holds, and the ends that were not carried over yet.
package struct JournalReplay: Sendable, Equatable {
    package struct Ended: Sendable, Equatable {
        package var attempt: Attempt
        package var task: TaskRecord

        package init(attempt: Attempt, task: TaskRecord) {
            self.attempt = attempt
            self.task = task
        }
    }

    /// Held and not ended, in the order of their claims. An attempt that may have been started counts as one.
    package private(set) var held: [TaskRecord] = []
    /// Those of them that were started.
    package private(set) var running: [Int: JournalRecord.RunningTask] = [:]
    /// By which change a task was claimed last.
    package private(set) var claimed: [Int: Int] = [:]
    /// Those of them that are not to be run on.
    package private(set) var cancelled: Set<Int> = []
    /// Ended, in order, but not yet in the shared files.
    package private(set) var uncarried: [Ended] = []
    /// How many bytes could not be read as records; what a crash left of its last write.
    package private(set) var torn = 0

    /// - Parameters:
    ///   - bytes: the whole file
    ///   - epoch: the last committed change of its farmer; claims and releases of later ones do not count
    ///   - carried: how much of it the shared files have already, in bytes
    package init(_ bytes: [UInt8], epoch: Int, carried: Int) {
        var records: [(offset: Int, record: JournalRecord)] = []
        var voided: Set<Int> = []
        var at = bytes.firstIndex(of: 10).map { $0 + 1 } ?? bytes.count
        while at < bytes.count {
            if let (record, end) = JournalRecord.read(bytes[at...]) {
                if case .void(let epoch) = record { voided.insert(epoch) }
                records.append((at, record))
                at = end
            } else {
                let next = bytes[at...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.count
                torn += next - at
                at = next
            }
        }
        var tasks: [Int: TaskRecord] = [:]
        var order: [Int: Int] = [:]
        for (index, (offset, record)) in records.enumerated() {
            switch record {
            case .claim(let made, let all) where made <= epoch && !voided.contains(made):
                for (place, task) in all.enumerated() {
                    tasks[task.id] = task
                    order[task.id] = index << 24 + place
                    running[task.id] = nil
                    claimed[task.id] = made
                    cancelled.remove(task.id)
                }
            case .release(let made, let released) where made <= epoch && !voided.contains(made):
                for id in released { tasks[id] = nil }
            case .plan(let attempts):
                for attempt in attempts { tasks[attempt.task]?.attempts = min(attempt.number, 1 << 48) }
            case .start(let started):
                if tasks[started.task] != nil { running[started.task] = started }
            case .end(let attempt):
                if let task = tasks.removeValue(forKey: attempt.task), offset >= carried {
                    uncarried.append(Ended(attempt: attempt, task: task))
                }
                running[attempt.task] = nil
            case .cancel(let ids):
                cancelled.formUnion(ids.filter { tasks[$0] != nil })
            case .claim, .release, .void:
                break
            }
        }
        held = tasks.values.sorted { (order[$0.id] ?? 0) < (order[$1.id] ?? 0) }
        running = running.filter { tasks[$0.key] != nil }
        cancelled = cancelled.filter { tasks[$0] != nil }
    }
}

extension [UInt8] {
    /// Appends numbers with blanks between them.
    fileprivate mutating func append(numbers: [Int]) {
        for (index, number) in numbers.enumerated() {
            if index > 0 { append(32) }
            append(decimal: number)
        }
    }

    /// Overwrites a fixed number of digits.
    fileprivate mutating func put(hexadecimal value: UInt64, digits: Int, at place: Int) {
        var rest = value
        for index in (place..<(place + digits)).reversed() {
            let digit = UInt8(truncatingIfNeeded: rest & 15)
            self[index] = digit < 10 ? 48 + digit : 87 + digit
            rest >>= 4
        }
    }
}
