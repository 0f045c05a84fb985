// The lines of those tasks that somebody looks at: of running ones from the journals of their farmers, of failed ones from the end of
// `failed`; only for what is in neither all tasks are gone through, and that seldom.

package import TaskFarmerCore
internal import TaskFarmerSystem

package struct SeenTasks {
    private let directory: WorkDirectory
    private var lines: [Int: [UInt8]] = [:]
    /// When to go through all of them next, in nanoseconds since boot.
    private var nextSearch = 0
    /// So much of `failed` is looked at, in bytes.
    private static let ending = 1 << 18
    private static let second = 1_000_000_000

    package init(_ directory: WorkDirectory) { self.directory = directory }

    /// What stands for a task in its list, by its form; nil where it was not found yet.
    package func line(of id: Int) -> [UInt8]? { lines[id] }

    /// Finds tasks, and forgets others.
    ///
    /// - Parameters:
    ///   - wanted: their IDs
    ///   - farmers: those at work
    ///   - state: as of now
    /// - Throws: `FarmError` or `SystemError` when something cannot be read
    package mutating func look(for wanted: Set<Int>, _ farmers: [RosterEntry], _ state: StateRecord) throws {
        lines = lines.filter { wanted.contains($0.key) }
        var missing = wanted.subtracting(lines.keys)
        func found(_ task: TaskRecord, _ lines: inout [Int: [UInt8]]) {
            if missing.remove(task.id) != nil { lines[task.id] = task.command }
        }
        for entry in farmers where !missing.isEmpty {
            guard let replay = entry.replay(in: directory) else { continue }
            for task in replay.held + replay.uncarried.map(\.task) { found(task, &lines) }
        }
        if missing.isEmpty { return }
        let size = state.sizes[.failed] ?? 0
        if size > 0 {
            let file = try Descriptor(directory.file(.failed), [.reading, .noLink])
            file.dropCache()
            let start = max(0, size - Self.ending)
            let bytes = try file.read(at: start, count: size - start)
            // The first may be the rest of a line.
            for line in bytes.split(separator: 10).dropFirst(start > 0 ? 1 : 0) {
                if let task = TaskRecord(line: line) { found(task, &lines) }
            }
        }
        if missing.isEmpty || Clock.boot < nextSearch { return }
        let begun = Clock.boot
        let all = try TaskLines(directory)
        for id in missing where id < all.count { lines[id] = try all.line(of: id) }
        nextSearch = Clock.boot + max(30 * Self.second, 50 * (Clock.boot - begun))
    }
}
