// What is fuzzed: each target takes any bytes for a file of one kind, reads them as the farmer does, and says what must hold
// then. A trap is a finding as well, and so are too much time or memory, which whoever runs a target looks at.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// Something that must hold does not.
package struct Finding: Error, CustomStringConvertible {
    package let description: String
    init(_ text: String) { description = text }
}

func require(_ condition: Bool, _ text: @autoclosure () -> String) throws {
    if !condition { throw Finding(text()) }
}

package enum FuzzTarget: String, CaseIterable, Sendable {
    /// A farmer's journal; sealed: see `Sealed`.
    case journal
    /// INI files, interpolation, and the runners and handlers that they make.
    case ini
    /// Lists; the first byte says by which handler.
    case list
    /// farm.json.
    case farm
    /// attempts.tsv.
    case attempts
    /// Records of fixed form: state, roster, transaction, requeued, a farmer's own file, the lock, the index of a pack.
    case records
    /// Logs of GNU parallel and disBatch; the first byte says whose.
    case foreign
    /// farmers.tsv, requests, priorities, what farmers print for others, and what they tell beside that they live.
    case lines

    /// Reads the bytes.
    ///
    /// - Throws: `Finding`
    package func run(_ bytes: [UInt8]) throws {
        switch self {
        case .journal: try Self.journal(bytes)
        case .ini: try INITarget.run(bytes)
        case .list: try ListTarget.run(bytes)
        case .farm: try Self.farm(bytes)
        case .attempts: try Self.attempts(bytes)
        case .records: try Self.records(bytes)
        case .foreign: try ForeignTarget.run(bytes)
        case .lines: try LinesTarget.run(bytes)
        }
    }

    private static func journal(_ bytes: [UInt8]) throws {
        let header = JournalRecord.header(farmer: "fuzz")
        let isSealed = bytes.first.map { $0 & 1 == 1 } ?? false
        let rest = Array(bytes.dropFirst())
        let file = isSealed ? header + Sealed.journal(rest) : rest
        for (epoch, carried) in [(Int.max, 0), (1, file.count / 2), (0, 0)] {
            let replay = JournalReplay(file, epoch: epoch, carried: carried)
            let ids = replay.held.map(\.id) + replay.uncarried.map(\.task.id)
            try require(replay.torn <= file.count, "more is torn than there is")
            try require(Set(replay.held.map(\.id)).count == replay.held.count, "a task is held twice")
            try require(replay.running.keys.allSatisfy { ids.contains($0) }, "a task runs and is not held")
            var again = header
            JournalRecord.claim(epoch: 1, tasks: replay.held).append(to: &again)
            try require(
                JournalReplay(again, epoch: 1, carried: 0).held == replay.held,
                "claims are not read as they were written")
        }
    }

    private static func farm(_ bytes: [UInt8]) throws {
        guard let farm = try? FarmDescription(bytes) else { return }
        try require(farm.encoded.count <= 16 * bytes.count + 1024, "farm.json has grown")
        try require(try FarmDescription(farm.encoded) == farm, "farm.json is not read as it was written")
        _ = (farm.logName(0), farm.logName(.max))
    }

    private static func attempts(_ bytes: [UInt8]) throws {
        for line in bytes.split(separator: 10) {
            guard let attempt = Attempt(line: line) else { continue }
            var text: [UInt8] = []
            attempt.appendLine(to: &text)
            guard let again = Attempt(line: text.dropLast()) else { throw Finding("an attempt is not read back") }
            var second: [UInt8] = []
            again.appendLine(to: &second)
            try require(text == second, "an attempt is not written as it was read")
            try require(
                AttemptFields(line.span)?.hasSucceeded == (attempt.outcome == .succeeded), "two readings differ")
        }
    }

    private static func records(_ bytes: [UInt8]) throws {
        guard let first = bytes.first else { return }
        let isSealed = first & 1 == 1
        let body = Array(bytes.dropFirst())
        func lined(_ width: Int) -> [UInt8] { Sealed.line(body, width: width) }
        switch first >> 1 % 7 {
        case 0:
            guard let state = StateRecord(isSealed ? Sealed.state(body) : body) else { return }
            _ = (state.isBalanced, state.meanTask, state.done)
            let text = state.encoded
            try require(StateRecord(text) == state || text.count > state.width, "state")
        case 1:
            guard let entry = RosterEntry((isSealed ? Sealed.roster(body) : lined(RosterEntry.width))[...]) else {
                return
            }
            try require(RosterEntry(entry.encoded[...]) == entry || entry.encoded.count > RosterEntry.width, "roster")
        case 2:
            guard let undo = UndoRecord(isSealed ? Sealed.undo(body) : body) else { return }
            try require(UndoRecord(undo.encoded) == undo, "transaction")
        case 3:
            guard let entry = RequeuedEntry(lined(RequeuedEntry.width)[...]) else { return }
            try require(
                RequeuedEntry(entry.encoded[...]) == entry || entry.encoded.count > RequeuedEntry.width, "requeued")
        case 4:
            guard let alive = AliveRecord(isSealed ? Sealed.alive(body) : body) else { return }
            try require(alive.running.count <= bytes.count, "more runs than was written")
            if alive.slots <= 1024 {
                let kept = alive.running.count <= alive.slots
                try require(!kept || AliveRecord(alive.encoded) == alive, "a farmer's own file")
            }
        case 5:
            guard let lock = LockRecord(lined(LockRecord.width)) else { return }
            try require(LockRecord(lock.encoded) == lock || lock.encoded.count > LockRecord.width, "lock")
        default:
            guard let entry = LogEntry(lined(LogEntry.width)[...]) else { return }
            var again: [UInt8] = []
            entry.append(to: &again)
            try require(LogEntry(again[...]) == entry || again.count > LogEntry.width, "the index of a pack")
        }
    }
}
