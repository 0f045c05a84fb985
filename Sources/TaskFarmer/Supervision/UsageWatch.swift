// The thread that looks what running tasks use, and how busy the machine is, for those who watch from anywhere. Looking through /proc takes
// the longer the more processes a node has: it takes a two-hundredth of a processor at most, and nothing waits for it. Tasks that
// are over within a moment are not looked at.

internal import Synchronization
internal import TaskFarmerCore
internal import TaskFarmerSystem

final class UsageWatch: Sendable {
    private typealias Usage = JournalRecord.RunningTask.Usage

    private struct Desk {
        var groups: Set<Int32> = []
        var usages: [Int32: Usage] = [:]
        /// When that was, in microseconds since 1970.
        var time = 0
        var machine: AliveRecord.Outlook.Machine?
        var isClosing = false
    }

    /// A task is looked at once it has run for so long, in microseconds.
    private static let youngest = 500_000
    /// So long a heartbeat waits for what is found, in nanoseconds; it is not late by that.
    private static let patience = 20_000_000
    /// For each moment of looking, so many of not looking.
    private static let rest = 200

    private let desk = Mutex(Desk())
    private let wakeup: Wakeup
    private let looked: Wakeup
    private let thread = WorkerThread()

    init() throws {
        wakeup = try Wakeup()
        looked = try Wakeup()
        try thread.start { [self] in
            var next = 0
            while true {
                wakeup.wait(nanoseconds: -1)
                let (groups, isClosing) = desk.withLock { ($0.groups, $0.isClosing) }
                if isClosing { return }
                let machine = HostMemory.milliLoad.map {
                    AliveRecord.Outlook.Machine(milliLoad: $0, free: HostMemory.free)
                }
                let begun = Clock.boot
                let time = Clock.wall
                var usages: [Int32: Usage]?
                if groups.isEmpty {
                    usages = [:]
                } else if begun >= next {
                    usages = ProcessTable.usage(of: groups).mapValues {
                        Usage(processor: $0.processor, resident: $0.resident / 1024)
                    }
                    next = Clock.boot + Self.rest * (Clock.boot - begun)
                }
                desk.withLock { desk in
                    desk.machine = machine
                    if let usages { (desk.usages, desk.time) = (usages, time) }
                }
                looked.signal()
            }
        }
    }

    /// Has a farmer's tasks looked at, and adds to its heartbeat what was found, or what was found last.
    func complete(_ record: inout AliveRecord) {
        let ripe = record.written - Self.youngest
        let groups = record.running.filter { $0.started < ripe && $0.group > 1 }.compactMap { Int32(exactly: $0.group) }
        desk.withLock { $0.groups = Set(groups) }
        wakeup.signal()
        looked.wait(nanoseconds: Self.patience)
        let (usages, time, machine) = desk.withLock { ($0.usages, $0.time, $0.machine) }
        if !usages.isEmpty {
            // The number of a group that is gone may be that of another task by now.
            for (place, task) in record.running.enumerated() where task.started < time {
                record.running[place].usage = Int32(exactly: task.group).flatMap { usages[$0] }
            }
        }
        record.outlook?.machine = machine
    }

    func close() {
        desk.withLock { $0.isClosing = true }
        wakeup.signal()
        thread.join()
    }
}
