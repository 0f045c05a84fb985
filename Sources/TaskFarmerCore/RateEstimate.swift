/// How fast attempts end, as of late.
package struct RateEstimate: Sendable, Equatable {
    private var started: Int?
    private var windowStart = 0
    private var windowEnds = 0
    private var smoothed: Double?
    private static let window = 250_000_000

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
        let length = now - windowStart
        if length >= Self.window {
            let fresh = Double(windowEnds) / (Double(length) / 1e9)
            let weight = 1 - 0.5 / Double(length / Self.window)
            smoothed = smoothed.map { $0 + (fresh - $0) * max(0.5, weight) } ?? fresh
            windowStart = now
            windowEnds = 0
        }
    }

    /// Ends per second.
    package func rate(at now: Int) -> Double {
        let length = Double(max(1_000_000, now - windowStart)) / 1e9
        return smoothed ?? (started == nil ? 0 : Double(windowEnds) / length)
    }
}
