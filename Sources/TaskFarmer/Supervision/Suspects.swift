// A scheduler sends its signals to every process of a step. Whom they reach first is chance, and a task that they end has not
// failed: so the end of one waits until the farmer must have heard of it too. A task may also heed such a signal and exit with
// a status of its own; every failure is therefore judged a little later.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// Tasks that may have ended because of a signal that was meant for the farmer and all that it runs.
struct Suspects {
    struct Suspect {
        var running: RunningAttempt
        var end: ChildEnd
        /// On the clock since boot.
        var at: Int
    }

    /// Ended by such a signal, or having heeded it. Both in the order of their ends.
    private var killed: [Suspect] = []
    private var exited: [Suspect] = []
    private var excusedUntil = 0

    /// How long an end waits at most, in nanoseconds.
    private static let chance = 1_000_000_000
    private static let shortChance = 200_000_000

    var isEmpty: Bool { killed.isEmpty && exited.isEmpty }
    /// What a signal has ended keeps its slot until it is judged: the next task might meet the same.
    var slots: Int { killed.count }

    /// In microseconds since 1970.
    var oldestStart: Int? { (killed + exited).lazy.map(\.running.started).min() }

    /// When the next is to be judged.
    var next: Int? {
        [killed.first.map { $0.at + Self.chance }, exited.first.map { $0.at + Self.shortChance }]
            .compactMap(\.self).min()
    }

    /// - Returns: false where the end of an attempt is none of these, and so is what it seems to be
    mutating func note(_ running: RunningAttempt, _ end: ChildEnd, at now: Int) -> Bool {
        if let signal = end.signal {
            guard Self.stopsAll(signal) else { return false }
            killed.append(Suspect(running: running, end: end, at: now))
        } else {
            if end.exit == 0 { return false }
            exited.append(Suspect(running: running, end: end, at: now))
        }
        return true
    }

    private static func stopsAll(_ number: Int32) -> Bool {
        [Signal.terminate, .interrupt, .hangUp, .user1, .user2].contains(Signal(number: number))
    }

    /// The farmer was told to stop, or to start no more, by a signal: tasks that such a signal ended just before or just after go
    /// back.
    mutating func excuse(at now: Int) { excusedUntil = now + Self.chance }

    /// - Returns: those of these tasks that were found
    mutating func cancel(_ ids: TaskIDs) -> [Int] { Self.cancel(ids, &killed) + Self.cancel(ids, &exited) }

    private static func cancel(_ ids: TaskIDs, _ suspects: inout [Suspect]) -> [Int] {
        let found = suspects.indices.filter { ids.contains(suspects[$0].running.task.id) }
        for index in found { suspects[index].running.isCancelled = true }
        return found.map { suspects[$0].running.task.id }
    }

    /// Those that need not wait any longer, judged: stopped, or failed.
    mutating func takeRipe(at now: Int) -> [Suspect] {
        if isEmpty { return [] }
        let isExcused = now < excusedUntil
        return Self.takeRipe(&killed, endedBy: isExcused ? now : now - Self.chance, isExcused)
            + Self.takeRipe(&exited, endedBy: isExcused ? now : now - Self.shortChance, isExcused)
    }

    private static func takeRipe(_ suspects: inout [Suspect], endedBy limit: Int, _ isExcused: Bool) -> [Suspect] {
        var ripe = Array(suspects.prefix { $0.at <= limit })
        suspects.removeFirst(ripe.count)
        for index in ripe.indices { ripe[index].running.isStopped = isExcused }
        return ripe
    }
}
