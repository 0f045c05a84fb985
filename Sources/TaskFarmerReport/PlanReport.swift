// What a plan looks like.

internal import TaskFarmerCore

package enum PlanReport {
    /// A choice of nodes, and what comes of it. Times are in nanoseconds.
    package struct Row: Sendable {
        package var nodes: Int
        package var wall: Int
        package var allocations: Int
        package var coreHours: Double
        package var idleShare: Double
        package var command: String

        package init(
            nodes: Int, wall: Int, allocations: Int, coreHours: Double, idleShare: Double, command: String
        ) {
            self.nodes = nodes
            self.wall = wall
            self.allocations = allocations
            self.coreHours = coreHours
            self.idleShare = idleShare
            self.command = command
        }
    }

    /// A table with a line for each choice.
    ///
    /// - Parameter rows: the choices
    /// - Returns: lines with their newlines
    package static func table(_ rows: [Row]) -> String {
        let heads = ["nodes", "wall time", "jobs", "core-hours", "idle"]
        let cells = rows.map { row in
            [
                "\(row.nodes)", time(row.wall),
                "\(row.allocations)",
                tenths(row.coreHours), "\(tenths(100 * row.idleShare)) %",
            ]
        }
        let widths = heads.indices.map { column in
            ([heads] + cells).map { $0[column].utf8.count }.max() ?? 0
        }
        func line(_ words: [String], _ last: String) -> String {
            zip(words, widths).map { String(repeating: " ", count: $1 - $0.utf8.count) + $0 }.joined(separator: "  ")
                + "  \(last)\n"
        }
        return line(heads, "to submit it") + zip(cells, rows).map { line($0, $1.command) }.joined()
    }

    /// Below 100 s in tenths.
    private static func time(_ nanoseconds: Int) -> String {
        let seconds = Double(nanoseconds) / 1e9
        return seconds < 100 ? "\(tenths(seconds)) s" : WallTime.clock(Int(seconds.rounded(.up)))
    }

    /// Two digits after the point below one, one else.
    package static func tenths(_ value: Double) -> String {
        let digits = value < 1 && value > 0 ? 100.0 : 10
        let whole = Int((value * digits).rounded())
        let rest = "\(whole % Int(digits))"
        let zeros = String(repeating: "0", count: (digits == 100 ? 2 : 1) - rest.utf8.count)
        return "\(whole / Int(digits)).\(zeros)\(rest)"
    }
}
