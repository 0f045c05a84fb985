// Whole work directories with one file of any bytes: every command ends with a status that the manual has.

import Foundation
import Testing

struct DamagedFilesTests {
    private static let files = [
        "farm.json", "state", "roster", "transaction", "toprocess", "finished", "attempts.tsv", "timeline.json",
        "requeued", "lock",
    ]

    /// What is put in the place of a file.
    private static func damages(_ old: [UInt8]) -> [[UInt8]] {
        var turned = old
        for place in stride(from: 7, to: turned.count, by: 61) { turned[place] ^= 0x15 }
        let number = Array("9223372036854775807 9223372036854775807\n".utf8)
        return [[], Array(old.prefix(old.count / 2)), turned, number + old, [UInt8](repeating: 0, count: 4096)]
    }

    @Test(arguments: files)
    func `a work directory with a damaged file traps no command`(file: String) throws {
        try Farm.use { farm in
            try farm.write(["true", "false", "true", "kill -TERM $PPID; sleep 60"])
            try farm.farmer("-n", "1").ends(75)
            let saved = farm.folder.appending(path: "saved")
            try FileManager.default.copyItem(at: farm.workDirectory, to: saved)
            let old = [UInt8](try Data(contentsOf: farm.workDirectory.appending(path: file)))
            for (number, bytes) in Self.damages(old).enumerated() {
                for words in [
                    ["status", "tasks"], ["health", "tasks"], ["check", "tasks"], ["run", "tasks"],
                    ["check", "--repair", "tasks"],
                ] {
                    try FileManager.default.removeItem(at: farm.workDirectory)
                    try FileManager.default.copyItem(at: saved, to: farm.workDirectory)
                    try farm.write(bytes: bytes, to: "tasks_workdir/\(file)")
                    let limited = ["sh", "-c", "ulimit -v 8000000; exec \"$@\"", "sh"]
                    let ended = try farm.start(words, under: limited).wait()
                    let status = ended.status ?? -1
                    #expect(
                        [0, 1, 64, 71, 74, 75, 78].contains(status),
                        "\(file), damage \(number), \(words): \(status) signal \(ended.signal ?? 0) \(ended.errors)")
                    if status > 1 { #expect(!ended.errors.isEmpty) }
                }
            }
        }
    }

    @Test func `a line of a PyTaskFarmer run with an impossible number does not take all memory`() throws {
        try Farm.use { farm in
            try farm.write(["true"])
            try FileManager.default.createDirectory(at: farm.workDirectory, withIntermediateDirectories: false)
            for (name, text) in [
                ("toprocess", "999999999999 echo no\n0 true\n"), ("finished", ""), ("failed", ""),
                ("timeline.json", "[]"),
            ] { try farm.write(bytes: Array(text.utf8), to: "tasks_workdir/\(name)") }
            let ended = try farm.call("run", "tasks", under: ["sh", "-c", "ulimit -v 8000000; exec \"$@\"", "sh"])
            #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
            #expect(ended.errors.contains("1 line of toprocess dropped"), "\(ended.errors)")
            try farm.expectSound()
        }
    }
}
