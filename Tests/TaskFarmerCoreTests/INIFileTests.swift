// What Python's configparser makes of these texts was recorded from it (3.11).

import ClaimSimulation
import TaskFarmerCore
import Testing

struct INIFileTests {
    /// A section's name in brackets, its values, then `key?` for those that have a problem.
    private func shown(_ file: INIFile) -> [String] {
        file.sections.flatMap { section in
            let read = file.values(of: section)
            return ["[\(section.name)]"] + read.values.map { "\($0.key)=\($0.value)" }
                + read.problems.map { "\($0.key ?? "")?" }
        }
    }

    /// Where the problems are, as `line section key`.
    private func places(_ file: INIFile) -> [String] {
        file.problems.map { "\($0.line) \($0.section ?? "-") \($0.key ?? "-")" }
    }

    @Test(
        arguments: [
            (
                "",
                []
            ),
            (
                "# only a comment\n",
                []
            ),
            (
                "[s]\n",
                ["[s]"]
            ),
            (
                "[s]\nk = v",
                ["[s]", "k=v"]
            ),
            (
                "[s]\nk=v\n",
                ["[s]", "k=v"]
            ),
            (
                "[s]\nk: v = w\n",
                ["[s]", "k=v = w"]
            ),
            (
                "[s]\nk = v : w\n",
                ["[s]", "k=v : w"]
            ),
            (
                "[s]\nKey = 1\nkey = 2\n",
                ["[s]", "Key=1", "key=2"]
            ),
            (
                "[s]\nkey with blanks = v\n",
                ["[s]", "key with blanks=v"]
            ),
            (
                "[s]\nk =\n",
                ["[s]", "k="]
            ),
            (
                "[s]\nk = a # b ; c\n",
                ["[s]", "k=a # b ; c"]
            ),
            (
                "[s]\nk = a\n  # dropped\n  ; dropped\n  b\n",
                ["[s]", "k=a\nb"]
            ),
            (
                "[s]\nk = a\n\n  b\n\n\n",
                ["[s]", "k=a\n\nb"]
            ),
            (
                "[s]\nk =\n  a\n    b\n  c\n",
                ["[s]", "k=\na\nb\nc"]
            ),
            (
                "[s]\nk = a\n  x = y\n  [t]\n",
                ["[s]", "k=a\nx = y\n[t]"]
            ),
            (
                "[s]\n  k = a\n  l = b\n m = c\n   d\n",
                ["[s]", "k=a", "l=b", "m=c\nd"]
            ),
            (
                "[s]\r\nk = a\r\n  b\r\n",
                ["[s]", "k=a\nb"]
            ),
            (
                "[s]\rk = a\r\n\rl = b",
                ["[s]", "k=a", "l=b"]
            ),
            (
                "\u{feff}[s]\nk = v\n",
                ["[s]", "k=v"]
            ),
            (
                "[ s ]\nk = v\n",
                ["[ s ]", "k=v"]
            ),
            (
                "[s] and more\nk = v\n",
                ["[s]", "k=v"]
            ),
            (
                "[s]t]\nk = v\n",
                ["[s]t]", "k=v"]
            ),
            (
                "  [s]\nk = v\n",
                ["[s]", "k=v"]
            ),
            (
                "[s]\n   [t]\n",
                ["[s]", "[t]"]
            ),
            (
                "[s]\n[]=v\n",
                ["[s]", "[]=v"]
            ),
            (
                "[DEFAULT]\na = 1\n[s]\nb = 2\n[t]\na = 3\nc = 4\n",
                ["[s]", "a=1", "b=2", "[t]", "a=3", "c=4"]
            ),
            (
                "[DEFAULT]\na = 1\n[s]\nb = 2\n[DEFAULT]\nc = 3\n",
                ["[s]", "a=1", "c=3", "b=2"]
            ),
            (
                "[s]\nk = \"a\"\n",
                ["[s]", "k=\"a\""]
            ),
            (
                "[s]\nk = 100%%\nl = %(k)s!\n",
                ["[s]", "k=100%", "l=100%!"]
            ),
            (
                "[DEFAULT]\ndir = /d\n[s]\nf = %(dir)s/%(name)s\nname = n\n[t]\nf = %(dir)s\ndir = /e\n",
                ["[s]", "dir=/d", "f=/d/n", "name=n", "[t]", "dir=/e", "f=/e"]
            ),
            (
                "[s]\na = %%(b)s\nb = 1\n",
                ["[s]", "a=%(b)s", "b=1"]
            ),
            (
                "[s]\na = %\nb = %d\nc = %(a\nd = %()s\ne = %(e)d\nf = %(x)s\ng = %(f)s\nh = fine\n",
                ["[s]", "h=fine", "a?", "b?", "c?", "d?", "e?", "f?", "g?"]
            ),
            (
                "[s]\na b = 1\nc = %(a b)s%(a b)s\n",
                ["[s]", "a b=1", "c=11"]
            ),
            (
                "[s]\nk = a\n  %(l)s\nl = b\n  c\n",
                ["[s]", "k=a\nb\nc", "l=b\nc"]
            ),
            (
                "[s]\nk = \u{a0}a\u{2003}\u{1d}\n\u{a0}b\n",
                ["[s]", "k=a\nb"]
            ),
            (
                "[s]\na = %(a)s\nb = 1\n",
                ["[s]", "b=1", "a?"]
            ),
            (
                "[s]\nK = 1\nl = %(k)s\n",
                ["[s]", "K=1", "l?"]
            ),
            (
                "[s]\nk0 = %(k1)s\nk1 = %(k2)s\nk2 = %(k3)s\nk3 = %(k4)s\nk4 = %(k5)s\nk5 = %(k6)s\nk6 = %(k7)s\nk7 = %(k8)s\nk8 = %(k9)s\nk9 = %(k10)s\nk10 = %(k11)s\nk11 = end\n",
                [
                    "[s]", "k1=end", "k2=end", "k3=end", "k4=end", "k5=end", "k6=end", "k7=end", "k8=end", "k9=end",
                    "k10=end", "k11=end", "k0?",
                ]
            ),
            (
                "[s]\nk = a\n#x\n\n\n# y\n  b\n",
                ["[s]", "k=a\n\n\nb"]
            ),
            (
                "[s]\nk = a\nl = b\n\n[t]\n\n  m = c\n",
                ["[s]", "k=a", "l=b", "[t]", "m=c"]
            ),
        ] as [(String, [String])])
    func `a file says what it says to configparser`(text: String, expected: [String]) {
        let file = INIFile(utf8(text))
        #expect(file.problems == [])
        #expect(shown(file).map(utf8) == expected.map(utf8))
    }

    @Test func `lines are those of headers and keys, values not yet filled in`() {
        let file = INIFile(utf8("# c\n[DEFAULT]\nd = 1\n\n[s]\nk = a\n  %(d)s\nl = b\n"))
        #expect(file.defaults == [INIFile.Entry(key: "d", value: "1", line: 3)])
        #expect(file.sections.map(\.line) == [5])
        #expect(
            file.sections.first?.entries == [
                INIFile.Entry(key: "k", value: "a\n%(d)s", line: 6), INIFile.Entry(key: "l", value: "b", line: 8),
            ])
    }

    @Test func `a value that a section sets itself carries the section's line`() throws {
        let file = INIFile(utf8("[DEFAULT]\na = 1\nb = 2\n[s]\nb = 3\n"))
        let section = try #require(file.sections.first)
        #expect(file.values(of: section).values.map(\.line) == [2, 5])
    }

    @Test(
        arguments: [
            ("[s]\nbad\nk = v\n", ["2 s -"], ["[s]", "k=v"]),
            ("[s]\nk = v\nbad\n  its continuation\nl = w\n", ["3 s -"], ["[s]", "k=v", "l=w"]),
            ("[s]\n= v\nk = v\n", ["2 s -"], ["[s]", "k=v"]), ("[]\n[s]\nk = v\n", ["1 - -"], ["[s]", "k=v"]),
            ("[s]\n[t\nk = v\n", ["2 s -"], ["[s]", "k=v"]),
            ("k = v\nl = w\n[s]\nm = x\n", ["1 - -"], ["[s]", "m=x"]),
            ("[s]\nk = 1\nk = 2\n  3\nl = 4\n", ["3 s k"], ["[s]", "k=1", "l=4"]),
            ("[s]\nk = 1\n[s]\nl = 2\n[t]\nm = 3\n", ["3 s -"], ["[s]", "k=1", "[t]", "m=3"]),
            ("[DEFAULT]\na = 1\n[s]\n[DEFAULT]\na = 2\n", ["5 DEFAULT a"], ["[s]", "a=1"]),
            ("[s]\nk = 1\n[s]\nbad\nk = 2\nk = 3\n", ["3 s -", "4 s -", "6 s k"], ["[s]", "k=1"]),
        ] as [(String, [String], [String])])
    func `a bad line is named and hides nothing else`(text: String, problems: [String], expected: [String]) {
        let file = INIFile(utf8(text))
        #expect(places(file) == problems)
        #expect(shown(file) == expected)
    }

    @Test func `bytes that are not UTF-8 cost only the entry they are in`() {
        let lines: [[UInt8]] = [
            utf8("[s]"), utf8("a = ") + [0xFF], utf8("  more"), utf8("b = 1"), utf8("c = 2"), [0x20, 0xC3], utf8("  3"),
            utf8("# ") + [0xE4], utf8("d = 4"), utf8("[") + [0xFC] + utf8("]"), utf8("e = 5"), utf8("[t]"),
            utf8("f = 6"),
        ]
        let file = INIFile(Array(lines.joined(separator: [10])))
        #expect(places(file) == ["2 s -", "6 s c", "8 s -", "10 - -"])
        #expect(shown(file) == ["[s]", "b=1", "d=4", "[t]", "f=6"])
        #expect(file.problems.allSatisfy { $0.message == "not UTF-8; expected text in that encoding" })
    }

    @Test(arguments: [
        ("x", "a line before the first section; expected [section] above it"),
        ("[s]\ncommand", "command: expected key = value"), ("[s]\n[t", "[t: expected [section] or key = value"),
        ("[s]\n: x", ": x: expected a key before the delimiter"),
        ("[s]\nk = 1\nk = 2", "k is in line 2 already; expected it once"),
        ("[s]\n[s]", "the section [s] is in line 1 already; expected another name"),
    ])
    func `a problem says what was expected`(text: String, message: String) {
        #expect(INIFile(utf8(text)).problems.map(\.message) == [message])
    }

    @Test(arguments: [
        ("50% off", "a lone % at % off; expected %(key)s for the value of a key, or %% for a percent sign"),
        ("%(file)d", "a lone % at %(file)d; expected %(key)s for the value of a key, or %% for a percent sign"),
        ("%(flie)s", "%(flie)s: expected a key of [s] or [DEFAULT]; did you mean %(file)s?"),
        ("%(FILE)s", "%(FILE)s: expected a key of [s] or [DEFAULT]"),
        ("%(k)s", "its %(…)s references lead through more than 10 values, or in a circle; expected an end"),
    ])
    func `a reference that cannot be filled in says what was expected`(value: String, message: String) throws {
        let file = INIFile(utf8("[DEFAULT]\nfile = x\n[s]\nk = \(value)\n"))
        let read = file.values(of: try #require(file.sections.first))
        #expect(read.values.map(\.key) == ["file"])
        #expect(read.problems == [INIFile.Problem(line: 4, section: "s", key: "k", message: message)])
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `no bytes at all make it crash`(seed: UInt64) {
        var generator = SplitMix(seed: seed)
        let alphabet = utf8("[]=:#;% ()sk\n\r\t") + [0xC3, 0xA9, 0xFF]
        for _ in 0..<50 {
            let bytes = generator.bytes(40).map { alphabet[Int($0) % alphabet.count] }
            let file = INIFile(utf8("[s]\n") + bytes)
            for section in file.sections { _ = file.values(of: section) }
            #expect(file.problems.map(\.line) == file.problems.map(\.line).sorted())
        }
    }
}
