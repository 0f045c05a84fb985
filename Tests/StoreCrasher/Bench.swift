// A list and its work directory in a folder, and the few steps of a farmer's life that the tests are made of.

internal import Synchronization
package import TaskFarmer
package import TaskFarmerCore
package import TaskFarmerSystem

/// A folder with a list, `list.txt`, and its work directory, `work`.
package struct Bench: Sendable {
    package let folder: Path
    /// How farmers that are to make the work directory shall keep each other out.
    package var locking = Locking.flock
    package var list: Path { folder.appending("list.txt") }
    package var directory: WorkDirectory { WorkDirectory(folder.appending("work")) }
    package let patience = EndlessPatience()
    private static let joined = Atomic<Int>(0)

    package init(_ folder: Path, _ locking: Locking = .flock) {
        self.folder = folder
        self.locking = locking
    }

    /// What the list says for a task.
    package static func command(_ id: Int) -> [UInt8] { Array("work --on \(id) --with '\(id * id)'".utf8) }

    /// A list of so many tasks, with lines between them that are none.
    package func writeList(_ count: Int) throws {
        var bytes = Array("# a list\n\n".utf8)
        for id in 0..<count { bytes += Self.command(id) + [10] }
        try write(bytes, to: list)
    }

    package func write(_ bytes: [UInt8], to path: Path) throws {
        try Descriptor(path, [.writing, .create, .empty]).write(bytes)
    }

    package func append(_ bytes: [UInt8], to path: Path) throws {
        try Descriptor(path, [.writing, .append]).write(bytes)
    }

    package func request(fresh: Bool = false, lockFolder: Path? = nil) throws -> FarmRequest {
        FarmRequest(
            directory: directory, list: HandledList(try TaskListFile(list), workDirectory: directory.root),
            lockFolder: lockFolder, fresh: fresh, locking: locking)
    }

    package func open(fresh: Bool = false, lockFolder: Path? = nil) throws -> OpenedFarm {
        try OpenedFarm.open(try request(fresh: fresh, lockFolder: lockFolder), holder: newRecord().farmer, patience)
    }

    /// A farmer in this process, under a name of its own.
    package func newRecord(slots: Int = 4) -> AliveRecord {
        let host = HostIdentity.current
        let number = Self.joined.add(1, ordering: .relaxed).newValue
        let ticks = ProcessTable.facts(of: ProcessTable.own).map { Int($0.started) } ?? 0
        return AliveRecord(
            farmer: "\(host.name).\(ProcessTable.own).\(number)", host: host.name, boot: host.boot,
            processSpace: host.processSpace, process: Int(ProcessTable.own), ticks: ticks, slots: slots,
            written: Clock.wall)
    }

    package func join(_ opened: OpenedFarm, record: AliveRecord? = nil) throws -> Store {
        let record = record ?? newRecord()
        let store = try Store.make(opened, slots: record.slots, record: record, assumedDead: [])
        _ = try store.enter(record, takesTasks: false, patience)
        return store
    }

    private var status: Path { folder.appending("status") }

    /// What disBatch would have written of some tasks.
    package func writeStatus() throws {
        var text = ""
        for (id, code) in [(1, 3), (0, 0), (2, 1), (3, -9), (2, 0), (5, -100), (7, 0)] {
            text += "\(code == 0 ? " " : "R")   \t\(id)\t\(id)\t-1\tn\t1\t\(code)\t1.0\t10.0\t11.0\t0\t''\t0\t''\t"
            text += Self.command(id).text + "\n"
        }
        try write(Array(text.utf8), to: status)
    }

    /// Makes the work directory from that.
    package func importStatus() throws {
        var request = try request()
        if let list = request.list {
            request.work = try ForeignWork(ForeignRecords(disBatch: [status]), of: list, retriesFailed: false)
        }
        _ = try OpenedFarm.open(request, holder: newRecord().farmer, patience)
    }

    /// Opens and joins, as every farmer does.
    package func farm() throws -> Store { try join(try open()) }

    /// How a task ended that was started just now.
    package static func attempt(
        _ task: TaskRecord, by store: Store, _ outcome: Outcome, _ fate: Fate? = nil
    ) -> Attempt {
        Attempt(
            task: task.id, number: task.attempts + 1, host: HostIdentity.current.name, farmer: store.farmer, slot: 0,
            started: 1_700_000_000_000_000 + task.id, wall: 1000, outcome: outcome,
            fate: fate, jobColumn: store.job)
    }

    package static func start(_ task: TaskRecord) -> JournalRecord.RunningTask {
        JournalRecord.RunningTask(
            task: task.id, attempt: task.attempts + 1, slot: 0, group: 0, started: 1_700_000_000_000_000 + task.id)
    }

    /// Notes the start and the end of tasks.
    package static func note(
        _ tasks: some Sequence<TaskRecord>, by store: Store, _ outcome: Outcome, _ fate: Fate? = nil,
        waits: Bool = false
    ) throws {
        for task in tasks {
            store.journal.plan([.init(task: task.id, number: task.attempts + 1)])
            try store.journal.write()
            store.journal.note(started: [start(task)], ended: [])
            try store.journal.write()
            var end = attempt(task, by: store, outcome, fate)
            if waits { end.delayedUntil = .max }
            store.journal.note(started: [], ended: [end])
            try store.journal.write()
        }
    }

    /// Takes tasks, as long as there are some, and lets them succeed; then leaves.
    package func drain(_ store: Store) throws {
        while true {
            let exchange = try store.exchange(asked: 5, free: 5, release: [], patience)
            if exchange.tasks.isEmpty { break }
            try Self.note(exchange.tasks, by: store, .succeeded)
        }
        try store.leave(release: [], patience)
    }
}

extension Store {
    /// An exchange by a farmer that knows nothing of the tasks; `free` says how many slots have nothing to run.
    package func exchange(
        asked: Int, free: Int, release: [TaskRecord], _ patience: any LockPatience
    ) throws -> Exchange {
        try exchange(ClaimRequest(asked: asked, free: free, slots: slots), release: release, patience)
    }
}
