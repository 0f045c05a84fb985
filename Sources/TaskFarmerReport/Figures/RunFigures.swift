// What a run was spent on: the second of two passes over all attempts. What is kept does not grow with their number, but for four
// bytes each of how long they took.

package import TaskFarmerCore

package struct RunFigures {
    /// What the time of slots went into.
    package enum Use: Int, Sendable, CaseIterable {
        case useful, failed, interrupted, lost

        package init(_ word: OutcomeWord) {
            switch word {
            case .succeeded: self = .useful
            case .interrupted: self = .interrupted
            case .lost: self = .lost
            case .exited, .signalled, .timedOut, .outOfMemory, .couldNotStart, .outputLost: self = .failed
            }
        }
    }

    /// Sums over attempts; times in microseconds.
    package struct Sums: Sendable, Equatable {
        package var attempts = 0
        package var wall = 0
        package var processor = 0

        mutating func note(_ fields: AttemptFields) {
            attempts += 1
            wall += fields.wall
            processor += fields.user + fields.system
        }

        /// Processor time by wall time; nil where there was none.
        package var efficiency: Double? { wall > 0 ? Double(processor) / Double(wall) : nil }
    }

    /// What one host did.
    package struct Host: Sendable {
        package var byUse = [Sums](repeating: Sums(), count: Use.allCases.count)
        package var mostMemory = 0
        package var total: Sums {
            byUse.reduce(into: Sums()) { sums, use in
                sums.attempts += use.attempts
                sums.wall += use.wall
                sums.processor += use.processor
            }
        }
    }

    /// One attempt that is shown by itself.
    package struct Shown: Sendable, Comparable {
        package var value: Int
        package var task: Int
        package var number: Int
        package var started: Int
        package var wall: Int
        package var processor: Int
        package var memory: Int
        package var host: Int
        package var outcome: Outcome

        /// Of equals the one with the higher ID goes first out of a list of the largest.
        package static func < (one: Shown, other: Shown) -> Bool {
            (one.value, -one.task, -one.number) < (other.value, -other.task, -other.number)
        }
        package static func == (one: Shown, other: Shown) -> Bool {
            (one.value, one.task, one.number) == (other.value, other.task, other.number)
        }
    }

    package let extent: RunExtent
    package private(set) var byWord: [OutcomeWord: Sums] = [:]
    package private(set) var hosts: [Host]
    /// Slots times microseconds in each column of time, by use.
    package private(set) var busy: [[Double]]
    /// How many attempts ended in each column of time.
    package private(set) var ended: [Int]
    /// KiB times microseconds in each column of time: of each attempt its most, for as long as it ran.
    package private(set) var resident: [Double]
    package private(set) var lanes: Lanes
    /// Of attempts that succeeded: seconds, processor time by wall time in per cent, bytes.
    package private(set) var durations = Histogram(.decimal)
    package private(set) var efficiencies = Histogram(.even(5))
    package private(set) var memory = Histogram(.binary)
    /// How long they took, in seconds, in order after `finish`.
    private var walls: [Float] = []
    private var slowestHeap = Heap<Shown>()
    private var largestHeap = Heap<Shown>()
    private var latestHeap = Heap<Shown>()

    /// Columns of time.
    package static let columns = 480
    /// How many attempts are shown by themselves, for each reason.
    package static let most = 20
    package static let mostFailed = 200

    /// - Parameter extent: the frame, from the first pass
    package init(_ extent: RunExtent) {
        self.extent = extent
        hosts = [Host](repeating: Host(), count: extent.hosts.count)
        busy = [[Double]](repeating: [Double](repeating: 0, count: Self.columns), count: Use.allCases.count)
        ended = [Int](repeating: 0, count: Self.columns)
        resident = [Double](repeating: 0, count: Self.columns)
        lanes = Lanes(extent, columns: Self.columns)
        walls.reserveCapacity(min(extent.attempts, Self.mostWalls))
    }

    /// How long each attempt took is kept of so many.
    private static let mostWalls = 8 << 20

    /// How wide a column of time is, in microseconds.
    package var width: Double { max(1, Double(extent.end - extent.start) / Double(Self.columns)) }

    /// Adds an attempt; one that was recorded after the first pass is left out.
    package mutating func note(_ line: borrowing Span<UInt8>, _ fields: AttemptFields) {
        guard let number = extent.member(of: line.extracting(fields.farmer)) else { return }
        let host = extent.members[number].host
        let use = Use(fields.word)
        byWord[fields.word, default: Sums()].note(fields)
        hosts[host].byUse[use.rawValue].note(fields)
        hosts[host].mostMemory = max(hosts[host].mostMemory, fields.maxResidentKiB)
        spread(fields, use)
        lanes.note(fields, member: number, use)
        let shown = { (value: Int) in
            Shown(
                value: value, task: fields.task, number: fields.number, started: fields.started, wall: fields.wall,
                processor: fields.user + fields.system, memory: fields.maxResidentKiB, host: host,
                outcome: fields.outcome(reason: "") ?? .lost)
        }
        Self.keep(&slowestHeap, fields.wall, Self.most, shown)
        Self.keep(&largestHeap, fields.maxResidentKiB, Self.most, shown)
        if use == .failed { Self.keep(&latestHeap, fields.started + fields.wall, Self.mostFailed, shown) }
        guard use == .useful else { return }
        let seconds = Double(fields.wall) / 1e6
        durations.note(seconds)
        if walls.count < Self.mostWalls { walls.append(Float(seconds)) }
        if fields.wall > 0 {
            efficiencies.note(100 * Double(fields.user + fields.system) / Double(fields.wall))
        }
        memory.note(Double(fields.maxResidentKiB) * 1024)
    }

    private static func keep(_ heap: inout Heap<Shown>, _ value: Int, _ most: Int, _ shown: (Int) -> Shown) {
        if heap.count < most {
            heap.insert(shown(value))
        } else if let least = heap.first, value > least.value {
            _ = heap.removeFirst()
            heap.insert(shown(value))
        }
    }

    /// Its time in the columns that it lies in.
    private mutating func spread(_ fields: AttemptFields, _ use: Use) {
        let width = width
        let from = Double(fields.started - extent.start) / width
        let to = Double(fields.started + fields.wall - extent.start) / width
        let last = Self.columns - 1
        ended[min(last, max(0, Int(to)))] += 1
        let (first, end) = (min(last, max(0, Int(from))), min(last, max(0, Int(to))))
        for column in first...max(first, end) {
            let part = min(to, Double(column + 1)) - max(from, Double(column))
            if part > 0 {
                busy[use.rawValue][column] += part * width
                resident[column] += part * width * Double(fields.maxResidentKiB)
            }
        }
    }

    package mutating func finish() { walls.sort() }

    /// The time below which such a share of the successful attempts lies, in seconds; nil without any.
    package func quantile(_ share: Double) -> Double? {
        walls.isEmpty ? nil : Double(walls[min(walls.count - 1, Int(share * Double(walls.count)))])
    }

    /// The largest first.
    package var slowest: [Shown] { slowestHeap.all.sorted(by: >) }
    package var largest: [Shown] { largestHeap.all.sorted(by: >) }
    package var latestFailures: [Shown] { latestHeap.all.sorted(by: >) }

    package func sums(_ use: Use) -> Sums {
        byWord.reduce(into: Sums()) { sums, entry in
            guard Use(entry.key) == use else { return }
            sums.attempts += entry.value.attempts
            sums.wall += entry.value.wall
            sums.processor += entry.value.processor
        }
    }

    /// What slots had to give and nothing ran in, in slots times microseconds.
    package var idle: Double { max(0, extent.offered - Double(Use.allCases.reduce(0) { $0 + sums($1).wall })) }
}

extension RunFigures {
    /// How long all of it was, in seconds.
    package var seconds: Double { Double(max(0, extent.end - extent.start)) / 1e6 }

    /// How many slots there were in each column of time, on average.
    package var offeredSlots: [Double] {
        // The change from one column to the next, and what is less in the columns where somebody came or went.
        var steps = [Double](repeating: 0, count: Self.columns + 1)
        var corrections = [Double](repeating: 0, count: Self.columns + 1)
        func note(_ time: Int, _ slots: Double) {
            let place = min(Double(Self.columns), max(0, Double(time - extent.start) / width))
            let column = Int(place)
            steps[column] += slots
            corrections[column] -= slots * (place - Double(column))
        }
        for member in extent.members {
            let segments = member.changes.isEmpty ? [(time: member.joined, slots: member.slots)] : member.changes
            var last = 0
            for segment in segments where segment.time <= member.left {
                note(segment.time, Double(segment.slots - last))
                last = segment.slots
            }
            note(member.left, -Double(last))
        }
        var slots = 0.0
        return (0..<Self.columns).map { column in
            slots += steps[column]
            return max(0, slots + corrections[column])
        }
    }
}
