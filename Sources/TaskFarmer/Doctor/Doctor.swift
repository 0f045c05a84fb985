// The order of an examination: who is there, one folder, locks by pairs, a killed holder on every host, turns, changes by all
// at once, timing. Each step is taken only where the ones before it make it mean something.

package import TaskFarmerCore
internal import TaskFarmerSystem

package struct Doctor {
    private let peers: [PeerProcess]
    private var facts = FolderExamination()

    /// Examines a folder with peers that were started for it; ends them.
    ///
    /// - Parameter peers: two at least; the first one makes the temporary folder and removes it
    /// - Returns: what was measured
    /// - Throws: `PeerRefusal` when a peer cannot do what a farmer would have to do; `FarmError.stopped`
    package static func examine(_ peers: [PeerProcess]) throws -> FolderExamination {
        defer {
            // Others first: what they have open, the first one cannot remove.
            for peer in peers.dropFirst() { peer.closeInput() }
            for peer in peers.reversed() { peer.end() }
        }
        var doctor = Doctor(peers)
        try doctor.run()
        return doctor.facts
    }

    private init(_ peers: [PeerProcess]) { self.peers = peers }

    private mutating func run() throws {
        for peer in peers { try peer.tell("hello") }
        for peer in peers { facts.peers.append(Self.peer(peer.name, try peer.answer(within: 30))) }
        try clocks()
        let name = "\(OwnProcess.nonce().prefix(12))"
        _ = try peers[0].ask("make", name)
        for index in peers.indices.dropFirst() {
            do {
                _ = try peers[index].ask("see", name)
            } catch let error as PeerRefusal where error.status == 71 {
                facts.peers[index].absence = error.text
            }
        }
        if facts.peers.contains(where: { $0.absence != nil }) { return }
        do {
            // First by a process that can be given up, should the lock be waited for without end.
            _ = try peers[0].ask("hold", within: 30)
            _ = try peers[0].ask("kill")
            _ = try peers[0].ask("farm")
        } catch let error as PeerRefusal where error.status == 71 {
            facts.refusedLock = error.text
        }
        let hasLocks = facts.refusedLock == nil
        if hasLocks { try locks() }
        let isExcluding = hasLocks && facts.pairs.allSatisfy { $0.exclusion == .excludes }
        try turns(freely: !isExcluding)
        facts.createsOnce = try createsOnce()
        if isExcluding {
            try kills()
            try changes()
        }
        if facts.changes?.fault == nil { try speeds(freely: !isExcluding) }
        for index in peers.indices { facts.peers[index].serverSkew = try peers[index].askNumber("stamp") }
    }

    private static func peer(_ name: String, _ hello: [String]) -> FolderExamination.Peer {
        guard hello.count == 6 else { return .init(name: name, host: name, fileSystem: "unknown", isLocal: false) }
        var peer = FolderExamination.Peer(
            name: name, host: "\(hello[0]) \(hello[1])", fileSystem: hello[2], isLocal: hello[3] == "1")
        peer.freeBytes = Int(hello[4])
        peer.freeFiles = Int(hello[5])
        return peer
    }

    /// The quickest of some answers says how a clock stands against this process's: halfway between question and answer.
    private mutating func clocks() throws {
        var first = 0
        for index in peers.indices {
            var best = (trip: Int.max, ahead: 0)
            for _ in 0..<5 {
                let asked = Clock.wall
                let time = try peers[index].askNumber("clock")
                let answered = Clock.wall
                if answered - asked < best.trip { best = (answered - asked, time - (asked + answered) / 2) }
            }
            if index == 0 { first = best.ahead }
            facts.peers[index].skew = best.ahead - first
        }
    }

    /// Each of a pair has the lock once while the other tries to take it.
    private mutating func locks() throws {
        for (first, second) in FolderExamination.pairs(of: peers.count) {
            var exclusion = FolderExamination.Exclusion.excludes
            for (holder, other) in [(first, second), (second, first)] where exclusion == .excludes {
                guard try peers[holder].askNumber("wait") == 1 else {
                    exclusion = .staysTaken
                    break
                }
                if try peers[other].askNumber("lock") == 1 {
                    exclusion = .excludesNobody
                    _ = try peers[other].ask("unlock")
                }
                _ = try peers[holder].ask("unlock")
                if exclusion != .excludes { break }
                exclusion = try peers[other].askNumber("wait") == 1 ? .excludes : .staysTaken
                _ = try peers[other].ask("unlock")
            }
            facts.pairs.append(.init(first, second, exclusion))
        }
    }

    private mutating func kills() throws {
        var seen: Set<String> = []
        for index in peers.indices where seen.insert(facts.peers[index].host).inserted && seen.count <= 8 {
            let waiter = (index + 1) % peers.count
            _ = try peers[index].ask("hold")
            try peers[waiter].tell("wait")
            _ = try peers[index].ask("kill")
            let killed = Clock.boot
            let isFree = try peers[waiter].answer(within: 20).first == "1"
            facts.kills.append(.init(host: index, waiter: waiter, freed: isFree ? Clock.boot - killed : nil))
            _ = try peers[waiter].ask("unlock")
        }
    }

    private mutating func turns(freely: Bool) throws {
        let count = max(30, 2 * peers.count)
        for turn in 0..<count {
            let found = try peers[turn % peers.count].askNumber("turn", "\(turn)", freely ? "1" : "0")
            // The first one finds what nobody has written yet.
            if turn > 0 {
                facts.turns.count += 1
                if found == turn { facts.turns.seen += 1 }
            }
        }
    }

    private func createsOnce() throws -> Bool {
        for round in 0..<5 {
            for step in peers.indices {
                let isMade = try peers[(round + step) % peers.count].askNumber("create", "\(round)") == 1
                if isMade != (step == 0) { return false }
            }
        }
        return true
    }

    /// All at once, for as long as it takes to be certain, within bounds.
    private mutating func changes() throws {
        var changes = FolderExamination.Changes()
        let enough = FolderFitness.enoughHandovers - facts.turns.count
        for _ in 0..<5 where changes.handovers < enough && changes.fault == nil {
            for peer in peers { try peer.tell("change", "1200") }
            for peer in peers {
                let answer: [String]
                do {
                    answer = try peer.answer(within: 20)
                } catch let error as PeerRefusal where error.status == 71 {
                    changes.fault = "\(peer.name): \(error.text)"
                    continue
                }
                guard answer.count == 3 else { continue }
                changes.made += Int(answer[0]) ?? 0
                changes.handovers += Int(answer[1]) ?? 0
                if answer[2] != "-", changes.fault == nil { changes.fault = "\(peer.name): \(answer[2])" }
            }
        }
        changes.found = changes.made
        if changes.fault == nil {
            do {
                for peer in peers { changes.found = min(changes.found, try peer.askNumber("total")) }
            } catch let error as PeerRefusal where error.status == 71 {
                changes.fault = "\(error.peer): \(error.text)"
            }
        }
        facts.changes = changes
    }

    /// One after the other, so that nobody waits for another; of many, the first.
    private mutating func speeds(freely: Bool) throws {
        for index in peers.indices.prefix(4) {
            let times = try peers[index].ask("speed", freely ? "1" : "0")
            for (speed, time) in zip(FolderExamination.Speed.allCases, times) {
                facts.peers[index].speeds[speed] = Int(time)
            }
        }
    }
}
