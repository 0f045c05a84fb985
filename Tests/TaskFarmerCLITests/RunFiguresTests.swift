import TaskFarmerCore
import TaskFarmerReport
import Testing

@Suite("What a run's time went into") struct RunFiguresTests {
    private static let second = 1_000_000
    private static let begin = 1_700_000_000 * second

    private func attempt(
        _ task: Int, _ farmer: String, _ host: String, slot: Int = 0, at start: Int, for wall: Int, _ outcome: Outcome
    ) -> Attempt {
        Attempt(
            task: task, number: 1, host: host, farmer: farmer, slot: slot,
            started: Self.begin + start * Self.second, wall: wall * Self.second, user: wall * Self.second / 2,
            maxResidentKiB: 1000 * (task + 1), outcome: outcome, jobColumn: "-")
    }

    private func figures(_ attempts: [Attempt], _ events: [FarmerEvent] = [], seen: [String: Int] = [:]) -> RunFigures {
        var lines: [[UInt8]] = []
        for attempt in attempts {
            var line: [UInt8] = []
            attempt.appendLine(to: &line)
            lines.append(line.dropLast())
        }
        func each(_ body: (borrowing Span<UInt8>, AttemptFields) -> Void) {
            for line in lines {
                guard let fields = AttemptFields(line.span) else {
                    Issue.record("no line of attempts.tsv: \(line.text)")
                    continue
                }
                body(line.span, fields)
            }
        }
        var extent = RunExtent()
        each { extent.note($0, $1) }
        extent.note(events, seen: seen)
        var figures = RunFigures(extent)
        each { figures.note($0, $1) }
        figures.finish()
        return figures
    }

    private func event(_ kind: FarmerEvent.Kind, _ farmer: String, _ host: String, at time: Int, slots: Int)
        -> FarmerEvent
    {
        FarmerEvent(
            time: Self.begin + time * Self.second, kind: kind, farmer: farmer, ordinal: 1, host: host, slots: slots,
            job: nil, text: "because")
    }

    @Test func `every second of a slot is useful, failed, interrupted, lost or idle, once`() {
        let found = figures(
            [
                attempt(0, "a", "n1", at: 0, for: 10, .succeeded),
                attempt(1, "a", "n1", slot: 1, at: 0, for: 4, .exited(3)),
                attempt(2, "b", "n2", at: 5, for: 5, .interrupted), attempt(3, "b", "n2", at: 10, for: 2, .lost),
                attempt(4, "b", "n2", at: 12, for: 8, .outOfMemory),
            ],
            [
                event(.joined, "a", "n1", at: 0, slots: 2), event(.joined, "b", "n2", at: 0, slots: 1),
                event(.left, "a", "n1", at: 20, slots: 2), event(.left, "b", "n2", at: 20, slots: 1),
            ])
        let walls = RunFigures.Use.allCases.map { found.sums($0).wall / Self.second }
        #expect(walls == [10, 12, 5, 2])
        #expect(found.extent.offered == Double(60 * Self.second))
        #expect(found.idle == Double(31 * Self.second))
        // The columns have the same, column by column.
        for use in RunFigures.Use.allCases {
            let sum = found.busy[use.rawValue].reduce(0, +)
            #expect(abs(sum - Double(found.sums(use).wall)) < 1)
        }
        let slots = found.offeredSlots.reduce(0) { $0 + $1 * found.width }
        #expect(abs(slots - found.extent.offered) < 1)
        #expect(found.ended.reduce(0, +) == 5)
        #expect(found.hosts.map(\.total.attempts) == [2, 3])
        #expect(found.slowest.map(\.task) == [0, 4, 2, 1, 3] && found.largest.map(\.task) == [4, 3, 2, 1, 0])
        #expect(found.latestFailures.map(\.task) == [4, 1])
        #expect(found.quantile(0.5) == 10)
    }

    @Test func `slots that come later, and a farmer that told nothing, count for as long as they were there`() {
        let found = figures(
            [
                attempt(0, "a", "n1", at: 0, for: 10, .succeeded),
                attempt(1, "c", "n1", slot: 2, at: 10, for: 10, .succeeded),
            ],
            [event(.joined, "a", "n1", at: 0, slots: 1), event(.resized, "a", "n1", at: 5, slots: 3)],
            seen: ["a": Self.begin + 10 * Self.second])
        // One slot for five seconds, three for five; of the other what it used, with slots up to the one that it used.
        #expect(found.extent.offered == Double((5 + 15 + 30) * Self.second))
        let slots = found.offeredSlots.reduce(0) { $0 + $1 * found.width }
        #expect(abs(slots - found.extent.offered) < 1)
    }

    @Test
    func `farmers that came one after another share their host's rows, and hosts are in the order of their numbers`() {
        let found = figures(
            [
                attempt(0, "a", "n10", at: 0, for: 5, .succeeded), attempt(1, "b", "n10", at: 6, for: 5, .succeeded),
                attempt(2, "c", "n2", slot: 1, at: 0, for: 20, .succeeded),
                attempt(3, "d", "n10", at: 8, for: 1, .exited(1)),
            ])
        #expect(found.lanes.level == .slots)
        #expect(found.lanes.rows.map(\.name) == ["n2, slot 0", "n2, slot 1", "n10, slot 0", "n10, slot 1"])
        #expect(found.lanes.bars?.map(\.row) == [2, 2, 1, 3])
        #expect(found.lanes.bars?.last?.word == .exited)
    }

    @Test func `many slots are a row for each host, very many hosts a row for some, and no time is lost in cells`() {
        for (hosts, level, rows) in [(20, Lanes.Level.hosts, 20), (400, .groups, 134)] {
            var attempts: [Attempt] = []
            for host in 0..<hosts {
                for round in 0..<(4000 / hosts) {
                    attempts.append(
                        attempt(
                            attempts.count, "f\(host)", "n\(host)", slot: round % 10, at: round / 10, for: 1, .succeeded
                        ))
                }
            }
            let found = figures(attempts)
            #expect(found.lanes.level == level && found.lanes.rows.count == rows && found.lanes.bars == nil)
            #expect(found.lanes.rows.reduce(0) { $0 + $1.slots } == hosts * 10)
            let sum = found.lanes.cells.reduce(0.0) { $0 + Double($1[0].reduce(0, +)) }
            #expect(abs(sum - Double(found.sums(.useful).wall)) < 1e-3 * sum)
        }
    }

    @Test func `columns of histograms are where people expect them, and count each value once`() {
        var decimal = Histogram(.decimal)
        for value in [0, 0.0011, 0.5, 1, 1.99, 2, 5, 9.9, 10, 999] { decimal.note(value) }
        let columns = decimal.columns
        #expect(columns.map(\.count).reduce(0, +) == 10 && decimal.total == 10)
        #expect(columns.first?.count == 1 && columns.first?.to == 0)
        func count(_ from: Double) -> Int? {
            columns.first { abs($0.from - from) < 1e-9 * from && $0.to > from }?.count
        }
        #expect(count(0.001) == 1 && count(0.5) == 1 && count(1) == 2 && count(2) == 1 && count(5) == 2)
        #expect(count(10) == 1 && count(500) == 1 && count(0.002) == 0)
        for (one, next) in zip(columns.dropFirst(), columns.dropFirst(2)) {
            #expect(abs(one.to - next.from) < 1e-9 * one.to)
        }
        var binary = Histogram(.binary)
        for value in [1023.0, 1024, 2047, 2048] { binary.note(value) }
        #expect(binary.columns.map(\.from) == [512, 1024, 2048] && binary.columns.map(\.count) == [1, 2, 1])
        var even = Histogram(.even(5))
        for value in [-1.0, 0, 4.9, 5, 104] { even.note(value) }
        #expect(even.columns.first?.count == 3 && even.columns.count == 21 && even.columns.last?.from == 100)
    }
}
