// A number that changes at instants, told by few samples: exact where it changes seldom, a mean for each span of time where it
// changes often. A span begins with the first change after the last one is over.

/// What a number was from an instant on.
package struct CounterSample: Sendable, Equatable {
    /// In microseconds since 1970.
    package var time: Int
    package var value: Int

    package init(time: Int, value: Int) {
        self.time = time
        self.value = value
    }
}

package struct StepMeans: Sendable {
    /// At most one sample in so many microseconds.
    private let span: Int
    /// What differs by less from what was told is not told: so much, or one part of so many.
    private let step: Int
    private let part: Int
    /// The span that is not over: its begin, the last change in it, and the sum of value times microseconds up to there.
    private var begin = Int.min
    private var changed = Int.min
    private var area = 0.0
    private var value = 0
    private var told = 0

    package init(span: Int, step: Int, part: Int = .max) {
        self.span = max(1, span)
        self.step = step
        self.part = part
    }

    /// It is another from an instant on. One that is before the last, as when a clock was set back, counts as the last.
    ///
    /// - Parameters:
    ///   - new: what it is
    ///   - time: since when, in microseconds
    ///   - samples: gets what is to be told by now
    package mutating func set(_ new: Int, at time: Int, _ samples: inout [CounterSample]) {
        if new == value { return }
        if begin == .min { (begin, changed) = (time, time) }
        let time = max(time, changed)
        close(at: time, &samples)
        if changed == begin && time - begin >= span { begin = time } else { area += value(until: time) }
        changed = time
        value = new
    }

    /// Tells of what is over by an instant.
    package mutating func close(at time: Int, _ samples: inout [CounterSample]) {
        guard begin != .min, time - begin >= span else { return }
        if changed > begin {
            area += value(until: begin + span)
            tell(area / Double(span), at: begin, &samples)
            begin += span
            changed = begin
            area = 0
        }
        // It has not changed since, and that span lasts until it does.
        if time - begin >= span { tell(Double(value), at: begin, &samples) }
    }

    /// Tells all until an instant, and that it is 0 from then on.
    package mutating func finish(at time: Int, _ samples: inout [CounterSample]) {
        if begin == .min { return }
        set(0, at: time, &samples)
        if changed > begin { tell(area / Double(changed - begin), at: begin, &samples) }
        if told != 0 { samples.append(CounterSample(time: changed, value: 0)) }
        self = StepMeans(span: span, step: step, part: part)
    }

    /// What it adds to the sum between its last change and an instant.
    private func value(until time: Int) -> Double { Double(value) * Double(time - changed) }

    private mutating func tell(_ exact: Double, at time: Int, _ samples: inout [CounterSample]) {
        let mean = Int(exact.rounded())
        if mean == told || abs(mean - told) < max(step, max(mean, told) / part) && mean != 0 { return }
        samples.append(CounterSample(time: time, value: mean))
        told = mean
    }
}
