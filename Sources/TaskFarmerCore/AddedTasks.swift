// `added`: tasks that no list has. They were given to `taskfarmer add`, and their IDs stand between those of a list that has grown since.

package struct AddedTasks: Sendable, Equatable {
    /// In ascending order.
    private var ranges: [Range<Int>] = []

    package init() {}

    /// Reads lines `FIRST COUNT`; nil when one is not of its form, or they do not ascend.
    package init?(_ bytes: [UInt8]) {
        for line in bytes.split(separator: 10) {
            let numbers = line.split(separator: 32).map(\.decimalValue)
            guard numbers.count == 2, let first = numbers[0], let count = numbers[1], count > 0, first < 1 << 59,
                count < 1 << 59, first >= ranges.last?.upperBound ?? 0
            else { return nil }
            if let last = ranges.last, last.upperBound == first {
                ranges[ranges.count - 1] = last.lowerBound..<(first + count)
            } else {
                ranges.append(first..<(first + count))
            }
        }
    }

    /// The line for tasks that were added together.
    package static func line(first: Int, count: Int) -> [UInt8] { Array("\(first) \(count)\n".utf8) }

    package var count: Int { ranges.reduce(0) { $0 + $1.count } }

    /// The ID after the last.
    package var end: Int { ranges.last?.upperBound ?? 0 }

    /// The IDs of a list's tasks, from the first on.
    package struct ListIDs: Sendable {
        private let ranges: [Range<Int>]
        private var place = 0
        private var id = 0

        fileprivate init(_ ranges: [Range<Int>]) { self.ranges = ranges }

        package mutating func next() -> Int {
            while place < ranges.count, ranges[place].lowerBound <= id {
                id = max(id, ranges[place].upperBound)
                place += 1
            }
            defer { id += 1 }
            return id
        }
    }

    package var listIDs: ListIDs { ListIDs(ranges) }
}
