// How tasks are stopped, as data: signals and waits in turn, with a kill at the end whatever happens.

package struct StopSequence: Sendable, Equatable {
    package enum Step: Sendable, Equatable {
        /// Sends a signal to every task's process group.
        case signal(Int32)
        /// Waits so many nanoseconds, or until every task has ended.
        case wait(nanoseconds: Int)
    }

    package let steps: [Step]
    /// The signal that ends the sequence.
    package let kill: Int32

    /// Reads `TERM,5,KILL`: names of signals (with or without SIG) and seconds.
    ///
    /// - Parameters:
    ///   - text: what the user wrote
    ///   - numbers: the signals of this system by name without SIG; `KILL` is one of them
    /// - Returns: nil with nothing in it that can be carried out
    package static func parse(_ text: String, numbers: [String: Int32]) -> Result<StopSequence, Problem> {
        guard let kill = numbers["KILL"] else { return .failure(Problem(word: "KILL")) }
        var steps: [Step] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            let name = word.uppercased()
            if let seconds = Double(word), seconds >= 0, seconds <= 86_400 {
                steps.append(.wait(nanoseconds: Int(seconds * 1e9)))
            } else if let number = numbers[name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name] {
                steps.append(.signal(number))
            } else {
                return .failure(Problem(word: String(word)))
            }
        }
        if !steps.contains(where: { if case .signal = $0 { true } else { false } }) {
            return .failure(Problem(word: text))
        }
        if steps.last != .signal(kill) { steps.append(.signal(kill)) }
        return .success(StopSequence(steps: steps, kill: kill))
    }

    /// A word that is neither a signal nor a time.
    package struct Problem: Error, Equatable {
        package let word: String
    }

    /// What to do at an instant.
    package enum Action: Sendable, Equatable {
        case signal(Int32)
        case wait(nanoseconds: Int)
        /// Every step was made. SIGKILL cannot be refused, so what is left is on its way out.
        case done
    }

    /// A walk through the steps.
    package struct Walk: Sendable, Equatable {
        private let sequence: StopSequence
        private var next = 0
        private var resume: Int?

        package init(_ sequence: StopSequence) { self.sequence = sequence }

        /// Goes straight to the kill.
        package mutating func hurry() {
            next = max(next, sequence.steps.count - 1)
            resume = nil
        }

        /// The next thing to do at an instant in nanoseconds.
        package mutating func action(at now: Int) -> Action {
            while next < sequence.steps.count {
                switch sequence.steps[next] {
                case .signal(let number):
                    next += 1
                    return .signal(number)
                case .wait(let time):
                    let end = resume ?? now + time
                    if now < end {
                        resume = end
                        return .wait(nanoseconds: end - now)
                    }
                    resume = nil
                    next += 1
                }
            }
            return .done
        }
    }
}
