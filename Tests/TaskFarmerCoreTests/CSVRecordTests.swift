import TaskFarmerCore
import Testing

struct CSVRecordTests {
    /// The records of lines, each as its fields.
    private func records(_ lines: [String], delimiter: String = ",", hasQuotes: Bool = true) throws -> [[String]] {
        var parser = CSVRecord(delimiter: utf8(delimiter)[0], hasQuotes: hasQuotes)
        let records = try lines.compactMap { try parser.add(utf8($0)) }
        try parser.end()
        return records.map { $0.map(\.text) }
    }

    @Test(
        arguments: [
            ("a,b,c", ["a", "b", "c"]), ("", [""]), (",", ["", ""]), ("a,", ["a", ""]), (" a , b ", [" a ", " b "]),
            ("\"a\"", ["a"]), ("\"a,b\",c", ["a,b", "c"]), ("\"\"", [""]), ("\"\",\"\"", ["", ""]),
            ("\"say \"\"hi\"\"\"", ["say \"hi\""]), ("\"\"\"\"", ["\""]), ("a,b\r", ["a", "b"]), ("\"a\"\r", ["a"]),
            ("a\r,b", ["a\r", "b"]), ("\r", [""]), ("a\tb", ["a\tb"]), ("it's,'x'", ["it's", "'x'"]),
        ] as [(String, [String])])
    func `a line's fields are what stands between the delimiters`(line: String, expected: [String]) throws {
        #expect(try records([line]) == [expected])
    }

    @Test func `a quoted field goes on over lines`() throws {
        #expect(
            try records(["1,\"a", "", "\"\"b\"\"", "c\",2", "3,4,5"]) == [
                ["1", "a\n\n\"b\"\nc", "2"], ["3", "4", "5"],
            ])
        #expect(try records(["\"a\r", "b\"\r"]) == [["a\nb"]])
    }

    @Test func `a record that goes on says so`() throws {
        var parser = CSVRecord(delimiter: utf8(",")[0], hasQuotes: true)
        #expect(try parser.add(utf8("a,\"b")) == nil)
        #expect(parser.isOpen)
        #expect(try parser.add(utf8("c\"")) == [utf8("a"), utf8("b\nc")])
        #expect(!parser.isOpen)
    }

    @Test func `a quote in a tab-separated file is a byte like others`() throws {
        #expect(
            try records(["\"a\t5\"\tb\"c\r", "x,y"], delimiter: "\t", hasQuotes: false) == [
                ["\"a", "5\"", "b\"c"], ["x,y"],
            ])
    }

    @Test func `bytes that are not UTF-8 are kept`() throws {
        var parser = CSVRecord(delimiter: utf8(",")[0], hasQuotes: true)
        #expect(try parser.add([0xFF, 0x2C, 0x22, 0xC3, 0x22]) == [[0xFF], [0xC3]])
    }

    @Test(arguments: [
        (["\"a\"b"], CSVRecord.Problem.textAfterQuote(field: 1)), (["a,\"b\" "], .textAfterQuote(field: 2)),
        (["\"a", "b\"c"], .textAfterQuote(field: 1)), (["a\"b"], .quoteInside(field: 1)),
        (["x, \"b\""], .quoteInside(field: 2)), (["a,\"b"], .openQuote(field: 2)),
        (["\"", "", "x"], .openQuote(field: 1)),
    ])
    func `a quote out of place is an error, not a guess`(lines: [String], expected: CSVRecord.Problem) {
        #expect(throws: expected) { try records(lines) }
    }

    @Test func `after an error the next line begins a record`() throws {
        var parser = CSVRecord(delimiter: utf8(",")[0], hasQuotes: true)
        #expect(throws: CSVRecord.Problem.textAfterQuote(field: 2)) { try parser.add(utf8("a,\"b\"c,\"")) }
        #expect(try parser.add(utf8("d,e")) == [utf8("d"), utf8("e")])
        try parser.end()
    }

    @Test(arguments: [
        (CSVRecord.Problem.openQuote(field: 3), "the file ends inside the quotes of field 3; expected a closing quote"),
        (
            .quoteInside(field: 1),
            "a quote inside field 1; expected the whole field in quotes, each quote in it doubled"
        ),
        (
            .textAfterQuote(field: 2),
            "text after the closing quote of field 2; expected the delimiter (a quote inside quotes is doubled)"
        ),
    ])
    func `an error says what was expected`(problem: CSVRecord.Problem, message: String) {
        #expect(problem.message == message)
    }
}
