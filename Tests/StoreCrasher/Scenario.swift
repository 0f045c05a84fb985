// What a farmer does to the shared files, one thing at a time: each is prepared undisturbed, then carried out with every
// file operation counted.

internal import TaskFarmer
package import TaskFarmerCore
internal import TaskFarmerSystem

package enum Scenario: String, CaseIterable, Sendable {
    case creation, join, claim, carry, note, release, requeue, again, choose, rewrite, leave, recovery, growth, retry
    case hold, unhold, priority, add, cancel
    case takeOver = "take-over"
    case creationInOrder = "creation-in-order"
    case importing = "import"
    case repair
    case fresh
    /// Claims, runs a few tasks, and is gone: whom `recovery` recovers.
    case victim
    /// A whole farmer runs the list and keeps what the tasks print in a pack. Its threads make the operations' order vary.
    case pack

    /// Of `taskCount` tasks in the list.
    package static let taskCount = 12
    /// How many lines `growth` appends.
    package static let grown = 3
    /// The priority that tasks get in `priority`, and which they are there.
    package static let raised = 5
    package static let moved = TaskIDs([3, 7, 9])
    /// Those that wait or are held when `cancel` comes to them.
    package static let cancelled: Set<Int> = [1, 6, 8]
    /// What `import` finds done; task 5 was lost.
    package static let imported: (finished: Set<Int>, failed: Set<Int>) = ([0, 2, 7], [1, 3])
    /// Those that the kill at every operation goes through.
    package static var swept: [Scenario] { allCases.filter { $0 != .victim && $0 != .pack } }
}

/// Says on standard output what must be true from now on, whatever happens.
package struct Promise: Sendable {
    package static func finished(_ tasks: some Sequence<TaskRecord>) { say("finished", tasks) }
    package static func failed(_ tasks: some Sequence<TaskRecord>) { say("failed", tasks) }

    private static func say(_ word: String, _ tasks: some Sequence<TaskRecord>) {
        OwnProcess.put(tasks.map { "\(word) \($0.id)\n" }.joined(), to: 1)
    }
}

extension Scenario {
    /// A step of a farmer that has prepared itself for it.
    typealias Step = () throws -> Void

    /// Prepares, and returns what is to be disturbed; and what the farmer does next when that failed, if it is not the same.
    func prepare(_ bench: Bench) throws -> (disturbed: Step, next: Step?) {
        let patience = bench.patience
        switch self {
        case .creation, .takeOver:
            return ({ _ = try bench.open() }, nil)
        case .creationInOrder:
            let open = {
                var request = try bench.request()
                request.order = .random(seed: 5)
                _ = try OpenedFarm.open(request, holder: bench.newRecord().farmer, patience)
            }
            return (open, nil)
        case .importing:
            try bench.writeStatus()
            let open = { _ = try bench.open() }
            let again = {
                // Where only the last word to the lock did not fit, it is whole.
                let isThere = try OpenedFarm.readDescription(bench.directory) != nil
                try isThere ? open() : bench.importStatus()
            }
            return ({ try bench.importStatus() }, again)
        case .join:
            let opened = try bench.open()
            let step = {
                let record = bench.newRecord()
                let store = try Store.make(opened, slots: record.slots, record: record, assumedDead: [])
                _ = try store.enter(record, takesTasks: true, patience)
            }
            return (step, nil)
        case .claim:
            let store = try bench.farm()
            return ({ _ = try store.exchange(asked: 6, free: 4, release: [], patience) }, small(store))
        case .carry:
            let (store, _) = try work(bench)
            return ({ _ = try store.exchange(asked: 3, free: 2, release: [], patience) }, small(store))
        case .note:
            let store = try bench.farm()
            let tasks = try store.exchange(asked: 6, free: 6, release: [], patience).tasks
            let step = {
                for task in tasks.prefix(4) {
                    try Bench.note([task], by: store, task.id == 2 ? .exited(1) : .succeeded)
                    if task.id == 2 { Promise.failed([task]) } else { Promise.finished([task]) }
                }
            }
            return (step, small(store))
        case .release:
            let store = try bench.farm()
            let tasks = try store.exchange(asked: 6, free: 6, release: [], patience).tasks
            let released = Array(tasks.suffix(3))
            return ({ _ = try store.exchange(asked: 0, free: 0, release: released, patience) }, small(store))
        case .requeue:
            return try requeue(bench)
        case .again:
            return try runAgain(bench)
        case .choose:
            return try choose(bench)
        case .rewrite:
            let (store, running) = try work(bench)
            try makeLarge(store)
            let step = {
                _ = try store.exchange(asked: 3, free: 2, release: [], patience)
                store.journal.note(started: [], ended: running.map { Bench.attempt($0, by: store, .succeeded) })
                try store.journal.write()
                Promise.finished(running)
            }
            return (step, small(store))
        case .leave:
            let (store, running) = try work(bench)
            store.journal.note(started: [], ended: running.map { Bench.attempt($0, by: store, .interrupted) })
            try store.journal.write()
            return ({ try store.leave(release: [], patience) }, small(store))
        case .recovery:
            let store = try bench.farm()
            return ({ _ = try store.lookAround(all: true, patience) }, small(store))
        case .victim:
            _ = try work(bench)
            return ({ OwnProcess.killSelf() }, nil)
        case .growth:
            let store = try bench.farm()
            let first = Scenario.taskCount
            for id in first..<(first + Scenario.grown) { try bench.append(Bench.command(id) + [10], to: bench.list) }
            let list = HandledList(try TaskListFile(bench.list), workDirectory: bench.directory.root)
            let step = { _ = try ListUpdate.apply(list, cycle: store.cycle, patience) }
            return (step, small(store))
        case .retry:
            let (store, _) = try work(bench, promisesFailed: false)
            _ = try store.exchange(asked: 0, free: 0, release: [], patience)
            return ({ _ = try FailedTasks.retry(.all, store.cycle, patience) }, small(store))
        case .hold:
            // One of them was attempted before, and its line is deep in the stack.
            let (store, farm) = try control(bench)
            return ({ _ = try farm.hold(Self.moved) }, small(store))
        case .unhold:
            let (store, farm) = try control(bench)
            _ = try farm.hold(Self.moved)
            return ({ _ = try farm.release(TaskIDs([3, 9])) }, small(store))
        case .priority:
            let (store, farm) = try control(bench)
            _ = try farm.prioritize(TaskIDs([10]), 9)
            return ({ _ = try farm.prioritize(Self.moved, Self.raised) }, small(store))
        case .cancel:
            // Some wait, one is held, one runs, one was taken; nobody answers.
            let (store, farm) = try control(bench)
            _ = try farm.hold(TaskIDs([6]))
            let taken = try store.exchange(asked: 2, free: 2, release: [], patience).tasks
            store.journal.note(started: taken.prefix(1).map(Bench.start), ended: [])
            try store.journal.write()
            let ids = TaskIDs(Array(Self.cancelled) + taken.map(\.id))
            return ({ _ = try farm.cancel(ids, limit: 0) }, small(store))
        case .add:
            let (store, farm) = try control(bench)
            let first = Scenario.taskCount
            let commands = (first..<(first + Scenario.grown)).map(Bench.command)
            return ({ _ = try farm.add(commands) }, small(store))
        case .repair:
            try damage(bench)
            return ({ _ = try Repair.run(bench.directory, lock: .same, assumedDead: [], patience) }, nil)
        case .fresh:
            let store = try bench.farm()
            try Bench.note(try store.exchange(asked: 2, free: 2, release: [], patience).tasks, by: store, .succeeded)
            try store.leave(release: [], patience)
            return ({ _ = try bench.open(fresh: true) }, nil)
        case .pack:
            return (try packing(bench), {})
        }
    }

    private struct Silence: FarmObserver {
        let progressInterval: Int? = nil
        func observe(_ event: FarmEvent) {}
    }

    /// Says `status` and the farmer's exit status when it is over.
    private func packing(_ bench: Bench) throws -> Step {
        let signals = try SignalSource([.child])
        guard case .success(let stop) = StopSequence.parse("KILL", numbers: Signal.numbers) else { return {} }
        let runner = ShellRunner()
        let options = FarmerOptions(slots: 3, stopSequence: stop, runner: runner, logs: .packed)
        return {
            let summary = try Farmer.run(try bench.request(), options, signals: signals, observer: Silence())
            OwnProcess.put("status \(summary.exitStatus)\n", to: 1)
        }
    }

    /// A farmer that has taken nothing, tasks of which some were attempted, and the user's hand.
    private func control(_ bench: Bench) throws -> (store: Store, farm: ControlledFarm) {
        let store = try bench.farm()
        let tasks = try store.exchange(asked: 5, free: 5, release: [], bench.patience).tasks
        try Bench.note(tasks.suffix(2), by: store, .exited(3), .again)
        _ = try store.exchange(asked: 0, free: 0, release: Array(tasks.dropLast(2)), bench.patience)
        return (store, ControlledFarm(description: store.description, cycle: store.cycle, bench.patience))
    }

    /// An exchange for a single task.
    private func small(_ store: Store) -> Step {
        { _ = try store.exchange(asked: 1, free: 1, release: [], EndlessPatience()) }
    }

    /// Claims eight tasks and lets five of them end, each in another way.
    ///
    /// - Returns: also those that were started and have not ended
    private func work(_ bench: Bench, promisesFailed: Bool = true) throws -> (store: Store, running: [TaskRecord]) {
        let store = try bench.farm()
        let tasks = try store.exchange(asked: 8, free: 8, release: [], bench.patience).tasks
        let ends: [Outcome] = [
            .succeeded, .exited(3), .interrupted, .signalled(11), .couldNotStart(127, reason: "no such file\tat all"),
        ]
        for (task, outcome) in zip(tasks, ends) {
            try Bench.note([task], by: store, outcome)
            if outcome == .succeeded { Promise.finished([task]) }
            if outcome.isFinal && outcome != .succeeded && promisesFailed { Promise.failed([task]) }
        }
        let running = Array(tasks.dropFirst(ends.count))
        store.journal.note(started: running.map(Bench.start), ended: [])
        try store.journal.write()
        return (store, running)
    }

    /// Tasks that had been attempted are taken, and others put back.
    private func requeue(_ bench: Bench) throws -> (disturbed: Step, next: Step?) {
        let store = try bench.farm()
        let first = try store.exchange(asked: 6, free: 6, release: [], bench.patience).tasks
        try Bench.note(first, by: store, .interrupted)
        _ = try store.exchange(asked: 0, free: 0, release: [], bench.patience)
        let second = try store.exchange(asked: 3, free: 3, release: [], bench.patience).tasks
        try Bench.note(second.prefix(1), by: store, .interrupted)
        try Bench.note(second.dropFirst().prefix(1), by: store, .succeeded)
        Promise.finished(second.dropFirst().prefix(1))
        let released = Array(second.suffix(1))
        return ({ _ = try store.exchange(asked: 2, free: 2, release: released, bench.patience) }, small(store))
    }

    /// Of tasks that are to be run again one stays claimed, since it is to wait; one that did fails for good.
    private func runAgain(_ bench: Bench) throws -> (disturbed: Step, next: Step?) {
        let store = try bench.farm()
        let tasks = try store.exchange(asked: 4, free: 4, release: [], bench.patience).tasks
        try Bench.note(tasks.prefix(3), by: store, .exited(3), .again, waits: true)
        let kept = try store.exchange(.nothing, release: [], keepsDelayed: true, bench.patience).kept.map(\.task)
        try Bench.note(kept.prefix(1), by: store, .exited(3))
        Promise.failed(kept.prefix(1))
        try Bench.note(kept.dropFirst().prefix(1), by: store, .timedOut, .again, waits: true)
        try Bench.note(kept.suffix(1), by: store, .exited(85), .resumed)
        try Bench.note(tasks.suffix(1), by: store, .signalled(11), .again)
        return ({ _ = try store.exchange(.nothing, release: [], keepsDelayed: true, bench.patience) }, small(store))
    }

    /// Of the tasks on top of the stack, some attempted before, only those with even IDs are taken.
    private func choose(_ bench: Bench) throws -> (disturbed: Step, next: Step?) {
        let store = try bench.farm()
        let first = try store.exchange(asked: 5, free: 5, release: [], bench.patience).tasks
        try Bench.note(first, by: store, .exited(3), .again)
        _ = try store.exchange(asked: 0, free: 0, release: [], bench.patience)
        let filter = TaskFilter(window: 8) { $0.id % 2 == 0 ? nil : "is odd" }
        let request = ClaimRequest(asked: 4, free: 4, slots: 4)
        return (
            { _ = try store.exchange(request, filter: filter, release: [], bench.patience) }, small(store)
        )
    }

    /// Grows the journal until it is due to be rewritten, by the end of a task that is not held, which counts for nothing.
    private func makeLarge(_ store: Store) throws {
        let reason = String(repeating: "a long reason ", count: Journal.largest / 14 + 1)
        let nobody = TaskRecord(id: 9999, command: [])
        store.journal.note(
            started: [], ended: [Bench.attempt(nobody, by: store, .couldNotStart(127, reason: reason))])
        try store.journal.write()
    }

    /// A directory in which nobody is at work and several things are wrong.
    private func damage(_ bench: Bench) throws {
        let (store, running) = try work(bench)
        try Bench.note(running, by: store, .succeeded)
        Promise.finished(running)
        try store.leave(release: [], bench.patience)
        let toprocess = bench.directory.file(.toprocess)
        let stack = try Folder.content(of: toprocess)
        let end = stack.dropLast().lastIndex(of: 10).map { $0 + 1 } ?? 0
        try Descriptor(toprocess, .both).truncate(to: end)  // the last task of the stack is lost
        let finished = bench.directory.file(.finished)
        let size = try Folder.content(of: finished).count
        try Descriptor(finished, .both).truncate(to: size - 5)  // a torn line
        try bench.append(Array("0 a second time\n".utf8), to: bench.directory.file(.failed))
        try Descriptor(bench.directory.file(.timeline), .both).truncate(to: 100)
    }
}
