// All combinations of the values of parameters, each computed from its number: nothing is written out.

public import TaskFarmerCore

/// A task for each combination of parameters, whose values the list gives, one parameter a line: `name = values`.
///
/// Values are ranges such as `1..10` or `0..1 step 0.1` and lists such as `a, "b c", 3`. A parameter of the list takes the place of
/// one of the same name that the handler brings; new ones follow these.
public struct SweepHandler: TaskListHandler {
    /// How the values of several parameters come together.
    public enum Mode: String, Sendable, CaseIterable {
        /// Each with each; the last parameter varies fastest.
        case product
        /// The first with the first, the second with the second; all have as many.
        case zip
    }

    private let command: NamedTemplate
    private let parameters: [(name: String, values: [UInt8])]
    private let mode: Mode
    private let seed: UInt64?
    /// Only where the command has newlines.
    public let makesStructuredTasks: Bool
    /// A value more changes the order of all.
    public var growsAtEnd: Bool { false }

    /// More tasks than this are a slip.
    private static let most = 1 << 40

    /// A handler for sweeps.
    ///
    /// - Parameters:
    ///   - command: a command line with `{name}` for a parameter's value, quoted; `{{` stands for `{`
    ///   - parameters: names and values, in the form of a list's lines; the list may give others
    ///   - mode: how the values of several parameters come together
    ///   - seed: shuffles the tasks, in the same order for the same seed; nil for their natural order
    public init(
        command: [UInt8], parameters: [(name: String, values: [UInt8])] = [], mode: Mode = .product, seed: UInt64? = nil
    ) {
        self.command = NamedTemplate(command)
        self.parameters = parameters
        self.mode = mode
        self.seed = seed
        makesStructuredTasks = command.contains(10)
    }

    private struct Parameter {
        var name: String
        var values: SweepValues
        /// In the list; nil for one that the handler brings.
        var line: Int?
    }

    /// A task for each combination.
    public func forEachTask(in list: TaskListReader, _ body: (TaskDescription) throws -> Void) throws {
        let all = try read(list)
        if all.isEmpty {
            throw list.problem("no parameter, expected lines such as mass = 100..200 step 10")
        }
        let places = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($0.element.name, $0.offset) })
        for name in command.names.sorted() where places[name] == nil {
            let hint = Nearest.to(name, in: all.map(\.name)).map { "; did you mean {\($0)}?" } ?? ""
            throw list.problem(
                "the command names a parameter {\(name)}, there are \(all.map(\.name).joined(separator: ", "))\(hint)")
        }
        let count = try count(all, list)
        let order = seed.map { Permutation(count: count, seed: $0) }
        // How many tasks have the same value of a parameter in a row.
        var strides = [Int](repeating: 1, count: all.count)
        if mode == .product {
            for place in all.indices.dropLast().reversed() {
                strides[place] = strides[place + 1] * all[place + 1].values.count
            }
        }
        for number in 0..<count {
            let index = order?[number] ?? number
            let text = command.filled { name in
                guard let place = places[name] else { return [] }
                let values = all[place].values
                return ShellQuote.word(values.value(at: index / strides[place] % values.count))
            }
            try body(TaskDescription(command: text))
        }
    }

    private func count(_ all: [Parameter], _ list: TaskListReader) throws -> Int {
        switch mode {
        case .zip:
            let first = all[0]
            if let other = all.first(where: { $0.values.count != first.values.count }) {
                throw list.problem(
                    "\(other.name) has \(other.values.count) values and \(first.name) \(first.values.count), expected as many "
                        + "for mode = zip", line: other.line)
            }
            return try checked(first.values.count, list)
        case .product:
            return try all.reduce(1) { product, parameter in
                let (count, overflow) = product.multipliedReportingOverflow(by: parameter.values.count)
                return try checked(overflow ? .max : count, list)
            }
        }
    }

    private func checked(_ count: Int, _ list: TaskListReader) throws -> Int {
        if count > Self.most {
            throw list.problem("more than 2^40 combinations, expected fewer values")
        }
        return count
    }

    private func read(_ list: TaskListReader) throws -> [Parameter] {
        var all: [Parameter] = []
        for parameter in parameters {
            all.append(Parameter(name: parameter.name, values: try values(parameter.values, parameter.name, list, nil)))
        }
        try list.forEachLine { line, number in
            guard let range = TaskLine.command(line) else { return }
            let text = [UInt8](copying: line.extracting(range))
            guard let equals = text.firstIndex(of: UInt8(ascii: "=")), equals > 0 else {
                throw list.problem("expected name = values, such as mass = 100..200 step 10", line: number)
            }
            let name = text[..<equals].text.trimmed
            guard Self.isName(name) else {
                throw list.problem(
                    "\(name): expected a name of letters, digits, _, - and ., beginning with a letter or _",
                    line: number)
            }
            let values = try values(Array(text[(equals + 1)...]), name, list, number)
            let fresh = Parameter(name: name, values: values, line: number)
            guard let place = all.firstIndex(where: { $0.name == name }) else {
                all.append(fresh)
                return
            }
            if let earlier = all[place].line {
                throw list.problem(
                    "\(name) has values in line \(earlier) already; expected one line for each name", line: number)
            }
            all[place] = fresh
        }
        return all
    }

    private func values(_ text: [UInt8], _ name: String, _ list: TaskListReader, _ line: Int?) throws -> SweepValues {
        do throws(SweepValues.Problem) {
            return try SweepValues(text)
        } catch {
            throw list.problem("\(name): \(error.message)", line: line)
        }
    }

    static func isName(_ text: String) -> Bool {
        NamedTemplate(Array("{\(text)}".utf8)).pieces == [.placeholder(text)]
    }
}

extension SweepHandler {
    static let kind = HandlerKind(
        "sweep",
        summary: "A task for each combination of the parameters' values, which LIST gives as lines name = values.",
        arguments: [
            Argument(
                "command", isRequired: true,
                help: "The command, with {name} for a parameter's value, quoted; {{ stands for {."),
            Argument("param.", help: "param.NAME: the values of a parameter, where LIST gives none for it."),
            Argument(
                "mode", .choice(Mode.allCases.map(\.rawValue)), standard: "product",
                help:
                    "product: each value with each, the last parameter varying fastest; zip: the first with the first and so on."
            ),
            Argument(
                "seed", .number(0...Int.max), help: "Shuffles the tasks, in the same order for the same number."),
        ]
    ) { values in
        guard let command = values.bytes("command"), !command.isEmpty else {
            throw values.problem("expected a command such as simulate --mass {mass}", key: "command")
        }
        var parameters: [(name: String, values: [UInt8])] = []
        for (name, text) in values.all("param.") {
            let key = "param." + name
            guard isName(name) else {
                throw values.problem(
                    "expected a name of letters, digits, _, - and ., beginning with a letter or _", key: key)
            }
            do throws(SweepValues.Problem) {
                _ = try SweepValues(Array(text.utf8))
            } catch {
                throw values.problem(error.message, key: key)
            }
            parameters.append((name, Array(text.utf8)))
        }
        return SweepHandler(
            command: command, parameters: parameters,
            mode: values.text("mode").flatMap(Mode.init) ?? .product, seed: values.number("seed").map(UInt64.init))
    }
}
