// What is recorded, in the forms of other tools; where these are installed, they read it.

import Foundation
import Testing

@Suite("Exports") struct ExportTests {
    /// Ends of many kinds; three tasks were never run.
    private func mixed(_ farm: Farm) throws {
        try farm.write([
            "echo 0 >> ran", "echo 1 >> ran; exit 3", "echo 2 >> ran; kill -KILL $$",
            "echo 3 >> ran; test -e mended || sleep 600", "./program", "echo 5 >> ran",
        ])
        try farm.farmer("-n", "1", "--task-timeout", "2").ends(1)
        try farm.append("echo 6 >> ran\necho 7 >> ran\necho 8 >> ran\n")
    }

    @Test func `GNU parallel goes on where a joblog says, and runs what failed again`() throws {
        guard Farm.has("parallel") else { return }
        try Farm.use { farm in
            try mixed(farm)
            try farm.call("export", "--format", "joblog", "-o", "jobs.log", "tasks").ends(0)
            try farm.write([], to: "mended")
            try FileManager.default.removeItem(at: farm.folder.appending(path: "ran"))
            let resumed = try farm.other(
                "parallel", "--will-cite", "-j1", "--resume", "--joblog", "jobs.log", input: "tasks")
            #expect(resumed.status == 0, "\(resumed.errors)")
            #expect(farm.numbers(in: "ran") == [6, 7, 8])

            try farm.write(bytes: Array("#!/bin/sh\necho 4 >> ran\n".utf8), to: "program")
            _ = unsafe chmod(farm.folder.appending(path: "program").path, 0o755)
            try FileManager.default.removeItem(at: farm.folder.appending(path: "ran"))
            _ = try farm.other("parallel", "--will-cite", "-j1", "--retry-failed", "--joblog", "jobs.log")
            #expect(farm.numbers(in: "ran") == [1, 2, 3, 4])
            try farm.expectSound()
        }
    }

    @Test func `a joblog has a line for each task that is over, its last attempt`() throws {
        try Farm.use { farm in
            try farm.write(["test $TASKFARMER_ATTEMPT -ge 2", "exit 4", "sleep 600", "echo a\tb"])
            let farmer = try farm.farmer("-n", "4", "--retries", "1")
            try eventually("three are over") { farm.attempts().count == 5 }
            let text = try farm.call("export", "--format", "joblog").ends(0).output
            let lines = text.split(separator: "\n").map { $0.split(separator: "\t", maxSplits: 8).map(String.init) }
            #expect(
                lines[0] == [
                    "Seq", "Host", "Starttime", "JobRuntime", "Send", "Receive", "Exitval", "Signal", "Command",
                ])
            let rows = lines.dropFirst().sorted { $0[0] < $1[0] }
            #expect(rows.map { $0[0] } == ["1", "2", "4"])
            #expect(rows.map { "\($0[6]) \($0[7])" } == ["0 0", "4 0", "0 0"])
            #expect(rows.map { $0[8] } == ["test $TASKFARMER_ATTEMPT -ge 2", "exit 4", "echo a\tb"])
            for row in rows {
                let last = try #require(farm.attempts(of: (Int(row[0]) ?? 0) - 1).last)
                #expect(row[1] == last["host"] && row[2] == last["start"].map { String($0.dropLast(3)) })
                #expect(
                    row[3].count == 10
                        && row[3].trimmingCharacters(in: .whitespaces) == last["wall"].map { String($0.dropLast(3)) })
            }
            _ = try farm.call("cancel", "2", "tasks")
            try farmer.ends(1)
            #expect(try farm.call("export", "--format", "joblog").ends(0).output.contains("\t-2\t0\tsleep 600\n"))
        }
    }

    @Test func `CSV and JSON lines have every attempt, and numbers are numbers`() throws {
        try Farm.use { farm in
            try farm.write(
                bytes: Array("test $TASKFARMER_ATTEMPT -ge 2\necho \"a,b\" 'c'\n./none\n".utf8) + Array("echo ".utf8)
                    + [0xff, 10])
            try farm.farmer("-n", "1", "--retries", "1", environment: ["SLURM_JOB_ID": "9", "SLURMD_NODENAME": "n"])
                .ends(1)
            let attempts = farm.attempts()
            let commands = ["test $TASKFARMER_ATTEMPT -ge 2", "echo \"a,b\" 'c'", "./none", "echo \\xff"]
            let csv = try farm.call("export", "--format", "csv").ends(0).output
            let lines = csv.split(separator: "\r\n", omittingEmptySubsequences: false)
            #expect(
                lines.first
                    == "id,attempt,host,farmer,slot,start,wall,user,sys,max_rss_kib,blocks_in,blocks_out,exit,signal,outcome,reason,job,command"
            )
            #expect(lines.count == attempts.count + 2 && lines.last == "")
            #expect(lines.contains { $0.hasSuffix(",\"echo \"\"a,b\"\" 'c'\"") }, "\(csv)")

            let json = try farm.call("export", "--format", "jsonl").ends(0).output.split(separator: "\n")
            #expect(json.count == attempts.count)
            for (line, attempt) in zip(json, attempts) {
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                #expect(object.count == attempt.count + 1)
                for (name, value) in attempt {
                    switch object[name] {
                    case let text as String: #expect(text == value)
                    case let number as NSNumber: #expect(number.doubleValue == Double(value), "\(name)")
                    default: #expect(value == "-" || value.isEmpty, "\(name) is \(value)")
                    }
                }
                #expect(object["command"] as? String == commands[Int(attempt["id"] ?? "") ?? 9])
            }
        }
    }

    @Test func `a file is replaced as a whole, and nothing else is`() throws {
        try Farm.use { farm in
            try farm.write(["true"])
            try farm.farmer().ends(0)
            try farm.write(["old"], to: "out.csv")
            try farm.call("export", "--format=csv", "-o", "out.csv").ends(0)
            #expect(farm.text("out.csv").hasPrefix("id,attempt"))
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: "folder"), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: farm.folder.appending(path: "link").path, withDestinationPath: "out.csv")
            _ = unsafe mkfifo(farm.folder.appending(path: "pipe").path, 0o600)
            for name in ["folder", "link", "pipe"] {
                let refused = try farm.call("export", "--format", "sql", "-o", name).ends(74)
                #expect(refused.errors == "taskfarmer: cannot replace \(name): it is not a regular file\n")
            }
            let own = try farm.call("export", "--format", "sql", "-o", "tasks_workdir/finished").ends(64)
            #expect(own.errors.contains("in the work directory"))
            #expect(try farm.call("export", "--format", "sql", "-o", "tasks").ends(64).errors.contains("the task list"))
            #expect(farm.text("tasks") == "true\n" && farm.text("out.csv").hasPrefix("id,attempt"))
            #expect(try farm.names(in: ".").filter { $0.hasPrefix(".taskfarmer") } == [])
            let wrong = try farm.call("export", "--format", "xml").ends(64)
            #expect(wrong.errors == "taskfarmer: --format xml: expected one of joblog, csv, jsonl, sql\n")
            try farm.expectSound()
        }
    }
}

extension Ended {
    /// It should have ended with this exit status.
    @discardableResult
    func ends(_ expected: Int32, _ where: SourceLocation = #_sourceLocation) -> Ended {
        #expect(status == expected, "\(output)\(errors)", sourceLocation: `where`)
        return self
    }
}
