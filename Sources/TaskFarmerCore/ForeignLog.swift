// What the logs of other tools have in common, whatever their columns are.

/// Why a line of another tool's log cannot be understood.
package struct ForeignProblem: Error, Sendable, Equatable {
    package let message: String

    package init(_ message: String) { self.message = message }
}

/// How a job of another tool ended.
package enum ForeignEnd: Sendable, Equatable {
    case succeeded
    case exited(UInt8)
    case signalled(UInt8)
    case timedOut
    /// Nobody knows: whoever ran it was not heard of any more.
    case lost
    /// It never ran, and shall not.
    case skipped

    /// nil where there was no attempt.
    package var outcome: Outcome? {
        switch self {
        case .succeeded: .succeeded
        case .exited(let status): .exited(Int32(status))
        case .signalled(let number): .signalled(Int32(number))
        case .timedOut: .timedOut
        case .lost: .lost
        case .skipped: nil
        }
    }

    /// Where its task stands; nil where it is to be run.
    package var place: SharedFile? {
        switch self {
        case .succeeded: .finished
        case .exited, .signalled, .timedOut: .failed
        case .lost: nil
        case .skipped: .skipped
        }
    }
}

/// Takes one field of a line after another, with tabs between; the last one is what is left.
package struct ForeignFields {
    /// Where the next field begins.
    package private(set) var start = 0

    /// More tasks than this are in no list.
    package static let mostTasks = 1 << 31

    package init(_ line: borrowing Span<UInt8>) {}

    /// The next field that a tab follows; nil where there is none.
    package mutating func next(_ line: borrowing Span<UInt8>) -> Range<Int>? {
        var end = start
        while end < line.count, line[end] != UInt8(ascii: "\t") { end += 1 }
        if end == line.count { return nil }
        defer { start = end + 1 }
        return start..<end
    }

    /// Seconds with any number of decimals, or none, in microseconds; nil for anything else.
    package static func microseconds(_ text: [UInt8]) -> Int? {
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts[0].decimalValue, whole < 1 << 40 else { return nil }
        guard parts.count == 2 else { return whole * 1_000_000 }
        let digits = parts[1].prefix(6)
        guard !digits.isEmpty, parts[1].allSatisfy({ (48...57).contains($0) }),
            let part = (Array(digits) + [UInt8](repeating: 48, count: 6 - digits.count)).decimalValue
        else { return nil }
        return whole * 1_000_000 + part
    }

    /// A whole number, perhaps below zero.
    package static func signed(_ text: [UInt8]) -> Int? {
        text.first == UInt8(ascii: "-") ? text.dropFirst().decimalValue.map { -$0 } : text.decimalValue
    }
}

/// Which slots tasks had that ran side by side, where that was not noted: each the lowest that was free when it began.
package enum ForeignSlots {
    private struct Busy: Comparable {
        var end: Int
        var slot: Int

        static func < (one: Busy, other: Busy) -> Bool { (one.end, one.slot) < (other.end, other.slot) }
    }

    /// - Parameter spans: when each began and ended, in the order of their beginnings
    /// - Returns: a slot for each, from 0
    package static func assign(_ spans: some Sequence<(start: Int, end: Int)>) -> [Int] {
        var busy = Heap<Busy>()
        var free = Heap<Int>()
        var slots = 0
        return spans.map { span in
            while let first = busy.first, first.end <= span.start { free.insert(busy.removeFirst().slot) }
            let slot = free.isEmpty ? slots : free.removeFirst()
            slots = max(slots, slot + 1)
            busy.insert(Busy(end: span.end, slot: slot))
            return slot
        }
    }
}
