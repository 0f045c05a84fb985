// Lines of other tools' logs, read and written.

import TaskFarmerCore
import Testing

@Suite("Other tools' lines") struct ForeignLogTests {
    private func joblog(_ text: String) -> JoblogLine? { try? JoblogLine(Array(text.utf8).span) }

    @Test func `a joblog's line says what GNU parallel says`() throws {
        let line = try #require(joblog("3\tuser@n1\t1795231883.742\t     0.101\t7\t8\t0\t0\tsleep 0.1\tand more"))
        #expect(line.sequence == 3 && line.host == "user@n1")
        #expect(line.started == 1_795_231_883_742_000 && line.wall == 101_000)
        #expect(line.end == .succeeded && line.command.text == "sleep 0.1\tand more")
        #expect(joblog("1\t:\t1.000\t     0.000\t0\t0\t3\t0\t")?.end == .exited(3))
        #expect(joblog("1\t:\t1.000\t     0.000\t0\t0\t0\t9\tx")?.end == .signalled(9))
        #expect(joblog("1\t:\t1.000\t     1.755\t0\t0\t-1\t15\tx")?.end == .timedOut)
        #expect(joblog("1\t:\t1.000\t     0.000\t0\t0\t-2\t0\tx")?.end == .skipped)
    }

    @Test(arguments: [
        ("1\t:\t1.0\t 1.0\t0\t0\t0\t0", "nine columns"), ("", "nine columns"), ("0\t:\t1\t1\t0\t0\t0\t0\tx", "Seq"),
        ("99999999999\t:\t1\t1\t0\t0\t0\t0\tx", "Seq"), ("1\t:\tnow\t1\t0\t0\t0\t0\tx", "Starttime"),
        ("1\t:\t1\t-1\t0\t0\t0\t0\tx", "JobRuntime"), ("1\t:\t1\t1.\t0\t0\t0\t0\tx", "JobRuntime"),
        ("1\t:\t1\t1\t0\t0\t256\t0\tx", "Exitval"), ("1\t:\t1\t1\t0\t0\t0\t200\tx", "Signal"),
    ])
    func `a line that is none says why`(line: String, word: String) {
        let problem = #expect(throws: ForeignProblem.self) {
            let bytes = Array(line.utf8)
            _ = try JoblogLine(bytes.span)
        }
        #expect(problem?.message.contains(word) == true, "\(problem?.message ?? "")")
    }

    @Test func `a line that was written is read as it was`() throws {
        for command in ["echo 1", "a\tb", "", "two\nlines", "caf\u{e9}"] {
            let line = JoblogLine(
                sequence: 12, host: "n1", started: 1_795_231_883_742_000, wall: 12_345_678_000, exit: 0, signal: 15,
                command: Array(command.utf8))
            var bytes: [UInt8] = []
            line.appendLine(to: &bytes)
            #expect(bytes.last == 10 && bytes.count { $0 == 10 } == 1)
            let text = Array(bytes.dropLast())
            let found = try JoblogLine(text.span)
            #expect(found == line)
        }
        var bytes: [UInt8] = []
        JoblogLine(sequence: 1, host: "", started: 999_999, wall: 101_999, exit: -1, signal: 15, command: [120])
            .appendLine(to: &bytes)
        #expect(bytes.text == "1\t:\t0.999\t     0.101\t0\t0\t-1\t15\tx\n")
    }

    @Test func `no end but success is one for GNU parallel`() {
        let ends: [Outcome] = [
            .exited(3), .signalled(9), .timedOut, .outOfMemory, .couldNotStart(127, reason: ""),
            .outputLost(reason: ""), .interrupted, .lost,
        ]
        for end in ends {
            let codes = JoblogLine.codes(end)
            #expect(codes.exit != 0 || codes.signal != 0, "\(end)")
        }
        #expect(JoblogLine.codes(.succeeded) == (0, 0) && JoblogLine.codes(.couldNotStart(126, reason: "")) == (126, 0))
    }

    private func disBatch(_ text: String) throws(ForeignProblem) -> DisBatchStatusLine {
        try DisBatchStatusLine(Array(text.utf8).span)
    }
    private let rest = "\t0\t''\t0\t''\t"

    @Test func `a line of disBatch's status file says what disBatch says`() throws {
        let line = try disBatch(
            "RO  \t2\t3\t-1\tvm\t995\t1\t1.004\t1795231888.641\t1795231889.644\t2\t'1\\n'\t0\t''\tfalse\t1")
        #expect(
            line
                == .attempt(
                    .init(
                        task: 2, host: "vm", process: 995, started: 1_795_231_888_641_000, wall: 1_003_000,
                        end: .exited(1), command: Array("false\t1".utf8))))
        func end(_ flags: String, _ code: Int, _ command: String = "x") throws -> DisBatchStatusLine.Attempt? {
            let line = try disBatch("\(flags)\t0\t1\t-1\tn\t1\t\(code)\t1.000\t10.000\t11.000\(rest)\(command)")
            if case .attempt(let attempt) = line { return attempt }
            return nil
        }
        #expect(try end("    ", 0)?.end == .succeeded)
        #expect(try end("   S", 0)?.end == .succeeded)
        #expect(try end("R   ", -9)?.end == .signalled(9))
        #expect(try end("R   ", -100)?.end == .lost)
        #expect(try end("   P", 0) == nil && end("R  Z", 1) == nil)
        #expect(try end("    ", 0, "b'a\\xff\\n\\\\b'")?.command == [97, 0xff, 10, 92, 98])
        #expect(try end("    ", 0, "b'plain'")?.command.text == "b'plain'")
        #expect(try disBatch("B    \t7\t8\t-1\tn\t1\t0\t1\t10\t11\(rest)#DISBATCH BARRIER") == .barrier(task: 7))
        #expect(
            try disBatch(
                "ROE[ PSZ]\tTaskID\tLineNum\tRepeatIndex\tNode\tPID\tReturnCode\tElapsed\tStart\tFinish\tBytesOfLeakedOutput\t"
                    + "OutputSnippet\tBytesOfLeakedError\tErrorSnippet\tCommand") == .header)
    }

    @Test func `a line of a status file that is none says why`() {
        for (line, word) in [
            ("", "fifteen columns"), ("    \t1\t2", "fifteen columns"),
            ("X   \t0\t1\t-1\tn\t1\t0\t1\t10\t11\(rest)x", "flags"),
            ("    \tone\t1\t-1\tn\t1\t0\t1\t10\t11\(rest)x", "task"),
            ("    \t-3\t1\t-1\tn\t1\t0\t1\t10\t11\(rest)x", "task"),
            ("R   \t0\t1\t-1\tn\t1\t999\t1\t10\t11\(rest)x", "return code"),
            ("    \t0\t1\t-1\tn\t1\t0\t1\tnow\t11\(rest)x", "start"),
        ] {
            do {
                _ = try disBatch(line)
                Issue.record("\(line) was read")
            } catch {
                #expect(error.message.contains(word), "\(error.message)")
            }
        }
    }

    @Test func `tasks that ran side by side get slots of their own, the lowest that are free`() {
        let spans = [(0, 10), (0, 5), (5, 7), (6, 8), (10, 12), (11, 11)].map { (start: $0.0, end: $0.1) }
        #expect(ForeignSlots.assign(spans) == [0, 1, 1, 2, 0, 1])
        #expect(ForeignSlots.assign([]) == [])
    }

    @Test func `any bytes are one literal, and one field`() {
        func sql(_ bytes: [UInt8]?) -> String {
            var text: [UInt8] = []
            QuotedText.append(sql: bytes, to: &text)
            return text.text
        }
        func csv(_ text: String) -> String {
            var bytes: [UInt8] = []
            QuotedText.append(csv: Array(text.utf8), to: &bytes)
            return bytes.text
        }
        #expect(sql(nil) == "NULL" && sql([]) == "''")
        #expect(sql(Array("it's '' \\ é".utf8)) == "'it''s '''' \\ é'")
        #expect(sql([97, 0xff, 39, 0xc3]) == "'a\\xff''\\xc3'")
        #expect(csv("plain text") == "plain text" && csv("a,b") == "\"a,b\"" && csv("a \"b\"") == "\"a \"\"b\"\"\"")
        #expect(csv("a\nb") == "\"a\nb\"" && csv("it's") == "it's")
    }
}
