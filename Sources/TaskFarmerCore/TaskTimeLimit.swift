// For how long an attempt may run: so long, or a share of what others took. The median is that of a sample of bounded size, so that
// nothing grows with the list.

/// For how long an attempt may run.
package enum TaskTimeLimit: Sendable, Equatable {
    /// Nanoseconds.
    case fixed(Int)
    /// So many hundredths of the median of the attempts that succeeded, and no less than `least`.
    case percent(Double)

    /// In nanoseconds: a list may begin with tasks that have next to nothing to do.
    package static let least = 10_000_000_000

    /// Reads `90`, `30m`, `300%`.
    ///
    /// - Returns: nil for anything else
    package init?(_ text: String) {
        if text.last == "%" {
            let number = text.dropLast()
            guard !number.isEmpty, number.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }),
                let share = Double(number), share > 0, share <= 1_000_000
            else { return nil }
            self = .percent(share)
        } else {
            guard let time = TimeText.nanoseconds(text), time > 0 else { return nil }
            self = .fixed(time)
        }
    }

    /// The limit as of now, in nanoseconds; nil where there is none yet.
    package func nanoseconds(_ durations: MedianEstimate) -> Int? {
        switch self {
        case .fixed(let time): time
        case .percent(let share):
            durations.median.map { Int(min(Double(Int.max / 4), max(Double(Self.least), share / 100 * Double($0)))) }
        }
    }
}

/// The median of numbers that come one by one, from the last of them.
package struct MedianEstimate: Sendable {
    /// Fewer say too little.
    package static let fewest = 3
    private static let most = 101
    private var latest: [Int] = []
    private var next = 0

    package init() {}

    package mutating func note(_ value: Int) {
        if latest.count < Self.most {
            latest.append(value)
        } else {
            latest[next] = value
            next = (next + 1) % Self.most
        }
    }

    /// nil as long as there are too few.
    package var median: Int? {
        latest.count < Self.fewest ? nil : latest.sorted()[latest.count / 2]
    }
}
