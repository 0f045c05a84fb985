// What `taskfarmer watch` is showing, and what a key does about it. Keys change values here; what is to be done outside comes back as a
// wish.

package import TaskFarmerCore

/// What a key asks for that the screen alone cannot do.
package enum WatchWish: Sendable, Equatable {
    case quit
    /// Draw everything anew.
    case redraw
    case log(AttemptName)
    case explain(task: Int)
    case retry(task: Int)
    case cancel(task: Int)
    case drain(farmer: String)
}

/// A text that takes the whole screen.
package struct WatchPage: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case help
        case explanation(task: Int)
        case log(AttemptName)
    }

    package var kind: Kind
    package var title: String
    package var lines: [String]
    /// The first line and column that are shown; nil for a log that is followed to its end.
    package var top: Int?
    package var left = 0

    package init(_ kind: Kind, title: String, lines: [String], top: Int?) {
        self.kind = kind
        self.title = title
        self.lines = lines
        self.top = top
    }
}

package struct WatchModel: Sendable {
    package enum Panel: Int, Sendable, CaseIterable { case farmers, running, failures }

    /// How one table is looked at.
    package struct Look: Sendable {
        /// Which column it is ordered by, and whether the other way round.
        package var column: Int
        package var isReversed = false
        /// The row that is chosen: what it is about, so that it stays chosen when others come and go, and where it was.
        package var chosen: String?
        package var place = 0
        /// The first row that is shown.
        package var top = 0
    }

    package enum Typing: Sendable, Equatable { case nothing, filter(old: String) }

    package var panel = Panel.running
    package var looks: [Panel: Look] = [
        .farmers: Look(column: 0), .running: Look(column: WatchTables.running.firstIndex { $0.name == "elapsed" } ?? 0),
        .failures: Look(column: 0),
    ]
    package var filter = ""
    package var typing = Typing.nothing
    package var page: WatchPage?
    /// What is asked before it is done.
    package var question: (text: String, wish: WatchWish)?
    package var message = ""
    /// How many rows a page has, of each table and of a text, and how wide the screen is. The view says so.
    package var room: [Panel: Int] = [:]
    package var pageRoom = 1
    package var width = 80

    package init() {}

    // MARK: rows

    package func farmers(_ data: WatchData, _ words: WatchWords) -> [WatchData.Farmer] {
        rows(data.farmers, WatchTables.farmers, looks[.farmers], data, words)
    }

    package func running(_ data: WatchData, _ words: WatchWords) -> [WatchData.Running] {
        rows(data.running, WatchTables.running, looks[.running], data, words)
    }

    package func failures(_ data: WatchData, _ words: WatchWords) -> [WatchData.Failure] {
        rows(data.failures, WatchTables.failures, looks[.failures], data, words)
    }

    /// Those that the filter lets through, in their order.
    private func rows<Row>(
        _ all: [Row], _ columns: [WatchColumn<Row>], _ look: Look?, _ data: WatchData, _ words: WatchWords
    ) -> [Row] {
        let wanted = filter.lowercased()
        let kept =
            wanted.isEmpty
            ? all
            : all.filter { row in
                columns.contains { $0.isSearched && $0.text(row, data, words).lowercased().contains(wanted) }
            }
        guard let look, let order = columns[look.column].order else { return kept }
        let isFalling = columns[look.column].isFalling != look.isReversed
        // Equal ones stay as they came.
        let keyed = kept.enumerated().map { (key: order($0.element), place: $0.offset, row: $0.element) }
        return keyed.sorted { one, other in
            if one.key == other.key { return one.place < other.place }
            return isFalling ? one.key > other.key : one.key < other.key
        }.map(\.row)
    }

    private func identities(_ panel: Panel, _ data: WatchData, _ words: WatchWords) -> [String] {
        switch panel {
        case .farmers: farmers(data, words).map(\.entry.farmer)
        case .running: running(data, words).map { "\($0.task.task).\($0.task.attempt)" }
        case .failures: failures(data, words).map { "\($0.attempt.task).\($0.attempt.number)" }
        }
    }

    /// Where the chosen row of a table stands now; the nearest to where it was when it is gone.
    package func place(_ panel: Panel, _ data: WatchData, _ words: WatchWords) -> Int? {
        guard let look = looks[panel] else { return nil }
        let all = identities(panel, data, words)
        if let chosen = look.chosen, let place = all.firstIndex(of: chosen) { return place }
        return all.isEmpty ? nil : min(look.place, all.count - 1)
    }

    // MARK: keys

    package mutating func press(_ key: Key, _ data: WatchData, _ words: WatchWords) -> WatchWish? {
        if let asked = question {
            question = nil
            guard [.character("y"), .character("Y")].contains(key) else {
                message = "nothing done"
                return nil
            }
            return asked.wish
        }
        if case .filter(let old) = typing {
            type(key, old: old)
            return nil
        }
        message = ""
        if page != nil { return turn(key) }
        return command(key, data, words)
    }

    private mutating func type(_ key: Key, old: String) {
        switch key {
        case .character(let character): filter.append(character)
        case .backspace: _ = filter.popLast()
        case .enter: typing = .nothing
        case .escape:
            filter = old
            typing = .nothing
        default: break
        }
        for panel in Panel.allCases { looks[panel]?.top = 0 }
    }

    private mutating func turn(_ key: Key) -> WatchWish? {
        guard var text = page else { return nil }
        let last = max(0, text.lines.count - pageRoom)
        let top = text.top ?? last
        func moved(by lines: Int) -> Int { max(0, min(last, top + lines)) }
        var next = top
        switch key {
        case .escape, .backspace, .character("q"):
            page = nil
            return nil
        case .up, .character("k"): next = moved(by: -1)
        case .down, .character("j"), .enter: next = moved(by: 1)
        case .pageUp, .character("b"): next = moved(by: 1 - pageRoom)
        case .pageDown, .character(" "): next = moved(by: pageRoom - 1)
        case .home, .character("g"): next = 0
        case .end, .character("G"): next = last
        case .left: text.left = max(0, text.left - 8)
        case .right: text.left += 8
        default: return nil
        }
        // At its end a log is followed.
        if case .log = text.kind, next == last { text.top = nil } else { text.top = next }
        page = text
        return nil
    }

    private mutating func command(_ key: Key, _ data: WatchData, _ words: WatchWords) -> WatchWish? {
        switch key {
        case .character("q"): return .quit
        case .character("?"), .character("h"): page = WatchHelp.page
        case .tab, .right: go(1)
        case .backTab, .left: go(-1)
        case .up, .character("k"): move(-1, data, words)
        case .down, .character("j"): move(1, data, words)
        case .pageUp: move(-max(1, (room[panel] ?? 1) - 1), data, words)
        case .pageDown, .character(" "): move(max(1, (room[panel] ?? 1) - 1), data, words)
        case .home, .character("g"): move(-.max / 2, data, words)
        case .end, .character("G"): move(.max / 2, data, words)
        case .character("s"): sort()
        case .character("S"): looks[panel]?.isReversed.toggle()
        case .character("/"): typing = .filter(old: filter)
        case .escape: filter = ""
        case .enter, .character("l"): return chosenLog(data, words).map { .log($0) }
        case .character("e"): return chosenTask(data, words).map { .explain(task: $0) }
        case .character("r"): askRetry(data, words)
        case .character("c"): askCancel(data, words)
        case .character("d"): askDrain(data, words)
        case .character("L"): return .redraw
        default: break
        }
        return nil
    }

    private mutating func go(_ step: Int) {
        let count = Panel.allCases.count
        panel = Panel(rawValue: (panel.rawValue + step + count) % count) ?? .running
    }

    private mutating func move(_ step: Int, _ data: WatchData, _ words: WatchWords) {
        let all = identities(panel, data, words)
        guard let place = place(panel, data, words) else { return }
        let next = max(0, min(all.count - 1, place + step))
        looks[panel]?.chosen = all[next]
        looks[panel]?.place = next
    }

    /// Orders by the next column on the screen that rows can be ordered by.
    private mutating func sort() {
        guard var look = looks[panel] else { return }
        let columns = orders(panel)
        repeat { look.column = (look.column + 1) % columns.count } while !columns[look.column]
        look.isReversed = false
        looks[panel] = look
    }

    private func orders(_ panel: Panel) -> [Bool] {
        func can<Row>(_ columns: [WatchColumn<Row>]) -> [Bool] {
            columns.map { $0.order != nil && $0.from <= width }
        }
        return switch panel {
        case .farmers: can(WatchTables.farmers)
        case .running: can(WatchTables.running)
        case .failures: can(WatchTables.failures)
        }
    }

    // MARK: what a row is about

    private func chosenLog(_ data: WatchData, _ words: WatchWords) -> AttemptName? {
        guard let place = place(panel, data, words) else { return nil }
        switch panel {
        case .farmers: return nil
        case .running:
            let row = running(data, words)[place]
            return .init(task: row.task.task, attempt: row.task.attempt, farmer: row.farmer)
        case .failures:
            let attempt = failures(data, words)[place].attempt
            return .init(task: attempt.task, attempt: attempt.number, farmer: attempt.farmer)
        }
    }

    private func chosenTask(_ data: WatchData, _ words: WatchWords) -> Int? { chosenLog(data, words)?.task }

    private mutating func askRetry(_ data: WatchData, _ words: WatchWords) {
        guard panel == .failures, let task = chosenTask(data, words) else { return }
        question = ("run task \(task) again? (y or n)", .retry(task: task))
    }

    private mutating func askCancel(_ data: WatchData, _ words: WatchWords) {
        guard panel == .running, let task = chosenTask(data, words) else { return }
        question = ("cancel task \(task)? it is stopped and not run again (y or n)", .cancel(task: task))
    }

    private mutating func askDrain(_ data: WatchData, _ words: WatchWords) {
        guard panel == .farmers, let place = place(.farmers, data, words) else { return }
        let name = farmers(data, words)[place].entry.farmer
        question = ("drain \(name)? its running tasks finish, then it leaves (y or n)", .drain(farmer: name))
    }
}
