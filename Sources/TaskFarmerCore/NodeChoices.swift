/// Numbers of nodes to choose from, as users write them: `8`, `1,2,4`, `1-16`.
package enum NodeChoices {
    package static let most = 65_536
    /// Of a wide range, doublings and its ends are enough.
    private static let few = 16

    /// - Returns: ascending; nil for anything else
    package static func parse(_ text: String) -> [Int]? {
        var numbers: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Array($0.utf8).decimalValue }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends.count == 2 ? ends[1] : first,
                first >= 1, first <= last, last <= most
            else { return nil }
            if last - first < few {
                numbers.formUnion(first...last)
            } else {
                var number = first
                while number < last {
                    numbers.insert(number)
                    number *= 2
                }
                numbers.insert(last)
            }
        }
        return numbers.isEmpty ? nil : numbers.sorted()
    }
}
