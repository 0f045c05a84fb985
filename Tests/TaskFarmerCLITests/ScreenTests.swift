import Foundation
import TaskFarmerCore
import TaskFarmerReport
import Testing

/// What a terminal shows that is written to.
private struct Emulator {
    private(set) var cells: [[String]]
    /// Of each character the codes of its look.
    private(set) var looks: [[String]]
    private var row = 0
    private var column = 0
    private var look = "0"
    /// How many characters were written.
    private(set) var written = 0

    init(rows: Int, columns: Int) {
        cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
        looks = Array(repeating: Array(repeating: "0", count: columns), count: rows)
    }

    mutating func take(_ bytes: [UInt8]) {
        var rest = String(decoding: bytes, as: UTF8.self)[...]
        while let first = rest.first {
            guard first == "\u{1B}" else {
                rest.removeFirst()
                put(first)
                continue
            }
            let final = rest.dropFirst(2).firstIndex { $0.isLetter } ?? rest.endIndex
            let parameters = rest[rest.index(rest.startIndex, offsetBy: 2)..<final]
            switch rest[final] {
            case "H":
                let numbers = parameters.split(separator: ";").compactMap { Int($0) }
                (row, column) = (numbers[0] - 1, numbers[1] - 1)
            case "J": self = Emulator(rows: cells.count, columns: cells[0].count)
            case "m": look = String(parameters)
            default: Issue.record("a sequence that nobody wants: \(parameters)\(rest[final])")
            }
            rest = rest[rest.index(after: final)...]
        }
    }

    private mutating func put(_ character: Character) {
        written += 1
        let isWide = character == "日"
        if row < cells.count, column < cells[0].count {
            // Half of a wide character is none.
            if cells[row][column].isEmpty { cells[row][column - 1] = " " }
            let end = column + (isWide ? 2 : 1)
            if end < cells[0].count, cells[row][end].isEmpty { cells[row][end] = " " }
        }
        guard row < cells.count, column < cells[0].count else {
            Issue.record("written outside the screen")
            return
        }
        cells[row][column] = String(character)
        looks[row][column] = look
        if isWide, column + 1 < cells[0].count {
            cells[row][column + 1] = ""
            looks[row][column + 1] = look
        }
        column += isWide ? 2 : 1
    }

    var text: String {
        cells.map { row in
            var line = row.joined()
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}

@Suite("The screen") struct ScreenTests {
    @Test func `whatever it showed before, a terminal shows the new screen after the update`() {
        let seed = UInt64.random(in: 1...(.max))
        print("TASKFARMER_SEED=\(seed)")
        var random = SplitMix(seed: seed)
        func number(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
        var terminal = Emulator(rows: 6, columns: 24)
        var shown: Screen?
        for _ in 0..<400 {
            var screen = Screen(rows: 6, columns: 24, unicode: true)
            for _ in 0..<number(9) {
                let words = ["work", "日日日", "a longer text that has to be cut", "é", "", "x\u{1B}[2Jy", "|日|"]
                screen.put(
                    words[number(words.count)], row: number(8) - 1, column: number(26) - 1,
                    width: number(3) == 0 ? number(9) : nil,
                    style: .init(number(2) == 0 ? .plain : .bad, bold: number(3) == 0, reversed: number(4) == 0),
                    right: number(2) == 0)
            }
            terminal.take(screen.update(from: shown, colours: true))
            #expect(terminal.text == screen.text)
            #expect(screen.update(from: screen, colours: true).isEmpty)
            shown = screen
        }
    }

    @Test func `only what differs is written`() {
        func screen(_ number: Int) -> Screen {
            var screen = Screen(rows: 50, columns: 200, unicode: true)
            for row in 0..<50 { screen.put(String(repeating: "text ", count: 40), row: row, column: 0) }
            screen.put("\(number)", row: 7, column: 100, width: 5)
            return screen
        }
        var terminal = Emulator(rows: 50, columns: 200)
        terminal.take(screen(1).update(from: nil, colours: true))
        let before = terminal.written
        let update = screen(2).update(from: screen(1), colours: true)
        terminal.take(update)
        #expect(terminal.written == before + 1 && update.count < 16)
        #expect(terminal.text == screen(2).text)
    }

    @Test func `without colours there are none, and what is chosen still shows`() {
        var screen = Screen(rows: 1, columns: 20, unicode: true)
        screen.put("failed", row: 0, column: 0, style: .init(.bad, bold: true, reversed: true))
        let plain = String(decoding: screen.update(from: nil, colours: false), as: UTF8.self)
        #expect(plain.contains("\u{1B}[0;1;7mfailed") && !plain.contains("31"))
        #expect(String(decoding: screen.update(from: nil, colours: true), as: UTF8.self).contains("\u{1B}[0;1;7;31m"))
    }

    @Test func `what is too wide is cut, and a terminal without Unicode gets none`() {
        var screen = Screen(rows: 3, columns: 12, unicode: true)
        screen.put("0123456789abcdef", row: 0, column: 2)
        screen.put("日日日", row: 1, column: 0, width: 5)
        screen.put("right", row: 2, column: 0, width: 8, right: true)
        #expect(screen.text == "  012345678…\n日日…\n   right\n")
        var plain = Screen(rows: 1, columns: 12, unicode: false)
        plain.put("é日 0123456789", row: 0, column: 0)
        #expect(plain.text == "?? 01234567~\n")
    }
}

@Suite("Keys of a terminal") struct KeyReaderTests {
    private static let sent: [(String, Key)] = [
        ("a", .character("a")), ("é", .character("é")), ("日", .character("日")), ("\r", .enter), ("\t", .tab),
        ("\u{7F}", .backspace), ("\u{1B}[A", .up), ("\u{1B}OB", .down), ("\u{1B}[5~", .pageUp),
        ("\u{1B}[6~", .pageDown),
        ("\u{1B}[H", .home), ("\u{1B}[1~", .home), ("\u{1B}[4~", .end), ("\u{1B}[Z", .backTab), ("\u{1B}[1;5C", .right),
        ("\u{1B}[D", .left), ("😀", .character("😀")),
    ]

    @Test func `keys are read however their bytes come`() {
        let bytes = Self.sent.flatMap { Array($0.0.utf8) }
        let keys = Self.sent.map(\.1)
        for place in 0...bytes.count {
            var reader = KeyReader()
            #expect(reader.take(Array(bytes[..<place])) + reader.take(Array(bytes[place...])) == keys)
        }
        var reader = KeyReader()
        #expect(bytes.flatMap { reader.take([$0]) } == keys)
    }

    @Test func `an escape is a key once nothing follows it`() {
        var reader = KeyReader()
        #expect(reader.take([27]) == [] && reader.isWaiting)
        #expect(reader.take([], isOver: true) == [.escape] && !reader.isWaiting)
        #expect(reader.take([27, 27]) == [.escape])
        #expect(reader.take(Array("q".utf8)) == [.escape, .character("q")])
    }

    @Test func `what is no key does nothing, and does not stop those behind it`() {
        let junks: [[UInt8]] = [
            [0xFF], [0xC3, 0x28], [27, 91, 50, 48, 48, 126], [1], [27, 79, 120], [0xE2, 0x82, 0x41],
        ]
        for junk in junks {
            var reader = KeyReader()
            #expect(reader.take(junk + Array("qq".utf8)).last == .character("q"))
        }
        var reader = KeyReader()
        #expect(reader.take([27, 91] + [UInt8](repeating: 48, count: 100)) == [])
        #expect(reader.take(Array("xq".utf8)).last == .character("q"))
    }
}
