// attempts.tsv as the benchmarks need it: who ran when. Times are in microseconds.

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct AttemptsTable {
    struct Entry {
        /// Which of the slots of all farmers.
        var slot: Int
        var task: Int
        var start: Int
        var end: Int
    }

    private(set) var entries: [Entry] = []
    private(set) var slots = 0
    private var places: [ArraySlice<UInt8>: Int] = [:]

    /// Reads the whole file.
    init(_ path: Path) throws {
        let file = try Descriptor(path, .reading)
        var rest: [UInt8] = []
        var part: [UInt8] = []
        var isHead = true
        while try file.readNext(into: &part, count: 1 << 20) {
            rest += part
            var start = 0
            for index in rest.indices where rest[index] == 10 {
                if !isHead { try add(rest[start..<index], path) }
                isHead = false
                start = index + 1
            }
            rest.removeFirst(start)
        }
        slots = places.count
    }

    private mutating func add(_ line: ArraySlice<UInt8>, _ path: Path) throws {
        let fields = line.split(separator: UInt8(ascii: "\t"), maxSplits: 7, omittingEmptySubsequences: false)
        guard fields.count == 8, let task = fields[0].decimalValue, let start = fields[5].secondsValue,
            let wall = fields[6].secondsValue
        else { throw BenchmarkError.program("\(path) has a line that is none: \(line.text)") }
        // Farmer and slot stand side by side and make one key.
        let key = line[fields[3].startIndex..<fields[4].endIndex]
        let slot: Int
        if let known = places[key] {
            slot = known
        } else {
            slot = places.count
            places[ArraySlice(Array(key))] = slot
        }
        entries.append(Entry(slot: slot, task: task, start: start, end: start + wall))
    }

    /// How many attempts there were.
    var count: Int { entries.count }
    var firstStart: Int { entries.lazy.map(\.start).min() ?? 0 }
    var lastEnd: Int { entries.lazy.map(\.end).max() ?? 0 }
    /// From the first start to the last end, in seconds.
    var span: Double { Double(lastEnd - firstStart) / 1e6 }

    /// The share of the time of so many slots in which they had a running task, from one instant to another.
    func busyShare(slots: Int, from begin: Int, to end: Int) -> Double {
        let busy = entries.lazy.map { max(0, min($0.end, end) - max($0.start, begin)) }.reduce(0, +)
        return Double(busy) / (Double(end - begin) * Double(slots))
    }

    /// From when every slot had its first task to when the first of them had its last.
    var middle: (begin: Int, end: Int) {
        var first = [Int](repeating: .max, count: slots)
        var last = [Int](repeating: 0, count: slots)
        for entry in entries {
            first[entry.slot] = min(first[entry.slot], entry.start)
            last[entry.slot] = max(last[entry.slot], entry.end)
        }
        return (first.max() ?? 0, last.min() ?? 0)
    }
}
