// Who ran what when. Few attempts are bars with what they are written beside the pointer; of many, cells are drawn by how much of them
// was used, those of a shade together in one path, so that a browser has few elements to keep.

internal import TaskFarmerCore

enum GanttChart {
    private static let shades = 6

    static func draw(_ figures: RunFigures) -> String {
        let lanes = figures.lanes
        let height = lanes.rows.count <= 40 ? 14.0 : lanes.rows.count <= 80 ? 9 : 6
        let top = 8.0
        let chart = TimeChart(seconds: figures.seconds, columns: RunFigures.columns)
        let bottom = top + Double(lanes.rows.count) * height
        var content = chart.timeAxis(top: top, bottom: bottom) + labels(lanes, top: top, height: height)
        content +=
            lanes.bars.map { bars($0, figures, chart, top: top, height: height) }
            ?? cells(figures, chart, top: top, height: height)
        let each =
            switch lanes.level {
            case .slots: "slot"
            case .hosts: "host"
            case .groups: "group of hosts"
            }
        let kind = lanes.bars == nil ? "the darker, the more of it was used" : "a bar for each attempt"
        return HTML.figure(
            "gantt", "Who ran what when: a row for each \(each), \(kind)",
            description:
                "\(Text.count(lanes.rows.count, "row")), one for each \(each), over \(Text.duration(Int(figures.seconds * 1e9)))",
            width: Int(TimeChart.width), height: Int(bottom) + 24, content)
    }

    /// The host beside its first row, as far as there is room.
    private static func labels(_ lanes: Lanes, top: Double, height: Double) -> String {
        var content = ""
        var (last, free) = ("", 0.0)
        for (index, row) in lanes.rows.enumerated() {
            let y = top + Double(index) * height
            if row.host != last {
                if index > 0 && lanes.level == .slots {
                    content += "<path class=\"grid\" d=\"M0 \(HTML.number(y))H1000\"/>\n"
                }
                if y >= free {
                    let name = row.host.count <= 10 ? row.host : row.host.prefix(9) + "…"
                    content +=
                        "<text class=\"tick\" x=\"0\" y=\"\(HTML.number(y + 10))\">\(HTML.text(name))<title>\(HTML.text(row.name))</title></text>\n"
                    free = y + 12
                }
            }
            last = row.host
        }
        return content
    }

    private static func bars(
        _ bars: [Lanes.Bar], _ figures: RunFigures, _ chart: TimeChart, top: Double, height: Double
    ) -> String {
        bars.map { bar in
            let from = chart.x(Double(bar.started - figures.extent.start) / figures.width)
            let to = chart.x(Double(bar.started + bar.wall - figures.extent.start) / figures.width)
            let use = RunFigures.Use(bar.word)
            return
                "<rect class=\"\(use.name)\" x=\"\(HTML.number(from))\" y=\"\(HTML.number(top + Double(bar.row) * height + 1))\" "
                + "width=\"\(HTML.number(max(0.6, to - from)))\" height=\"\(HTML.number(height - 2))\"><title>task \(bar.task)"
                + "\(bar.number > 1 ? ", attempt \(bar.number)" : ""): \(bar.word.rawValue) after \(Text.duration(bar.wall * 1000)), "
                + "\(HTML.text(figures.lanes.rows[bar.row].name))</title></rect>\n"
        }.joined()
    }

    private static func cells(_ figures: RunFigures, _ chart: TimeChart, top: Double, height: Double) -> String {
        var paths = [[String]](
            repeating: [String](repeating: "", count: shades + 1), count: RunFigures.Use.allCases.count)
        for (index, row) in figures.lanes.rows.enumerated() {
            let full = Float(Double(max(1, row.slots)) * figures.width)
            let cells = figures.lanes.cells[index]
            let y = HTML.number(top + Double(index) * height + 0.5)
            let tall = HTML.number(height - 1)
            var open: (use: Int, shade: Int, from: Int)?
            for column in 0...RunFigures.columns {
                let now = column == RunFigures.columns ? nil : mark(cells, column, full)
                if let run = open, now.map({ $0 != (run.use, run.shade) }) ?? true {
                    let (from, to) = (chart.x(Double(run.from)), chart.x(Double(column)))
                    paths[run.use][run.shade] +=
                        "M\(HTML.number(from)) \(y)h\(HTML.number(to - from))v\(tall)h\(HTML.number(from - to))z"
                    open = nil
                }
                if open == nil, let now { open = (now.0, now.1, column) }
            }
        }
        var content = ""
        for use in RunFigures.Use.allCases {
            for shade in 1...shades where !paths[use.rawValue][shade].isEmpty {
                content +=
                    "<path class=\"\(use.name)\" fill-opacity=\"\(Text.decimal(Double(shade) / Double(shades), places: 2))\" d=\"\(paths[use.rawValue][shade])\"/>\n"
            }
        }
        return content
    }

    /// What a cell is drawn as: how full it is, and in the colour of the worst that is at least a tenth of it.
    private static func mark(_ cells: [[Float]], _ column: Int, _ full: Float) -> (Int, Int)? {
        let sum = cells.reduce(0) { $0 + $1[column] }
        if sum <= 0 { return nil }
        let worst: [RunFigures.Use] = [.lost, .failed, .interrupted, .useful]
        let use = worst.first { cells[$0.rawValue][column] >= 0.1 * sum } ?? .useful
        let shade = max(1, min(shades, Int((sum / full * Float(shades)).rounded(.up))))
        return (use.rawValue, shade)
    }
}
