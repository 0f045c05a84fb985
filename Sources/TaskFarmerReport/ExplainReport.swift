// `taskfarmer explain`: a task's history, and why it is where it is, in words. The JSON form is documented in the article "Seeing what
// happened".

package import TaskFarmerCore

package struct ExplainReport: Sendable {
    package var facts: Explanation.Facts
    package var attempts: [Attempt]
    package var priority: Int?
    package var demand: Demand
    package var resident: Int?
    /// The file with the output of the last attempt.
    package var log: String?
    /// The work directory, as a user would name it.
    package var place: [UInt8]
    package var signalName: @Sendable (Int32) -> String
    /// An instant in this place's time; microseconds since 1970.
    package var time: @Sendable (Int) -> String

    package init(
        facts: Explanation.Facts, attempts: [Attempt], priority: Int?, demand: Demand, resident: Int?, log: String?,
        place: [UInt8], signalName: @escaping @Sendable (Int32) -> String, time: @escaping @Sendable (Int) -> String
    ) {
        self.facts = facts
        self.attempts = attempts
        self.priority = priority
        self.demand = demand
        self.resident = resident
        self.log = log
        self.place = place
        self.signalName = signalName
        self.time = time
    }

    private var id: Int { facts.task.id }
    private var reasons: [Explanation.Reason] { Explanation.reasons(facts) }
    private var shownPlace: String { ShellQuote.word(place).text.oneLine }

    /// So many reasons are said to people; there may be one for each farmer.
    private static let mostReasons = 12

    package var text: String {
        var rows = [["command", RunReport.shown(facts.form.shown(facts.task.command))]]
        if !demand.isPlain { rows.append(["needs", needsText]) }
        if let priority, priority != 0 { rows.append(["priority", "\(priority)"]) }
        for (place, attempt) in attempts.enumerated() {
            rows.append(["attempt \(attempt.number)", history(attempt, place)])
        }
        if let log { rows.append(["log", "\(log.oneLine) (taskfarmer log \(id) \(shownPlace))"]) }
        var lines = ["task \(id): \(facts.state.rawValue)"]
        let width = rows.map(\.[0].count).max() ?? 0
        lines += rows.map { "  \($0[0])" + String(repeating: " ", count: width + 2 - $0[0].count) + $0[1] }
        let reasons = reasons
        for reason in reasons.prefix(Self.mostReasons) { lines.append(sentence(reason)) }
        if reasons.count > Self.mostReasons { lines.append("and \(reasons.count - Self.mostReasons) reasons more") }
        var told: Set<String> = []
        for reason in reasons {
            if let advice = advice(reason), told.insert(advice).inserted { lines.append("what to do: \(advice)") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var needsText: String {
        var needs = TaskNeeds(others: demand.others)
        if demand.cpus != 1 { needs.cpus = demand.cpus }
        if demand.memory > 0 { needs.memory = demand.memory }
        if demand.gpus > 0 { needs.gpus = demand.gpus }
        return needs.text
    }

    private func history(_ attempt: Attempt, _ place: Int) -> String {
        "\(time(attempt.started)) on \(attempt.host.oneLine), "
            + "\(RunReport.ending(attempt.outcome, signalName: signalName).oneLine) after \(Text.duration(attempt.wall * 1000))"
            + (becameOf(attempt, place).map { ": \($0)" } ?? "")
    }

    /// What became of the task after an attempt; nil where that is plain.
    private func becameOf(_ attempt: Attempt, _ place: Int) -> String? {
        if place < attempts.count - 1 { return "run again" }
        return switch facts.state {
        case .finished: nil
        case .failed: "given up"
        case .skipped: "cancelled"
        case .running: "run again"
        case .waiting, .held, .claimed: attempt.outcome == .succeeded ? nil : "to be run again"
        }
    }

    // MARK: sentences

    private func span(_ microseconds: Int) -> String { Text.duration(max(0, microseconds) * 1000) }

    package func sentence(_ reason: Explanation.Reason) -> String {
        switch reason {
        case .finished: "it has finished"
        case .failed: "it has failed, and nobody runs it again by itself"
        case .skipped: "it was cancelled, and is not run"
        case .held: "it is held: no farmer takes it"
        case .next: "it is the next that a farmer takes"
        case .behind(let count):
            "it waits behind \(Text.count(count, "task")) that \(count == 1 ? "is" : "are") taken before it"
        case .noFarmer: "no farmer is at work"
        case .lacks(let farmer, let lack): "\(farmer.oneLine) does not take it: it \(lack.oneLine)"
        case .refused(let farmer, let reason): "\(farmer.oneLine) does not take it: it \(reason.oneLine)"
        case .tooLong(let farmer, let seconds, let left):
            "\(farmer.oneLine) does not take it: it may take \(Text.duration(Int(min(seconds, 1e9) * 1e9))), and there "
                + "\(span(left)) are left"
        case .paused(let farmer): "\(farmer.oneLine) is paused"
        case .leaving(let farmer, let why):
            "\(farmer.oneLine) takes no more tasks\(why.map { " (\($0.oneLine))" } ?? "")"
        case .heldBack(let farmer, let why): "\(farmer.oneLine) starts nothing as long as it is so: \(why.oneLine)"
        case .busy(let farmer, let slots):
            "\(farmer.oneLine) is busy: \(slots == 1 ? "its slot runs a task" : "all its \(slots) slots run tasks")"
        case .crowded(let farmer): "\(farmer.oneLine) has no room for it beside what runs there"
        case .silent(let farmer, let host, let time):
            "\(farmer.oneLine) on \(host.oneLine) has shown no sign of life for \(span(time)); others take over from it once its lock is free"
        case .dead(let farmer, let host):
            "\(farmer.oneLine) on \(host.oneLine) is dead; the next farmer that looks puts back what it had"
        case .delayed(let farmer, let until?):
            "\(farmer.oneLine) keeps it for its --retry-delay until \(time(until)), "
                + (until > facts.now ? "in \(span(until - facts.now))" : "which is now")
        case .delayed(let farmer, nil):
            "\(farmer.oneLine) keeps it for its --retry-delay, behind others whose time comes first"
        case .queued(let farmer, let host, let count):
            "\(farmer.oneLine) on \(host.oneLine) has taken it and starts "
                + (count == 0 ? "it next" : "\(Text.count(count, "other task")) before it")
        case .cancelling(let farmer): "somebody has cancelled it: \(farmer.oneLine) stops it"
        case .ended(let farmer, let outcome):
            "it has ended (\(RunReport.ending(outcome, signalName: signalName).oneLine)); \(farmer.oneLine) is about to report that"
        case .running(let farmer, let host): running(farmer, host)
        }
    }

    private func running(_ farmer: String, _ host: String) -> String {
        guard let running = facts.claim?.running else { return "it runs on \(host.oneLine)" }
        return
            "it has run on \(host.oneLine) since \(time(running.started)), for \(span(facts.now - running.started)), in slot "
            + "\(running.slot) of \(farmer.oneLine), process group \(running.group)"
            + (resident.map { ", with \(Text.bytes($0)) of memory" } ?? "") + ", attempt \(running.attempt)"
    }

    /// What a user can do about it; nil where there is nothing.
    package func advice(_ reason: Explanation.Reason) -> String? {
        func command(_ words: String) -> String { "taskfarmer \(words) \(shownPlace)" }
        return switch reason {
        case .failed: command("retry \(id)")
        case .held: command("release \(id)")
        case .behind:
            priority.flatMap { $0 < PriorityMark.range.upperBound ? command("priority \(id) \($0 + 1)") : nil }.map {
                $0 + " lets it run before others of its priority"
            }
        case .noFarmer: "start one: taskfarmer \(shownPlace)"
        case .lacks: "start a farmer that has it, or say so with --offer"
        case .tooLong: "start a farmer with more time (--time-limit), or --drain-margin none to start it all the same"
        case .paused(let farmer): command("resume \(ShellQuote.word(Array(farmer.utf8)).text.oneLine)")
        case .silent(_, let host, _):
            "if \(host.oneLine) is down: start a farmer with --assume-dead \(ShellQuote.word(Array(host.utf8)).text.oneLine)"
        case .dead: "start a farmer: taskfarmer \(shownPlace)"
        case .finished, .skipped, .next, .refused, .leaving, .heldBack, .busy, .crowded, .delayed, .queued, .cancelling,
            .ended, .running:
            nil
        }
    }
}

// MARK: as JSON

extension ExplainReport {
    private static func seconds(_ microseconds: Int) -> String { Text.decimal(Double(microseconds) / 1e6, places: 6) }

    package var json: String {
        let attempts = attempts.enumerated().map { place, attempt in
            let outcome = attempt.outcome
            return #"    {"attempt":\#(attempt.number),"host":\#(JSONText.string(attempt.host)),"#
                + #""farmer":\#(JSONText.string(attempt.farmer)),"slot":\#(attempt.slot),"#
                + #""started":\#(Self.seconds(attempt.started)),"duration":\#(Self.seconds(attempt.wall)),"#
                + #""outcome":"\#(outcome.word)","exit":\#(outcome.exitStatus.map { "\($0)" } ?? "null"),"#
                + #""signal":\#(outcome.signal.map { JSONText.string(signalName($0)) } ?? "null"),"#
                + #""then":\#(becameOf(attempt, place).map(JSONText.string) ?? "null")}"#
        }
        let reasons = reasons.map { reason in
            #"    {"reason":"\#(Self.word(reason))","farmer":\#(Self.farmer(reason).map(JSONText.string) ?? "null"),"#
                + #""text":\#(JSONText.string(sentence(reason))),"#
                + #""advice":\#(advice(reason).map(JSONText.string) ?? "null")}"#
        }
        func list(_ items: [String]) -> String { items.isEmpty ? "[]" : "[\n\(items.joined(separator: ",\n"))\n  ]" }
        let others = demand.others.sorted { $0.key < $1.key }.map { "\(JSONText.string($0)):\($1)" }
        return """
            {
              "id": \(id),
              "state": "\(facts.state.rawValue)",
              "command": \(JSONText.string(facts.form.shown(facts.task.command))),
              "needs": {"cpus":\(demand.cpus),"memory":\(demand.memory),"gpus":\(demand.gpus),"resources":{\(others.joined(separator: ","))}},
              "priority": \(priority.map { "\($0)" } ?? "null"),
              "ahead": \(facts.claim?.ahead ?? facts.ahead),
              "running": \(runningJSON),
              "log": \(log.map(JSONText.string) ?? "null"),
              "attempts": \(list(attempts)),
              "reasons": \(list(reasons))
            }

            """
    }

    private var runningJSON: String {
        guard facts.state == .running, let claim = facts.claim, let running = claim.running else { return "null" }
        return #"{"attempt":\#(running.attempt),"host":\#(JSONText.string(claim.farmer.host)),"#
            + #""farmer":\#(JSONText.string(claim.farmer.name)),"slot":\#(running.slot),"#
            + #""process_group":\#(running.group),"started":\#(Self.seconds(running.started)),"#
            + #""memory":\#(resident.map { "\($0)" } ?? "null")}"#
    }

    /// What stands for a reason in JSON.
    private static func word(_ reason: Explanation.Reason) -> String {
        switch reason {
        case .finished: "finished"
        case .failed: "failed"
        case .skipped: "skipped"
        case .held: "held"
        case .next: "next"
        case .behind: "behind"
        case .noFarmer: "no-farmer"
        case .lacks: "needs"
        case .refused: "refused"
        case .tooLong: "time"
        case .paused: "paused"
        case .leaving: "leaving"
        case .heldBack: "held-back"
        case .busy: "busy"
        case .crowded: "crowded"
        case .silent: "silent"
        case .dead: "dead"
        case .delayed: "delayed"
        case .queued: "queued"
        case .cancelling: "cancelling"
        case .ended: "ended"
        case .running: "running"
        }
    }

    /// Which farmer a reason is about.
    private static func farmer(_ reason: Explanation.Reason) -> String? {
        switch reason {
        case .lacks(let farmer, _), .refused(let farmer, _), .tooLong(let farmer, _, _), .paused(let farmer),
            .leaving(let farmer, _), .heldBack(let farmer, _), .busy(let farmer, _), .crowded(let farmer),
            .silent(let farmer, _, _), .dead(let farmer, _), .delayed(let farmer, _), .queued(let farmer, _, _),
            .cancelling(let farmer), .ended(let farmer, _), .running(let farmer, _):
            farmer
        case .finished, .failed, .skipped, .held, .next, .behind, .noFarmer: nil
        }
    }
}
