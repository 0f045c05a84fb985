// Cancelling tasks, wherever they are. What waits is moved at once. Farmers are asked to stop what they have, and a task on its way between a
// farmer and the stack is followed until it is over or its farmer has noted in its journal that it is not to be run on.

package import TaskFarmerCore
internal import TaskFarmerSystem

extension ControlledFarm {
    /// What became of the tasks.
    package struct Cancelled: Sendable, Equatable {
        package var waiting = 0
        package var held = 0
        /// Stopped by their farmers, or being stopped; and taken by farmers without having been started.
        package var running = 0
        package var taken = 0
        package var over = 0
        /// Farmers that did not answer in time. They heed it as soon as they can.
        package var silent: [String] = []
        /// With those.
        package var unanswered = 0
    }

    /// Cancels tasks: those that are not over go to `skipped`.
    ///
    /// - Parameters:
    ///   - ids: which
    ///   - limit: how long to wait for farmers, in nanoseconds
    /// - Returns: how many were where
    /// - Throws: `FarmError` when it cannot be done; some may be cancelled then
    package func cancel(_ ids: TaskIDs, limit: Int) throws -> Cancelled {
        try require("running tasks cannot be cancelled")
        var result = Cancelled()
        let end = Clock.boot + limit
        var asked: [String: Int] = [:]
        var round = try cancelRound(ids, isFirst: true, &asked)
        (result.waiting, result.held) = (round.waiting, round.held)
        let taken = TaskIDs(round.claimed)
        // That they were started may be noted a moment later.
        var running = round.running
        var dead: Set<String> = []
        while !round.isSettled {
            if Clock.boot >= end { break }
            let silent = try wait(for: asked, until: end, &dead)
            asked = asked.filter { silent.contains($0.key) }
            if !asked.isEmpty { break }
            Clock.pause(nanoseconds: 100_000_000)
            round = try cancelRound(TaskIDs(round.claimed), isFirst: false, &asked)
            running.formUnion(round.running)
        }
        result.silent = asked.keys.sorted()
        let unsettled = TaskIDs(round.unsettled)
        result.unanswered = unsettled.count
        // Of those that farmers had, some may have ended by themselves.
        let stopping = TaskIDs(round.stopping)
        let skipped = try change { try $0.ids(of: taken, in: .skipped) }
        let cancelled = skipped + taken.ranges.flatMap { $0.filter { stopping.contains($0) && !skipped.contains($0) } }
        result.running = cancelled.count { running.contains($0) }
        result.taken = cancelled.count - result.running
        result.over = ids.count - result.waiting - result.held - cancelled.count - unsettled.count
        return result
    }

    private struct Round {
        var waiting = 0
        var held = 0
        /// With farmers: all of them, those that run, those that are being stopped, and those of which it is not known.
        var claimed: [Int] = []
        var running: Set<Int> = []
        var stopping: [Int] = []
        var unsettled: [Int] = []
        var isSettled: Bool { unsettled.isEmpty }
    }

    /// One change: what waits goes to `skipped`, and farmers are asked that are not asked already.
    private func cancelRound(_ ids: TaskIDs, isFirst: Bool, _ asked: inout [String: Int]) throws -> Round {
        var requests = asked
        defer { asked = requests }
        return try change { change in
            requests = asked
            var round = Round()
            let claims = try Claims.find(ids, change)
            for claim in claims {
                round.claimed += claim.held + claim.cancelled + claim.returning
                round.running.formUnion(claim.running)
                round.stopping += claim.cancelled
                round.unsettled += claim.held + claim.returning
            }
            let claimed = Set(round.claimed)
            // What farmers have is not searched for in all of the stack.
            if isFirst || claimed.count < ids.count {
                let rest = ids.subtracting(TaskIDs(claimed))
                let waiting = try change.extract(rest)
                let held = try change.extractHeld(rest)
                change.skip(waiting + held)
                (round.waiting, round.held) = (waiting.count, held.count)
            }
            for claim in claims where !claim.held.isEmpty && requests[claim.farmer] == nil {
                requests[claim.farmer] = try RequestsFile.append(
                    FarmerRequest(.cancel(TaskIDs(claim.held)), epoch: change.epoch - 1), directory,
                    farmer: claim.farmer)
            }
            return round
        }
    }
}

extension Change {
    /// Which of these tasks stand in a file of tasks.
    func ids(of ids: TaskIDs, in file: SharedFile) throws -> [Int] {
        let size = before.sizes[file] ?? 0
        guard size > 0, !ids.isEmpty else { return [] }
        return try read(file, at: 0, count: size).split(separator: 10).compactMap { line in
            StackStretch.id(line).flatMap { ids.contains($0) ? $0 : nil }
        }
    }
}
