// Options as data: one table per command serves parsing, help and completion, so that they cannot disagree.

internal import TaskFarmerCore
package import TaskFarmerSystem

/// One option of a command.
package struct Option: Sendable {
    package var long: String
    package var short: Character?
    /// What the value is called in help; nil for a flag.
    package var value: String?
    package var help: String
    /// What holds without it, in words.
    package var standard: String?
    /// What completion offers for the value.
    package var completion: Completion

    package enum Completion: Sendable, Equatable {
        case none, file, folder
        /// What `taskfarmer COMMAND --names` prints.
        case names(of: String)
        case words([String])
    }

    package init(
        _ long: String, short: Character? = nil, value: String? = nil, _ help: String, standard: String? = nil,
        completion: Completion = .none
    ) {
        self.long = long
        self.short = short
        self.value = value
        self.help = help
        self.standard = standard
        self.completion = completion
    }
}

/// What the user got wrong on the command line.
package struct UsageError: Error, Equatable {
    package let message: String

    package init(message: String) { self.message = message }
}

/// A command's words, sorted into options and operands.
package struct Arguments: Sendable {
    /// Of an option that is given more than once, the last value.
    package private(set) var values: [String: [UInt8]] = [:]
    /// All of them, in order.
    package private(set) var repeated: [String: [[UInt8]]] = [:]
    package private(set) var operands: [[UInt8]] = []
    /// All words, as they were given.
    package let words: [[UInt8]]
    /// How many operands stood before a `--`; nil without one.
    package private(set) var operandsBeforeEnd: Int?

    /// Reads words: `--x v`, `--x=v`, `-x v`, `-xv`, joined flags; `--` ends options.
    package init(_ words: [[UInt8]], options: [Option], command: String) throws(UsageError) {
        self.words = words
        var index = 0
        var isOver = false
        func next(_ name: String) throws(UsageError) -> [UInt8] {
            index += 1
            guard index < words.count else {
                throw UsageError(message: "\(name) needs a value; see taskfarmer \(command) --help")
            }
            return words[index]
        }
        while index < words.count {
            let word = words[index]
            if isOver || word == Array("-".utf8) || word.first != UInt8(ascii: "-") || Self.isNumber(word) {
                operands.append(word)
            } else if word == Array("--".utf8) {
                isOver = true
                operandsBeforeEnd = operands.count
            } else if word.starts(with: "--".utf8) {
                let equals = word.firstIndex(of: UInt8(ascii: "="))
                let name = String(decoding: word[2..<(equals ?? word.count)], as: UTF8.self)
                guard let option = options.first(where: { $0.long == name }) else {
                    let hint = Nearest.to(name, in: options.map(\.long)).map { "; did you mean --\($0)?" } ?? ""
                    throw UsageError(message: "unknown option --\(name)\(hint)")
                }
                if option.value == nil {
                    if equals != nil { throw UsageError(message: "--\(name) takes no value") }
                    values[name] = []
                } else if let equals {
                    note(name, Array(word[(equals + 1)...]))
                } else {
                    note(name, try next("--\(name)"))
                }
            } else {
                var place = 1
                while place < word.count {
                    let letter = Character(UnicodeScalar(word[place]))
                    guard let option = options.first(where: { $0.short == letter }) else {
                        throw UsageError(message: "unknown option -\(letter); see taskfarmer \(command) --help")
                    }
                    place += 1
                    if option.value == nil {
                        values[option.long] = []
                    } else {
                        let rest = Array(word[place...])
                        note(
                            option.long,
                            rest.isEmpty
                                ? try next("-\(letter)")
                                : rest.first == UInt8(ascii: "=") ? Array(rest.dropFirst()) : rest)
                        place = word.count
                    }
                }
            }
            index += 1
        }
    }

    private mutating func note(_ name: String, _ value: [UInt8]) {
        values[name] = value
        repeated[name, default: []].append(value)
    }

    /// A negative number, which no option is called.
    private static func isNumber(_ word: [UInt8]) -> Bool { word.dropFirst().decimalValue != nil }

    package func has(_ name: String) -> Bool { values[name] != nil }
    package func text(_ name: String) -> String? { values[name].map { String(decoding: $0, as: UTF8.self) } }
    package func path(_ name: String) -> Path? { values[name].map { Path(bytes: $0) } }

    /// A whole number within bounds.
    package func number(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw UsageError(
                message: "--\(name) \(text): expected a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// Seconds, with or without decimals, in nanoseconds.
    package func seconds(_ name: String) throws(UsageError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let value = Double(text), value > 0, value < 1e9 else {
            throw UsageError(message: "--\(name) \(text): expected seconds, a number above 0 and below 1000000000")
        }
        return Int(value * 1e9)
    }
}
