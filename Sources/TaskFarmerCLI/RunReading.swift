// What the pictures of a run are made of, read from a work directory in two passes.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

struct RunReading {
    let seen: SeenFarm
    let attempts: RecordedAttempts
    let figures: RunFigures
    let running: [HTMLReport.Running]
    /// The number of each farmer in the timeline, as far as it told that.
    let ordinals: [String: Int]

    var state: StateRecord { attempts.state }
    var extent: RunExtent { figures.extent }

    /// - Parameter operands: a list, a work directory, or nothing
    /// - Throws: `FarmError` where there is none, or it cannot be read
    init(_ operands: [[UInt8]]) throws {
        seen = try SeenFarm(operands)
        attempts = try RecordedAttempts(seen.directory)
        var extent = RunExtent()
        try attempts.forEach { line, fields in extent.note(line, fields) }
        var events: [FarmerEvent] = []
        try SharedLines(.farmers, of: seen.directory, attempts.state).forEach { line, _ in
            if let event = FarmerEvent(line) { events.append(event) }
        }
        var ordinals: [String: Int] = [:]
        for event in events { ordinals[event.farmer] = event.ordinal }
        for entry in try Roster.read(seen.directory) { ordinals[entry.farmer] = entry.ordinal }
        var signs: [String: Int] = [:]
        var running: [HTMLReport.Running] = []
        for (entry, alive) in try Roster.live(seen.directory) {
            guard let alive else { continue }
            signs[entry.farmer] = alive.written
            running += alive.running.map { (entry.host, $0) }
        }
        extent.note(events, seen: signs)
        var figures = RunFigures(extent)
        try attempts.forEach { line, fields in figures.note(line, fields) }
        figures.finish()
        self.figures = figures
        self.running = running
        self.ordinals = ordinals
    }
}
