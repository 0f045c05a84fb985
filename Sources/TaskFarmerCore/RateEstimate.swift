/// How fast attempts end, as of late: over half a second, or over as long as it takes to see a few dozen.
package struct RateEstimate: Sendable, Equatable {
    private var started: Int?
    private var windowStart = 0
    private var windowEnds = 0
    /// Ends and seconds, the older the less they count.
    private var ends = 0.0
    private var time = 0.0
    private static let window = 250_000_000
    private static let memory = 0.5
    private static let enough = 32.0

    package init() {}

    /// Notes ends at an instant in nanoseconds. Call it with 0 when work begins.
    package mutating func note(ended: Int, at now: Int) {
        guard started != nil else {
            started = now
            windowStart = now
            windowEnds = ended
            return
        }
        windowEnds += ended
        if now - windowStart >= Self.window {
            let length = Double(now - windowStart) / 1e9
            let memory = ends > 0 ? max(Self.memory, Self.enough * time / ends) : .infinity
            let kept = memory == .infinity ? 1 : memory / (memory + length)
            ends = ends * kept + Double(windowEnds)
            time = time * kept + length
            windowStart = now
            windowEnds = 0
        }
    }

    /// Ends per second.
    package func rate(at now: Int) -> Double {
        if time > 0 { return ends / time }
        let length = Double(max(1_000_000, now - windowStart)) / 1e9
        return started == nil ? 0 : Double(windowEnds) / length
    }
}
