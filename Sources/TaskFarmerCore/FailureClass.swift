// Which failed tasks a user means by how their last attempts ended: `timed-out`, `exit:75`, `signal:SEGV`.

package struct FailureClass: Sendable, Equatable {
    /// The word of the outcome, as in attempts.tsv.
    package let word: String
    /// An exit status, or the number of a signal; nil for all.
    package let number: Int32?

    /// What is wrong with a text, and what was expected.
    package struct Problem: Error, Sendable, Equatable {
        package let message: String
    }

    private static let words = OutcomeWord.allCases.filter { $0 != .succeeded }.map(\.rawValue)
    private static let others = [
        "exit": "exited", "signal": "signalled", "timeout": "timed-out", "start": "could-not-start",
        "oom": "out-of-memory",
    ]

    /// What users may write, for completion.
    package static var names: [String] { words }

    /// Reads the word of an outcome, with a number behind it for `exit` and `signal`.
    ///
    /// - Parameters:
    ///   - text: what the user wrote
    ///   - signals: the signals of this system by name without SIG
    /// - Throws: what is wrong with it
    package init(_ text: String, signals: [String: Int32]) throws(Problem) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = parts[0]
        let all = Self.words + Self.others.keys.sorted()
        guard let word = Self.others[name] ?? Self.words.first(where: { $0 == name }) else {
            let hint = Nearest.to(name, in: all).map { "; did you mean \($0)?" } ?? ""
            throw Problem(
                message: "\(text): expected \(Self.words.joined(separator: ", ")), or exit:N, signal:NAME\(hint)")
        }
        self.word = word
        guard parts.count == 2 else {
            number = nil
            return
        }
        switch word {
        case "exited", "could-not-start":
            guard let status = Int32(parts[1]), (1...255).contains(status) else {
                throw Problem(message: "\(text): expected an exit status from 1 to 255, like exit:75")
            }
            number = status
        case "signalled":
            let signal = parts[1].uppercased()
            guard let found = Int32(signal) ?? signals[signal.hasPrefix("SIG") ? String(signal.dropFirst(3)) : signal]
            else { throw Problem(message: "\(text): expected a signal, like signal:SEGV") }
            number = found
        default: throw Problem(message: "\(text): only exit and signal have numbers")
        }
    }

    package func holds(for outcome: Outcome) -> Bool {
        outcome.word == word && (number == nil || number == outcome.exitStatus ?? outcome.signal)
    }
}
