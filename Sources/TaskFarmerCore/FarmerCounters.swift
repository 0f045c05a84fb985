// What a farmer's counters in the timeline show: how many of its tasks ran at a time, and the sum of the memory that these used
// at most. The former is known at once. The latter is known of an instant when all that ran then has ended: until that is so it
// is kept, coarser the longer that takes.

package struct FarmerCounters: Sendable {
    /// At most so often, in microseconds.
    private static let span = 1_000_000
    /// So many changes of the memory wait at most, and are made into so many where they are more.
    private static let mostChanges = 4096
    private static let fewerChanges = 1024

    /// In tenths of a task.
    private var running = StepMeans(span: Self.span, step: 1)
    /// In KiB. What differs by less than a fiftieth is the same: no two attempts use just as much.
    private var memory = StepMeans(span: Self.span, step: 102, part: 50)
    private var resident = 0
    private var changes: [Change] = []
    private var runningSamples: [CounterSample] = []
    private var memorySamples: [CounterSample] = []

    private struct Change {
        var time: Int
        var difference: Int
    }

    package init() {}

    /// So many tasks run from an instant on, in microseconds since 1970.
    package mutating func note(running count: Int, at time: Int) {
        running.set(count * 10, at: time, &runningSamples)
    }

    package mutating func note(ended attempt: Attempt) {
        guard attempt.maxResidentKiB > 0, attempt.wall > 0 else { return }
        changes.append(Change(time: attempt.started, difference: attempt.maxResidentKiB))
        changes.append(Change(time: attempt.started + attempt.wall, difference: -attempt.maxResidentKiB))
        if changes.count > Self.mostChanges { coarsen() }
    }

    /// What waits becomes means over spans of one length.
    private mutating func coarsen() {
        changes.sort { $0.time < $1.time }
        guard let first = changes.first?.time, let last = changes.last?.time else { return }
        var means = StepMeans(span: (last - first) / Self.fewerChanges + 1, step: 1)
        var samples: [CounterSample] = []
        var sum = resident
        for change in changes {
            sum += change.difference
            means.set(sum, at: change.time, &samples)
        }
        means.finish(at: last, &samples)
        var before = resident
        changes = samples.map { sample in
            defer { before = sample.value }
            return Change(time: sample.time, difference: sample.value - before)
        }
        // All that is noted has an end.
        if before != 0 { changes.append(Change(time: last, difference: -before)) }
    }

    /// The events that are to be written now.
    ///
    /// - Parameters:
    ///   - now: in microseconds since 1970
    ///   - oldest: when the oldest task was started of those whose end is not noted; nil where all are over
    ///   - process: the farmer's number
    ///   - isLast: nothing comes after it
    /// - Returns: the events, each with a comma and a newline before it
    package mutating func take(at now: Int, oldest: Int?, process: Int, isLast: Bool = false) -> [UInt8] {
        let limit = isLast ? .max : min(now, oldest ?? now)
        changes.sort { $0.time < $1.time }
        let count = changes.firstIndex { $0.time > limit } ?? changes.count
        for change in changes.prefix(count) {
            resident += change.difference
            memory.set(resident, at: change.time, &memorySamples)
        }
        changes.removeFirst(count)
        if isLast {
            running.finish(at: now, &runningSamples)
            memory.finish(at: now, &memorySamples)
        } else {
            running.close(at: now, &runningSamples)
            memory.close(at: limit, &memorySamples)
        }
        defer {
            runningSamples = []
            memorySamples = []
        }
        return Self.events(runningSamples, memorySamples, process: process)
    }

    private static func events(_ running: [CounterSample], _ memory: [CounterSample], process: Int) -> [UInt8] {
        var events: [UInt8] = []
        func append(_ counter: TraceCounter, _ time: Int, tenths: Int) {
            events += [UInt8(ascii: ","), 10]
            events += TraceEvent.counter(counter, process: process, at: time, "\(tenths / 10).\(tenths % 10)")
        }
        for sample in running { append(.runningTasks, sample.time, tenths: sample.value) }
        for sample in memory { append(.memory, sample.time, tenths: (sample.value * 10 + 512) / 1024) }
        return events
    }

    /// That nothing of a farmer runs from an instant on, for one that cannot say so itself.
    package static func over(process: Int, at time: Int) -> [UInt8] {
        let none = [CounterSample(time: time, value: 0)]
        return events(none, none, process: process)
    }
}
