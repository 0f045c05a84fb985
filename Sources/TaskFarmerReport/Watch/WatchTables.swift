// The tables of `taskfarmer watch`: their columns, what these are, and in which order rows can stand.

internal import TaskFarmerCore

/// What rows are ordered by.
package enum WatchOrder: Comparable {
    case number(Double)
    /// Numbers in it count as such: n2 stands before n10.
    case text(String)

    package static func < (one: WatchOrder, other: WatchOrder) -> Bool {
        switch (one, other) {
        case (.number(let one), .number(let other)): one < other
        case (.text(let one), .text(let other)): precedes(one, other)
        case (.number, .text): true
        case (.text, .number): false
        }
    }

    private static func precedes(_ one: String, _ other: String) -> Bool {
        var (left, right) = (Array(one.utf8)[...], Array(other.utf8)[...])
        func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
        while let first = left.first, let second = right.first {
            if isDigit(first) && isDigit(second) {
                let (number, more) = (left.prefix(while: isDigit), right.prefix(while: isDigit))
                let (value, rest) = (number.drop { $0 == 48 }, more.drop { $0 == 48 })
                if value.count != rest.count { return value.count < rest.count }
                if !value.elementsEqual(rest) { return value.lexicographicallyPrecedes(rest) }
                (left, right) = (left.dropFirst(number.count), right.dropFirst(more.count))
            } else {
                if first != second { return first < second }
                (left, right) = (left.dropFirst(), right.dropFirst())
            }
        }
        return left.isEmpty && !right.isEmpty
    }
}

package struct WatchColumn<Row>: Sendable {
    package let name: String
    /// What it is, for the help.
    package let meaning: String
    /// In columns of the screen; 0 takes what is left.
    package let width: Int
    /// A narrower screen leaves it out.
    package let from: Int
    package let isNumeric: Bool
    /// Whether the filter looks there: not in what changes by itself.
    package let isSearched: Bool
    package let text: @Sendable (Row, WatchData, WatchWords) -> String
    /// nil: rows are not ordered by it.
    package let order: (@Sendable (Row) -> WatchOrder)?
    /// Whether the largest come first.
    package let isFalling: Bool

    init(
        _ name: String, _ meaning: String, width: Int, from: Int = 0, numeric: Bool = false, searched: Bool? = nil,
        falling: Bool = false, order: (@Sendable (Row) -> WatchOrder)? = nil,
        _ text: @escaping @Sendable (Row, WatchData, WatchWords) -> String
    ) {
        self.name = name
        self.meaning = meaning
        self.width = width
        self.from = from
        isNumeric = numeric
        isSearched = searched ?? !numeric
        isFalling = falling
        self.order = order
        self.text = text
    }
}

package enum WatchTables {
    /// `0:42`, `3:05`, `2:03:04`, `3d 04:05`, of microseconds: what grows on the screen does not change its width with each look.
    package static func span(_ microseconds: Int) -> String {
        let seconds = max(0, microseconds) / 1_000_000
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        if hours >= 48 { return "\(hours / 24)d \(Text.two(hours % 24)):\(Text.two(minutes))" }
        return (hours > 0 ? "\(hours):\(Text.two(minutes))" : "\(minutes)") + ":" + Text.two(seconds % 60)
    }

    package static let farmers: [WatchColumn<WatchData.Farmer>] = [
        WatchColumn(
            "farmer", "its name: host, process and when it began", width: 30, order: { .text($0.entry.farmer) }
        ) { row, _, _ in row.entry.farmer },
        WatchColumn(
            "busy", "slots with running tasks, of all its slots", width: 9, numeric: true, falling: true,
            order: { .number(Double($0.alive?.running.count ?? 0)) }
        ) { row, _, _ in "\(row.alive.map { "\($0.running.count)" } ?? "?")/\(row.entry.slots)" },
        WatchColumn(
            "claimed", "tasks that it has taken, running or not", width: 7, numeric: true, falling: true,
            order: { .number(Double($0.entry.claimed)) }
        ) { row, _, _ in "\(row.entry.claimed)" },
        WatchColumn(
            "load", "threads that run or want to there, over a minute", width: 6, numeric: true,
            falling: true, order: { .number(Double($0.alive?.outlook?.machine?.milliLoad ?? -1)) }
        ) { row, _, _ in
            row.alive?.outlook?.machine.map { Text.decimal(Double($0.milliLoad) / 1000, places: 1) } ?? "-"
        },
        WatchColumn(
            "free", "memory of its machine that could be had", width: 8, from: 100, numeric: true,
            order: { .number(Double($0.alive?.outlook?.machine?.free ?? .max)) }
        ) { row, _, _ in row.alive?.outlook?.machine.map { Text.bytes($0.free) } ?? "-" },
        WatchColumn(
            "rate", "tasks that end, of late", width: 9, from: 100, numeric: true, falling: true,
            order: { .number(Double($0.alive?.milliRate ?? 0)) }
        ) { row, _, _ in
            row.alive.map { $0.milliRate > 0 ? Text.rate(Double($0.milliRate) / 1000) : "-" } ?? "-"
        },
        WatchColumn(
            "ends in", "when its time is up", width: 8, from: 120, numeric: true,
            order: { .number(Double($0.ends ?? .max)) }
        ) { row, data, _ in row.ends.map { $0 > data.time ? span($0 - data.time) : "over" } ?? "-" },
        WatchColumn(
            "beat", "how long ago it showed that it lives", width: 6, from: 120, numeric: true,
            order: { .number(Double($0.alive?.written ?? 0)) }
        ) { row, data, _ in row.alive.map { span(data.time - $0.written) } ?? "none" },
        WatchColumn(
            "state", "what it does, and why it starts nothing", width: 0, order: { .text($0.doing) }
        ) { row, _, _ in row.doing },
    ]

    package static let running: [WatchColumn<WatchData.Running>] = [
        WatchColumn(
            "task", "its number", width: 8, numeric: true, searched: true, order: { .number(Double($0.task.task)) }
        ) { row, _, _ in "\(row.task.task)" },
        WatchColumn("try", "the number of the attempt", width: 3, from: 100, numeric: true) { row, _, _ in
            "\(row.task.attempt)"
        },
        WatchColumn("host", "where it runs", width: 12, order: { .text($0.host) }) { row, _, _ in row.host },
        WatchColumn("slot", "and in which slot there", width: 4, from: 100, numeric: true) { row, _, _ in
            "\(row.task.slot)"
        },
        WatchColumn(
            "elapsed", "for how long it had run by its farmer's last heartbeat", width: 9, numeric: true, falling: true,
            order: { .number(-Double($0.task.started)) }
        ) { row, _, _ in span(row.seen - row.task.started) },
        WatchColumn(
            "cpu", "processor time that it has used", width: 9, from: 100, numeric: true, falling: true,
            order: { .number(Double($0.task.usage?.processor ?? -1)) }
        ) { row, _, _ in row.task.usage.map { span($0.processor * 1000) } ?? "-" },
        WatchColumn(
            "cpu%", "how much of a processor it uses; 200 are two", width: 5, numeric: true, falling: true,
            order: { .number($0.share ?? -1) }
        ) { row, _, _ in row.share.map { Text.decimal($0 * 100, places: 0) } ?? "-" },
        WatchColumn(
            "memory", "what its processes use", width: 8, numeric: true, falling: true,
            order: { .number(Double($0.task.usage?.resident ?? -1)) }
        ) { row, _, _ in row.task.usage.map { Text.bytes($0.resident * 1024) } ?? "-" },
        WatchColumn("command", "what it is", width: 0) { row, _, _ in row.command ?? "" },
    ]

    package static let failures: [WatchColumn<WatchData.Failure>] = [
        WatchColumn(
            "ended", "when", width: 16, searched: false, falling: true, order: { .number(Double($0.ended)) }
        ) { row, _, words in words.time(row.ended) },
        WatchColumn(
            "task", "its number", width: 8, numeric: true, searched: true,
            order: { .number(Double($0.attempt.task)) }
        ) { row, _, _ in "\(row.attempt.task)" },
        WatchColumn("try", "the number of the attempt", width: 3, from: 100, numeric: true) { row, _, _ in
            "\(row.attempt.number)"
        },
        WatchColumn("how", "how it ended", width: 15, order: { .text($0.ending { "signal \($0)" }) }) {
            row, _, words in row.ending(words.signalName)
        },
        WatchColumn("host", "where it ran", width: 10, order: { .text($0.attempt.host) }) { row, _, _ in
            row.attempt.host
        },
        WatchColumn(
            "took", "for how long it ran", width: 10, from: 100, numeric: true, falling: true,
            order: { .number(Double($0.attempt.wall)) }
        ) { row, _, _ in Text.duration(row.attempt.wall * 1000) },
        WatchColumn("command", "what it is", width: 0) { row, _, _ in row.command ?? "" },
    ]
}

extension WatchData.Farmer {
    /// When its time is up, in microseconds since 1970.
    var ends: Int? { alive?.outlook?.end ?? alive?.allocation?.ends }

    /// What it does, and why it starts nothing.
    package var doing: String {
        if isSilent { return "silent" }
        guard let alive else { return "just came" }
        let outlook = alive.outlook
        let mode = alive.control?.mode ?? .working
        if mode != .working { return mode.rawValue + (outlook?.leaving.map { ": \($0)" } ?? "") }
        if let reason = outlook?.heldBack { return "held back: \(reason)" }
        if alive.running.isEmpty, let refused = outlook?.refused { return "nothing fits: \(refused.reason)" }
        if let outlook, outlook.delayed > 0 { return "working, \(outlook.delayed) for later" }
        return alive.running.isEmpty ? "idle" : "working"
    }
}

extension WatchData.Failure {
    func ending(_ signalName: (Int32) -> String) -> String {
        switch attempt.outcome {
        // Why stands in the log.
        case .couldNotStart: "could not start"
        case .outputLost: "output lost"
        case .signalled(let number): signalName(number)
        case let outcome: RunReport.ending(outcome, signalName: signalName)
        }
    }
}
