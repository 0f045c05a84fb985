import TaskFarmerCore
import Testing

struct TaskLineTests {
    @Test(arguments: [
        ("./run 1", 0..<7), ("x", 0..<1), ("  x", 0..<3), ("x  ", 0..<3), ("x\r", 0..<1), ("x \r", 0..<2),
        ("x\r\r", 0..<2),
        ("x # y", 0..<5), (" # y", 0..<4), ("\tx", 0..<2), ("!#", 0..<2), ("\r x", 0..<3), ("\u{0b}", 0..<1),
    ])
    func `a command keeps all its bytes`(line: String, expected: Range<Int>) {
        #expect(TaskLine.command(utf8(line).span) == expected)
    }

    @Test(arguments: ["", "\r", " ", "\t", " \t ", "  \r", "#", "#x", "# x\r", "#!/bin/sh"])
    func `a blank line or a comment is no task`(line: String) {
        #expect(TaskLine.command(utf8(line).span) == nil)
    }

    @Test func `bytes that are not UTF-8 are a command like any other`() {
        #expect(TaskLine.command(([0xff, 0xfe, 13] as [UInt8]).span) == 0..<2)
    }

    @Test func `the byte order mark is the one of UTF-8`() {
        #expect(TaskLine.byteOrderMark == utf8("\u{FEFF}"))
    }
}
