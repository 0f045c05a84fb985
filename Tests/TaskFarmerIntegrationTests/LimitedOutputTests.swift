// Output that does not fit, by the limit on the size of files (ulimit -f), which needs no file system of its own. Full ones are in
// Tests/Lab/faults.sh.

import Foundation
import Testing

struct LimitedOutputTests {
    /// So many bytes may a file have; the unit of `ulimit -f` is 512 bytes in some shells and 1,024 in others.
    private static let limited = ["sh", "-c", "ulimit -f 1024; exec \"$@\"", "sh"]
    private static let tooMuch = 3 << 20

    @Test func `what does not fit in a pack fails its task alone, and says so everywhere`() throws {
        try Farm.use { farm in
            try farm.write(["echo zero", "head -c \(Self.tooMuch) /dev/zero; echo done", "echo two", "echo three"])
            let ended = try farm.call("run", "-n", "1", "--logs", "packed", "tasks", under: Self.limited)
            #expect(ended.status == 1, "\(ended.output)\(ended.errors)")
            #expect(ended.errors.contains("task 1 has failed, since what it printed does not fit in the pack"))
            #expect(ended.output.contains("what it printed did not fit: File too large"), "\(ended.output)")
            try farm.expectComplete(4, failed: [1])
            let attempt = try #require(farm.attempts(of: 1).first)
            #expect(attempt["outcome"] == "output-lost" && attempt["reason"] == "File too large")
            #expect(try farm.printedText(1).contains("taskfarmer: what was printed from here on did not fit"))
            #expect(try farm.printedText(0) == "zero\n")
            #expect(try farm.printedText(3) == "three\n")
            // With room enough it runs again like any task that failed.
            #expect(try farm.run("-n", "1", "--retry-failed").status == 0)
            try farm.expectComplete(4)
            #expect(try farm.printed(1).count == Self.tooMuch + 5)
        }
    }

    @Test func `a task that prints for ever into a full pack is stopped and not waited for`() throws {
        try Farm.use { farm in
            try farm.write(["cat /dev/zero", "echo one"])
            let ended = try farm.call("run", "-n", "2", "--logs", "packed", "tasks", under: Self.limited)
            #expect(ended.status == 1, "\(ended.output)\(ended.errors)")
            try farm.expectComplete(2, failed: [0])
            #expect(farm.attempts(of: 0).first?["outcome"] == "output-lost")
        }
    }

    @Test func `a task whose own log file gets too large fails by its own end`() throws {
        try Farm.use { farm in
            try farm.write(["cat /dev/zero", "echo one"])
            let ended = try farm.call("run", "-n", "2", "tasks", under: Self.limited)
            #expect(ended.status == 1, "\(ended.output)\(ended.errors)")
            try farm.expectComplete(2, failed: [0])
            #expect(farm.attempts(of: 0).first?["signal"] == "\(SIGXFSZ)")
        }
    }

    @Test func `a farmer whose own files get too large stops and says what to do`() throws {
        try Farm.use { farm in
            try farm.write((0..<6000).map { "echo \($0) \(String(repeating: "x", count: 100))" })
            let small = ["sh", "-c", "ulimit -f 100; exec \"$@\"", "sh"]
            let ended = try farm.call("run", "-n", "2", "tasks", under: small)
            #expect(ended.status == 74, "\(ended.output)\(ended.errors)")
            #expect(ended.errors.contains("File too large; the file is larger than it may be there: raise `ulimit -f`"))
            try farm.write(["echo one"])
            try farm.run()
        }
    }

    @Test func `a farmer that is stopped and continued over and over loses nothing`() throws {
        try Farm.use { farm in
            // What the kernel interrupts then fails with EINTR, handlers or not (signal(7)).
            let farmer = try farm.farmerAtWork(
                on: (0..<400).map { "echo > up; echo \($0)" }, "-n", "2", "--logs", "packed")
            while farmer.isRunning {
                farmer.signal(SIGSTOP)
                farmer.signal(SIGCONT)
                Thread.sleep(forTimeInterval: 0.001)
            }
            try farmer.ends(0)
            try farm.expectComplete(400)
            for id in [0, 200, 399] { #expect(try farm.printedText(id) == "\(id)\n") }
        }
    }
}
