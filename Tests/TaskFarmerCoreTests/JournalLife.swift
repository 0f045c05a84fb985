// The journal of a farmer to which everything happens once, and a second, simpler reading of it to compare with.

import TaskFarmerCore

enum Life {
    static let header = JournalRecord.header(farmer: "node1.77.1700000000000")
    static let tasks = (0..<8).map { TaskRecord(id: $0, command: utf8("cmd \($0)")) }
    /// The farmer's last committed change.
    static let committed = 5

    static func started(_ task: Int, attempt: Int = 1) -> JournalRecord.RunningTask {
        JournalRecord.RunningTask(
            task: task, attempt: attempt, slot: task % 2, group: 4711 + task, started: 1_700_000_000_000_000)
    }

    static func ended(_ task: Int, _ outcome: Outcome) -> Attempt {
        Attempt(
            task: task, number: 1, host: "node1", farmer: "node1.77", slot: task % 2, started: 1_700_000_000_000_000,
            wall: 5, outcome: outcome)
    }

    static func record(_ record: JournalRecord) -> [UInt8] {
        var bytes: [UInt8] = []
        record.append(to: &bytes)
        return bytes
    }

    static let records: [JournalRecord] = [
        .claim(epoch: 1, tasks: [tasks[0], tasks[1], tasks[2]]),
        .start(started(0)),
        .start(started(1)),
        .end(ended(0, .succeeded)),
        .claim(epoch: 2, tasks: [tasks[3], tasks[4]]),
        .start(started(2)),
        .end(ended(1, .couldNotStart(127, reason: "no such file"))),
        .release(epoch: 3, tasks: [4]),
        .claim(epoch: 4, tasks: [tasks[5]]),
        .void(epoch: 4),
        .end(ended(2, .interrupted)),
        .claim(epoch: 5, tasks: [TaskRecord(id: 2, command: utf8("cmd 2"), attempts: 1), tasks[6]]),
        .plan([.init(task: 2, number: 2), .init(task: 6, number: 1)]),
        .start(started(2, attempt: 2)),
        .start(started(3)),
        .end(ended(3, .signalled(9))),
        .claim(epoch: 6, tasks: [tasks[7]]),
        .release(epoch: 6, tasks: [6]),
    ]

    static let bytes = header + records.flatMap(record)
    static let start = header.count
    /// Where each record ends.
    static let ends: [Int] = records.reduce(into: []) { $0.append(($0.last ?? start) + record($1).count) }

    /// What the records that are whole in the first `cut` bytes say.
    static func expected(wholeUpTo cut: Int, carried: Int) -> (held: [Int], running: [Int], uncarried: [Int]) {
        let whole = zip(records, ends).prefix { $0.1 <= cut }
        let isVoided = whole.contains { $0.0 == .void(epoch: 4) }
        var held: [Int] = []
        var running: Set<Int> = []
        var uncarried: [Int] = []
        for (record, end) in whole {
            switch record {
            case .claim(let epoch, let tasks):
                if epoch > committed || (epoch == 4 && isVoided) { continue }
                held += tasks.map(\.id)
            case .release(let epoch, let tasks):
                if epoch <= committed { held.removeAll(where: tasks.contains) }
            case .void, .plan, .cancel:
                continue
            case .start(let started):
                running.insert(started.task)
            case .end(let attempt):
                held.removeAll { $0 == attempt.task }
                running.remove(attempt.task)
                if end > carried { uncarried.append(attempt.task) }
            }
        }
        return (held, running.sorted(), uncarried)
    }
}
