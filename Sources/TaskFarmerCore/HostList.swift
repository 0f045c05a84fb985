// `n1,user@n2*4,r[1-2]n[01-16],@FILE`: which machines, and how many tasks at a time on each.

/// A machine to work on.
package struct HostEntry: Sendable, Equatable {
    /// What ssh is told: `n1`, `user@n1`. It never begins with `-`.
    package var name: String
    /// How many tasks run there at a time; nil where nothing is said of it.
    package var slots: Int?

    package init(name: String, slots: Int? = nil) {
        self.name = name
        self.slots = slots
    }
}

/// What is wrong with a list of hosts, in one line that names the word or the file and line.
package struct HostListProblem: Error, Equatable {
    package let message: String

    package init(message: String) { self.message = message }
}

package enum HostList {
    /// More are a slip of the pen.
    package static let limit = 10_000
    /// Ranges in one name; more are none that anybody wrote.
    private static let ranges = 16

    /// The hosts of a list, in its order.
    ///
    /// - Parameters:
    ///   - text: words with commas between them
    ///   - content: reads a file that the list names
    /// - Returns: at least one host, none twice
    /// - Throws: `HostListProblem`, or whatever `content` throws
    package static func parse(_ text: String, content: (String) throws -> String) throws -> [HostEntry] {
        var found = Found()
        for word in try words(text) {
            guard word.first == "@" else {
                try found.add(trimmed(word), at: "--hosts")
                continue
            }
            let file = String(word.dropFirst())
            if file.isEmpty { throw HostListProblem(message: "--hosts: @ needs the name of a file after it") }
            let before = found.hosts.count
            for (index, line) in try content(file).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                .enumerated()
            {
                let entry = trimmed(line.prefix { $0 != "#" })
                if !entry.isEmpty { try found.add(entry, at: "\(file):\(index + 1)") }
            }
            if found.hosts.count == before { throw HostListProblem(message: "\(file): it names no host") }
        }
        return found.hosts
    }

    private static func trimmed(_ text: Substring) -> Substring {
        func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
        var rest = text.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }

    /// The words between commas that stand outside of brackets.
    private static func words(_ text: String) throws -> [Substring] {
        var words: [Substring] = []
        var start = text.startIndex
        var isInside = false
        for index in text.indices {
            switch text[index] {
            case "[": isInside = true
            case "]": isInside = false
            case "," where !isInside:
                words.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        return words + [text[start...]]
    }

    private struct Found {
        var hosts: [HostEntry] = []
        private var places: [Substring: String] = [:]

        mutating func add(_ entry: Substring, at place: String) throws {
            func problem(_ text: String) -> HostListProblem {
                let shown = entry.count <= 100 ? entry : entry.prefix(99) + "…"
                return HostListProblem(message: "\(place)\(entry.isEmpty ? "" : " \(shown)"): \(text)")
            }
            if entry.isEmpty { throw problem("a host has an empty name; expected for example n1,n2*4,@FILE") }
            let parts = entry.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
            var slots: Int?
            if parts.count == 2 {
                guard let number = Int(parts[1]), (1...65_536).contains(number) else {
                    throw problem("expected a whole number from 1 to 65536 after *")
                }
                slots = number
            }
            let brackets = parts[0].count { $0 == "[" }
            guard brackets <= HostList.ranges, let names = HostList.expanded(parts[0]),
                hosts.count + names.count <= HostList.limit
            else {
                throw problem(
                    "expected ranges such as n[1-4] or n[01-04,7], at most \(HostList.ranges) in a name, and at most \(HostList.limit) hosts in all"
                )
            }
            for name in names {
                let address = name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
                guard address.allSatisfy(HostList.isName) else {
                    throw problem(
                        "not a host's name: expected letters, digits and . _ - : %, no - at its start, and at most one user@"
                    )
                }
                let host = address[address.count - 1]
                if let other = places.updateValue(place, forKey: host) {
                    throw problem(
                        "\(host) is named twice\(other == place ? "" : ", also in \(other)"); for more tasks at a time there: "
                            + "\(host)*N")
                }
                hosts.append(HostEntry(name: name, slots: slots))
            }
        }
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.first, first != "-" else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-:%".contains($0)) }
    }

    /// A name with its ranges written out; nil where they are not of their form or too many.
    private static func expanded(_ text: Substring) -> [String]? {
        guard let open = text.firstIndex(of: "[") else { return text.contains("]") ? nil : [String(text)] }
        guard let close = text[open...].firstIndex(of: "]"), !text[..<open].contains("]"),
            let rest = expanded(text[text.index(after: close)...])
        else { return nil }
        var numbers: [String] = []
        let ranges = text[text.index(after: open)..<close].split(separator: ",", omittingEmptySubsequences: false)
        for range in ranges {
            let ends = range.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            let isDigits = ends.allSatisfy { !$0.isEmpty && $0.allSatisfy { ("0"..."9").contains($0) } }
            guard isDigits, let first = ends.first, let low = Int(first), let high = Int(ends[ends.count - 1]),
                low <= high, high - low < limit, first.count <= 18
            else { return nil }
            guard numbers.count + high - low < limit else { return nil }
            for number in low...high {
                let digits = String(number)
                // As schedulers write them: the first number's width is everyone's.
                numbers.append(String(repeating: "0", count: max(0, first.count - digits.count)) + digits)
            }
        }
        guard numbers.count * rest.count <= limit else { return nil }
        return numbers.flatMap { number in rest.map { text[..<open] + number + $0 } }
    }
}
