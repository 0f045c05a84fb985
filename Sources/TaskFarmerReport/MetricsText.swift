// The text format of Prometheus (version 0.0.4): a line of help and one of the type for each family, then its samples.

struct MetricsText {
    enum Kind: String { case gauge, counter, summary }

    /// The samples of one family.
    struct Family {
        fileprivate let name: String
        fileprivate var lines: [String] = []

        mutating func sample(_ value: Int, _ labels: (name: String, value: String)...) {
            append(suffix: "", "\(value)", labels)
        }

        /// - Parameters:
        ///   - suffix: of the name
        ///   - value: a number, as it is written
        ///   - labels: the texts of which are any
        mutating func sample(suffix: String = "", _ value: String, _ labels: (name: String, value: String)...) {
            append(suffix: suffix, value, labels)
        }

        private mutating func append(suffix: String, _ value: String, _ labels: [(name: String, value: String)]) {
            let shown = labels.map { "\($0.name)=\"\(MetricsText.escaped($0.value))\"" }.joined(separator: ",")
            lines.append("\(name)\(suffix)\(shown.isEmpty ? "" : "{\(shown)}") \(value)\n")
        }
    }

    private(set) var text = ""

    /// Adds a family, unless it has no samples.
    ///
    /// - Parameters:
    ///   - name: what it is called, after `taskfarmer_`
    ///   - kind: its type
    ///   - help: one line
    ///   - body: adds its samples
    mutating func family(_ name: String, _ kind: Kind, _ help: String, _ body: (inout Family) -> Void) {
        var family = Family(name: "taskfarmer_" + name)
        body(&family)
        if family.lines.isEmpty { return }
        text += "# HELP \(family.name) \(help)\n# TYPE \(family.name) \(kind.rawValue)\n" + family.lines.joined()
    }

    fileprivate static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
