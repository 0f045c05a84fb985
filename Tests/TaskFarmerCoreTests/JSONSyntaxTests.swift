import ClaimSimulation
import TaskFarmerCore
import Testing

struct JSONSyntaxTests {
    static let valid = [
        "[]", "{}", " [ ] ", "{ }\n", "[[]]", "[{}]", "[1]", "[-0]", "[0.5,-1.25e10,1E+2,1e-2,0e0,10]",
        "[true,false,null]",
        "true", " null ", "\"\"", "42 ", "-0.1\n", #"["a","\"\\\/\b\f\n\r\t","\u00e9\uD83D\uDE00"]"#, "[\"\u{7f}ü😀\"]",
        #"{"a":1}"#, #"{"a":{"b":[1,{"c":null}]},"":[]}"#, "\t{\r\n\"a\" : [ 1 , 2 ] , \"b\" : \"c\" }\n",
        #"{"a":1,"a":2}"#,
        #"[1,[2,[3,[4]]],{"a":[{}]}]"#, "[\n{\"name\":\"x\",\"ph\":\"X\",\"ts\":1.5}\n]\n", "[1 ]", "[1\n,2\t]",
        "{\"a\":1 }",
    ]

    static let invalid = [
        "", " ", "[", "]", "{", "}", "[}", "{]", "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[]]", "[] []", "{}{}",
        "[] 1",
        #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a" 1}"#, #"{"a"::1}"#, #"{"a":1 "b":2}"#,
        #"{"a":1;"b":2}"#,
        "{a:1}", "{1:2}", "{null:1}", "['a']", #"["a]"#, #"["a\"]"#, #"["\x41"]"#, #"["\u12g4"]"#, #"["\u123"]"#,
        "[\"a\nb\"]",
        "[\"a\tb\"]", "[\"a\0\"]", "[tru]", "[truee]", "[True]", "[nul]", "[nulll]", "[fals]", "tru", "truex", "NaN",
        "[Infinity]", "[+1]", "[.5]", "[0x10]", "[1a]", "[1.]", "[1e]", "[1e+]", "[-]", "[-a]", "// c\n[]", "[/**/]",
        "\u{FEFF}[]", "[]\0", "\0", "\"a", "a\"", ":", ",", "[:1]", #"[{"a":1]}"#, #"{"a":[1}]"#, #"["a":1]"#,
    ]

    @Test(arguments: valid)
    func `a valid document is not refused`(text: String) {
        #expect(Self.isWhole(text))
        #expect(Self.isWholeInBytes(text))
    }

    @Test(arguments: invalid)
    func `an invalid document is not accepted`(text: String) {
        #expect(!Self.isWhole(text))
        #expect(!Self.isWholeInBytes(text))
    }

    @Test(arguments: [
        "[01]", "[-01]", "[00]", "[1.2.3]", "[1.e5]", "[-.5]", "[--1]", "[1-2]", "[1+2]", "[1e5e5]", "[1e5.5]",
        "[1e1-1]",
        "[1.5e.5]", #"{"ts":1..5}"#,
    ])
    func `a malformed number is not accepted`(text: String) {
        #expect(!Self.isWhole(text))
        #expect(!Self.isWholeInBytes(text))
    }

    @Test(arguments: ["0", "42", "-1.5e3"])
    func `a number alone is a whole document`(text: String) {
        #expect(Self.isWhole(text))
        #expect(Self.isWholeInBytes(text))
    }

    @Test(arguments: ["-", "1.", "1e", "1e+", "01"])
    func `half a number alone is no document`(text: String) {
        #expect(!Self.isWhole(text))
    }

    @Test(arguments: valid.filter { $0.contains("[") || $0.contains("{") })
    func `a document that was cut is not whole`(text: String) {
        let bytes = utf8(text)
        let end = (bytes.lastIndex { $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: "}") } ?? 0)
        for cut in 0..<end {
            var syntax = JSONSyntax()
            syntax.add(Array(bytes[..<cut]))
            #expect(!syntax.isWhole)
            #expect(syntax.fault == nil, "what is cut at \(cut) is not wrong yet")
        }
    }

    @Test(arguments: [("[1,,2]", 3), ("]", 0), ("[] x", 3), (#"{"a":1,}"#, 7), ("[tru]", 4), ("[\"\n", 2), ("[1x]", 2)])
    func `the first fault is found where it is`(text: String, offset: Int) {
        var syntax = JSONSyntax()
        syntax.add(utf8(text))
        #expect(syntax.fault == offset)
        syntax.add(utf8("more ] } nonsense"))
        #expect(syntax.fault == offset)
        var slow = JSONSyntax()
        for byte in utf8(text) { slow.add([byte]) }
        #expect(slow.fault == offset)
    }

    @Test func `deep nesting is followed, and endless nesting is refused`() {
        for depth in [2, 100, 500] {
            let text = String(repeating: #"[{"a":"#, count: depth / 2) + "1" + String(repeating: "}]", count: depth / 2)
            #expect(Self.isWhole(text))
        }
        var syntax = JSONSyntax()
        syntax.add([UInt8](repeating: UInt8(ascii: "["), count: 100_000))
        #expect((syntax.fault ?? .max) < 1000)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `random damage never crashes the check`(seed: UInt64) {
        var generator = SplitMix(seed: seed)
        let letters = utf8("[]{}\",:\\u01e.-+ tfnrualse\n\u{0}é")
        for _ in 0..<300 {
            var syntax = JSONSyntax()
            let bytes = (0..<40).map { _ in letters.randomElement(using: &generator) ?? 0 }
            syntax.add(bytes)
            var slow = JSONSyntax()
            for byte in bytes { slow.add([byte]) }
            #expect(syntax.fault == slow.fault && syntax.isWhole == slow.isWhole, "\(bytes.text), seed \(seed)")
        }
    }

    private static func isWhole(_ text: String) -> Bool {
        var syntax = JSONSyntax()
        syntax.add(utf8(text))
        return syntax.isWhole
    }

    private static func isWholeInBytes(_ text: String) -> Bool {
        var syntax = JSONSyntax()
        for byte in utf8(text) { syntax.add([byte]) }
        return syntax.isWhole
    }
}
