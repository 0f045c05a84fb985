// The runners and handlers that a command line can name.

internal import TaskFarmer
internal import TaskFarmerSystem

enum Registries {
    /// What `--config` is in every command that knows runners or handlers.
    static let option = Option(
        "config", value: "FILE", "An INI file with runners and handlers, beside those that are found.",
        completion: .file)

    /// Reads all places where INI files are looked for.
    static func read(_ arguments: Arguments, _ process: CommandProcess) throws -> Registry {
        var registry = Registry(environment: process.environment)
        registry.trust = try TrustOptions.trust(arguments)
        registry.readStandardPlaces()
        if let file = arguments.text("config") { try registry.read(file: file) }
        try registry.requireTrusted()
        return registry
    }

    static let places = """
        INI files are looked for, the last ones winning, in /etc/taskfarmer, ~/.pytaskfarmer, ${XDG_CONFIG_HOME:-~/.config}/taskfarmer
        and the current folder, in each runners.d/*.ini and tasklists.d/*.ini, then ./*.ini and --config FILE. A section is one runner or
        one handler; the manual has their arguments.
        """
}

/// The table of the names there are and the kinds they can be made of.
struct DefinitionList<Product: Sendable> {
    var definitions: [Registry.Definition<Product>]
    var kinds: [Kind<Product>]
    /// `Runner` or `TaskList`.
    var key: String
    /// `Runners (-r NAME):`.
    var title: String

    /// The names that can be used, apart from aliases.
    var names: [String] {
        var usable: [String: Bool] = [:]
        for definition in definitions {
            usable[definition.name] = definition.problems.isEmpty && !definition.isAlias
        }
        return usable.filter(\.value).keys.sorted()
    }

    /// The names that can be used; with `all`, also definitions that others hide.
    func text(all: Bool) -> String {
        var rows: [[String]] = []
        var last: [String: Int] = [:]
        for (index, definition) in definitions.enumerated() { last[definition.name] = index }
        for (index, definition) in definitions.enumerated() {
            let winner = last[definition.name] ?? index
            if index != winner && !all || definition.isAlias && index == winner { continue }
            if !definition.problems.isEmpty && !all { continue }
            var note = ""
            if winner != index {
                note = "hidden by \(place(definitions[winner]))"
            } else if !definition.problems.isEmpty {
                note = "cannot be used"
            }
            rows.append(["  \(definition.name)", definition.kind?.name ?? "?", place(definition), note])
            for value in definition.values {
                rows.append(["    \(value.key) =" + Self.oneLine(value.value)])
            }
        }
        return title + "\n" + Self.table(rows)
    }

    func place(_ definition: Registry.Definition<Product>) -> String {
        guard let file = definition.file else { return "built in" }
        return definition.line.map { "\(file):\($0)" } ?? file
    }

    /// The kinds and what they take.
    var kindsText: String {
        var text = "Kinds (\(key) = KIND in an INI file):\n"
        for kind in kinds {
            text += "  \(kind.name)\n      \(kind.summary)\n"
            let others = kind.aliases.filter { $0 != "default" }
            if !others.isEmpty { text += "      Also called \(others.joined(separator: ", ")).\n" }
            if !kind.arguments.isEmpty {
                let words = "Arguments: " + kind.arguments.map { Self.word($0) }.joined(separator: ", ")
                for (number, line) in Help.wrap(words, width: 100).enumerated() {
                    text += (number == 0 ? "      " : "          ") + line + "\n"
                }
            }
        }
        return text
    }

    /// One of them with everything it takes.
    func text(of definition: Registry.Definition<Product>) -> String {
        var text = "\(definition.name): \(definition.kind?.name ?? "unknown kind"), \(place(definition))\n"
        guard let kind = definition.kind else { return text }
        text += "\(kind.summary)\n"
        var rows: [[String]] = []
        for argument in kind.arguments {
            let set = definition.values.filter { kind.argument($0.key)?.name == argument.name }
            if set.isEmpty {
                let standard = argument.isRequired ? "required" : argument.standard.map { "default \($0)" } ?? ""
                rows.append(["  \(argument.shown)", standard, argument.help])
            }
            for value in set { rows.append(["  \(value.key)", "=" + Self.oneLine(value.value), argument.help]) }
        }
        return text + Self.table(rows)
    }

    private static func word(_ argument: Argument) -> String {
        argument.isRequired ? "\(argument.shown) (required)" : argument.shown
    }

    /// The words after `=`, without anything that a terminal would act on.
    private static func oneLine(_ value: String) -> String {
        let isShown = { (scalar: Unicode.Scalar) in scalar.value >= 32 && scalar.value != 127 }
        return value.split(separator: "\n").map { line in
            " " + String(String.UnicodeScalarView(line.unicodeScalars.map { isShown($0) ? $0 : "?" }))
        }.joined()
    }

    /// A column is no wider than this: a longer cell stands alone in its line, and the next begins below it.
    private static var widestColumn: Int { 40 }

    /// Columns as wide as their widest cell, rows of one cell aside.
    private static func table(_ rows: [[String]]) -> String {
        var widths: [Int] = []
        for row in rows where row.count > 1 {
            for (place, cell) in row.enumerated() {
                if place == widths.count { widths.append(0) }
                if cell.count <= widestColumn { widths[place] = max(widths[place], cell.count) }
            }
        }
        return rows.map { row in
            let last = row.lastIndex { !$0.isEmpty } ?? 0
            var text = ""
            var width = 0
            var column = 0
            for (place, cell) in row[...last].enumerated() {
                if width > column {
                    text += "\n"
                    width = 0
                }
                text += String(repeating: " ", count: column - width) + cell
                width = column + cell.count
                if place < last { column += widths[place] + 2 }
            }
            return text + "\n"
        }.joined()
    }
}
