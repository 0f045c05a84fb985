// `roster`: one fixed-width line per farmer that is, or was, at work. A farmer reads its own line in every change it
// makes: a line that is not live, or not its own, means that it was declared dead and fenced out.

package struct RosterEntry: Sendable, Equatable {
    package enum Status: String, Sendable {
        case live
        /// It left, or was declared dead and its claims were recovered. The line may be reused.
        case closed
    }
    package var status: Status
    package var farmer: String
    /// Unique among all farmers that ever worked here: the process number of the timeline.
    package var ordinal: Int
    package var slots: Int
    /// Which of the two journal files is the valid one.
    package var generation: Int
    /// The last committed epoch in which it changed anything.
    package var epoch: Int
    /// How much of its journal has been carried over, in bytes.
    package var carried: Int
    /// How many tasks it holds.
    package var claimed: Int
    /// Its host, and when it joined (microseconds since 1970).
    package var host: String
    package var joined: Int
    /// Its job, for the attempts that others record for it; nil in work directories before version 3, `-` without a job.
    package var job: String?

    package init(
        status: Status = .live, farmer: String, ordinal: Int, slots: Int, generation: Int = 0, epoch: Int = 0,
        carried: Int = 0, claimed: Int = 0, host: String, joined: Int, job: String? = nil
    ) {
        self.status = status
        self.farmer = farmer
        self.ordinal = ordinal
        self.slots = slots
        self.generation = generation
        self.epoch = epoch
        self.carried = carried
        self.claimed = claimed
        self.host = host
        self.joined = joined
        self.job = job
    }

    package static let width = 320

    /// Exactly `width` bytes: a line of text.
    package var encoded: [UInt8] {
        var bytes = Array(
            "\(status.rawValue) \(farmer) \(ordinal) \(slots) \(generation) \(epoch) \(carried) \(claimed) \(host) \(joined) "
                .utf8)
        if let job { bytes.append("\(job) ") }
        let sum = Checksum.of(bytes)
        bytes.append(hexadecimal: sum, digits: 16)
        bytes.append(contentsOf: [UInt8](repeating: 32, count: max(0, Self.width - 1 - bytes.count)))
        bytes.append(10)
        return bytes
    }

    /// nil when the bytes are not one whole line.
    package init?(_ bytes: ArraySlice<UInt8>) {
        let fields = bytes.dropLast().split(separator: 32)
        let last = fields.count - 1
        guard bytes.count == Self.width, bytes.last == 10, (10...11).contains(last),
            let status = Status(rawValue: fields[0].text), let ordinal = fields[2].decimalValue,
            let slots = fields[3].decimalValue, let generation = fields[4].decimalValue,
            let epoch = fields[5].decimalValue, let carried = fields[6].decimalValue,
            let claimed = fields[7].decimalValue, let joined = fields[9].decimalValue,
            max(ordinal, slots, epoch, carried, claimed) < 1 << 48,
            fields[last].hexadecimalValue == Checksum.of(Array(bytes[..<fields[last].startIndex]))
        else { return nil }
        self.init(
            status: status, farmer: fields[1].text, ordinal: ordinal, slots: slots, generation: generation,
            epoch: epoch, carried: carried, claimed: claimed, host: fields[8].text, joined: joined,
            job: last == 11 ? fields[10].text : nil)
    }
}

/// What the lock file says: whose state it guards, and who holds it.
package struct LockRecord: Sendable, Equatable {
    package enum Status: String, Sendable { case busy, idle }
    package var nonce: String
    /// The last epoch begun; never less than the committed one.
    package var epoch: Int
    package var status: Status
    package var holder: String
    /// When it was taken, in microseconds since 1970.
    package var since: Int

    package init(nonce: String, epoch: Int, status: Status, holder: String, since: Int) {
        self.nonce = nonce
        self.epoch = epoch
        self.status = status
        self.holder = holder
        self.since = since
    }

    package static let width = 256

    package var encoded: [UInt8] {
        var bytes = Array("taskfarmer-lock 1 \(nonce) \(epoch) \(status.rawValue) \(holder) \(since) ".utf8)
        bytes.append(contentsOf: [UInt8](repeating: 32, count: max(0, Self.width - 1 - bytes.count)))
        bytes.append(10)
        return bytes
    }

    package init?(_ bytes: [UInt8]) {
        let fields = bytes.prefix { $0 != 10 }.split(separator: 32)
        guard bytes.count == Self.width, bytes.last == 10, fields.count == 7, fields[0].text == "taskfarmer-lock",
            fields[1].text == "1",
            let epoch = fields[3].decimalValue, let status = Status(rawValue: fields[4].text),
            let since = fields[6].decimalValue
        else { return nil }
        self.init(nonce: fields[2].text, epoch: epoch, status: status, holder: fields[5].text, since: since)
    }
}

/// A farmer's own file: who it is, that it is alive, and what it is doing. Its lock is held as long as it lives.
package struct AliveRecord: Sendable, Equatable {
    package var farmer: String
    package var host: String
    package var boot: String
    package var processSpace: String
    package var process: Int
    /// When the process began, in clock ticks after boot.
    package var ticks: Int
    package var slots: Int { didSet { room = max(room, slots) } }
    /// Counts up for as long as the farmer lives.
    package var heartbeat: Int
    /// When it was last written, in microseconds since 1970.
    package var written: Int
    /// Attempts ended per 1,000 seconds, as of late.
    package var milliRate: Int
    package var running: [JournalRecord.RunningTask]
    /// What it does; nil in work directories before version 4, whose farmers heed no requests.
    package var control: Control?
    /// The most slots that it had, for which its file has room: it does not become shorter.
    private var room: Int
    /// What a scheduler gave to it; never in work directories before version 3.
    package var allocation: Allocation?
    /// What it has to give, and why it starts nothing; never without `control`.
    package var outlook: Outlook?

    package init(
        farmer: String, host: String, boot: String, processSpace: String, process: Int, ticks: Int, slots: Int,
        heartbeat: Int = 0, written: Int = 0, milliRate: Int = 0, running: [JournalRecord.RunningTask] = [],
        allocation: Allocation? = nil, control: Control? = nil
    ) {
        self.farmer = farmer
        self.host = host
        self.boot = boot
        self.processSpace = processSpace
        self.process = process
        self.ticks = ticks
        self.slots = slots
        self.heartbeat = heartbeat
        self.written = written
        self.milliRate = milliRate
        self.running = running
        self.allocation = allocation
        self.control = control
        room = slots
    }

    /// What a farmer does, and how far it has heeded what it was asked.
    package struct Control: Sendable, Equatable {
        package enum Mode: String, Sendable { case working, paused, draining, stopping }
        package var mode = Mode.working
        /// How many bytes of its requests it has heeded.
        package var heeded = 0

        package init(mode: Mode = .working, heeded: Int = 0) {
            self.mode = mode
            self.heeded = heeded
        }
    }

    /// So that it can be overwritten in place.
    private var width: Int {
        (allocation == nil ? 512 : 1024) + 96 * room + (control == nil ? 0 : Outlook.room)
    }

    package var encoded: [UInt8] {
        var bytes = Array(
            ("taskfarmer-alive \(allocation == nil ? 1 : 2) \(farmer) \(host) \(boot) \(processSpace) \(process) \(ticks) \(slots) \(heartbeat) "
                + "\(written) \(milliRate) \(min(running.count, room))"
                + (control.map { " \($0.mode.rawValue) \($0.heeded)" } ?? "") + "\n").utf8)
        if let allocation { bytes.append("\(allocation.line)\n") }
        for task in running.prefix(room) {
            bytes.append("\(task.slot) \(task.task) \(task.attempt) \(task.group) \(task.started)")
            // Older programs do not know it; none of theirs reads the records of a farmer that heeds requests.
            if control != nil, let usage = task.usage { bytes.append(" \(usage.processor) \(usage.resident)") }
            bytes.append(10)
        }
        let sum = Checksum.of(bytes)
        bytes.append("checksum ")
        bytes.append(hexadecimal: sum, digits: 16)
        bytes.append(10)
        if let outlook, control != nil { bytes.append(contentsOf: outlook.encoded) }
        bytes.append(contentsOf: [UInt8](repeating: 32, count: max(0, width - 1 - bytes.count)))
        bytes.append(10)
        return bytes
    }

    /// nil when the bytes are not a whole record, as while it is being written.
    package init?(_ bytes: [UInt8]) {
        let lines = bytes.split(separator: 10)
        let head = lines.first?.split(separator: 32) ?? []
        guard head.count == 13 || head.count == 15, head[0].text == "taskfarmer-alive",
            let version = head[1].decimalValue,
            (1...2).contains(version)
        else { return nil }
        let numbers = head[6..<13].compactMap(\.decimalValue)
        var control: Control?
        if head.count == 15 {
            guard let mode = Control.Mode(rawValue: head[13].text), let heeded = head[14].decimalValue else {
                return nil
            }
            control = Control(mode: mode, heeded: heeded)
        }
        guard numbers.count == 7, numbers[6] < lines.count - version else { return nil }
        let allocation = version == 1 ? nil : Allocation(line: lines[1])
        let tasks = lines[version..<(numbers[6] + version)].map { $0.split(separator: 32).compactMap(\.decimalValue) }
        let sum = lines[numbers[6] + version]
        guard (allocation != nil) == (version == 2), sum.starts(with: "checksum ".utf8),
            tasks.allSatisfy({ $0.count == 5 || $0.count == 7 && control != nil }),
            sum.dropFirst(9).hexadecimalValue == Checksum.of(Array(bytes[..<sum.startIndex]))
        else { return nil }
        self.init(
            farmer: head[2].text, host: head[3].text, boot: head[4].text, processSpace: head[5].text,
            process: numbers[0], ticks: numbers[1], slots: numbers[2], heartbeat: numbers[3], written: numbers[4],
            milliRate: numbers[5],
            running: tasks.map {
                JournalRecord.RunningTask(
                    task: $0[1], attempt: $0[2], slot: $0[0], group: $0[3], started: $0[4],
                    usage: $0.count == 7 ? .init(processor: $0[5], resident: $0[6]) : nil)
            }, allocation: allocation, control: control)
        if control != nil { outlook = Outlook(bytes[sum.endIndex...]) }
    }
}

/// A line of `requeued`: the task whose line stands at this offset of `toprocess` was attempted before.
/// The file is a stack beside the stack: what is taken off `toprocess` is taken off here.
package struct RequeuedEntry: Sendable, Equatable {
    package var offset: Int
    package var task: Int
    package var attempts: Int
    package var failures: FailureCounts

    package init(offset: Int, task: Int, attempts: Int, failures: FailureCounts = FailureCounts()) {
        self.offset = offset
        self.task = task
        self.attempts = attempts
        self.failures = failures
    }

    package static let width = 48

    /// Where the counts do not fit, they are lowered.
    package var encoded: [UInt8] {
        var bytes = Array("\(offset) \(task) \(attempts)".utf8)
        if !failures.isEmpty, let text = failures.text(within: Self.width - 2 - bytes.count) {
            bytes.append(32)
            bytes.append(contentsOf: text)
        }
        bytes.append(contentsOf: [UInt8](repeating: 32, count: max(0, Self.width - 1 - bytes.count)))
        bytes.append(10)
        return bytes
    }

    package init?(_ bytes: ArraySlice<UInt8>) {
        let fields = bytes.dropLast().split(separator: 32)
        let numbers = fields.prefix(3).compactMap(\.decimalValue)
        guard bytes.count == Self.width, bytes.last == 10, (3...4).contains(fields.count), numbers.count == 3,
            let failures = FailureCounts(fields.count == 4 ? fields[3] : [])
        else { return nil }
        self.init(offset: numbers[0], task: numbers[1], attempts: numbers[2], failures: failures)
    }
}
