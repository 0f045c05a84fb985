// Records of fields, separated by a byte, one or more lines each (RFC 4180). A quoted field may hold the delimiter, newlines,
// and quotes, doubled. Without quoting, as tab-separated files are written, every byte but the delimiter is a field's.

/// Reads records line by line.
package struct CSVRecord: Sendable {
    package enum Problem: Error, Sendable, Equatable {
        /// Text follows a closing quote in this field, from 1.
        case textAfterQuote(field: Int)
        /// A quote stands inside an unquoted field.
        case quoteInside(field: Int)
        /// The file ended inside quotes.
        case openQuote(field: Int)

        package var message: String {
            switch self {
            case .textAfterQuote(let field):
                "text after the closing quote of field \(field); expected the delimiter (a quote inside quotes is doubled)"
            case .quoteInside(let field):
                "a quote inside field \(field); expected the whole field in quotes, each quote in it doubled"
            case .openQuote(let field):
                "the file ends inside the quotes of field \(field); expected a closing quote"
            }
        }
    }

    private enum State { case start, plain, quoted, afterQuote }

    private let delimiter: UInt8
    private let hasQuotes: Bool
    private var fields: [[UInt8]] = []
    private var field: [UInt8] = []
    private var isInQuotes = false

    /// - Parameters:
    ///   - delimiter: What separates fields.
    ///   - hasQuotes: Whether quotes are read as such.
    package init(delimiter: UInt8, hasQuotes: Bool) {
        self.delimiter = delimiter
        self.hasQuotes = hasQuotes
    }

    /// Whether a record goes on in the next line.
    package var isOpen: Bool { isInQuotes }

    /// Adds a line.
    ///
    /// - Parameter line: Without its newline; a carriage return before that is dropped, also inside quotes.
    /// - Returns: The fields of the record that ends here, nil when it goes on. An empty line is a record of one empty field.
    /// - Throws: What is wrong; the record is given up, the next line begins another.
    package mutating func add(_ line: [UInt8]) throws(Problem) -> [[UInt8]]? { try add(line.span) }

    /// The same for a line that is only lent.
    package mutating func add(_ line: borrowing Span<UInt8>) throws(Problem) -> [[UInt8]]? {
        var state = isInQuotes ? State.quoted : .start
        isInQuotes = false
        let end = line.count > 0 && line[line.count - 1] == 13 ? line.count - 1 : line.count
        for index in 0..<end {
            let byte = line[index]
            let isQuote = hasQuotes && byte == UInt8(ascii: "\"")
            switch state {
            case .quoted:
                if isQuote { state = .afterQuote } else { field.append(byte) }
            case .start where isQuote:
                state = .quoted
            case .afterQuote where isQuote:
                field.append(byte)
                state = .quoted
            case _ where byte == delimiter:
                endField()
                state = .start
            case .afterQuote:
                throw givenUp(.textAfterQuote(field: fields.count + 1))
            case .start, .plain:
                if isQuote { throw givenUp(.quoteInside(field: fields.count + 1)) }
                field.append(byte)
                state = .plain
            }
        }
        if state == .quoted {
            field.append(10)
            isInQuotes = true
            return nil
        }
        endField()
        defer { fields = [] }
        return fields
    }

    /// To be called after the last line.
    package mutating func end() throws(Problem) {
        if isInQuotes { throw givenUp(.openQuote(field: fields.count + 1)) }
    }

    private mutating func endField() {
        fields.append(field)
        field = []
    }

    private mutating func givenUp(_ problem: Problem) -> Problem {
        fields = []
        field = []
        isInQuotes = false
        return problem
    }
}
