// A terminal's screen as a value: drawn anew each time, compared with what is there, and only what differs is written.

internal import TaskFarmerCore

package struct Screen: Sendable, Equatable {
    package enum Tint: UInt8, Sendable { case plain, good, bad, warning, faint, accent }

    package struct Style: Sendable, Equatable {
        package var tint = Tint.plain
        package var isBold = false
        package var isReversed = false

        package init(_ tint: Tint = .plain, bold: Bool = false, reversed: Bool = false) {
            self.tint = tint
            isBold = bold
            isReversed = reversed
        }
    }

    private struct Cell: Sendable, Equatable {
        /// A character; nothing in the second half of a wide one.
        var text = " "
        var style = Style()
    }

    package let rows: Int
    package let columns: Int
    /// Whether the terminal shows more than ASCII.
    package let isUnicode: Bool
    private var cells: [Cell]

    package init(rows: Int, columns: Int, unicode: Bool) {
        self.rows = max(1, rows)
        self.columns = max(1, columns)
        isUnicode = unicode
        cells = Array(repeating: Cell(), count: self.rows * self.columns)
    }

    package var ellipsis: String { isUnicode ? "…" : "~" }

    /// Writes text into a row, cut where it would leave its room. What a terminal would act on shows as question marks, and so does what it cannot show.
    ///
    /// - Parameters:
    ///   - text: what
    ///   - row: counted from 0; nothing is written outside the screen
    ///   - column: where it begins
    ///   - width: its room, in columns; to the end of the row unless said
    ///   - style: how it looks
    ///   - right: whether it stands at the right end of its room
    /// - Returns: the column behind it
    @discardableResult
    package mutating func put(
        _ text: String, row: Int, column: Int, width: Int? = nil, style: Style = Style(), right: Bool = false
    ) -> Int {
        let room = min(width ?? columns, columns - column)
        guard row >= 0, row < rows, column >= 0, room > 0 else { return column }
        var pieces = Self.pieces(text.oneLine, unicode: isUnicode)
        var wide = pieces.reduce(0) { $0 + $1.width }
        if wide > room {
            while wide > room - 1, let last = pieces.popLast() { wide -= last.width }
            pieces.append((ellipsis, 1))
            wide += 1
        }
        var at = column + (right ? room - wide : 0)
        if pieces.isEmpty { return at }
        let begin = row * columns
        // Half of a wide character is none.
        if cells[begin + at].text.isEmpty, at > 0 { cells[begin + at - 1].text = " " }
        for piece in pieces {
            cells[begin + at] = Cell(text: piece.text, style: style)
            if piece.width == 2 { cells[begin + at + 1] = Cell(text: "", style: style) }
            at += piece.width
        }
        if at < columns, cells[begin + at].text.isEmpty { cells[begin + at].text = " " }
        return at
    }

    /// Gives a whole row another look.
    package mutating func restyle(row: Int, _ change: (inout Style) -> Void) {
        guard row >= 0, row < rows else { return }
        for place in (row * columns)..<((row + 1) * columns) { change(&cells[place].style) }
    }

    private static func pieces(_ text: String, unicode: Bool) -> [(text: String, width: Int)] {
        var pieces: [(text: String, width: Int)] = []
        for character in text {
            if character.isASCII {
                pieces.append((String(character), 1))
            } else if !unicode {
                pieces.append(("?", 1))
            } else if let width = width(of: character) {
                pieces.append((String(character), width))
            }
        }
        return pieces
    }

    /// How many columns a character takes, as most terminals have it (Unicode Standard Annex 11); nil for one without a shape.
    private static func width(of character: Character) -> Int? {
        guard let first = character.unicodeScalars.first else { return nil }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .surrogate: return nil
        default: break
        }
        let isWide = wide.contains { $0.contains(first.value) }
        return isWide ? 2 : 1
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]

    /// The rows as text, without the blanks at their ends.
    package var text: String {
        (0..<rows).map { row in
            var line = cells[(row * columns)..<((row + 1) * columns)].map(\.text).joined()
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    // MARK: to the terminal

    /// What makes a terminal that shows `old` show this.
    ///
    /// - Parameters:
    ///   - old: nil where it is not known what it shows
    ///   - colours: whether it may have colours
    /// - Returns: nothing where nothing differs
    package func update(from old: Screen?, colours: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        var known = old
        if known?.rows != rows || known?.columns != columns {
            bytes.append("\u{1B}[0m\u{1B}[2J")
            known = Screen(rows: rows, columns: columns, unicode: isUnicode)
        }
        var style = Style()
        for row in 0..<rows {
            var column = 0
            while let run = differing(from: known, row: row, column: column) {
                bytes.append("\u{1B}[\(row + 1);\(run.lowerBound + 1)H")
                for place in run {
                    let cell = cells[row * columns + place]
                    if cell.style != style {
                        style = cell.style
                        bytes.append(Self.sequence(style, colours: colours))
                    }
                    bytes.append(cell.text)
                }
                column = run.upperBound
            }
        }
        if style != Style() { bytes.append("\u{1B}[0m") }
        return bytes
    }

    /// The next columns of a row that differ; over a few that do not it goes on, since moving there costs more.
    private func differing(from old: Screen?, row: Int, column: Int) -> Range<Int>? {
        func differs(_ place: Int) -> Bool { cells[row * columns + place] != old?.cells[row * columns + place] }
        guard var start = (column..<columns).first(where: differs) else { return nil }
        while start > 0, cells[row * columns + start].text.isEmpty { start -= 1 }
        var end = start + 1
        var place = end
        while place < columns, place < end + 6 {
            if differs(place) { end = place + 1 }
            place += 1
        }
        while end < columns, cells[row * columns + end].text.isEmpty { end += 1 }
        return start..<end
    }

    private static func sequence(_ style: Style, colours: Bool) -> String {
        var codes = ["0"]
        if style.isBold { codes.append("1") }
        if style.isReversed { codes.append("7") }
        if colours {
            switch style.tint {
            case .plain: break
            case .good: codes.append("32")
            case .bad: codes.append("31")
            case .warning: codes.append("33")
            case .faint: codes.append("2")
            case .accent: codes.append("36")
            }
        }
        return "\u{1B}[\(codes.joined(separator: ";"))m"
    }
}
