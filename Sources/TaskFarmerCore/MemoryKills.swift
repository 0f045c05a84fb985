// Whose end a kill for want of memory was. The kernel counts such kills, for a control group or for the whole machine, and does not say
// whom it killed: an end by SIGKILL is taken for one as long as there are more kills, of late, than ends that were.

package struct MemoryKills: Sendable {
    /// Those that are not accounted for begin after so many.
    private var known: Int
    private var latest: Int
    private var nextLook: Int

    /// A kill counts for so long, in nanoseconds, or up to twice as long: a process that has much memory takes a while to be gone. What
    /// happened before was none of this farmer's.
    private static let memory = 10_000_000_000

    /// - Parameters:
    ///   - count: what the kernel says
    ///   - now: nanoseconds since boot
    package init(_ count: Int, at now: Int) {
        known = count
        latest = count
        nextLook = now + Self.memory
    }

    /// Whether the count is to be looked at, so that what is old is forgotten.
    package func isDue(at now: Int) -> Bool { now >= nextLook }

    package mutating func note(_ count: Int, at now: Int) {
        known = max(known, latest)
        latest = count
        nextLook = now + Self.memory
    }

    /// A task was ended by SIGKILL, and that is the count.
    ///
    /// - Returns: whether it was for want of memory
    package mutating func claim(_ count: Int) -> Bool {
        guard count > known else { return false }
        known += 1
        return true
    }
}
