// How the work of one host has ended, and what that makes of the whole.

package enum HostEnd: Sendable, Equatable {
    /// The farmer's own exit status.
    case ended(Int32)
    /// No connection came about.
    case unreachable
    /// What was started there ended with this exit status, and no farmer was heard of: a profile or a wrapper ended it.
    case noFarmer(Int32)
    /// The connection broke, or the farmer was killed.
    case lost
    /// There is no such program there, or it cannot be executed.
    case noProgram
    /// Ended by whoever started it, before it had begun.
    case givenUp
    case notStarted

    /// What a farmer ends with, from the worst (see the article "Machines without a scheduler").
    private static let byRank: [Int32] = [71, 74, 78, 64, 75, 1, 0]
    /// Those that tell how far the list is.
    private static let ofTheList: [Int32] = [75, 1, 0]

    /// What the process that was started for a host tells by its end.
    ///
    /// - Parameters:
    ///   - exit: its exit status; nil when a signal ended it
    ///   - hasBegun: whether a farmer was heard of
    ///   - hasEnded: whether a farmer told of its end
    ///   - isGivenUp: whether it was ended from here
    package init(exit: Int32?, hasBegun: Bool, hasEnded: Bool, isGivenUp: Bool) {
        switch exit {
        // Anything that runs there may end with 0 or 1; only a farmer tells of the list. One that is refused entry, or is told to
        // stop before that, ends with 75 and no more words.
        case let status?
        where Self.byRank.contains(status)
            && (hasEnded || !Self.ofTheList.contains(status) || hasBegun && status == 75):
            self = .ended(status)
        case _ where isGivenUp: self = .givenUp
        case _ where hasBegun: self = .lost
        case 126?, 127?: self = .noProgram
        case nil, 255?: self = .unreachable
        case let status?: self = .noFarmer(status)
        }
    }

    /// Whether it is the way there that failed, and not what was to be run.
    package var isOfTheWay: Bool {
        switch self {
        case .unreachable, .noFarmer, .lost: true
        case .ended, .noProgram, .givenUp, .notStarted: false
        }
    }

    /// Whether a farmer did there what it was told to, well or badly.
    private var status: Int32? {
        switch self {
        case .ended(let status): status
        case .noProgram: 78
        case .unreachable, .noFarmer, .lost, .givenUp, .notStarted: nil
        }
    }

    package var words: String {
        switch self {
        case .ended(let status): "ended with exit status \(status)"
        case .unreachable: "could not be reached"
        case .noFarmer(let status):
            "ended with exit status \(status) before a farmer began; does a profile or a wrapper there end the line that ssh is told?"
        case .lost: "was lost"
        case .noProgram:
            "could not start the program there, or ssh here (--remote-program PATH and --ssh COMMAND name others)"
        case .givenUp: "was given up before it began"
        case .notStarted: "was not started"
        }
    }

    /// Whether that is news to the user, whom the farmer itself could not tell.
    package var isTrouble: Bool { isOfTheWay || self == .noProgram }

    /// The exit status for all hosts together, from one end for each and the newest state that any of them told of.
    package static func exitStatus(_ ends: [HostEnd], state: StateRecord?) -> Int32 {
        let known = byRank.first { rank in ends.contains { $0.status == rank } }
        if let known, !ofTheList.contains(known) { return known }
        // Whether work remains is a matter of the list and not of one host: others may have done what was left there.
        if let state { return state.exitStatus }
        if known != nil || ends.contains(.givenUp) || ends.contains(.lost) { return 75 }
        return ends.allSatisfy { $0 == .notStarted } ? 75 : 74
    }
}
