import TaskFarmerCore
import Testing

struct SweepValuesTests {
    private func values(_ text: String) throws -> [String] {
        let values = try SweepValues(utf8(text))
        return (0..<values.count).map { values.value(at: $0).text }
    }

    @Test(
        arguments: [
            ("1..4", ["1", "2", "3", "4"]), ("5..5", ["5"]), ("-2..1", ["-2", "-1", "0", "1"]),
            ("3..1", ["3", "2", "1"]),
            ("-1..-3", ["-1", "-2", "-3"]), ("1..10 step 4", ["1", "5", "9"]), ("10..1 step -4", ["10", "6", "2"]),
            ("1..2 step 5", ["1"]), ("7..7 step -3", ["7"]), ("  1..2\t", ["1", "2"]),
            ("1..5\tstep  2", ["1", "3", "5"]),
        ] as [(String, [String])])
    func `a range counts from its first to its last value`(text: String, expected: [String]) throws {
        #expect(try values(text) == expected)
    }

    @Test(
        arguments: [
            ("0..1 step 0.25", ["0.00", "0.25", "0.50", "0.75", "1.00"]), ("0.1..0.3 step 0.1", ["0.1", "0.2", "0.3"]),
            ("1.50..2 step 0.5", ["1.50", "2.00"]), ("0..1.25 step 0.5", ["0.0", "0.5", "1.0"]),
            ("0..0.99 step 0.5", ["0.0", "0.5"]), ("0..2.999 step 1", ["0", "1", "2"]),
            ("0.5..-0.5 step -0.5", ["0.5", "0.0", "-0.5"]), ("-0.05..0 step 0.05", ["-0.05", "0.00"]),
            ("1.0..3 step 1", ["1.0", "2.0", "3.0"]), ("1e-3, 2", ["1e-3", "2"]),
        ] as [(String, [String])])
    func `decimals are exact and all of the same form`(text: String, expected: [String]) throws {
        #expect(try values(text) == expected)
    }

    @Test func `steps of a tenth do not drift`() throws {
        let found = try values("0..100 step 0.1")
        #expect(found == (0...1000).map { "\($0 / 10).\($0 % 10)" })
    }

    @Test(
        arguments: [
            ("08..11", ["08", "09", "10", "11"]), ("001..003", ["001", "002", "003"]),
            ("99..0101", ["0099", "0100", "0101"]),
            ("09..100 step 91", ["009", "100"]), ("-01..01", ["-01", "00", "01"]), ("0..2", ["0", "1", "2"]),
            ("00..1", ["00", "01"]), ("00.5..1 step 0.5", ["00.5", "01.0"]), ("9..10", ["9", "10"]),
        ] as [(String, [String])])
    func `zeros at the start keep the width`(text: String, expected: [String]) throws {
        #expect(try values(text) == expected)
    }

    @Test(
        arguments: [
            ("a", ["a"]), ("a,b", ["a", "b"]), (" a ,\tb c ", ["a", "b c"]), ("a, \"b c\", 3", ["a", "b c", "3"]),
            ("'a, b' , \"it's\"", ["a, b", "it's"]), ("\"\"", [""]), ("'', x", ["", "x"]), ("\" a \"", [" a "]),
            ("'1..3'", ["1..3"]), ("../x, a/../b, .., ...", ["../x", "a/../b", "..", "..."]),
            ("1.5, -2", ["1.5", "-2"]),
            ("a,\n  b,\r\n c", ["a", "b", "c"]), ("step", ["step"]), ("10.0.0.1", ["10.0.0.1"]),
            ("1..3, 10, 20..40 step 10, x", ["1", "2", "3", "10", "20", "30", "40", "x"]),
        ] as [(String, [String])])
    func `a list says what it says`(text: String, expected: [String]) throws {
        #expect(try values(text) == expected)
    }

    @Test func `values that are not UTF-8 are kept`() throws {
        let values = try SweepValues([0xFF, 0x2C, 0x22, 0xC3, 0x22])
        #expect((0..<values.count).map { values.value(at: $0) } == [[0xFF], [0xC3]])
    }

    @Test func `a billion values take no room and are all there`() throws {
        let values = try SweepValues(utf8("x, 1..1000000000, 0..1 step 0.000000001, y"))
        #expect(values.count == 2_000_000_003)
        #expect(values.value(at: 1_000_000_000).text == "1000000000")
        #expect(values.value(at: 1_000_000_001).text == "0.000000000")
        #expect(values.value(at: 2_000_000_001).text == "1.000000000")
        #expect(values.value(at: 2_000_000_002).text == "y")
    }

    @Test func `the largest numbers are counted and not wrapped`() throws {
        let values = try SweepValues(utf8("9223372036854775805..9223372036854775807"))
        #expect(values.count == 3)
        #expect(values.value(at: 2).text == "9223372036854775807")
        let down = try SweepValues(utf8("1..-9223372036854775805"))
        #expect(down.count == .max)
        #expect(down.value(at: .max - 1).text == "-9223372036854775805")
    }

    @Test(arguments: [
        "0..9223372036854775807", "-5..9223372036854775807", "0..9223372036854775806, x",
        "1..9223372036854775807 step 0.1", "9223372036854775807..-1", "0..9223372036854775806, 1..2",
        "-9223372036854775807..9223372036854775807 step 2",
    ])
    func `too many or too large is refused and does not crash`(text: String) {
        let problem = #expect(throws: SweepValues.Problem.self) { try SweepValues(utf8(text)) }
        #expect(problem?.message.contains("2^63") == true)
    }

    private static let form =
        "expected first..last or first..last step S with numbers such as 10 or 0.25 (else quote it)"

    @Test(arguments: [
        "1..", "1..x", "a..z", "x1..x5", "1..10..2", "1 .. 10", "1.. 10", "1...5", "1..10 by 2", "1..10 step",
        "1..10 step x",
        "1..10 2", "1..10 step 2 3", "1e-3..1e-1", "+1..5", "1.5.2..3", "1..2.", "1..99999999999999999999", "-1..--5",
    ])
    func `what looks like a range and is none is refused`(text: String) {
        #expect(throws: SweepValues.Problem(message: "\(text): \(Self.form)")) { try SweepValues(utf8(text)) }
    }

    @Test(arguments: [
        ("", "nothing where a value was expected; an empty value is \"\""),
        ("a,", "nothing where a value was expected; an empty value is \"\""),
        ("a,,b", "nothing where a value was expected; an empty value is \"\""),
        ("\"a", "\"a: expected a closing quote"), ("'a' b", "b: expected a comma after a closing quote"),
        ("it's", "it's: expected quotes around the whole value or none"),
        ("a\nb", "a: expected a comma at the end of the line"),
        ("'a\nb'", "a: expected a value without NUL and newline"),
        ("0..1 step 0", "0..1 step 0: expected a step other than 0"),
        ("0.1..0.5", "0.1..0.5: expected a step, such as 0.1..0.5 step 0.1"),
        ("1..5 step -1", "1..5 step -1: expected a positive step from 1 to its end"),
        ("5..1 step 1", "5..1 step 1: expected a negative step from 5 to its end"),
    ])
    func `a problem says what was expected`(text: String, message: String) {
        #expect(throws: SweepValues.Problem(message: message)) { try SweepValues(utf8(text)) }
    }
}
