// Who ran what when, as a picture of rows and columns: a row for each slot of a host while that are few, else for each host, else for
// several hosts. Farmers that came one after another share the rows of their host. Few attempts are bars of their own; of many,
// each cell says how much of it was used for what.

package import TaskFarmerCore

package struct Lanes: Sendable {
    package enum Level: Sendable, Equatable { case slots, hosts, groups }

    package struct Row: Sendable, Equatable {
        package var name: String
        /// Of its host, for the heading above the first row of each.
        package var host: String
        /// How many slots are in it.
        package var slots: Int
    }

    /// An attempt that is drawn by itself.
    package struct Bar: Sendable, Equatable {
        package var row: Int
        package var task: Int
        package var number: Int
        package var started: Int
        package var wall: Int
        package var word: OutcomeWord
    }

    package let level: Level
    package private(set) var rows: [Row] = []
    package private(set) var bars: [Bar]?
    /// Of each row, for each use, slots times microseconds in each column; empty where there are bars.
    package private(set) var cells: [[[Float]]] = []
    /// The row of each slot of each farmer.
    private var rowOfSlot: [[Int]]
    private let start: Int
    private let width: Double
    private let columns: Int

    package static let mostRows = 160
    package static let mostBars = 3000

    package init(_ extent: RunExtent, columns: Int) {
        start = extent.start
        width = max(1, Double(extent.end - extent.start) / Double(columns))
        self.columns = columns
        var packing = Packing(extent)
        let hosts = extent.hosts.indices.sorted { Self.precedes(extent.hosts[$0], extent.hosts[$1]) }
        let count = hosts.reduce(0) { $0 + packing.rows[$1].count }
        level = count <= Self.mostRows ? .slots : hosts.count <= Self.mostRows ? .hosts : .groups
        // Where the rows of each host begin, or the one that it is in.
        var first = [Int](repeating: 0, count: hosts.count)
        let perGroup = level == .groups ? (hosts.count + Self.mostRows - 1) / Self.mostRows : 1
        for (index, host) in hosts.enumerated() {
            let (name, slots) = (extent.hosts[host], packing.rows[host].count)
            if level == .slots {
                first[host] = rows.count
                for slot in 0..<slots { rows.append(Row(name: "\(name), slot \(slot)", host: name, slots: 1)) }
            } else if index % perGroup == 0 {
                first[host] = rows.count
                rows.append(Row(name: name, host: name, slots: slots))
            } else {
                first[host] = rows.count - 1
                rows[rows.count - 1].slots += slots
                rows[rows.count - 1].name = "\(rows[rows.count - 1].host) to \(name)"
            }
        }
        for (number, member) in extent.members.enumerated() {
            let base = first[member.host]
            for slot in packing.places[number].indices {
                packing.places[number][slot] = level == .slots ? base + packing.places[number][slot] : base
            }
        }
        rowOfSlot = packing.places
        if extent.attempts <= Self.mostBars {
            bars = []
        } else {
            cells = [[[Float]]](
                repeating: [[Float]](
                    repeating: [Float](repeating: 0, count: columns), count: RunFigures.Use.allCases.count),
                count: rows.count)
        }
    }

    /// Which row of its host each slot of each farmer has: the lowest that is free for as long as the farmer was there.
    private struct Packing {
        /// By host, for each of its rows, when whoever had it last has left.
        var rows: [[Int]]
        var places: [[Int]]

        init(_ extent: RunExtent) {
            rows = [[Int]](repeating: [], count: extent.hosts.count)
            places = [[Int]](repeating: [], count: extent.members.count)
            let order = extent.members.indices.sorted {
                (extent.members[$0].joined, $0) < (extent.members[$1].joined, $1)
            }
            for number in order {
                let member = extent.members[number]
                var next = 0
                places[number] = (0..<max(1, member.slots)).map { _ in
                    while next < rows[member.host].count, rows[member.host][next] > member.joined { next += 1 }
                    if next == rows[member.host].count { rows[member.host].append(0) }
                    rows[member.host][next] = max(member.left, member.joined)
                    defer { next += 1 }
                    return next
                }
            }
        }
    }

    /// `n2` before `n10`.
    static func precedes(_ one: String, _ other: String) -> Bool {
        func key(_ name: String) -> (String, Int, String) {
            let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }.count
            let number = Int(name.suffix(min(digits, 15))) ?? 0
            return (String(name.dropLast(digits)), number, name)
        }
        return key(one) < key(other)
    }

    mutating func note(_ fields: AttemptFields, member: Int, _ use: RunFigures.Use) {
        guard fields.slot < rowOfSlot[member].count else { return }
        let row = rowOfSlot[member][fields.slot]
        if bars != nil {
            bars?.append(
                Bar(
                    row: row, task: fields.task, number: fields.number, started: fields.started, wall: fields.wall,
                    word: fields.word))
            return
        }
        let from = Double(fields.started - start) / width
        let to = Double(fields.started + fields.wall - start) / width
        let (first, last) = (min(columns - 1, max(0, Int(from))), min(columns - 1, max(0, Int(to))))
        for column in first...max(first, last) {
            let part = min(to, Double(column + 1)) - max(from, Double(column))
            if part > 0 { cells[row][use.rawValue][column] += Float(part * width) }
        }
    }
}
