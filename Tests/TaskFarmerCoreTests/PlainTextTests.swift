import Testing

@testable import TaskFarmerCore

@Suite("Text that does nothing to a terminal") struct PlainTextTests {
    private func last(_ text: String, _ count: Int, isWhole: Bool = true) -> [String] {
        PlainText.lastLines(utf8(text), count: count, isWhole: isWhole)
    }

    @Test func `the last lines are those that a terminal would show`() {
        #expect(last("a\nb\nc\n", 2) == ["b", "c"])
        #expect(last("a\nb", 5) == ["a", "b"])
        #expect(last("a\n\n", 2) == ["a", ""])
        #expect(last("", 5) == [])
        #expect(last("10 %\r50 %\r100 %\r\ndone\n", 2) == ["100 %", "done"])
    }

    @Test func `the first line of what is not whole is left out, unless it is all there is`() {
        #expect(last("nd of a\nb\n", 5, isWhole: false) == ["b"])
        #expect(last("all of it", 5, isWhole: false) == ["all of it"])
    }

    @Test func `colours are taken away and nothing reaches the terminal`() {
        #expect(last("\u{1B}[31;1merror\u{1B}[0m: x", 1) == ["error: x"])
        #expect(last("\u{1B}]0;title\u{7}x\u{9B}2J", 1) == ["?]0;title?x?2J"])
        #expect(last("cut \u{1B}[3", 1) == ["cut "])
        let odd = PlainText.lastLines([255, 27, 91], count: 1, isWhole: true)
        #expect(odd == ["\u{FFFD}"])
    }

    @Test func `a command stays on its line, with its tabs`() {
        var bytes: [UInt8] = []
        PlainText.appendEscaped(utf8("a\tb\u{1B}c é\u{9B}"), to: &bytes)
        #expect(bytes.text == "a\\tb\\x1bc é\\x9b")
        bytes = []
        PlainText.append(utf8(String(repeating: "x", count: 200)), upTo: 120, to: &bytes)
        #expect(bytes.text == String(repeating: "x", count: 119) + "…")
    }

    @Test func `states are read by their words, and a misspelt one names the nearest`() throws {
        #expect(try TaskState.all(in: "failed,running") == [.failed, .running])
        let problem = #expect(throws: TaskState.Problem.self) { try TaskState.all(in: "runing") }
        #expect(problem?.message.contains("did you mean running?") == true)
        #expect(throws: TaskState.Problem.self) { try TaskState.all(in: "") }
    }

    @Test func `what changes the direction of text, or ends lines, is not text`() {
        let text = "a\u{202E}b\u{2028}c\u{2066}d\u{FEFF}e\u{200F}é日"
        #expect(text.oneLine == "a?b?c?d?e?é日")
        var bytes: [UInt8] = []
        PlainText.appendEscaped(Array(text.utf8), to: &bytes)
        #expect(bytes.text == "a\\u202eb\\u2028c\\u2066d\\ufeffe\\u200fé日")
        bytes = []
        PlainText.append(Array(text.utf8), upTo: 100, to: &bytes)
        #expect(bytes.text == text.oneLine)
    }
}
