// The pictures of the report. What a picture consists of does not grow with the number of attempts.

internal import TaskFarmerCore

/// Where the values of an axis are marked.
enum Ticks {
    /// Steps of 1, 2 or 5 times a power of ten, at most so many.
    static func even(upTo most: Double, atMost count: Int) -> [Double] {
        guard most > 0, most.isFinite else { return [0] }
        var step = 1.0
        while step * Double(count) < most { step *= 10 }
        while step * Double(count) / 10 >= most { step /= 10 }
        if step / 5 * Double(count) >= most { step /= 5 } else if step / 2 * Double(count) >= most { step /= 2 }
        return (0...count).map { Double($0) * step }.filter { $0 <= most * 1.0001 }
    }

    /// Steps of time as people count it, in seconds.
    static func time(upTo most: Double, atMost count: Int) -> [Double] {
        let steps: [Double] = [
            1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400,
        ]
        guard let step = steps.first(where: { $0 * Double(count) >= most }), most >= 2 else {
            return most < 2
                ? even(upTo: most, atMost: count) : even(upTo: most / 86_400, atMost: count).map { $0 * 86_400 }
        }
        return (0...count).map { Double($0) * step }.filter { $0 <= most * 1.0001 }
    }

    static func timeText(_ seconds: Double) -> String {
        if seconds == 0 { return "0" }
        if seconds < 2 && seconds != 1 { return "\(Text.decimal(seconds, places: 2)) s" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 {
            return whole % 60 == 0
                ? "\(whole / 60) min" : "\(whole / 60):\(whole % 60 < 10 ? "0" : "")\(whole % 60) min"
        }
        if whole % 86_400 == 0 { return "\(whole / 86_400) d" }
        return whole % 3600 == 0
            ? "\(whole / 3600) h" : "\(whole / 3600):\(whole / 60 % 60 < 10 ? "0" : "")\(whole / 60 % 60) h"
    }

    static func count(_ value: Double) -> String {
        value >= 1e6
            ? "\(Text.decimal(value / 1e6, places: value.truncatingRemainder(dividingBy: 1e6) == 0 ? 0 : 1)) M"
            : value == value.rounded() ? "\(Int(value))" : Text.decimal(value, places: value < 1 ? 2 : 1)
    }
}

/// Time to the right, and something upwards.
struct TimeChart {
    /// How long all of it is, in seconds.
    let seconds: Double
    let columns: Int
    static let left = 64.0
    static let width = 1000.0
    private static let inner = width - left - 16

    func x(_ column: Double) -> Double { Self.left + column / Double(columns) * Self.inner }

    /// The axis of time, at the bottom, with lines up through the picture.
    func timeAxis(top: Double, bottom: Double) -> String {
        Ticks.time(upTo: seconds, atMost: 9).map { tick in
            let x = HTML.number(x(tick / max(seconds, 1e-9) * Double(columns)))
            return "<path class=\"grid\" d=\"M\(x) \(HTML.number(top))V\(HTML.number(bottom))\"/>"
                + "<text class=\"tick\" x=\"\(x)\" y=\"\(HTML.number(bottom + 16))\" text-anchor=\"middle\">\(Ticks.timeText(tick))</text>\n"
        }.joined()
    }

    func valueAxis(_ most: Double, top: Double, bottom: Double, _ label: (Double) -> String) -> String {
        Ticks.even(upTo: most, atMost: 5).map { tick in
            let y = HTML.number(bottom - tick / max(most, 1e-12) * (bottom - top))
            return "<path class=\"grid\" d=\"M\(HTML.number(Self.left)) \(y)H\(HTML.number(Self.left + Self.inner))\"/>"
                + "<text class=\"tick\" x=\"\(HTML.number(Self.left - 8))\" y=\"\(y)\" dy=\"4\" text-anchor=\"end\">\(label(tick))</text>\n"
        }.joined()
    }

    /// The outline of columns that stand on others.
    func area(_ from: [Double], _ to: [Double], most: Double, top: Double, bottom: Double) -> String {
        func y(_ value: Double) -> String { HTML.number(bottom - min(value, most) / max(most, 1e-12) * (bottom - top)) }
        guard zip(from, to).contains(where: { $0 < $1 }) else { return "" }
        var path = "M\(HTML.number(x(0))) \(y(to[0]))"
        for column in to.indices { path += "V\(y(to[column]))H\(HTML.number(x(Double(column + 1))))" }
        for column in from.indices.reversed() { path += "V\(y(from[column]))H\(HTML.number(x(Double(column))))" }
        return path + "Z"
    }
}

enum Charts {
    /// How many tasks ran at a time, by what became of them, under how many slots there were.
    static func running(_ figures: RunFigures) -> String {
        let slots = figures.offeredSlots
        let stacked = figures.busy.map { $0.map { $0 / figures.width } }
        let sums = (0..<RunFigures.columns).map { column in stacked.reduce(0) { $0 + $1[column] } }
        let most = max(slots.max() ?? 0, sums.max() ?? 0, 1)
        let (top, bottom) = (12.0, 220.0)
        let chart = TimeChart(seconds: figures.seconds, columns: RunFigures.columns)
        var content =
            chart.timeAxis(top: top, bottom: bottom) + chart.valueAxis(most, top: top, bottom: bottom, Ticks.count)
        var below = [Double](repeating: 0, count: RunFigures.columns)
        for use in RunFigures.Use.allCases {
            let above = zip(below, stacked[use.rawValue]).map(+)
            let path = chart.area(below, above, most: most, top: top, bottom: bottom)
            if !path.isEmpty {
                content += "<path class=\"\(use.name)\" d=\"\(path)\"><title>\(use.name)</title></path>\n"
            }
            below = above
        }
        var line = ""
        for (column, value) in slots.enumerated() {
            let y = HTML.number(bottom - value / most * (bottom - top))
            line +=
                "\(column == 0 ? "M\(HTML.number(chart.x(0))) \(y)" : "V\(y)")H\(HTML.number(chart.x(Double(column + 1))))"
        }
        content += "<path class=\"slots\" d=\"\(line)\"><title>slots</title></path>\n"
        let average = sums.reduce(0, +) / Double(sums.count)
        return HTML.figure(
            "running", "Tasks running at a time",
            description:
                "Tasks running at a time over \(Text.duration(Int(figures.seconds * 1e9))): \(Text.decimal(average, places: 1)) on average, "
                + "\(Text.decimal(sums.max() ?? 0, places: 1)) at most, of up to \(Ticks.count(slots.max() ?? 0)) slots",
            width: Int(TimeChart.width), height: 244, content)
            + HTML.legend(RunFigures.Use.allCases.map(\.name) + ["slots"])
    }

    /// How many attempts ended per second.
    static func rate(_ figures: RunFigures) -> String {
        // Wide enough for several in most columns, as far as that goes.
        let together = [1, 2, 4, 8, 16].first { figures.extent.attempts >= 10 * RunFigures.columns / $0 } ?? 16
        let perSecond = (0..<RunFigures.columns / together).map { column in
            Double(figures.ended[column * together..<(column + 1) * together].reduce(0, +))
                / (figures.width * Double(together) / 1e6)
        }
        let most = max(perSecond.max() ?? 0, 1e-9)
        let (top, bottom) = (12.0, 130.0)
        let chart = TimeChart(seconds: figures.seconds, columns: perSecond.count)
        let zero = [Double](repeating: 0, count: perSecond.count)
        // The unit in which the highest is a number that one can read.
        let (unit, factor) = most >= 1 ? ("second", 1.0) : most * 60 >= 1 ? ("minute", 60.0) : ("hour", 3600.0)
        let path = chart.area(zero, perSecond, most: most, top: top, bottom: bottom)
        return HTML.figure(
            "rate", "Attempts that ended in a \(unit)",
            description: "Attempts that ended in a \(unit), up to \(Text.decimal(most * factor, places: 1))",
            width: Int(TimeChart.width), height: 154,
            chart.timeAxis(top: top, bottom: bottom)
                + chart.valueAxis(most * factor, top: top, bottom: bottom, Ticks.count)
                + "<path class=\"useful\" d=\"\(path)\"/>\n")
    }

    static func histogram(_ id: String, _ title: String, _ histogram: Histogram, _ label: (Double) -> String) -> String
    {
        let columns = histogram.columns
        guard !columns.isEmpty else {
            return "<figure id=\"\(id)\"><figcaption>\(HTML.text(title))</figcaption><p>nothing to show</p></figure>\n"
        }
        let (width, left, top, bottom) = (480.0, 56.0, 12.0, 150.0)
        let most = Double(columns.map(\.count).max() ?? 1)
        let each = (width - left - 8) / Double(columns.count)
        var content = Ticks.even(upTo: most, atMost: 4).map { tick in
            let y = HTML.number(bottom - tick / most * (bottom - top))
            return
                "<path class=\"grid\" d=\"M\(HTML.number(left)) \(y)H\(HTML.number(width - 8))\"/><text class=\"tick\" "
                + "x=\"\(HTML.number(left - 6))\" y=\"\(y)\" dy=\"4\" text-anchor=\"end\">\(Ticks.count(tick))</text>\n"
        }.joined()
        // Every column's start, as far as there is room for words.
        let every = max(1, Int((46 / each).rounded(.up)))
        for (index, column) in columns.enumerated() {
            let x = left + Double(index) * each
            let height = Double(column.count) / most * (bottom - top)
            let range = "\(label(column.from)) to \(label(column.to))"
            content +=
                "<rect class=\"useful\" x=\"\(HTML.number(x + 0.5))\" y=\"\(HTML.number(bottom - height))\" width=\"\(HTML.number(max(0.8, each - 1)))\" "
                + "height=\"\(HTML.number(height))\"><title>\(HTML.text(range)): \(column.count)</title></rect>\n"
            if index % every == 0 {
                content +=
                    "<text class=\"tick\" x=\"\(HTML.number(x))\" y=\"\(HTML.number(bottom + 16))\" text-anchor=\"middle\">\(HTML.text(label(column.from)))</text>\n"
            }
        }
        let listed = columns.filter { $0.count > 0 }.sorted { $0.count > $1.count }.prefix(3).map {
            "\(label($0.from)) to \(label($0.to)): \($0.count)"
        }
        return HTML.figure(
            id, title, description: "\(title), most often \(listed.joined(separator: ", "))", width: Int(width),
            height: 174, content)
    }

    /// What the slots' time went into, as one bar.
    static func uses(_ parts: [(name: String, value: Double)]) -> String {
        let whole = max(parts.reduce(0) { $0 + $1.value }, 1e-12)
        var x = 0.0
        var content = ""
        for part in parts where part.value > 0 {
            let width = part.value / whole * 1000
            content +=
                "<rect class=\"\(part.name)\" x=\"\(HTML.number(x))\" y=\"0\" width=\"\(HTML.number(max(0.5, width)))\" height=\"26\"><title>"
                + "\(part.name): \(Text.percent(part.value / whole))</title></rect>\n"
            x += width
        }
        return HTML.figure(
            "uses", "What the slots' time went into",
            description: parts.map { "\($0.name) \(Text.percent($0.value / whole))" }.joined(separator: ", "),
            width: 1000, height: 26, isStretched: true, content)
            + HTML.legend(parts.map(\.name))
    }
}
