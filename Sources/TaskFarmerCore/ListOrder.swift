// In which order the tasks of a list shall run.

package enum ListOrder: Sendable, Equatable {
    case list
    /// The longest first: with many nodes the last ones then end at about the same time (Graham, "Bounds on Multiprocessing Timing
    /// Anomalies", 1969).
    case longest
    case shortest
    /// As a permutation with this seed says.
    case random(seed: UInt64)

    /// Reads `list`, `longest`, `shortest`, `random:7`.
    package init?(_ text: String) {
        switch text {
        case "list": self = .list
        case "longest": self = .longest
        case "shortest": self = .shortest
        default:
            guard text.hasPrefix("random:"), let seed = Array(text.utf8.dropFirst(7)).decimalValue else { return nil }
            self = .random(seed: UInt64(seed))
        }
    }

    package var text: String {
        switch self {
        case .list: "list"
        case .longest: "longest"
        case .shortest: "shortest"
        case .random(let seed): "random:\(seed)"
        }
    }

    /// Whether it is by how long tasks take.
    package var needsDurations: Bool { self == .longest || self == .shortest }

    /// The IDs in the order in which they shall run. Among equals the first of the list is the first to run.
    ///
    /// - Parameters:
    ///   - count: how many tasks there are
    ///   - seconds: how long each takes, by ID, where the order needs it; what is negative is not known and counts as `otherwise`
    ///   - otherwise: how long a task takes of which that is not known
    /// - Returns: each ID once
    package func sequence(count: Int, seconds: [Float], otherwise: Float = 0) -> [UInt32] {
        switch self {
        case .list: return Array(0..<UInt32(count))
        case .random(let seed):
            let permutation = Permutation(count: count, seed: seed)
            return (0..<count).map { UInt32(permutation[$0]) }
        case .longest, .shortest:
            func time(_ task: UInt32) -> Float { seconds[Int(task)] < 0 ? otherwise : seconds[Int(task)] }
            var tasks = Array(0..<UInt32(count))
            let isLongest = self == .longest
            tasks.sort { one, other in
                let (first, second) = (time(one), time(other))
                return first == second ? one < other : (first > second) == isLongest
            }
            return tasks
        }
    }
}
