// The screen of `taskfarmer watch`: how far it is, who is at work, what runs, what failed last, and the keys.

internal import TaskFarmerCore

package struct WatchView {
    private let data: WatchData
    private let words: WatchWords
    /// What there is to say of the reading: that it takes long, or fails.
    private let trouble: String?
    private var screen: Screen

    /// Draws.
    ///
    /// - Parameters:
    ///   - model: what is looked at; is told how much room there is
    ///   - data: what was read last
    ///   - words: how it is told
    ///   - trouble: why what is shown is old, in words
    ///   - screen: an empty one
    /// - Returns: the screen
    package static func draw(
        _ model: inout WatchModel, _ data: WatchData, _ words: WatchWords, trouble: String?, on screen: Screen
    ) -> Screen {
        var view = WatchView(data: data, words: words, trouble: trouble, screen: screen)
        model.width = screen.columns
        if model.page != nil { view.page(&model) } else { view.tables(&model) }
        return view.screen
    }

    // MARK: how far it is

    private static let faint = Screen.Style(.faint)

    private mutating func head() -> Int {
        let (text, tint) = standing
        let name = "taskfarmer watch  "
        let at = screen.put(name, row: 0, column: 0, style: .init(.accent, bold: true))
        let room = screen.columns - at - text.count - 2
        let place = data.directory
        // Of a long path its end says more.
        let shown = place.count <= room ? place : screen.ellipsis + String(place.suffix(max(0, room - 1)))
        screen.put(shown, row: 0, column: at, width: max(0, room))
        screen.put(
            text, row: 0, column: max(at, screen.columns - text.count), style: .init(tint, bold: true))
        if screen.rows < 8 { return 1 }
        bar(row: 1)
        screen.put(counts, row: 2, column: 0)
        screen.put(pace, row: 3, column: 0)
        return 4
    }

    /// In a word or two.
    private var standing: (String, Screen.Tint) {
        if trouble != nil { return ("as of \(words.time(data.time))", .bad) }
        if data.left > 0 {
            if data.farmers.isEmpty { return ("nobody is at work", .bad) }
            if data.farmers.allSatisfy(\.isSilent) { return ("all farmers are silent", .bad) }
            return ("at work", .good)
        }
        if !data.farmers.isEmpty { return ("at work", .good) }
        return data.state.held > 0 ? ("complete but for held tasks", .warning) : ("complete", .good)
    }

    private mutating func bar(row: Int) {
        let state = data.state
        let share = state.tasks == 0 ? 1 : Double(state.done) / Double(state.tasks)
        // All is over only when all is.
        let percent = Double(Int(share * 1000)) / 10
        let text = " \(Text.decimal(percent, places: 1)) %  \(state.done) of \(Text.count(state.tasks, "task")) over"
        let width = max(10, screen.columns - text.count - 2)
        let filled = state.done == state.tasks ? width : min(width - 1, Int(share * Double(width)))
        let failed =
            state.tasks == 0
            ? 0
            : min(
                filled, Int((Double(state.failed) / Double(state.tasks) * Double(width)).rounded(.up)))
        screen.put("[", row: row, column: 0)
        let full = screen.isUnicode ? "█" : "#"
        screen.put(String(repeating: full, count: filled - failed), row: row, column: 1, style: .init(.good))
        screen.put(
            String(repeating: screen.isUnicode ? "█" : "x", count: failed), row: row, column: 1 + filled - failed,
            style: .init(.bad))
        screen.put(
            String(repeating: screen.isUnicode ? "░" : ".", count: width - filled), row: row, column: 1 + filled,
            style: Self.faint)
        screen.put("]" + text, row: row, column: 1 + width)
    }

    private var counts: String {
        let state = data.state
        var claimed = "\(state.claimed) claimed"
        var parts: [String] = []
        if state.claimed > 0 {
            parts.append("\(data.running.count) running")
            if data.delayed > 0 { parts.append("\(data.delayed) for later") }
            claimed += " (\(parts.joined(separator: ", ")))"
        }
        var all = ["\(state.finished) finished", "\(state.failed) failed"]
        if state.skipped > 0 { all.append("\(state.skipped) skipped") }
        all += [claimed, "\(state.toprocess) to process"]
        if state.held > 0 { all.append("\(state.held) held") }
        return all.joined(separator: "  ")
    }

    private var pace: String {
        guard data.left > 0 else { return "" }
        guard data.rate > 0 else {
            return data.farmers.allSatisfy(\.isSilent) ? "" : "no task has ended of late"
        }
        let seconds = Double(data.left) / data.rate
        var text = Text.rate(data.rate)
        if seconds < 1e9 {
            let left = Int(seconds * 1e6)
            text += "  about \(WatchTables.span(left)) left, until \(words.time(data.time + left))"
        }
        return text
    }

    // MARK: tables

    private mutating func tables(_ model: inout WatchModel) {
        let begin = head()
        let end = screen.rows - 2
        let farmers = model.farmers(data, words)
        let running = model.running(data, words)
        let failures = model.failures(data, words)
        let counts: [WatchModel.Panel: Int] = [
            .farmers: farmers.count, .running: running.count, .failures: failures.count,
        ]
        let room = Self.share(max(0, end - begin), counts, chosen: model.panel)
        var row = begin
        for panel in WatchModel.Panel.allCases {
            guard let lines = room[panel] else { continue }
            model.room[panel] = max(1, lines - 1)
            switch panel {
            case .farmers:
                let more = data.farmers.isEmpty ? "none" : "\(data.farmers.count)"
                table(
                    "farmers (\(more))", farmers, WatchTables.farmers, panel, &model, row, lines
                ) { $0.isSilent || $0.alive == nil ? .bad : .plain }
            case .running:
                table(
                    "running (\(data.running.count))", running, WatchTables.running, panel, &model,
                    row, lines
                ) { _ in .plain }
            case .failures:
                let more = "\(data.failures.count)\(data.hasAllFailures ? "" : "+")"
                table(
                    "failed attempts (\(more))", failures, WatchTables.failures, panel, &model, row,
                    lines
                ) { _ in .plain }
            }
            row += lines
        }
        foot(model)
    }

    /// How many rows each table has, its heading with it: what it needs, as far as there is room; the chosen one has more than the
    /// others. Where there is room for nothing else, it is alone.
    static func share(
        _ rows: Int, _ counts: [WatchModel.Panel: Int], chosen: WatchModel.Panel
    ) -> [WatchModel.Panel: Int] {
        let all = WatchModel.Panel.allCases
        guard rows >= 9 else { return [chosen: rows] }
        var room = Dictionary(uniqueKeysWithValues: all.map { ($0, 2) })
        var left = rows - 2 * all.count
        func needs(_ panel: WatchModel.Panel) -> Int { max(1, counts[panel] ?? 0) + 1 - (room[panel] ?? 0) }
        while left > 0 {
            let hungry = all.filter { needs($0) > 0 }
            if hungry.isEmpty { break }
            for panel in hungry where left > 0 {
                let portion = min(panel == chosen ? 2 : 1, left, needs(panel))
                room[panel, default: 0] += portion
                left -= portion
            }
        }
        // What nobody needs stands below the last.
        room[.failures, default: 0] += left
        return room
    }

    private mutating func table<Row>(
        _ title: String, _ rows: [Row], _ columns: [WatchColumn<Row>], _ panel: WatchModel.Panel,
        _ model: inout WatchModel, _ top: Int, _ lines: Int, tint: (Row) -> Screen.Tint
    ) {
        guard lines > 0 else { return }
        let isChosen = model.panel == panel
        let look = model.looks[panel]
        heading(title, columns, look, isChosen: isChosen, row: top)
        let room = lines - 1
        guard room > 0 else { return }
        if rows.isEmpty {
            screen.put(model.filter.isEmpty ? "none" : "none of them", row: top + 1, column: 2, style: Self.faint)
            return
        }
        let place = model.place(panel, data, words) ?? 0
        var first = min(look?.top ?? 0, max(0, rows.count - room))
        if isChosen { first = min(max(first, place - room + 1), place) }
        model.looks[panel]?.top = first
        for (offset, row) in rows[first..<min(rows.count, first + room)].enumerated() {
            let line = top + 1 + offset
            let cells = columns.map { $0.text(row, data, words) }
            put(cells, columns, row: line, style: .init(tint(row)))
            if isChosen && first + offset == place { screen.restyle(row: line) { $0.isReversed = true } }
        }
    }

    private mutating func heading<Row>(
        _ title: String, _ columns: [WatchColumn<Row>], _ look: WatchModel.Look?, isChosen: Bool, row: Int
    ) {
        let names = columns.enumerated().map { place, column in
            guard place == look?.column, column.order != nil else { return column.name }
            let isFalling = column.isFalling != look?.isReversed
            let mark = screen.isUnicode ? (isFalling ? "▼" : "▲") : (isFalling ? "v" : "^")
            return column.name + mark
        }
        let style = Screen.Style(isChosen ? .accent : .faint, bold: isChosen)
        put(names, columns, row: row, style: style, title: title)
    }

    /// The cells of a row, two blanks apart; in a heading the title of the table stands before the name of its last column.
    private mutating func put<Row>(
        _ cells: [String], _ columns: [WatchColumn<Row>], row: Int, style: Screen.Style, title: String? = nil
    ) {
        var at = 0
        let end = screen.columns - (title.map { $0.count + 1 } ?? 0)
        for (cell, column) in zip(cells, columns) where column.from <= screen.columns {
            let width = column.width > 0 ? column.width : end - at
            if width <= 0 || at >= screen.columns { break }
            // A name that has no room beside the title is none.
            if title != nil && at + (column.width > 0 ? width : cell.count) > end { break }
            screen.put(cell, row: row, column: at, width: width, style: style, right: column.isNumeric)
            at += width + 2
        }
        if let title { screen.put(title, row: row, column: max(0, end + 1), style: style) }
    }

    // MARK: the last rows

    private mutating func foot(_ model: WatchModel) {
        let row = screen.rows - 2
        if let question = model.question {
            screen.put(question.text, row: row, column: 0, style: .init(.warning, bold: true))
        } else if model.typing != .nothing {
            screen.put(
                "show only rows with: \(model.filter)\(screen.isUnicode ? "▏" : "_")", row: row, column: 0,
                style: .init(.accent, bold: true))
        } else if let trouble {
            say(trouble, row: row, style: .init(.bad, bold: true))
        } else if !model.message.isEmpty {
            say(model.message, row: row, style: .init(.warning))
        } else if !model.filter.isEmpty {
            screen.put("only rows with: \(model.filter)", row: row, column: 0, style: .init(.accent))
        }
        screen.put(Self.keys(model), row: screen.rows - 1, column: 0, style: Self.faint)
    }

    /// What is too long for one row takes more of them, at most three, above it.
    private mutating func say(_ text: String, row: Int, style: Screen.Style) {
        var lines: [Substring] = []
        var rest = text[...]
        while rest.count > screen.columns, lines.count < 2 {
            let part = rest.prefix(screen.columns)
            // Between words, where there are some.
            let end = part.lastIndex(of: " ") ?? part.endIndex
            lines.append(rest[..<end])
            rest = rest[end...].drop { $0 == " " }
        }
        lines.append(rest)
        for (offset, line) in lines.enumerated() where row - lines.count + 1 + offset >= 0 {
            let place = row - lines.count + 1 + offset
            screen.put(String(repeating: " ", count: screen.columns), row: place, column: 0)
            screen.put(String(line), row: place, column: 0, style: style)
        }
    }

    /// The keys that do something now.
    static func keys(_ model: WatchModel) -> String {
        if model.question != nil { return "y do it  any other key: do not" }
        if model.typing != .nothing { return "Enter keep  Esc as before" }
        let own =
            switch model.panel {
            case .farmers: ["d drain"]
            case .running: ["l log", "e explain", "c cancel"]
            case .failures: ["l log", "e explain", "r retry"]
            }
        // A narrow screen shows the first ones, which tell of the others.
        let all = ["q quit", "? help", "Tab table"] + own + ["s sort", "/ filter"]
        return (all + (model.filter.isEmpty ? [] : ["Esc all"])).joined(separator: "  ")
    }

    // MARK: a text

    private mutating func page(_ model: inout WatchModel) {
        guard let page = model.page else { return }
        let room = max(1, screen.rows - 2)
        model.pageRoom = room
        let last = max(0, page.lines.count - room)
        let top = min(page.top ?? last, last)
        screen.put(page.title, row: 0, column: 0, style: .init(.accent, bold: true))
        for (offset, line) in page.lines[min(top, page.lines.count)...].prefix(room).enumerated() {
            screen.put(String(line.dropFirst(page.left)), row: 1 + offset, column: 0)
        }
        if page.lines.isEmpty {
            screen.put("nothing was printed so far", row: 1, column: 2, style: Self.faint)
        }
        var keys = "up down left right PgUp PgDn Home End  q back"
        if last > 0 { keys += "   \(top + 1)-\(min(page.lines.count, top + room)) of \(page.lines.count)" }
        if case .log = page.kind, page.top == nil { keys += "  following" }
        screen.put(keys, row: screen.rows - 1, column: 0, style: Self.faint)
    }
}
