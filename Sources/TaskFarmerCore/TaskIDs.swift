// Which tasks a user means: `3,7-9,12-`.

/// A set of IDs, as ranges in ascending order that do not touch.
package struct TaskIDs: Sendable, Equatable {
    package private(set) var ranges: [ClosedRange<Int>]

    /// What is wrong with a text, and what was expected.
    package struct Problem: Error, Sendable, Equatable {
        package let message: String
    }

    package init(_ ranges: [ClosedRange<Int>] = []) {
        self.ranges = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = self.ranges.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
                self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                self.ranges.append(range)
            }
        }
    }

    package init(_ ids: some Sequence<Int>) { self.init(ids.map { $0...$0 }) }

    /// Reads IDs and ranges of them with commas between; a range without an end goes to the last task.
    ///
    /// - Throws: what is wrong with it
    package init(parsing text: String) throws(Problem) {
        var ranges: [ClosedRange<Int>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard (1...2).contains(ends.count), let first = Array(ends[0].utf8).decimalValue,
                let last = ends.count == 1 ? first : ends[1].isEmpty ? Int.max : Array(ends[1].utf8).decimalValue
            else {
                throw Problem(message: "\(text): expected IDs of tasks, like 3,7-9,12-")
            }
            guard first <= last else { throw Problem(message: "\(part): the range ends before it begins") }
            ranges.append(first...last)
        }
        self.init(ranges)
    }

    package var isEmpty: Bool { ranges.isEmpty }

    /// How many there are; a range without an end must have been clipped before.
    package var count: Int { ranges.reduce(0) { $0 + $1.count } }

    package func contains(_ id: Int) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < id { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(id)
    }

    package func subtracting(_ others: TaskIDs) -> TaskIDs {
        var rest: [ClosedRange<Int>] = []
        var gone = others.ranges[...]
        for range in ranges {
            var start = range.lowerBound
            while let first = gone.first, first.upperBound < start { gone = gone.dropFirst() }
            for cut in gone {
                if cut.lowerBound > range.upperBound || start > range.upperBound { break }
                if cut.lowerBound > start { rest.append(start...(cut.lowerBound - 1)) }
                start = cut.upperBound == .max ? .max : max(start, cut.upperBound + 1)
            }
            if start <= range.upperBound && start < .max { rest.append(start...range.upperBound) }
        }
        return TaskIDs(rest)
    }

    /// The same without what an open end means beyond the last of so many tasks.
    ///
    /// - Returns: nil where the text named a task that does not exist: `missing` says which is the first
    package func clipped(to tasks: Int) -> Result<TaskIDs, Missing> {
        var clipped: [ClosedRange<Int>] = []
        for range in ranges {
            if range.lowerBound >= tasks { return .failure(Missing(id: range.lowerBound)) }
            if range.upperBound == .max {
                clipped.append(range.lowerBound...(tasks - 1))
            } else if range.upperBound >= tasks {
                return .failure(Missing(id: tasks))
            } else {
                clipped.append(range)
            }
        }
        return .success(TaskIDs(clipped))
    }

    /// A task that there is not.
    package struct Missing: Error, Sendable, Equatable {
        package let id: Int

        package init(id: Int) { self.id = id }
    }

    /// As it is read.
    package var text: String {
        ranges.map { range in
            range.upperBound == .max
                ? "\(range.lowerBound)-"
                : range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
        }.joined(separator: ",")
    }
}
