// Benchmarks 1 and 2: what a task that does nothing costs, beside a C loop that only opens a log, spawns and reaps, and beside
// other programs. All take turns, so that none has the machine at a better time.

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct NoOpTasks {
    let bench: Workbench
    let wanted: Set<Int>
    private static let slots = 2

    /// The two ways a line is executed.
    private enum Way: String, CaseIterable {
        case direct = "executed directly"
        case shell = "through /bin/sh"
    }

    /// What one program measured in all rounds.
    private struct Series {
        var rate: Samples = []
        var own: Samples = []
    }

    private struct Peer {
        var name: String
        /// What is done with how many tasks in a folder: seconds.
        var run: (_ list: Path, _ place: Path) throws -> Ended
        var count: Int
        /// A slow program takes part in the first rounds only.
        var rounds: Int
        var target: Target?
        var note: String?
    }

    private var count: Int { bench.size(10_000, small: 500) }
    private var rounds: Int { bench.rounds(5) }

    func rows() throws -> [Row] {
        var rows: [Row] = []
        for way in Way.allCases { rows += try self.rows(way) }
        return rows.sorted { $0.item < $1.item }
    }

    private func line(_ way: Way) -> String { way == .direct ? bench.noOp : "true" }

    private func rows(_ way: Way) throws -> [Row] {
        var ours = Series()
        var loop = Series()
        var theirs: [String: Samples] = [:]
        let (peers, absent) = wanted.contains(1) ? try self.peers(way) : ([], [])
        for round in 1...rounds {
            bench.tell("no-op tasks, \(way.rawValue): round \(round) of \(rounds)")
            let (loopRate, loopOwn) = try runLoop(way)
            loop.rate.add(loopRate)
            loop.own.add(loopOwn)
            let (rate, own) = try runFarmer(way)
            ours.rate.add(rate)
            ours.own.add(own)
            for peer in peers where round <= peer.rounds {
                let seconds = try time(peer, way)
                theirs[peer.name, default: []].add(Double(peer.count) / seconds)
            }
        }
        let what = "\(Number.grouped(count)) no-op tasks, \(Self.slots) slots, \(way.rawValue)"
        var rows: [Row] = []
        if wanted.contains(1) {
            rows.append(
                Row(
                    item: 1, what: what, unit: "tasks/s", ours: ours.rate,
                    peer: .init(name: "C loop", samples: loop.rate), target: .atLeast(0.9), note: Self.wholeProgram))
            for peer in peers {
                rows.append(
                    Row(
                        item: 1, what: what, unit: "tasks/s", ours: ours.rate,
                        peer: .init(name: peer.name, samples: theirs[peer.name] ?? []), target: peer.target,
                        note: peer.note))
            }
            rows += absent.map { .skipped(1, "\(what), against \($0.name)", because: $0.reason) }
        }
        if wanted.contains(2) {
            rows.append(
                Row(
                    item: 2, what: "own processor time, \(way.rawValue)", unit: "µs/task", ours: ours.own,
                    peer: .init(name: "C loop", samples: loop.own), target: .atMost(1.3), note: Self.ownTime))
        }
        return rows
    }

    private static let wholeProgram =
        "From exec to exit, for all alike: the farmer's rate includes making the work directory, joining and leaving. It keeps all "
        + "records and a log for each task; the C loop opens a log for each task and keeps no records."
    private static let ownTime =
        "User and system time (getrusage), children excluded, as each program prints it at its end; start and end included."

    private func runLoop(_ way: Way) throws -> (rate: Double, own: Double) {
        try bench.inFolder("loop") { place in
            let command = way == .direct ? [bench.noOp] : ["/bin/sh", "-c", line(way)]
            let ended = try bench.programs.run(
                [bench.spawnLoop, "\(count)", "\(Self.slots)", place.description] + command
            ).checked()
            guard let own = Self.number(before: " us/task", in: ended.output.text) else {
                throw BenchmarkError.program("SpawnLoop printed \(ended.output.text)")
            }
            return (Double(count) / ended.seconds, own)
        }
    }

    private func runFarmer(_ way: Way) throws -> (rate: Double, own: Double) {
        try bench.inFolder("farmer") { place in
            let list = place.appending("list")
            try write(list, count, way)
            let ended = try bench.programs.run([bench.taskfarmer, "run", "-n", "\(Self.slots)", list.description])
                .checked()
            guard let own = OwnTime.perTask(ended.output.text) else {
                throw BenchmarkError.program("taskfarmer printed \(ended.output.text)")
            }
            return (Double(count) / ended.seconds, own)
        }
    }

    private func write(_ list: Path, _ count: Int, _ way: Way) throws {
        let line = Array(line(way).utf8)
        try bench.writeList(list, count: count) { _, bytes in bytes += line }
    }

    private func time(_ peer: Peer, _ way: Way) throws -> Double {
        try bench.inFolder("peer") { place in
            let list = place.appending("list")
            try write(list, peer.count, way)
            return try peer.run(list, place).checked().seconds
        }
    }

    // MARK: the others

    private func peers(_ way: Way) throws -> (present: [Peer], absent: [(name: String, reason: String)]) {
        var present: [Peer] = []
        var absent: [(String, String)] = []
        let programs = bench.programs
        let jobs = "-j\(Self.slots)"
        if let parallel = bench.find("parallel") {
            present.append(
                Peer(
                    name: "parallel \(jobs) --joblog",
                    run: { list, place in
                        let log = place.appending("joblog").description
                        return try programs.run([parallel, "--will-cite", jobs, "--joblog", log], input: list)
                    }, count: count, rounds: min(rounds, bench.rounds(2)), target: .atLeast(5)))
        } else {
            absent.append(("parallel", "parallel is not installed"))
        }
        let processes = "-P\(Self.slots)"
        if let xargs = bench.find("xargs") {
            let command = way == .direct ? [bench.noOp] : ["/bin/sh", "-c"]
            present.append(
                Peer(
                    name: "xargs \(processes)",
                    run: { list, _ in try programs.run([xargs, processes, "-n1"] + command, input: list) },
                    count: count, rounds: rounds, note: "xargs keeps neither logs nor records."))
        } else {
            absent.append(("xargs", "xargs is not installed"))
        }
        guard way == .direct else { return (present, absent) }  // it knows no shell
        if let script = bench.options.pytaskfarmer, let python = bench.find("python3") {
            let count = bench.size(2_000, small: 100)
            present.append(
                Peer(
                    name: "pytaskfarmer.py -n \(Self.slots)",
                    run: { list, place in
                        let own = place.appending("w").description
                        return try programs.run([python, script, "-n", "\(Self.slots)", "-w", own, list.description])
                    }, count: count, rounds: min(rounds, bench.rounds(3)),
                    note: "pytaskfarmer.py had a list of \(Number.grouped(count)): its rate falls with the length."))
        } else {
            let isNamed = bench.options.pytaskfarmer != nil
            absent.append(
                (
                    "pytaskfarmer.py",
                    isNamed ? "python3 is not installed" : "no pytaskfarmer.py was named with --pytaskfarmer"
                ))
        }
        return (present, absent)
    }

    /// The number that stands before a word.
    static func number(before word: String, in text: String) -> Double? {
        text.firstRange(of: word).flatMap { range in
            text[..<range.lowerBound].split(separator: " ").last.flatMap { Double($0) }
        }
    }
}

/// What `taskfarmer run` says of itself at its end.
enum OwnTime {
    /// Microseconds a task, from `the farmer itself: … of processor time (98 µs a task), …`.
    static func perTask(_ text: String) -> Double? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("the farmer itself:") }),
            let open = line.firstIndex(of: "("), let close = line.firstRange(of: " a task)")
        else { return nil }
        let words = line[line.index(after: open)..<close.lowerBound].split(separator: " ")
        guard words.count == 2, let value = Double(words[0]) else { return nil }
        return ["µs": 1.0, "ms": 1e3, "s": 1e6][words[1]].map { value * $0 }
    }
}
