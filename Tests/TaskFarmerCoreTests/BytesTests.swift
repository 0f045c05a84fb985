import TaskFarmerCore
import Testing

struct BytesTests {
    @Test(arguments: [
        (0, "0"), (7, "7"), (10, "10"), (-1, "-1"), (1_000_000, "1000000"), (.max, "9223372036854775807"),
        (.min, "-9223372036854775808"),
    ])
    func `a number is appended in all its digits`(value: Int, expected: String) {
        var bytes = utf8("x")
        bytes.append(decimal: value)
        #expect(bytes.text == "x" + expected)
    }

    @Test(arguments: [
        (0, "0.000000"), (1, "0.000001"), (999_999, "0.999999"), (1_000_000, "1.000000"), (61_500_000, "61.500000"),
        (1_700_000_000_012_345, "1700000000.012345"), (.max, "9223372036854.775807"),
    ])
    func `no microsecond is lost in seconds`(microseconds: Int, expected: String) {
        var bytes: [UInt8] = []
        bytes.append(seconds: microseconds)
        #expect(bytes.text == expected)
        #expect(bytes.secondsValue == microseconds)
    }

    @Test func `a clock that went backwards gives no negative time`() {
        var bytes: [UInt8] = []
        bytes.append(seconds: -5)
        #expect(bytes.text == "0.000000")
    }

    @Test func `hexadecimal digits are filled up with zeros and cut to their number`() {
        var bytes: [UInt8] = []
        bytes.append(hexadecimal: 0xab, digits: 4)
        bytes.append(hexadecimal: .max, digits: 16)
        bytes.append(hexadecimal: 0x1234, digits: 2)
        #expect(bytes.text == "00abffffffffffffffff34")
    }

    @Test func `what is too wide is not cut to fit`() {
        #expect(utf8("ab").padded(to: 4) == utf8("ab  "))
        #expect(utf8("ab").padded(to: 2) == utf8("ab"))
        #expect(utf8("abc").padded(to: 2) == nil)
    }

    @Test(arguments: [("0", 0), ("007", 7), ("123", 123), ("9223372036854775807", .max)])
    func `decimal digits are read`(text: String, expected: Int) {
        #expect(utf8(text).decimalValue == expected)
    }

    @Test(arguments: [
        "", " ", "-1", "+1", "1 ", " 1", "1.0", "1e3", "0x1", "9223372036854775808", "18446744073709551616",
        "99999999999999999999", "１",
    ])
    func `what is no number, or too large a one, is not read as another`(text: String) {
        #expect(utf8(text).decimalValue == nil)
    }

    @Test(arguments: [("0", 0), ("5", 5_000_000), ("5.000000", 5_000_000), ("0.000001", 1), ("00.100000", 100_000)])
    func `seconds are read`(text: String, expected: Int) {
        #expect(utf8(text).secondsValue == expected)
        #expect((utf8("xx") + utf8(text))[2...].secondsValue == expected)
    }

    @Test(arguments: [
        "", ".", "5.", ".5", ".500000", "5.5", "5.12345", "5.1234567", "-5.000000", "5.-00001", "5.00 000", "1e3",
        "5,000000",
        "1.2.3", "1.000000.000000",
    ])
    func `what is no time is not read as one`(text: String) {
        #expect(utf8(text).secondsValue == nil)
    }

    @Test func `a time too long for a number is refused and does not crash`() async {
        await #expect(processExitsWith: .success) {
            let whole = Array("9999999999999999".utf8).secondsValue
            let parted = Array("9999999999999999.000000".utf8).secondsValue
            let barely = Array("9223372036854.775808".utf8).secondsValue
            precondition(whole == nil && parted == nil && barely == nil)
        }
    }

    @Test func `hexadecimal digits are read in lower case only, sixteen at most`() {
        #expect(utf8("0").hexadecimalValue == 0)
        #expect(utf8("00ff").hexadecimalValue == 255)
        #expect(utf8("ffffffffffffffff").hexadecimalValue == .max)
        for text in ["", "FF", "0x1", "g", " 1", "00000000000000001"] {
            #expect(utf8(text).hexadecimalValue == nil, "\(text)")
        }
    }

    @Test func `bytes that are not UTF-8 are shown and not dropped`() {
        #expect(([0x61, 0xff, 0x62] as [UInt8]).text == "a\u{FFFD}b")
    }

    @Test func `nothing that a terminal would act on gets into a line, and letters stay`() {
        #expect("a\u{1B}[2Jb\u{7F}c\u{9B}2Kd\r\ne\u{80}\u{9F}".oneLine == "a?[2Jb?c?2Kd??e??")
        #expect("ä é \u{A0} 日本 👩‍👩‍👧".oneLine == "ä é \u{A0} 日本 👩‍👩‍👧")
        #expect("a\tb\u{9B}c".plain(" ") == "a b c")
    }
}
