// What an examination means for a farm. Everything is judged by what was measured; the file system's type only says what is
// known of the one thing that cannot be tried here, the loss of a whole node.

/// Whether a farm may be run in a folder, and on which conditions.
package struct FolderFitness: Sendable, Equatable {
    package enum Verdict: String, Sendable {
        case fit
        case conditional = "fit with conditions"
        case unfit
    }

    package enum Result: String, Sendable {
        case good = "ok"
        case warning
        case unfit
    }

    package enum Figure: Sendable, Equatable {
        case none
        case nanoseconds(Int)
        case share(Int, of: Int)
        case bytes(Int)
        case count(Int)
    }

    /// One row of the table.
    package struct Finding: Sendable, Equatable {
        package var check: String
        package var place: String
        package var result: Result
        package var figure: Figure
        package var words: String

        package init(_ check: String, _ place: String, _ result: Result, _ figure: Figure, _ words: String) {
            self.check = check
            self.place = place
            self.result = result
            self.figure = figure
            self.words = words
        }
    }

    package private(set) var verdict: Verdict
    package private(set) var findings: [Finding]
    /// What holds a farm back, or what has to be heeded.
    package private(set) var reasons: [String]
    /// What to do and which options to set.
    package private(set) var advice: [String]

    package init(_ examination: FolderExamination) {
        findings = Self.findings(examination)
        let bad = findings.filter { $0.result == .unfit }
        let warnings = findings.filter { $0.result == .warning }.map { "\($0.check), \($0.place): \($0.words)" }
        if bad.isEmpty {
            reasons = Self.reach(examination) + warnings
            verdict = reasons.isEmpty ? .fit : .conditional
            advice = Self.next(examination)
        } else {
            reasons = bad.map { "\($0.check), \($0.place): \($0.words)" } + warnings
            verdict = .unfit
            advice = Self.remedies(examination)
        }
    }

    // MARK: what each measurement means

    /// Waits and differences from here on are told as warnings, in nanoseconds.
    private static let second = 1_000_000_000
    private static let slowLock = 50_000_000
    private static let scarceBytes = 100 << 20
    private static let scarceFiles = 10_000
    /// With so many handovers, of turns and changes, a file system that shows every tenth of them late is found out all but
    /// once in 10,000 times.
    package static let enoughHandovers = 90

    private static func findings(_ facts: FolderExamination) -> [Finding] {
        let names = facts.peers.map(\.name)
        let all = names.count > 4 ? "all \(names.count) peers" : names.joined(separator: ", ")
        var rows = folders(facts)
        if let reason = facts.refusedLock { rows.append(Finding("locks", all, .unfit, .none, reason)) }
        for pair in facts.pairs {
            rows.append(lock(pair.exclusion, "\(names[pair.first]), \(names[pair.second])"))
        }
        for kill in facts.kills {
            let place = "\(names[kill.host]), \(names[kill.waiter])"
            rows.append(
                kill.freed.map {
                    Finding("killed", place, .good, .nanoseconds($0), "the lock of a killed process is free again")
                }
                    ?? Finding(
                        "killed", place, .warning, .none,
                        "the lock of a killed process was not free after 5 s: others wait until the file server lets it go"
                    ))
        }
        if facts.turns.count > 0 { rows.append(turns(facts.turns, all)) }
        if let changes = facts.changes { rows.append(Self.changes(changes, turns: facts.turns.count, all)) }
        if let once = facts.createsOnce {
            rows.append(
                Finding(
                    "exclusive", all, once ? .good : .warning, .none,
                    once
                        ? "a file that one has made cannot be made by another"
                        : "two made the same file exclusively: `--lock lease` is not safe here either"))
        }
        for peer in facts.peers { rows += speeds(peer) }
        for peer in facts.peers { rows += clocks(peer, isFirst: peer.name == names.first) + room(peer) }
        return rows
    }

    private static func folders(_ facts: FolderExamination) -> [Finding] {
        guard let first = facts.peers.first else { return [] }
        return facts.peers.dropFirst().map { peer in
            peer.absence.map { Finding("folder", peer.name, .unfit, .none, $0) }
                ?? Finding("folder", peer.name, .good, .none, "sees what \(first.name) makes there")
        }
    }

    private static func lock(_ exclusion: FolderExamination.Exclusion, _ place: String) -> Finding {
        switch exclusion {
        case .excludes:
            Finding("locks", place, .good, .none, "while one has the lock the other does not get it; then it does")
        case .excludesNobody:
            Finding("locks", place, .unfit, .none, "both have the lock at the same time: it keeps nobody out")
        case .staysTaken:
            Finding("locks", place, .unfit, .none, "the lock cannot be taken after the other has let it go")
        }
    }

    private static func turns(_ turns: FolderExamination.Turns, _ place: String) -> Finding {
        let isSeen = turns.seen == turns.count
        return Finding(
            "views", place, isSeen ? .good : .unfit, .share(turns.seen, of: turns.count),
            isSeen
                ? "each sees what the one before wrote"
                : "what one writes is not seen by the next, although the lock has changed hands")
    }

    private static func changes(_ changes: FolderExamination.Changes, turns: Int, _ place: String) -> Finding {
        func row(_ result: Result, _ words: String) -> Finding {
            Finding("changes", place, result, .count(changes.made), words)
        }
        if let fault = changes.fault { return row(.unfit, "a farmer would stop: \(fault)") }
        if changes.found < changes.made { return row(.unfit, "\(changes.made - changes.found) of them were lost") }
        if changes.handovers + turns < enoughHandovers {
            return row(
                .warning,
                "only \(changes.handovers) from one to another, too few to be certain of the views: try again")
        }
        return row(.good, "of a real work directory, \(changes.handovers) from one to another; none lost")
    }

    private static func speeds(_ peer: FolderExamination.Peer) -> [Finding] {
        FolderExamination.Speed.allCases.compactMap { speed in
            guard let time = peer.speeds[speed] else { return nil }
            let isSlow = time > (speed == .lock ? slowLock : second)
            return Finding(
                speed.rawValue, peer.name, isSlow ? .warning : .good, .nanoseconds(time),
                isSlow ? "slow: farmers take tasks in large batches and wait for each other" : "")
        }
    }

    private static func clocks(_ peer: FolderExamination.Peer, isFirst: Bool) -> [Finding] {
        let matters = "matters for times in logs and estimates; who is alive is judged by the observer's clock alone"
        var rows: [Finding] = []
        if let skew = peer.skew, !isFirst {
            let isFar = abs(skew) * 1000 >= second
            rows.append(
                Finding("clock", peer.name, isFar ? .warning : .good, .nanoseconds(skew * 1000), isFar ? matters : ""))
        }
        if let skew = peer.serverSkew {
            let isFar = abs(skew) * 1000 >= second
            rows.append(
                Finding(
                    "file times", peer.name, isFar ? .warning : .good, .nanoseconds(skew * 1000), isFar ? matters : ""))
        }
        return rows
    }

    private static func room(_ peer: FolderExamination.Peer) -> [Finding] {
        var rows: [Finding] = []
        if let bytes = peer.freeBytes {
            let isScarce = bytes < scarceBytes
            rows.append(
                Finding(
                    "free space", peer.name, isScarce ? .warning : .good, .bytes(bytes),
                    isScarce ? "little: a farm stops when there is none left" : ""))
        }
        if let files = peer.freeFiles {
            let isScarce = files < scarceFiles
            rows.append(
                Finding(
                    "free files", peer.name, isScarce ? .warning : .good, .count(files),
                    isScarce ? "few: every task has a log file unless --logs packed or none is given" : ""))
        }
        return rows
    }

    // MARK: what it comes to

    /// How far the verdict reaches.
    private static func reach(_ facts: FolderExamination) -> [String] {
        guard let peer = facts.peers.first else { return ["nothing was tested"] }
        if facts.hosts == 1 {
            let host = peer.host.prefix { $0 != " " }
            return peer.isLocal
                ? ["for farmers on \(host) only: \(peer.fileSystem) is a disk of its own, which other nodes do not see"]
                : [
                    "only processes on \(host) were tested: what other nodes see, and whether locks keep them out, is unknown"
                ]
        }
        return [lostNode(peer.fileSystem)]
    }

    /// What is known of the locks of a node that is lost; nobody can try that in passing.
    private static func lostNode(_ fileSystem: String) -> String {
        let known: [(String, String)] = [
            ("vers=3", "never come back by themselves: tell the other farmers with --assume-dead HOST"),
            ("nfs4", "come back after the server's lease, 90 s unless it is set otherwise"),
            ("fuse.glusterfs", "come back after 5 to 42 s (network.ping-timeout of the volume)"),
            ("mfs", "were not back within 100 s where that was tried: tell the other farmers with --assume-dead HOST"),
        ]
        let words =
            known.first { fileSystem.contains($0.0) }?.1
            ?? "may stay taken for long: a farmer that says so is told with --assume-dead HOST"
        return "the locks of a node that is lost were not tried; on \(fileSystem) they \(words)"
    }

    private static func next(_ facts: FolderExamination) -> [String] {
        guard facts.hosts == 1, facts.peers.first?.isLocal == false else { return [] }
        return ["test the nodes that are to share it: --hosts n1,n2, or --srun inside a SLURM job"]
    }

    private static func remedies(_ facts: FolderExamination) -> [String] {
        if facts.peers.contains(where: { $0.absence != nil }) {
            return ["name a folder that is the same on all nodes"]
        }
        let viewsAreFresh = facts.turns.count > 0 && facts.turns.seen == facts.turns.count
        let hasLocks = facts.refusedLock == nil && !facts.pairs.contains { $0.exclusion != .excludes }
        if hasLocks {
            return [
                "use another file system, or mount this one without caches (GlusterFS: -o direct-io-mode=enable,"
                    + "attribute-timeout=0,entry-timeout=0, with quick-read, stat-prefetch and io-cache of the volume off); no "
                    + "option of the farmer makes up for it"
            ]
        }
        if !viewsAreFresh { return ["use another file system: neither locks nor views can be trusted here"] }
        var advice = ["--lock-dir DIR or SCRATCH: a folder that all nodes share on a file system whose locks work"]
        if facts.createsOnce == true {
            advice.append("--lock lease: a lock without flock, with a weaker promise; see the manual before you use it")
        }
        return advice
    }
}
