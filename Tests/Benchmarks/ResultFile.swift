// The result as JSON, every single measurement in it.

internal import FoundationEssentials

struct ResultFile: Encodable {
    private struct Measured: Encodable {
        var samples: [Double]
        var median: Double
        var least: Double
        var greatest: Double
        var name: String?

        init(_ samples: Samples, name: String? = nil) {
            self.samples = samples.values
            median = samples.median
            least = samples.least
            greatest = samples.greatest
            self.name = name
        }
    }

    private struct Line: Encodable {
        var item: Int
        var what: String
        var unit: String
        var outcome: String
        var figure: Measured?
        var comparedWith: Measured?
        var ratio: Measured?
        var atLeast: Double?
        var atMost: Double?
        var met: Bool?
        var note: String?

        init(_ row: Row) {
            item = row.item
            what = row.what
            unit = row.unit
            outcome = row.outcome.rawValue
            note = row.note
            guard row.outcome == .measured, !row.ours.isEmpty else { return }
            figure = Measured(row.ours)
            comparedWith = row.peer.flatMap { $0.samples.isEmpty ? nil : Measured($0.samples, name: $0.name) }
            ratio = row.ratio.flatMap { $0.isEmpty ? nil : Measured($0) }
            if case .atLeast(let limit)? = row.target { atLeast = limit }
            if case .atMost(let limit)? = row.target { atMost = limit }
            met = row.isMet
        }
    }

    private var cores: Int
    private var memoryKiB: Int
    private var small: Bool
    private var rows: [Line]

    init(_ machine: Machine, isSmall: Bool, rows: [Row]) {
        cores = machine.cores
        memoryKiB = machine.memoryKiB
        small = isSmall
        self.rows = rows.map(Line.init)
    }

    func bytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return Array(try encoder.encode(self)) + [10]
    }
}
