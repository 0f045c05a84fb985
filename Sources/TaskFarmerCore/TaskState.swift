// What users call the places where tasks can be, in the order in which tasks pass through them.

package enum TaskState: String, Sendable, CaseIterable {
    /// In the stack: nobody has taken it.
    case waiting
    case held
    /// With a farmer, and not started.
    case claimed
    case running
    case finished, failed, skipped

    /// What is wrong with a text, and what was expected.
    package struct Problem: Error, Sendable, Equatable {
        package let message: String
    }

    package static var names: [String] { allCases.map(\.rawValue) }

    /// Reads words with commas between them.
    ///
    /// - Parameter text: what the user wrote
    /// - Returns: the states that it names
    /// - Throws: what is wrong with it
    package static func all(in text: String) throws(Problem) -> Set<TaskState> {
        var states: Set<TaskState> = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let state = TaskState(rawValue: String(word)) else {
                let hint = Nearest.to(String(word), in: names).map { "; did you mean \($0)?" } ?? ""
                throw Problem(message: "\(text): expected \(names.joined(separator: ", ")), with commas between\(hint)")
            }
            states.insert(state)
        }
        return states
    }

    /// Whether nothing more happens to a task by itself.
    package var isOver: Bool {
        switch self {
        case .finished, .failed, .skipped: true
        case .waiting, .held, .claimed, .running: false
        }
    }
}
