// What a farmer tells beside that it lives: what it has to give, what it has not started yet, and why. It stands behind the checksum of
// its record, under a checksum of its own: whoever does not know it passes it over, and where it is torn the rest still counts. Its
// room is fixed, so that it costs the same at each heartbeat; what does not fit is left out, and said to be.

extension AliveRecord {
    package struct Outlook: Sendable, Equatable {
        /// A task that is to be run again after a while: when, in microseconds since 1970.
        package struct Delayed: Sendable, Equatable {
            package var task: Int
            package var due: Int

            package init(task: Int, due: Int) {
                self.task = task
                self.due = due
            }
        }

        /// Tasks that it looked at lately and left to others.
        package struct Refused: Sendable, Equatable {
            package var count: Int
            /// The first of them, and why, in words.
            package var first: Int
            package var reason: String

            package init(count: Int, first: Int, reason: String) {
                self.count = count
                self.first = first
                self.reason = reason
            }
        }

        /// How busy its machine is.
        package struct Machine: Sendable, Equatable {
            /// How many threads ran or wanted to, on average over the last minute, in thousandths (/proc/loadavg).
            package var milliLoad: Int
            /// What could be had without swapping, in bytes.
            package var free: Int

            package init(milliLoad: Int, free: Int) {
                self.milliLoad = milliLoad
                self.free = free
            }
        }

        package var offer: Offer
        /// nil where nobody has looked.
        package var machine: Machine?
        /// What tasks need there that do not say.
        package var common = TaskNeeds()
        /// The rules by which tasks need more memory when they are run again.
        package var growth: [RetryPolicy.Rule] = []
        /// There are amounts that are not named here.
        package var isPartial = false
        /// How many tasks it has taken and not started, without those that wait for their time.
        package var queued = 0
        /// How many wait for that, and the first of them.
        package var delayed = 0
        package var late: [Delayed] = []
        /// Tasks must be over by then, and its time ends then, in microseconds since 1970; nil without an end.
        package var due: Int?
        package var end: Int?
        /// Why the machine has no room for another task, in words; nil where it has.
        package var heldBack: String?
        /// None of the tasks that it has taken fits beside those that run.
        package var isCrowded = false
        package var refused: Refused?
        /// Why it drains or stops, in words.
        package var leaving: String?

        package init(offer: Offer) { self.offer = offer }

        /// What tasks need there that are written so.
        package func demands(_ form: TaskForm) -> Demands {
            Demands(form: form, common: common, retry: RetryPolicy(rules: growth), offer: offer)
        }

        /// In bytes, with its checksum.
        static let room = 1536
        /// So many of those that wait for their time are named.
        package static let mostLate = 16
        private static let longestText = 200
        private static let longestLine = 400
    }
}

// MARK: as bytes

extension AliveRecord.Outlook {
    /// Lines `name value…`, those that matter most first, and their checksum; at most `room` bytes.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        let most = Self.room - 26
        func line(_ name: String, _ words: [String]) {
            let text = ([name] + words).joined(separator: " ")
            if bytes.count + text.utf8.count + 1 <= most { bytes.append(text + "\n") }
        }
        let (offered, allOffered) = Self.amounts(offer.others)
        let (needed, allNeeded) = Self.amounts(common.others)
        line("offer", ["\(offer.cpus)", "\(offer.memory)", "\(offer.gpus.count)"] + offered)
        let own = [
            common.cpus.map { "cpus=\($0)" }, common.memory.map { "mem=\($0)" }, common.gpus.map { "gpus=\($0)" },
        ].compactMap(\.self)
        if !own.isEmpty || !needed.isEmpty { line("common", own + needed) }
        if isPartial || !allOffered || !allNeeded { line("partial", []) }
        line("tasks", ["\(queued)", "\(delayed)"])
        if let machine { line("machine", ["\(machine.milliLoad)", "\(machine.free)"]) }
        if due != nil || end != nil { line("times", [due, end].map { $0.map { "\($0)" } ?? "-" }) }
        if let heldBack { line("held-back", [Self.text(heldBack)]) }
        if isCrowded { line("crowded", []) }
        if let refused { line("refused", ["\(refused.count)", "\(refused.first)", Self.text(refused.reason)]) }
        if let leaving { line("leaving", [Self.text(leaving)]) }
        for rule in growth {
            guard case .memory(let factor, let limit)? = rule.growth else { continue }
            line("growth", [[rule.kind.letter].text, "\(factor)", limit.map { "\($0)" } ?? "-"])
        }
        if !late.isEmpty { line("late", late.prefix(Self.mostLate).flatMap { ["\($0.task)", "\($0.due)"] }) }
        let sum = Checksum.of(bytes)
        bytes.append("checksum ")
        bytes.append(hexadecimal: sum, digits: 16)
        bytes.append(10)
        return bytes
    }

    /// Amounts by name, as far as they fit on a line, and whether that is all of them.
    private static func amounts(_ others: [String: Int]) -> (words: [String], isAll: Bool) {
        var room = longestLine
        var words: [String] = []
        for (name, amount) in others.sorted(by: { $0.key < $1.key }) {
            let word = "\(name)=\(amount)"
            room -= word.utf8.count + 1
            if room < 0 { return (words, false) }
            words.append(word)
        }
        return (words, true)
    }

    private static func text(_ text: String) -> String {
        let line = text.oneLine
        return line.utf8.count <= longestText ? line : String(line.prefix(longestText / 4)) + "…"
    }

    /// Reads what stands behind the first checksum of a record; nil where there is nothing of it, or it is torn.
    init?(_ bytes: ArraySlice<UInt8>) {
        let lines = bytes.split(separator: 10)
        guard let place = lines.firstIndex(where: { $0.starts(with: "checksum ".utf8) }), place > 0,
            lines[place].dropFirst(9).hexadecimalValue
                == Checksum.of(Array(bytes[lines[0].startIndex..<lines[place].startIndex]))
        else { return nil }
        self.init(offer: Offer(cpus: 0))
        for line in lines[..<place] {
            let words = line.split(separator: 32, omittingEmptySubsequences: false)
            guard note(words[0].text, words.dropFirst()) else { return nil }
        }
    }

    /// What a line says; one that is not known says nothing.
    ///
    /// - Returns: false when it is not of its form
    private mutating func note(_ name: String, _ words: ArraySlice<ArraySlice<UInt8>>) -> Bool {
        let numbers = words.prefix(3).map(\.decimalValue)
        func rest(from place: Int) -> String { [UInt8](words.dropFirst(place).joined(separator: [32] as [UInt8])).text }
        switch name {
        case "offer":
            guard numbers.count == 3, let cpus = numbers[0], let memory = numbers[1], let gpus = numbers[2],
                gpus <= 1 << 16
            else { return false }
            offer = Offer(
                cpus: cpus, memory: memory, gpus: (0..<gpus).map { "\($0)" }, others: Self.amounts(words.dropFirst(3)))
        case "common":
            let all = Self.amounts(words)
            common = TaskNeeds(
                cpus: all["cpus"], memory: all["mem"], gpus: all["gpus"],
                others: all.filter { !["cpus", "mem", "gpus"].contains($0.key) })
        case "partial": isPartial = true
        case "tasks":
            guard numbers.count == 2, let queued = numbers[0], let delayed = numbers[1] else { return false }
            (self.queued, self.delayed) = (queued, delayed)
        case "machine":
            guard numbers.count == 2, let load = numbers[0], let free = numbers[1] else { return false }
            machine = Machine(milliLoad: load, free: free)
        case "times":
            guard numbers.count == 2 else { return false }
            (due, end) = (numbers[0], numbers[1])
        case "held-back": heldBack = rest(from: 0)
        case "crowded": isCrowded = true
        case "refused":
            guard numbers.count >= 2, let count = numbers[0], let first = numbers[1] else { return false }
            refused = Refused(count: count, first: first, reason: rest(from: 2))
        case "leaving": leaving = rest(from: 0)
        case "growth":
            guard words.count == 3, let kind = words.first?.first.flatMap(FailureKind.init(letter:)),
                let factor = words.dropFirst().first.flatMap({ Double($0.text) })
            else { return false }
            growth.append(.init(kind, limit: nil, growth: .memory(factor: factor, most: numbers[2])))
        case "late":
            let all = words.compactMap(\.decimalValue)
            guard all.count == words.count, all.count % 2 == 0 else { return false }
            late = stride(from: 0, to: all.count, by: 2).map { Delayed(task: all[$0], due: all[$0 + 1]) }
        default: break
        }
        return true
    }

    private static func amounts(_ words: ArraySlice<ArraySlice<UInt8>>) -> [String: Int] {
        var amounts: [String: Int] = [:]
        for word in words {
            let halves = word.split(separator: UInt8(ascii: "="), maxSplits: 1)
            if halves.count == 2, let amount = halves[1].decimalValue { amounts[halves[0].text] = amount }
        }
        return amounts
    }
}
