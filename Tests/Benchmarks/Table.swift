// The result as a table for a terminal, and as Markdown.

struct Table {
    let machine: Machine
    let rows: [Row]
    /// Everything was so short that it says little.
    let isSmall: Bool

    private static let head = ["", "measured", "TaskFarmer", "compared with", "ratio", "target", "met"]

    /// The notes of all rows, each once, in the order of their numbers.
    private var notes: [String] {
        rows.compactMap(\.note).reduce(into: []) { notes, note in if !notes.contains(note) { notes.append(note) } }
    }

    private func cells(_ row: Row) -> [String] {
        let mark = row.note.flatMap { notes.firstIndex(of: $0) }.map { " [\($0 + 1)]" } ?? ""
        guard row.outcome == .measured else {
            return ["\(row.item)", row.what, row.outcome.rawValue + mark, "", "", "", ""]
        }
        return [
            "\(row.item)", row.what, Self.figure(row.ours, row.unit) + mark,
            row.peer.map { "\($0.name): \(Self.figure($0.samples, row.unit))" } ?? "",
            row.ratio.map { Self.figure($0, "") } ?? "",
            row.target.map(Self.words) ?? "", row.isMet.map { $0 ? "yes" : "no" } ?? "",
        ]
    }

    /// The median, and in parentheses what was least and greatest.
    static func figure(_ samples: Samples, _ unit: String) -> String {
        let space = unit.isEmpty ? "" : " " + unit
        let median = Number.text(samples.median)
        if samples.values.count < 2 { return median + space }
        return "\(median) (\(Number.text(samples.least))..\(Number.text(samples.greatest)))\(space)"
    }

    static func words(_ target: Target) -> String {
        switch target {
        case .atLeast(let limit): "at least \(Number.text(limit))"
        case .atMost(let limit): "at most \(Number.text(limit))"
        }
    }

    private var legend: String {
        (isSmall ? "A smoke run, whose figures mean little. " : "") + Self.reading
    }
    private static let reading =
        "Each figure is the median of all rounds (in parentheses least..greatest); a ratio is that of the same round."

    var text: String {
        let lines = [Self.head] + rows.map(cells)
        let widths = Self.head.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        let body = lines.map { line in
            var text = zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
                .joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            return text
        }
        let remarks = notes.enumerated().map { "[\($0 + 1)] \($1)" }
        return (["\(machine.text). \(legend)", ""] + body + (remarks.isEmpty ? [] : [""]) + remarks)
            .joined(separator: "\n") + "\n"
    }

    var markdown: String {
        func line(_ cells: [String]) -> String {
            "| "
                + cells.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }
                .joined(separator: " | ") + " |"
        }
        let body = [line(Self.head), line(Self.head.map { _ in "---" })] + rows.map { line(cells($0)) }
        let remarks = notes.enumerated().map { "- [\($0 + 1)] \($1)" }
        return (["\(machine.text). \(legend)", ""] + body + (remarks.isEmpty ? [] : [""]) + remarks)
            .joined(separator: "\n") + "\n"
    }
}
