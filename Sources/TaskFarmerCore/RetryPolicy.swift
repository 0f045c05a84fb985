// Which attempts that did not succeed are made again, how often and how soon: a pure function of how the last one ended and how
// the earlier ones did.
//
// A rule names a way of ending and how often it is forgiven; where none does, exit statuses, signals and time limits share
// `retries`. A farmer that stops and a farmer that dies cost a task nothing, and what cannot be started is not tried again.

package struct RetryPolicy: Sendable, Equatable {
    /// What is forgiven, and how often.
    package struct Rule: Sendable, Equatable {
        package var kind: FailureKind
        /// Exit statuses, or numbers of signals; empty for all of that kind.
        package var numbers: [Int32]
        /// nil for always.
        package var limit: Int?
        /// What the task has more of when it is run again.
        package var growth: Growth?

        package init(_ kind: FailureKind, numbers: [Int32] = [], limit: Int?, growth: Growth? = nil) {
            self.kind = kind
            self.numbers = numbers
            self.limit = limit
            self.growth = growth
        }

        fileprivate func holds(for outcome: Outcome) -> Bool {
            guard outcome.failure == kind else { return false }
            guard !numbers.isEmpty else { return true }
            return (outcome.exitStatus ?? outcome.signal).map { numbers.contains($0) } ?? false
        }
    }

    /// What each failure multiplies, up to a largest amount; nil for as much as the farmer has.
    package enum Growth: Sendable, Equatable {
        /// Bytes.
        case memory(factor: Double, most: Int?)
        /// Nanoseconds.
        case time(factor: Double, most: Int?)
    }

    /// The wait before an attempt is made again, in nanoseconds: the first for the first, twice as much each time, at most the longest; and up
    /// to a quarter more.
    package struct Delay: Sendable, Equatable {
        package var first: Int
        package var longest: Int

        package init(first: Int, longest: Int) {
            self.first = first
            self.longest = longest
        }

        /// The wait after so many failures and one more. By `chance`, evenly from 0 up to 1, tasks that failed together are not
        /// made again together.
        fileprivate func wait(after failures: Int, chance: Double) -> Int {
            let full = min(Double(longest), Double(first) * Double(1 << min(failures, 40)))
            return Int(full * (1 + 0.25 * chance))
        }
    }

    /// What becomes of a task, and how many nanoseconds are to pass before it is run again.
    package struct Verdict: Sendable, Equatable {
        package var fate: Fate
        package var wait = 0
    }

    /// How often a failure is forgiven that no rule names.
    package var retries: Int
    package var rules: [Rule]
    package var delay: Delay?
    /// The exit status by which a task asks to be run again, to go on from where it got; nil for none.
    package var resumeStatus: Int32?

    package static let standardResumeStatus: Int32 = 85

    package init(
        retries: Int = 0, rules: [Rule] = [], delay: Delay? = nil, resumeStatus: Int32? = Self.standardResumeStatus
    ) {
        self.retries = retries
        self.rules = rules
        self.delay = delay
        self.resumeStatus = resumeStatus
    }

    /// Whether anything is retried of which earlier failures must be known.
    package var needsCounts: Bool { retries > 0 || rules.contains { ($0.limit ?? 0) > 0 } }

    /// What is to become of a task.
    ///
    /// - Parameters:
    ///   - outcome: how its attempt ended
    ///   - before: how its earlier ones did
    ///   - chance: evenly from 0 up to 1
    /// - Returns: whether it is made again, and when
    package func verdict(_ outcome: Outcome, before: FailureCounts, chance: Double) -> Verdict {
        guard let kind = outcome.failure else { return Verdict(fate: .over) }
        // A rule for that very status says how often.
        if case .exited(let status) = outcome, status == resumeStatus,
            !rules.contains(where: { $0.kind == .exited && $0.numbers.contains(status) })
        {
            return Verdict(fate: .resumed)
        }
        let isForgiven: Bool
        if let rule = rules.first(where: { $0.holds(for: outcome) }) {
            isForgiven = rule.limit.map { before[kind] < $0 } ?? true
        } else {
            isForgiven = isGeneral(outcome) ? shared.reduce(0) { $0 + before[$1] } < retries : !outcome.isFinal
        }
        guard isForgiven else { return Verdict(fate: .over) }
        guard outcome.isFinal, let delay else { return Verdict(fate: .again) }
        let failures = FailureKind.allCases.filter { $0 != .interrupted && $0 != .lost }.reduce(0) { $0 + before[$1] }
        return Verdict(fate: .again, wait: delay.wait(after: failures, chance: chance))
    }

    /// The memory that a task has after these failures.
    ///
    /// - Parameters:
    ///   - bytes: what it asks for, in bytes
    ///   - failures: how its earlier attempts ended
    ///   - offered: what the farmer has, which is the most unless a rule names more or less
    /// - Returns: bytes
    package func memory(_ bytes: Int, after failures: FailureCounts, offered: Int) -> Int {
        rules.reduce(bytes) { amount, rule in
            guard case .memory(let factor, let most)? = rule.growth, failures[rule.kind] > 0 else { return amount }
            return Self.grown(amount, factor, failures[rule.kind], most: max(amount, most ?? offered))
        }
    }

    /// For how long a task may run after these failures, in nanoseconds.
    package func time(_ nanoseconds: Int, after failures: FailureCounts) -> Int {
        rules.reduce(nanoseconds) { amount, rule in
            guard case .time(let factor, let most)? = rule.growth, failures[rule.kind] > 0 else { return amount }
            return Self.grown(amount, factor, failures[rule.kind], most: max(amount, most ?? .max / 4))
        }
    }

    private static func grown(_ amount: Int, _ factor: Double, _ times: Int, most: Int) -> Int {
        var grown = Double(amount)
        for _ in 0..<times where grown < Double(most) { grown *= factor }
        return grown >= Double(most) ? most : Int(grown)
    }

    /// Whether `retries` are for it. The shell says with 126 and 127 that there was nothing to start.
    private func isGeneral(_ outcome: Outcome) -> Bool {
        switch outcome {
        case .exited(let status): status != 126 && status != 127
        case .signalled, .timedOut, .outOfMemory: true
        case .succeeded, .couldNotStart, .outputLost, .interrupted, .lost: false
        }
    }

    /// The kinds that use `retries` up: not those that have a rule of their own.
    private var shared: [FailureKind] {
        [.exited, .signalled, .timedOut, .outOfMemory].filter { kind in
            !rules.contains { $0.kind == kind && $0.numbers.isEmpty }
        }
    }
}

// MARK: what users write

extension RetryPolicy {
    /// What is wrong with a text, and what was expected.
    package struct Problem: Error, Sendable, Equatable {
        package let message: String

        package init(message: String) { self.message = message }
    }

    private static let names: [(name: String, kind: FailureKind)] = [
        ("exit", .exited), ("signal", .signalled), ("timeout", .timedOut), ("oom", .outOfMemory),
        ("start", .couldNotStart),
        ("interrupted", .interrupted), ("lost", .lost),
    ]

    /// Reads rules like `exit:75,111=5 signal:SEGV=2 timeout=1 lost=inf`, with blanks between them.
    ///
    /// - Parameters:
    ///   - text: what the user wrote
    ///   - signals: the signals of this system by name without SIG
    /// - Returns: the rules in their order, of which the first that fits counts
    /// - Throws: what is wrong with it
    package static func rules(_ text: String, signals: [String: Int32]) throws(Problem) -> [Rule] {
        var rules: [Rule] = []
        for word in text.split(separator: " ") {
            let halves = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let left = halves[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(left[0])
            guard let kind = names.first(where: { $0.name == name })?.kind else {
                let hint = Nearest.to(name, in: names.map(\.name)).map { "; did you mean \"\($0)\"?" } ?? ""
                throw Problem(
                    message:
                        "\"\(name)\" is no way to end; expected \(names.map(\.name).joined(separator: ", "))\(hint)")
            }
            let amount =
                halves.count == 2 ? halves[1].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false) : []
            guard let first = amount.first, let limit = limit(first) else {
                throw Problem(message: "\"\(word)\": expected how often, like \(halves[0])=3 or \(halves[0])=inf")
            }
            var numbers: [Int32] = []
            if left.count == 2 {
                for number in left[1].split(separator: ",", omittingEmptySubsequences: false) {
                    numbers.append(try self.number(number, of: kind, in: word, signals))
                }
            }
            let growth = try amount.count == 2 ? growth(amount[1], in: word) : nil
            if growth != nil && [.couldNotStart, .interrupted, .lost].contains(kind) {
                throw Problem(message: "\"\(word)\": only exit, signal, timeout and oom give a task more")
            }
            rules.append(Rule(kind, numbers: numbers, limit: limit, growth: growth))
        }
        if rules.isEmpty { throw Problem(message: "expected rules like exit:75,111=5 timeout=1 lost=inf") }
        return rules
    }

    /// What counts can show at most.
    package static let mostRetries = 250

    /// How often; `.some(nil)` for always.
    private static func limit(_ text: Substring) -> Int?? {
        if text == "inf" { return .some(nil) }
        guard let count = Int(text), (0...mostRetries).contains(count) else { return nil }
        return .some(count)
    }

    /// Reads `mem*2`, `mem*1.5..64G`, `time*2..4h`.
    private static func growth(_ text: Substring, in word: Substring) throws(Problem) -> Growth {
        let problem = Problem(
            message: "\"\(word)\": expected what grows, like oom=3:mem*2, oom=3:mem*1.5..64G or timeout=1:time*2..4h")
        let halves = text.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2 else { throw problem }
        let (number, bound) = bounded(halves[1])
        guard number.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }),
            let factor = Double(number), factor > 1, factor <= 1000
        else { throw problem }
        switch halves[0] {
        case "mem":
            let most = bound.map { SizeText.bytes($0) }
            if case .some(nil) = most { throw problem }
            return .memory(factor: factor, most: most ?? nil)
        case "time":
            let most = bound.map { TimeText.nanoseconds($0) }
            if case .some(nil) = most { throw problem }
            return .time(factor: factor, most: most ?? nil)
        default: throw problem
        }
    }

    /// What stands before `..` and after it.
    private static func bounded(_ text: some StringProtocol) -> (first: String, second: String?) {
        let bytes = Array(text.utf8)
        let dots = bytes.indices.dropLast().first { bytes[$0...].starts(with: "..".utf8) }
        return dots.map { (bytes[..<$0].text, bytes[($0 + 2)...].text) } ?? (String(text), nil)
    }

    private static func number(
        _ text: Substring, of kind: FailureKind, in word: Substring, _ signals: [String: Int32]
    ) throws(Problem) -> Int32 {
        switch kind {
        case .exited:
            guard let status = Int32(text), (1...255).contains(status) else {
                throw Problem(message: "\"\(word)\": expected exit statuses from 1 to 255, like exit:75,111=5")
            }
            return status
        case .signalled:
            let name = text.uppercased()
            let number = Int32(text) ?? signals[name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name]
            guard let number, (1...64).contains(number) else {
                throw Problem(message: "\"\(word)\": expected signals, like signal:SEGV,BUS=2")
            }
            return number
        case .timedOut, .outOfMemory, .couldNotStart, .outputLost, .interrupted, .lost:
            throw Problem(message: "\"\(word)\": only exit and signal have numbers")
        }
    }

    /// Reads `10s` or `10s..10m`.
    ///
    /// - Throws: what is wrong with it
    package static func delay(_ text: String) throws(Problem) -> Delay {
        let parts = bounded(text)
        guard let first = TimeText.nanoseconds(parts.first),
            let longest = parts.second.map({ TimeText.nanoseconds($0) }) ?? first, longest >= first
        else {
            throw Problem(
                message: "\(text): expected a time in s, m, h or d, or two with .. between them, like 0.5s or 10s..10m")
        }
        return Delay(first: first, longest: longest)
    }
}
