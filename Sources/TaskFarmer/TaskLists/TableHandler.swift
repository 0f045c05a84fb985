// A task for each row of a table.

public import TaskFarmerCore

/// A task for each row of a table of comma- or tab-separated values, whose first row names the columns.
///
/// Blank lines between rows are none. Fields may be in double quotes, as RFC 4180 has it; in a table separated by tabs quotes are
/// bytes like any others.
public struct TableHandler: TaskListHandler {
    private let command: NamedTemplate
    private let delimiter: UInt8?
    /// Only where the command has newlines.
    public let makesStructuredTasks: Bool

    /// A handler for tables.
    ///
    /// - Parameters:
    ///   - command: a command line with `{column}` for the value in that column, quoted; `{{` stands for `{`
    ///   - delimiter: what separates fields; nil for a tab where the list's name ends in `.tsv`, else a comma
    public init(command: [UInt8], delimiter: UInt8? = nil) {
        self.command = NamedTemplate(command)
        self.delimiter = delimiter
        makesStructuredTasks = command.contains(10)
    }

    /// A task for each row.
    public func forEachTask(in list: TaskListReader, _ body: (TaskDescription) throws -> Void) throws {
        let tab = UInt8(ascii: "\t")
        let delimiter = delimiter ?? (list.name.hasSuffix(".tsv") ? tab : UInt8(ascii: ","))
        var record = CSVRecord(delimiter: delimiter, hasQuotes: delimiter != tab)
        var columns: [String: Int] = [:]
        var width: Int?
        var begin = 1
        try list.forEachLine { line, number in
            if !record.isOpen {
                if line.isBlank && width != 1 { return }
                begin = number
            }
            let fields: [[UInt8]]
            do throws(CSVRecord.Problem) {
                guard let complete = try record.add(line) else { return }
                fields = complete
            } catch {
                throw list.problem(error.message, line: number)
            }
            guard let expected = width else {
                columns = try header(fields, list, number)
                width = fields.count
                return
            }
            guard fields.count == expected else {
                throw list.problem(
                    "\(fields.count) \(fields.count == 1 ? "field" : "fields"), expected \(expected) as in the header line",
                    line: begin)
            }
            let text = try command.filled { name in
                let value = columns[name].map { fields[$0] } ?? []
                if value.contains(10) {
                    throw list.problem(
                        "a newline in column \(name), which a command of one line cannot hold", line: begin)
                }
                return ShellQuote.word(value)
            }
            try body(TaskDescription(command: text))
        }
        do throws(CSVRecord.Problem) {
            try record.end()
        } catch {
            throw list.problem(error.message, line: begin)
        }
    }

    /// Where each column stands.
    private func header(_ fields: [[UInt8]], _ list: TaskListReader, _ line: Int) throws -> [String: Int] {
        var columns: [String: Int] = [:]
        for (place, field) in fields.enumerated() {
            let name = field.text.trimmed
            if columns[name] != nil, command.names.contains(name) {
                throw list.problem("two columns are called \(name), expected different names", line: line)
            }
            columns[name] = place
        }
        for name in command.names.sorted() where columns[name] == nil {
            let known = fields.map(\.text.trimmed)
            let hint = Nearest.to(name, in: known).map { "; did you mean {\($0)}?" } ?? ""
            throw list.problem(
                "the command names a column {\(name)}, the header line has \(known.joined(separator: ", "))\(hint)",
                line: line)
        }
        return columns
    }
}

extension TableHandler {
    private static let delimiters: [String: UInt8] = [
        "comma": UInt8(ascii: ","), "tab": UInt8(ascii: "\t"), "semicolon": UInt8(ascii: ";"), "bar": UInt8(ascii: "|"),
    ]

    static let kind = HandlerKind(
        "table", summary: "A task for each row of a CSV or TSV table with a header line.",
        arguments: [
            Argument(
                "command", isRequired: true,
                help: "The command, with {column} for the value in that column, quoted; {{ stands for {."),
            Argument(
                "delimiter",
                help:
                    "comma, tab, semicolon, bar, or one character; by default tab for a name that ends in .tsv, else comma."
            ),
        ]
    ) { values in
        guard let command = values.bytes("command"), !command.isEmpty else {
            throw values.problem("expected a command such as simulate --mass {mass}", key: "command")
        }
        let delimiter = try values.text("delimiter").map { text in
            if let known = delimiters[text] { return known }
            guard let byte = text.utf8.first, text.utf8.count == 1, byte != UInt8(ascii: "\"") else {
                let words = delimiters.keys.sorted()
                let hint = Nearest.to(text, in: words).map { "; did you mean \($0)?" } ?? ""
                throw values.problem(
                    "\(text): expected one character other than a quote, or one of \(words.joined(separator: ", "))\(hint)",
                    key: "delimiter")
            }
            return byte
        }
        return TableHandler(command: command, delimiter: delimiter)
    }
}
