// What farmers hold, read from their journals under the lock.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// What a live farmer has of some tasks.
struct Claims {
    var farmer: String
    var place: Int
    /// Claimed and not recorded: those that it has not begun to cancel, those that it has.
    var held: [Int] = []
    var cancelled: [Int] = []
    /// Those of them that were started.
    var running: [Int] = []
    /// Ended, and on their way back, since that is not reported yet.
    var returning: [Int] = []
    var isEmpty: Bool { held.isEmpty && cancelled.isEmpty && returning.isEmpty }

    /// Those of all farmers that have any.
    static func find(_ ids: TaskIDs, _ change: Change) throws -> [Claims] {
        if ids.isEmpty || change.before.claimed == 0 { return [] }
        return try change.wholeRoster().enumerated().compactMap { place, entry in
            guard entry.status == .live, entry.claimed > 0 else { return nil }
            let bytes = try Folder.content(of: change.directory.journal(entry.farmer, generation: entry.generation))
            let replay = JournalReplay(bytes, epoch: entry.epoch, carried: entry.carried)
            var claims = Claims(farmer: entry.farmer, place: place)
            for task in replay.held where ids.contains(task.id) {
                if replay.running[task.id] != nil { claims.running.append(task.id) }
                if replay.cancelled.contains(task.id) {
                    claims.cancelled.append(task.id)
                } else {
                    claims.held.append(task.id)
                }
            }
            for end in replay.uncarried where ids.contains(end.task.id) {
                switch end.attempt.fate {
                case .over: continue
                case .again, .resumed: claims.returning.append(end.task.id)
                case .cancelled:
                    claims.cancelled.append(end.task.id)
                    claims.running.append(end.task.id)
                }
            }
            return claims.isEmpty ? nil : claims
        }
    }
}
