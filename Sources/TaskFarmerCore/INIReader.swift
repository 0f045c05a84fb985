// Reads an INI file line by line. What is indented deeper than the key before it continues that key's value, whatever it
// looks like; the continuation of a line that cannot be used is not used either.

struct INIReader {
    private enum Place: Equatable {
        case beforeSections, defaults, section
        /// A section that is not kept: its lines are read for their problems.
        case left
    }

    /// The value being read.
    private struct Value {
        var key: String
        var line: Int
        var lines: [String]
        var isKept: Bool
    }

    private(set) var defaults: [INIFile.Entry] = []
    private(set) var sections: [INIFile.Section] = []
    private(set) var problems: [INIFile.Problem] = []

    private var place = Place.beforeSections
    private var name: String?
    private var sectionLines: [String: Int] = [:]
    /// Where the keys of this section are, and those of `[DEFAULT]`, which may go on further below.
    private var keyLines: [String: Int] = [:]
    private var defaultLines: [String: Int] = [:]
    private var value: Value?
    private var indentation = 0
    /// Whether a line before the first section was complained about.
    private var isStarted = false

    private typealias Scalars = ArraySlice<Unicode.Scalar>

    mutating func read(_ bytes: [UInt8]) {
        let start = bytes.starts(with: TaskLine.byteOrderMark) ? TaskLine.byteOrderMark.count : 0
        var rest = bytes[start...]
        var number = 0
        while !rest.isEmpty {
            let end = rest.firstIndex { $0 == 10 || $0 == 13 } ?? rest.endIndex
            number += 1
            read(line: number, rest[..<end])
            let isPair = rest[end...].starts(with: [13, 10])
            rest = rest[end...].dropFirst(isPair ? 2 : 1)
        }
        endValue()
    }

    private mutating func read(line: Int, _ bytes: ArraySlice<UInt8>) {
        let valid = String(validating: bytes, as: UTF8.self)
        let all = Array((valid ?? String(decoding: bytes, as: UTF8.self)).unicodeScalars)
        let content = Self.stripped(all[...])
        guard let first = content.first else {
            value?.lines.append("")
            return
        }
        if first == "#" || first == ";" {
            if valid == nil { note(line, nil, Self.notText) }
        } else if value != nil, content.startIndex > indentation {
            value?.lines.append(Self.text(content))
            if valid == nil {
                note(line, value.flatMap { $0.isKept ? $0.key : nil }, Self.notText)
                value?.isKept = false
            }
        } else {
            endValue()
            indentation = content.startIndex
            if first == "[", let close = content.lastIndex(of: "]"), close > content.startIndex + 1 {
                begin(Self.text(content[(content.startIndex + 1)..<close]), line, isText: valid != nil)
            } else {
                readKey(content, line, isText: valid != nil)
            }
        }
    }

    private static let notText = "not UTF-8; expected text in that encoding"

    private mutating func begin(_ section: String, _ line: Int, isText: Bool) {
        if place == .defaults { defaultLines = keyLines }
        name = isText ? section : nil
        keyLines = [:]
        if !isText {
            place = .left
            note(line, nil, Self.notText)
        } else if section == "DEFAULT" {
            place = .defaults
            keyLines = defaultLines
        } else if let first = sectionLines[section] {
            place = .left
            note(line, nil, "the section [\(section)] is in line \(first) already; expected another name")
        } else {
            place = .section
            sectionLines[section] = line
            sections.append(INIFile.Section(name: section, line: line, entries: []))
        }
    }

    private mutating func readKey(_ content: Scalars, _ line: Int, isText: Bool) {
        if place == .beforeSections {
            // One mistake, however many lines follow.
            if !isStarted { note(line, nil, isText ? Self.noSection : Self.notText) }
            isStarted = isText || isStarted
            return
        }
        let delimiter = content.firstIndex { $0 == "=" || $0 == ":" }
        let key = delimiter.map { Self.text(Self.stripped(content[..<$0])) } ?? ""
        var isKept = false
        if !isText {
            note(line, nil, Self.notText)
        } else if delimiter == nil {
            let hint = content.first == "[" ? "[section] or key = value" : "key = value"
            note(line, nil, "\(Self.shown(content)): expected \(hint)")
        } else if key.isEmpty {
            note(line, nil, "\(Self.shown(content)): expected a key before the delimiter")
        } else if let first = keyLines[key] {
            note(line, key, "\(key) is in line \(first) already; expected it once")
        } else {
            keyLines[key] = line
            isKept = true
        }
        let start = delimiter.map { Self.stripped(content[($0 + 1)...]) } ?? []
        value = Value(key: key, line: line, lines: [Self.text(start)], isKept: isKept)
    }

    private static let noSection = "a line before the first section; expected [section] above it"

    private mutating func endValue() {
        guard let ended = value else { return }
        value = nil
        guard ended.isKept else { return }
        let joined = Self.trailingStripped(Array(ended.lines.joined(separator: "\n").unicodeScalars)[...])
        let entry = INIFile.Entry(key: ended.key, value: Self.text(joined), line: ended.line)
        switch place {
        case .defaults: defaults.append(entry)
        case .section: sections[sections.count - 1].entries.append(entry)
        case .left, .beforeSections: break
        }
    }

    private mutating func note(_ line: Int, _ key: String?, _ message: String) {
        problems.append(INIFile.Problem(line: line, section: name, key: key, message: message))
    }

    private static func text(_ scalars: Scalars) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func shown(_ content: Scalars) -> String {
        content.count > 40 ? text(content.prefix(40)) + "…" : text(content)
    }

    private static func stripped(_ scalars: Scalars) -> Scalars { trailingStripped(scalars.drop(while: isBlank)) }

    private static func trailingStripped(_ scalars: Scalars) -> Scalars {
        scalars[..<((scalars.lastIndex { !isBlank($0) }).map { $0 + 1 } ?? scalars.startIndex)]
    }

    /// What Python's `str.isspace` is true for: Unicode's white space and four control characters that separate.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }
}
