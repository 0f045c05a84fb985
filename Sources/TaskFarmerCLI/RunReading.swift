// What the pictures of a run are made of, read from a work directory in two passes.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

struct RunReading {
    let directory: WorkDirectory
    let description: FarmDescription
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
        let root = try Places.existing(operands)
        guard let description = try OpenedFarm.readDescription(WorkDirectory(root)) else {
            throw FarmError.noWorkDirectory("\(root) is being made; try again in a moment")
        }
        self.description = description
        directory = WorkDirectory(root, description)
        attempts = try RecordedAttempts(directory)
        var extent = RunExtent()
        try attempts.forEach { line, fields in extent.note(line, fields) }
        var events: [FarmerEvent] = []
        try SharedLines(.farmers, of: directory, attempts.state).forEach { line, _ in
            if let event = FarmerEvent(line) { events.append(event) }
        }
        var seen: [String: Int] = [:]
        var running: [HTMLReport.Running] = []
        var ordinals: [String: Int] = [:]
        for event in events { ordinals[event.farmer] = event.ordinal }
        for entry in try Roster.read(directory) {
            ordinals[entry.farmer] = entry.ordinal
            guard entry.status == .live,
                let alive = (try? Folder.content(of: directory.alive(entry.farmer))).flatMap({ AliveRecord($0) })
            else { continue }
            seen[entry.farmer] = alive.written
            running += alive.running.map {
                HTMLReport.Running(
                    task: $0.task, attempt: $0.attempt, host: entry.host, slot: $0.slot, started: $0.started)
            }
        }
        extent.note(events, seen: seen)
        var figures = RunFigures(extent)
        try attempts.forEach { line, fields in figures.note(line, fields) }
        figures.finish()
        self.figures = figures
        self.running = running
        self.ordinals = ordinals
    }
}
