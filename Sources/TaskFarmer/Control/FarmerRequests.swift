// Asking farmers for something, on whatever node they are: the request is put where they look, and their own files tell when they have
// heeded it.

package import TaskFarmerCore
internal import TaskFarmerSystem

extension ControlledFarm {
    /// What became of a request.
    package struct Answers: Sendable, Equatable {
        /// Farmers that have heeded it.
        package var done: [String] = []
        /// Those that have left, or were found dead, before they did.
        package var gone: [String] = []
        /// For whom it would change nothing.
        package var already: [String] = []
        /// Those that did not answer in time. They heed it as soon as they can.
        package var silent: [String] = []
    }

    /// The live farmers that a user means.
    ///
    /// - Parameter name: a farmer's name, or a part of it that is in no other's; nil for all
    /// - Returns: their lines of the roster
    /// - Throws: `FarmError.usage` when there is none of that name, or there are several
    package func farmers(named name: String?) throws -> [RosterEntry] {
        let live = try Roster.read(directory).filter { $0.status == .live }
        guard let name else { return live }
        let found = live.filter { $0.farmer == name }
        let parts = found.isEmpty ? live.filter { $0.farmer.contains(name) } : found
        if parts.count == 1 { return parts }
        let names = (parts.isEmpty ? live : parts).map(\.farmer).joined(separator: ", ")
        throw FarmError.usage(
            parts.isEmpty
                ? "no farmer at work here is called \(name)\(names.isEmpty ? "; there is none" : "; there are \(names)")"
                : "\(name) may be any of \(names)")
    }

    /// Asks farmers for something and waits for their answers.
    ///
    /// - Parameters:
    ///   - wish: what
    ///   - farmers: whom
    ///   - limit: how long to wait, in nanoseconds
    /// - Returns: who has heeded it
    /// - Throws: `FarmError` when they cannot be asked
    package func ask(_ wish: FarmerRequest.Wish, of farmers: [RosterEntry], limit: Int) throws -> Answers {
        try require("farmers heed no requests")
        var answers = Answers()
        var asked: [String: Int] = [:]
        for farmer in farmers where Self.changesNothing(wish, alive(farmer.farmer)) {
            answers.already.append(farmer.farmer)
        }
        let others = farmers.map(\.farmer).filter { !answers.already.contains($0) }
        if others.isEmpty { return answers }
        try change { change in
            asked = [:]
            for farmer in others {
                asked[farmer] =
                    try RequestsFile.append(
                        FarmerRequest(wish, epoch: change.epoch - 1), directory, farmer: farmer) ?? 0
            }
        }
        var dead: Set<String> = []
        answers.silent = try wait(for: asked, until: Clock.boot + limit, &dead).sorted()
        let live = try Roster.read(directory).filter { $0.status == .live }.map(\.farmer)
        for farmer in others where !answers.silent.contains(farmer) {
            // One that has left may have heeded it before; one that stands still or has other slots has not left.
            if live.contains(farmer) || !Self.isForThoseWhoStay(wish) && !dead.contains(farmer) {
                answers.done.append(farmer)
            } else {
                answers.gone.append(farmer)
            }
        }
        return answers
    }

    private static func isForThoseWhoStay(_ wish: FarmerRequest.Wish) -> Bool {
        switch wish {
        case .pause, .resize: true
        case .cancel, .resume, .drain, .stop: false
        }
    }

    private static func changesNothing(_ wish: FarmerRequest.Wish, _ alive: AliveRecord?) -> Bool {
        guard let alive, let mode = alive.control?.mode else { return false }
        return switch wish {
        case .cancel: false
        case .pause: mode == .paused || mode == .stopping
        case .resume: mode == .working
        case .drain: mode == .draining || mode == .stopping
        case .stop: mode == .stopping
        case .resize(let slots): alive.slots == slots
        }
    }

    func alive(_ farmer: String) -> AliveRecord? { AliveFile.read(directory, farmer: farmer) }

    /// Waits until farmers have heeded what they were asked. Who is dead by now is recovered, and has answered by that.
    ///
    /// - Parameters:
    ///   - asked: the farmers, and up to which byte each has to heed its requests
    ///   - end: when to give up, in nanoseconds since boot
    ///   - dead: those that were found dead are added to these
    /// - Returns: those that have not
    /// - Throws: `FarmError` when the roster cannot be read, or a dead farmer not be recovered
    func wait(for asked: [String: Int], until end: Int, _ dead: inout Set<String>) throws -> Set<String> {
        let liveness = Liveness(directory)
        var silent = Set(asked.keys)
        var nextLook = Clock.boot
        while true {
            let live = Set(try Roster.read(directory).filter { $0.status == .live }.map(\.farmer))
            for farmer in silent {
                if !live.contains(farmer) || alive(farmer)?.control.map({ $0.heeded >= asked[farmer] ?? 0 }) == true {
                    silent.remove(farmer)
                }
            }
            if silent.isEmpty || Clock.boot >= end { return silent }
            if Clock.boot >= nextLook {
                nextLook = Clock.boot + 1_000_000_000
                for farmer in silent where try liveness.judge(farmer) == .dead {
                    try recover(farmer)
                    dead.insert(farmer)
                }
            }
            Clock.pause(nanoseconds: 50_000_000)
        }
    }

    /// Takes over what a dead farmer held, as any farmer would.
    private func recover(_ farmer: String) throws {
        guard let place = try Roster.read(directory).firstIndex(where: { $0.status == .live && $0.farmer == farmer })
        else { return }
        Leftovers.kill(of: farmer)
        TemporaryFolders.removeAbandoned(in: TemporaryFolders.base, by: farmer)
        _ = try Recovery.recover(place: place, farmer: farmer, directory: directory, cycle: cycle, patience)
    }
}
