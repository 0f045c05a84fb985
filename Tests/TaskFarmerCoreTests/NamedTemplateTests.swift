import TaskFarmerCore
import Testing

struct NamedTemplateTests {
    private func filled(_ text: String) -> String {
        NamedTemplate(utf8(text)).filled { utf8("<\($0)>") }.text
    }

    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("{a}", "<a>"), ("x{a}y{b}z", "x<a>y<b>z"), ("{a}{a}", "<a><a>"),
        ("{_x}", "<_x>"), ("{learning-rate.v2_X}", "<learning-rate.v2_X>"),
        ("--in={in} --out={out}", "--in=<in> --out=<out>"),
        ("{{a}}", "{a}"), ("{{{a}}}", "{<a>}"), ("{{}}", "{}"), ("a}}b", "a}b"), ("{{{{", "{{"),
    ])
    func `a name in braces is a placeholder, a doubled brace one brace`(text: String, expected: String) {
        #expect(filled(text) == expected)
    }

    @Test(arguments: [
        "{}", "{ print }", "{print $1}", "{a,b}", "{1..3}", "{1}", "{-a}", "{.}", "{a b}", "{a }", "{ a}", "{a", "a}",
        "{",
        "}", "{ä}", "{a/b}", "{a:b}", "f() { x; }",
    ])
    func `braces of the shell and of awk stay what they are`(text: String) {
        #expect(filled(text) == text)
        #expect(NamedTemplate(utf8(text)).names == [])
    }

    @Test(arguments: [
        ("${HOME}", "${HOME}"), ("${x:-{y}}", "${x:-{y}}"), ("${x:-${y}}{a}", "${x:-${y}}<a>"), ("${a}{a}", "${a}<a>"),
        ("$${a}", "$${a}"), ("$a{a}", "$a<a>"), ("$ {a}", "$ <a>"), ("${x#{{}}}", "${x#{{}}}"),
        ("echo ${#x} {a}}}", "echo ${#x} <a>}"),
    ])
    func `variables of the shell are left to it`(text: String, expected: String) {
        #expect(filled(text) == expected)
    }

    @Test(arguments: [("${a", "${a"), ("${ {a}", "${ <a>"), ("$", "$"), ("{a}$", "<a>$")])
    func `a variable without an end swallows nothing`(text: String, expected: String) {
        #expect(filled(text) == expected)
    }

    @Test func `pieces come apart where the placeholders are`() {
        let template = NamedTemplate(utf8("a{{b{c}{d}${e}"))
        #expect(
            template.pieces == [
                .text(utf8("a{b")), .placeholder("c"), .placeholder("d"), .text(utf8("${e}")),
            ])
        #expect(template.names == ["c", "d"])
    }

    @Test func `a value with braces is not read again`() {
        #expect(NamedTemplate(utf8("{a}{b}")).filled { $0 == "a" ? utf8("{b}") : utf8("}}") }.text == "{b}}}")
    }

    @Test func `bytes that are not UTF-8 are kept`() {
        let template = NamedTemplate([0xFF] + utf8("{a}") + [0xC3])
        #expect(template.filled { _ in [0x80] } == [0xFF, 0x80, 0xC3])
    }

    @Test func `an error of a value is the template's`() {
        struct Unknown: Error {}
        #expect(throws: Unknown.self) { try NamedTemplate(utf8("x{a}")).filled { _ in throw Unknown() } }
    }
}
