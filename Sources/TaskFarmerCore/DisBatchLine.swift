// One line of a disBatch task file. The words after `#DISBATCH` may be in any case where disBatch takes them so; `#DISBATCH` itself
// in other letters is a comment.

package enum DisBatchLine: Sendable, Equatable {
    /// A comment or nothing.
    case none
    case prefix([UInt8])
    case suffix([UInt8])
    case repeated(times: Int, start: Int, step: Int, command: [UInt8])
    case task([UInt8])
    /// Why the line cannot be carried out.
    case refused(String)

    /// - Parameter line: without its newline
    package init(_ line: [UInt8]) {
        let mark = Array("#DISBATCH".utf8)
        guard line.starts(with: mark) else {
            let first = line.first { !Self.isBlank($0) }
            self = first == nil || first == UInt8(ascii: "#") ? .none : .task(line)
            return
        }
        let rest = line.dropFirst(mark.count)
        if let text = Self.after(" PREFIX ", rest) {
            self = .prefix(Array(text))
        } else if let text = Self.after(" SUFFIX ", rest) {
            self = .suffix(Array(text))
        } else if let text = Self.after(" REPEAT", rest) {
            self =
                Self.repetition(text)
                ?? .refused(
                    "expected #DISBATCH REPEAT count [start first] [step step] [command]")
        } else if Self.after(" BARRIER", rest) != nil {
            self = .refused(
                "#DISBATCH BARRIER is not supported yet: tasks cannot wait for others; make a list of what comes before it "
                    + "and one of what comes after it, and run one after the other")
        } else if Self.after(" PERENGINE", rest) != nil {
            self = .refused(
                "#DISBATCH PERENGINE is not supported yet: there is nothing that runs once on each node; put its command "
                    + "before the farmer in the job script")
        } else {
            let word =
                rest.prefix { $0 != 32 }.isEmpty ? rest.drop { $0 == 32 }.prefix { $0 != 32 } : rest.prefix { $0 != 32 }
            let name = word.text
            let hint =
                ["PREFIX", "SUFFIX"].contains(name.uppercased())
                ? "expected a blank after \(name), also where no text follows"
                : "expected PREFIX, SUFFIX or REPEAT"
                    + (Nearest.to(name.uppercased(), in: ["PREFIX", "SUFFIX", "REPEAT"]).map { "; did you mean \($0)?" }
                        ?? "")
            self = .refused("unknown directive #DISBATCH \(name): \(hint)")
        }
    }

    /// What comes after these words, whatever the case of their letters.
    private static func after(_ words: String, _ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let beginning = text.prefix(words.utf8.count)
        return beginning.text.uppercased() == words ? text.dropFirst(beginning.count) : nil
    }

    /// A count, then perhaps a start, then perhaps a step, then perhaps a blank and a command. Where what looks like a start or
    /// a step is not followed by what may follow it, it is the command's.
    private static func repetition(_ text: ArraySlice<UInt8>) -> DisBatchLine? {
        guard let (times, rest) = number(text) else { return nil }
        if let (start, rest) = named("START", rest) {
            if let (step, rest) = named("STEP", rest), let command = command(rest) {
                return .repeated(times: times, start: start, step: step, command: command)
            }
            if let command = command(rest) { return .repeated(times: times, start: start, step: 1, command: command) }
        }
        if let (step, rest) = named("STEP", rest), let command = command(rest) {
            return .repeated(times: times, start: 0, step: step, command: command)
        }
        return command(rest).map { .repeated(times: times, start: 0, step: 1, command: $0) }
    }

    /// Blanks, at least one, and digits.
    private static func number(_ text: ArraySlice<UInt8>) -> (Int, ArraySlice<UInt8>)? {
        guard let first = text.first, isBlank(first) else { return nil }
        let digits = text.drop(while: isBlank)
        let end = digits.firstIndex { $0 < 48 || $0 > 57 } ?? digits.endIndex
        return digits[..<end].decimalValue.map { ($0, digits[end...]) }
    }

    /// Blanks, at least one, a word and a number.
    private static func named(_ word: String, _ text: ArraySlice<UInt8>) -> (Int, ArraySlice<UInt8>)? {
        guard let first = text.first, isBlank(first) else { return nil }
        return after(word, text.drop(while: isBlank)).flatMap(number)
    }

    /// A command after one blank, or none.
    private static func command(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        if text.first == 32, text.count > 1 { return Array(text.dropFirst()) }
        return text.allSatisfy(isBlank) ? [] : nil
    }

    /// `\s` of Python's regular expressions over bytes.
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte >= 9 && byte <= 13 }
}
