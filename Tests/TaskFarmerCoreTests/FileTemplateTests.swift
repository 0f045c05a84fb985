import TaskFarmerCore
import Testing

struct FileTemplateTests {
    /// Recorded from GNU parallel 20221122.
    @Test(arguments: [
        ("", ["", "", ".", ""]),
        ("b", ["b", "b", ".", "b"]),
        ("b.c", ["b", "b.c", ".", "b"]),
        ("b.tar.gz", ["b.tar", "b.tar.gz", ".", "b.tar"]),
        (".bashrc", ["", ".bashrc", ".", ""]),
        (".x.y", [".x", ".x.y", ".", ".x"]),
        (".", ["", ".", ".", ""]),
        ("..", [".", "..", ".", "."]),
        ("...", ["..", "...", ".", ".."]),
        ("a.", ["a", "a.", ".", "a"]),
        ("a/b", ["a/b", "b", "a", "b"]),
        ("a/b.tar.gz", ["a/b.tar", "b.tar.gz", "a", "b.tar"]),
        ("a.b/c", ["a.b/c", "c", "a.b", "c"]),
        ("a.b/.c", ["a.b/", ".c", "a.b", ""]),
        ("a/b.", ["a/b", "b.", "a", "b"]),
        ("./x.y", ["./x", "x.y", ".", "x"]),
        ("../a", ["../a", "a", "..", "a"]),
        ("../../x.y", ["../../x", "x.y", "../..", "x"]),
        ("a/", ["a/", "", ".", ""]),
        ("a.b/", ["a.b/", "", ".", ""]),
        ("a/b.c/", ["a/b.c/", "", "a", ""]),
        ("a//", ["a//", "", ".", ""]),
        ("a//b", ["a//b", "b", "a", "b"]),
        ("a//b.c", ["a//b", "b.c", "a", "b"]),
        ("a//.b", ["a//", ".b", "a", ""]),
        ("/", ["/", "", "/", ""]),
        ("//", ["//", "", "/", ""]),
        ("/x", ["/x", "x", "/", "x"]),
        ("/x.y", ["/x", "x.y", "/", "x"]),
        ("/.x.y", ["/.x", ".x.y", "/", ".x"]),
        ("/a/", ["/a/", "", "/", ""]),
        ("/a//", ["/a//", "", "/", ""]),
        ("/a/b/c.d", ["/a/b/c", "c.d", "/a/b", "c"]),
        ("//x", ["//x", "x", "/", "x"]),
        ("//a/b", ["//a/b", "b", "//a", "b"]),
        ("a/b//c", ["a/b//c", "c", "a/b", "c"]),
        ("a/.", ["a/", ".", "a", ""]),
        ("a/..", ["a/.", "..", "a", "."]),
        ("./a", ["./a", "a", ".", "a"]),
        ("a b.c", ["a b", "a b.c", ".", "a b"]),
        ("a b/c d.e f", ["a b/c d", "c d.e f", "a b", "c d"]),
    ])
    func `a name is taken apart as GNU parallel does it`(file: String, expected: [String]) {
        let found = ["{.}", "{/}", "{//}", "{/.}"].map {
            FileTemplate(utf8($0)).filled(utf8(file), number: 1, quoted: false).text
        }
        #expect(found == expected)
        #expect(FileTemplate(utf8("{}")).filled(utf8(file), number: 1, quoted: false).text == file)
    }

    @Test(arguments: [
        ("cat {} > {.}.out", "cat 'a b/c.d' > 'a b/c'.out"), ("{/}{//}{/.}{#}", "c.d'a b'c7"), ("{{}}", "{'a b/c.d'}"),
    ])
    func `each value is one word for the shell, what is around it stays`(text: String, expected: String) {
        let template = FileTemplate(utf8(text))
        #expect(template.filled(utf8("a b/c.d"), number: 7, quoted: true).text == expected)
        #expect(
            template.filled(utf8("x"), number: 7, quoted: true) == template.filled(utf8("x"), number: 7, quoted: false))
    }

    @Test func `an empty value is still a word`() {
        #expect(FileTemplate(utf8("cp {.} {}")).filled(utf8(".b"), number: 1, quoted: true).text == "cp '' .b")
    }

    @Test func `names that are not UTF-8 are kept`() {
        let name: [UInt8] = [0xFF] + utf8("/") + [0xC3] + utf8(".x")
        #expect(FileTemplate(utf8("{/.} {//}")).filled(name, number: 1, quoted: false) == [0xC3, 0x20, 0xFF])
    }

    @Test(arguments: ["", "x", "{ }", "{a}", "{...}", "{%}", "{1}", "{+}", "{/", "{", "{///}", "{//.}", "${x}"])
    func `nothing else is special`(text: String) {
        let template = FileTemplate(utf8(text))
        #expect(template.filled(utf8("f"), number: 1, quoted: true).text == text)
        #expect(!template.hasPlaceholder)
    }

    @Test(arguments: ["{}", "x{.}", "{/}y", "{//}", "{/.}", "{#}", "{{}"])
    func `a placeholder is noticed`(text: String) {
        #expect(FileTemplate(utf8(text)).hasPlaceholder)
    }
}
