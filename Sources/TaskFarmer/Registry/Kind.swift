// What an INI file can ask for: kinds of runners and handlers, each with its arguments as data, so that reading, error messages
// and the lists that users see cannot disagree.

internal import TaskFarmerCore

/// One argument of a kind.
public struct Argument: Sendable, Hashable {
    /// What its value must look like.
    public enum Form: Sendable, Hashable {
        case text
        /// Words with blanks between them.
        case words
        /// `True` or `False`, `yes` or `no`, `on` or `off`, `1` or `0`, in any case.
        case flag
        case number(ClosedRange<Int>)
        case choice([String])
    }

    /// The key, as in the INI file. One that ends in a period stands for all keys that begin with it (`env.` for `env.X`); `*`
    /// stands for every other key.
    public var name: String
    /// What its value must look like.
    public var form: Form
    /// Whether there must be one.
    public var isRequired: Bool
    /// What holds without it, in the form of a value; nil for nothing.
    public var standard: String?
    /// Whether `${VAR}` in its value means the environment variable VAR.
    public var expandsEnvironment: Bool
    /// One sentence.
    public var help: String

    /// An argument.
    ///
    /// - Parameters:
    ///   - name: the key; with a period at its end, the beginning of many
    ///   - form: what the value must look like
    ///   - isRequired: whether there must be one
    ///   - standard: what holds without it
    ///   - expandsEnvironment: whether `${VAR}` in its value means the environment variable VAR
    ///   - help: one sentence
    public init(
        _ name: String, _ form: Form = .text, isRequired: Bool = false, standard: String? = nil,
        expandsEnvironment: Bool = false, help: String
    ) {
        self.name = name
        self.form = form
        self.isRequired = isRequired
        self.standard = standard
        self.expandsEnvironment = expandsEnvironment
        self.help = help
    }

    /// The key as users write it.
    package var shown: String { name == "*" ? "any other" : name.last == "." ? "\(name)X" : name }

    /// Whether it stands for many keys.
    package var isOpen: Bool { name == "*" || name.last == "." }

    package func covers(_ key: String) -> Bool {
        name == "*" || (name.last == "." ? key.hasPrefix(name) && key != name : key == name)
    }

    /// What was expected, where a value is not of its form.
    func complaint(about value: String) -> String? {
        switch form {
        case .text, .words: nil
        case .flag: Self.flag(value) == nil ? "expected True or False" : nil
        case .number(let range):
            Int(value).map(range.contains) == true
                ? nil : "expected a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words):
            words.contains(value)
                ? nil
                : "expected one of \(words.joined(separator: ", "))"
                    + (Nearest.to(value, in: words).map { "; did you mean \($0)?" } ?? "")
        }
    }

    static func flag(_ value: String) -> Bool? {
        switch value.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }
}

/// A kind of runner or handler, which INI files name with `Runner =` or `TaskList =`.
public struct Kind<Product: Sendable>: Sendable {
    /// What INI files and the command line call it.
    public let name: String
    /// Other names that mean the same.
    public let aliases: [String]
    /// One sentence.
    public let summary: String
    /// What it takes.
    public let arguments: [Argument]
    let make: @Sendable (ArgumentValues) throws -> Product

    /// A kind.
    ///
    /// - Parameters:
    ///   - name: what INI files and the command line call it
    ///   - aliases: other names that mean the same
    ///   - summary: one sentence
    ///   - arguments: what it takes; values that are not of their form never reach `make`
    ///   - make: makes one; throws what `ArgumentValues.problem` makes
    public init(
        _ name: String, aliases: [String] = [], summary: String, arguments: [Argument] = [],
        make: @escaping @Sendable (ArgumentValues) throws -> Product
    ) {
        self.name = name
        self.aliases = aliases
        self.summary = summary
        self.arguments = arguments
        self.make = make
    }

    /// Whether there is none without a section in an INI file.
    var needsArguments: Bool { arguments.contains(where: \.isRequired) }

    package func argument(_ key: String) -> Argument? {
        arguments.first { !$0.isOpen && $0.name == key } ?? arguments.first { $0.covers(key) }
    }
}

/// A kind of runner.
public typealias RunnerKind = Kind<any Runner>
/// A kind of task list handler.
public typealias HandlerKind = Kind<any TaskListHandler>

/// The arguments that a section of an INI file gives a kind, each of its form.
public struct ArgumentValues: Sendable {
    let place: DefinitionPlace
    let values: [(key: String, value: String, line: Int)]
    let arguments: [Argument]
    /// The environment of this process as `NAME=value`.
    public let environment: [[UInt8]]

    /// A value, or what holds without one.
    public func text(_ key: String) -> String? {
        values.last { $0.key == key }?.value ?? arguments.first { $0.name == key }?.standard
    }

    /// A value as bytes.
    public func bytes(_ key: String) -> [UInt8]? { text(key).map { Array($0.utf8) } }

    /// The words of a value.
    public func words(_ key: String) -> [String] {
        text(key).map { $0.split(whereSeparator: \.isWhitespace).map(String.init) } ?? []
    }

    /// A whole number.
    public func number(_ key: String) -> Int? { text(key).flatMap { Int($0) } }

    /// Whether something is wanted; false where nothing is said.
    public func flag(_ key: String) -> Bool { text(key).flatMap(Argument.flag) ?? false }

    /// The values of all keys with this beginning, by what follows it, in the file's order.
    public func all(_ prefix: String) -> [(name: String, value: String)] {
        values.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
    }

    /// The values of keys that the kind does not name (those of `*`), in the file's order.
    public var others: [(name: String, value: String)] {
        values.filter { value in !arguments.contains { $0.name != "*" && $0.covers(value.key) } }.map {
            ($0.key, $0.value)
        }
    }

    /// An error in a value, to be thrown.
    ///
    /// - Parameters:
    ///   - text: what was expected
    ///   - key: whose value; nil for the section as a whole
    /// - Returns: the error, which names file, line, section and key
    public func problem(_ text: String, key: String? = nil) -> any Error {
        DefinitionProblem(
            file: place.file, line: values.last { $0.key == key }?.line ?? place.line, section: place.section, key: key,
            text: text)
    }
}

/// Where a section stands.
struct DefinitionPlace: Sendable, Hashable {
    /// Nil for what ships with us.
    var file: String?
    var line: Int?
    var section: String
}

/// What is wrong in an INI file.
package struct DefinitionProblem: Error, Sendable, Hashable {
    package var file: String?
    package var line: Int?
    package var section: String?
    package var key: String?
    package var text: String

    package var error: FarmError {
        let section = section.map { "[\($0)]" }
        let place = [section, key].compactMap { $0 }.joined(separator: " ")
        return .configuration(
            file: file ?? "built in", line: line, place.isEmpty ? text : "\(place): \(text)")
    }
}
