// The values of one parameter: `1..10`, `0..1 step 0.1`, `001..100`, `a, "b c", 3`, or several of these with commas between.
// Ranges are never written out: a value is computed from its index.

package struct SweepValues: Sendable {
    package struct Problem: Error, Sendable, Equatable {
        /// What is wrong and what was expected, in one line.
        package var message: String

        package init(message: String) { self.message = message }
    }

    private enum Item: Sendable { case text([UInt8]), range(NumberRange) }

    private let items: [Item]
    /// The index of each item's first value.
    private let starts: [Int]
    package let count: Int

    package init(_ text: [UInt8]) throws(Problem) {
        var items: [Item] = []
        var starts: [Int] = []
        var count = 0
        for part in try Self.parts(text) {
            let item = part.isQuoted ? .text(part.text) : try Self.item(part.text)
            let more = if case .range(let range) = item { range.count } else { 1 }
            let (sum, overflow) = count.addingReportingOverflow(more)
            if overflow { throw Problem(message: "more values than can be counted; expected fewer than 2^63") }
            items.append(item)
            starts.append(count)
            count = sum
        }
        self.items = items
        self.starts = starts
        self.count = count
    }

    /// - Parameter index: From 0 up to `count`, which is no index.
    /// - Returns: The value there, without quotes.
    package func value(at index: Int) -> [UInt8] {
        precondition(index >= 0 && index < count, "no such value")
        var low = 0
        var high = items.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= index { low = middle } else { high = middle }
        }
        switch items[low] {
        case .text(let text): return text
        case .range(let range): return range.value(at: index - starts[low])
        }
    }

    private static func item(_ text: [UInt8]) throws(Problem) -> Item {
        guard NumberRange.isMeant(text) else { return .text(text) }
        do throws(NumberRange.Fault) {
            return .range(try NumberRange(text))
        } catch {
            throw Problem(message: "\(shown(text)): expected \(error.expected)")
        }
    }

    private struct Part {
        var text: [UInt8]
        var isQuoted: Bool
    }

    /// What stands between the commas, without the blanks around it and without its quotes.
    private static func parts(_ text: [UInt8]) throws(Problem) -> [Part] {
        var parts: [Part] = []
        var rest = text[...]
        while true {
            rest = rest.drop(while: isBlank)
            var part = Part(text: [], isQuoted: false)
            if let quote = rest.first, isQuote(quote) {
                guard let close = rest.dropFirst().firstIndex(of: quote) else {
                    throw Problem(message: "\(shown(rest)): expected a closing quote")
                }
                part = Part(text: Array(rest[(rest.startIndex + 1)..<close]), isQuoted: true)
                rest = rest[(close + 1)...].drop(while: isBlank)
                if let next = rest.first, next != comma {
                    throw Problem(message: "\(shown(rest)): expected a comma after a closing quote")
                }
            } else {
                let end = rest.firstIndex(of: comma) ?? rest.endIndex
                let last = rest[..<end].lastIndex { !isBlank($0) }
                part.text = last.map { Array(rest[...$0]) } ?? []
                rest = rest[end...]
                try refuseUnclear(part.text)
            }
            if part.text.contains(where: { $0 == 0 || $0 == 10 }) {
                throw Problem(message: "\(shown(part.text)): expected a value without NUL and newline")
            }
            parts.append(part)
            if rest.isEmpty { return parts }
            rest = rest.dropFirst()
        }
    }

    private static func refuseUnclear(_ text: [UInt8]) throws(Problem) {
        if text.isEmpty { throw Problem(message: "nothing where a value was expected; an empty value is \"\"") }
        if text.contains(where: isQuote) {
            throw Problem(message: "\(shown(text)): expected quotes around the whole value or none")
        }
        if text.contains(10) {
            throw Problem(message: "\(shown(text)): expected a comma at the end of the line")
        }
    }

    private static let comma = UInt8(ascii: ",")
    private static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

    private static func shown(_ bytes: some Collection<UInt8>) -> String {
        let line = bytes.prefix { $0 != 10 }
        return line.count > 40 ? line.prefix(40).text + "…" : line.text
    }
}
