// The end of a farmer's time, and what still fits before it: pure functions of instants in nanoseconds since boot.

package struct Walltime: Sendable, Equatable {
    /// Where the end is known from.
    package enum Source: Sendable, Equatable {
        case option
        /// A variable, which a scheduler sets.
        case variable(String)
        /// A scheduler's command.
        case command(String)

        package var words: String {
            switch self {
            case .option: "--time-limit"
            case .variable(let name): name
            case .command(let name): name
            }
        }
    }

    /// Whether a task may still be started.
    package enum Fit: Sendable, Equatable {
        case fits
        /// It is expected to take so many seconds.
        case tooLong(Double)
    }

    package let end: Int
    package let source: Source
    /// Before this instant running tasks are to be stopped, so that they have gone back by the end.
    package let stop: Int
    /// By this instant a task must be over to be started; nil where nothing is kept from starting.
    package let due: Int?

    /// What it takes to give tasks back after the last of them has been stopped, in nanoseconds.
    package static let leaving = 5_000_000_000

    /// - Parameters:
    ///   - end: nanoseconds since boot
    ///   - source: where that is known from
    ///   - stopLength: how long the stop sequence lasts, in nanoseconds
    ///   - margin: how long before the end tasks shall be over
    package init(end: Int, source: Source, stopLength: Int, margin: Margin) {
        self.end = end
        self.source = source
        stop = end - stopLength - Self.leaving
        due =
            switch margin {
            case .none: nil
            case .standard: stop
            case .time(let time): min(stop, end - time)
            }
    }

    /// How long before the end tasks shall be over.
    package enum Margin: Sendable, Equatable {
        /// As long as stopping takes.
        case standard
        /// Nanoseconds; no less than stopping takes.
        case time(Int)
        /// Every task is started, whatever is known of it.
        case none
    }

    /// - Parameters:
    ///   - seconds: how long the task will take; nil where that is not known: then it fits
    ///   - now: the instant
    /// - Returns: whether it will be over in time
    package func fit(_ seconds: Double?, at now: Int) -> Fit {
        guard let due, let seconds else { return .fits }
        return Double(now) + seconds * 1e9 <= Double(due) ? .fits : .tooLong(seconds)
    }

    /// Reads `12h`, `90m`, `2:00:00`, `1-12:00:00`: as users or SLURM write times. A bare number is refused, since it is seconds to some
    /// and minutes to others.
    ///
    /// - Returns: nanoseconds; nil for anything else
    package static func limit(_ text: String) -> Int? {
        if text.contains(":") || text.contains("-") { return WallTime.seconds(text).map { $0 * 1_000_000_000 } }
        guard let last = text.last, last.isLetter, let time = TimeText.nanoseconds(text), time > 0 else { return nil }
        return time
    }

    /// What `squeue --noheader --format=%L` says is left to a job (squeue(1), "TimeLeft"): days-hours:minutes:seconds, without leading
    /// parts.
    ///
    /// - Returns: seconds; nil for `UNLIMITED`, `NOT_SET`, `INVALID` and whatever is no time
    package static func left(squeue output: [UInt8]) -> Int? {
        guard let line = output.text.split(whereSeparator: \.isNewline).first else { return nil }
        let text = String(line.filter { $0 != " " })
        return text.contains(":") ? WallTime.seconds(text) : nil
    }
}

extension StopSequence {
    /// How long it lasts at most, in nanoseconds.
    package var length: Int {
        steps.map { step in if case .wait(let time) = step { time } else { 0 } }.reduce(0, +)
    }
}
