import TaskFarmerCore
import Testing

struct DisBatchLineTests {
    /// Recorded from the regular expressions of disBatch 3.0.
    @Test(
        arguments: [
            ("", .none), ("  # x", .none), ("\t", .none), ("#disbatch PREFIX a", .none), ("# DISBATCH PREFIX a", .none),
            (" a b ", .task(utf8(" a b "))), ("a # b", .task(utf8("a # b"))),
            ("#DISBATCH PREFIX a ", .prefix(utf8("a "))), ("#DISBATCH prefix  a", .prefix(utf8(" a"))),
            ("#DISBATCH PREFIX ", .prefix([])), ("#DISBATCH Suffix ) &> x", .suffix(utf8(") &> x"))),
            ("#DISBATCH REPEAT 5", .repeated(times: 5, start: 0, step: 1, command: [])),
            ("#DISBATCH REPEAT 5 ", .repeated(times: 5, start: 0, step: 1, command: [])),
            ("#DISBATCH REPEAT 5 a b ", .repeated(times: 5, start: 0, step: 1, command: utf8("a b "))),
            ("#DISBATCH repeat\t5  start 7 step\t2 a", .repeated(times: 5, start: 7, step: 2, command: utf8("a"))),
            ("#DISBATCH REPEAT 5 STEP 2", .repeated(times: 5, start: 0, step: 2, command: [])),
            ("#DISBATCH REPEAT 5 step 2 start 3", .repeated(times: 5, start: 0, step: 2, command: utf8("start 3"))),
            ("#DISBATCH REPEAT 5 start x", .repeated(times: 5, start: 0, step: 1, command: utf8("start x"))),
            ("#DISBATCH REPEAT 5 start 12ab", .repeated(times: 5, start: 0, step: 1, command: utf8("start 12ab"))),
            ("#DISBATCH REPEAT 5 start 1 step 2x", .repeated(times: 5, start: 1, step: 1, command: utf8("step 2x"))),
            ("#DISBATCH REPEAT 5  a", .repeated(times: 5, start: 0, step: 1, command: utf8(" a"))),
        ] as [(String, DisBatchLine)])
    func `a line means what it means to disBatch`(line: String, expected: DisBatchLine) {
        #expect(DisBatchLine(utf8(line)) == expected)
    }

    @Test(arguments: [
        ("#DISBATCH BARRIER", "#DISBATCH BARRIER is not supported yet"),
        ("#DISBATCH BARRIER CHECK x", "BARRIER is not"),
        ("#DISBATCH PERENGINE START a", "#DISBATCH PERENGINE is not supported yet"),
        ("#DISBATCH REPEAT", "expected #DISBATCH REPEAT count [start first] [step step] [command]"),
        ("#DISBATCH REPEAT 5\ta", "expected #DISBATCH REPEAT count"),
        ("#DISBATCH REPEAT 5a", "expected #DISBATCH REPEAT count"),
        (
            "#DISBATCH PREFIX",
            "unknown directive #DISBATCH PREFIX: expected a blank after PREFIX, also where no text follows"
        ),
        (
            "#DISBATCH PREFFIX a",
            "unknown directive #DISBATCH PREFFIX: expected PREFIX, SUFFIX or REPEAT; did you mean PREFIX?"
        ),
        ("#DISBATCHING", "unknown directive #DISBATCH ING"),
    ])
    func `what cannot be carried out is refused, never passed over`(line: String, message: String) {
        guard case .refused(let text) = DisBatchLine(utf8(line)) else {
            Issue.record("\(line) was accepted")
            return
        }
        #expect(text.contains(message), "\(text)")
    }
}
