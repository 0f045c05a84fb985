// Which attempts a timeline shows that cannot show all: an even part of those that succeeded, and all others as far as they fit.

internal import TaskFarmerCore

package struct TimelineSampling: Sendable, Equatable {
    /// Of so many one is shown.
    package let oneOfSucceeded: Int
    package let oneOfOthers: Int

    /// - Parameters:
    ///   - succeeded: how many succeeded
    ///   - others: how many ended otherwise
    ///   - most: how many may be shown
    package init(succeeded: Int, others: Int, most: Int) {
        func part(_ count: Int, _ room: Int) -> Int { room >= count ? 1 : (count + max(1, room) - 1) / max(1, room) }
        if succeeded + others <= most {
            (oneOfSucceeded, oneOfOthers) = (1, 1)
        } else {
            // Half of the room is for those that succeeded, so that what the others are between shows.
            let roomForOthers = min(others, max(most / 2, most - succeeded))
            oneOfOthers = part(others, roomForOthers)
            oneOfSucceeded = part(succeeded, most - roomForOthers)
        }
    }

    /// Whether it is shown; always the same for the same attempt. Without regard to the order in which they come.
    package func takes(_ task: Int, _ number: Int, succeeded: Bool) -> Bool {
        let oneOf = succeeded ? oneOfSucceeded : oneOfOthers
        return oneOf == 1 || SplitMix.scrambled(UInt64(task), number) % UInt64(oneOf) == 0
    }
}
