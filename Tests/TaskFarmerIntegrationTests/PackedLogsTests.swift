// One file with the output of all tasks of a farmer.

import Foundation
import Testing

struct PackedLogsTests {
    private func run(_ farm: Farm, _ slots: Int, _ status: Int32 = 0) throws {
        try farm.farmer("-n", "\(slots)", "--logs", "packed").ends(status)
    }

    @Test func `a thousand tasks make two files, and each prints its own output`() throws {
        try Farm.use { farm in
            try farm.write((0..<1000).map { "echo task \($0)" })
            try run(farm, 4)
            #expect(try farm.logNames().map { $0.split(separator: ".").last } == ["index", "pack"])
            let all = try farm.packed()
            #expect((0..<1000).filter { all["\($0).1"] != Array("task \($0)\n".utf8) } == [])
            for id in [0, 1, 10, 99, 100, 999] { #expect(try farm.printedText(id) == "task \(id)\n") }
            try farm.expectComplete(1000)
        }
    }

    @Test func `bytes that are no text, a missing last newline and no output at all come back as they were`() throws {
        try Farm.use { farm in
            try farm.write(["printf '\\000\\377\\r\\n\\n\\001'", "printf end", "true", "printf '\\n'"])
            try run(farm, 2)
            #expect(try farm.printed(0) == [0, 255, 13, 10, 10, 1])
            #expect(try farm.printed(1) == Array("end".utf8))
            #expect(try farm.printed(2) == [])
            #expect(try farm.printed(3) == [10])
        }
    }

    @Test func `an output larger than any pipe or buffer is whole`() throws {
        try Farm.use { farm in
            try farm.write(["head -c 20000003 /dev/urandom > expected; cat expected", "echo small"])
            try run(farm, 2)
            let expected = farm.bytes("expected")
            #expect(expected.count == 20_000_003)
            let printed = try farm.printed(0)
            #expect(printed == expected, "\(printed.count) bytes")
            #expect(try farm.printedText(1) == "small\n")
        }
    }

    @Test func `both outputs stay in the order in which they were written`() throws {
        try Farm.use { farm in
            try farm.write(["for n in 1 2 3 4 5 6 7 8 9; do echo out $n; echo err $n >&2; done"])
            try run(farm, 1)
            #expect(try farm.printedText(0) == (1...9).map { "out \($0)\nerr \($0)\n" }.joined())
        }
    }

    @Test func `tasks that print at the same time do not mix`() throws {
        try Farm.use { farm in
            let lines = 3000
            try farm.write(
                (0..<12).map {
                    "n=0; while test $n -lt \(lines); do n=$((n+1)); echo \($0) $n; done; test \($0) -lt 11"
                })
            try run(farm, 12, 1)
            let all = try farm.packed()
            for id in 0..<12 {
                let expected = (1...lines).map { "\(id) \($0)\n" }.joined()
                #expect(all["\(id).1"] == Array(expected.utf8), "task \(id)")
            }
            #expect(try farm.printedText(5).hasSuffix("5 \(lines)\n"))
        }
    }

    @Test func `two farmers on one list keep a pack each, and both are read`() throws {
        try Farm.use { farm in
            // Each waits for the other's: both farmers must have a task.
            try farm.write(["echo > a; until test -e b; do sleep 0.02; done; echo first"])
            try farm.append("echo > b; until test -e a; do sleep 0.02; done; echo second\n")
            let farmers = try (0..<2).map { _ in try farm.farmer("-n", "1", "--logs", "packed") }
            for farmer in farmers { try farmer.ends(0) }
            #expect(try farm.printedText(0) == "first\n")
            #expect(try farm.printedText(1) == "second\n")
            #expect(try farm.logNames().count == 4)
            try farm.expectComplete(2)
        }
    }

    @Test func `a farmer that finds nothing to do leaves no files`() throws {
        try Farm.use { farm in
            try farm.write(["echo once"])
            try run(farm, 1)
            let before = try farm.logNames()
            try run(farm, 1)
            #expect(try farm.logNames() == before)
        }
    }

    @Test func `a descendant that outlives its task and prints for ever holds nobody up`() throws {
        try Farm.use { farm in
            try farm.write([
                "echo task; setsid sh -c 'echo $$ > child; exec yes' & until test -s child; do sleep 0.02; done",
                "setsid sh -c 'echo $$ > silent; exec sleep 1000' & until test -s silent; do sleep 0.02; done; echo x",
                "echo after",
            ])
            try run(farm, 1)
            #expect(try farm.printedText(0).hasPrefix("task\n"))
            #expect(try farm.printedText(1) == "x\n")
            #expect(try farm.printedText(2) == "after\n")
            try farm.expectComplete(3)
            for name in ["child", "silent"] {
                if let process = Int32(farm.text(name).dropLast()) { _ = kill(process, SIGKILL) }
            }
        }
    }

    @Test func `a task that closes its outputs keeps what it had printed`() throws {
        try Farm.use { farm in
            try farm.write(["echo before; exec >&- 2>&-; sleep 0.1", "exec >&- 2>&-; sleep 0.05", "echo more"])
            try run(farm, 3)
            #expect(try farm.printedText(0) == "before\n")
            #expect(try farm.printed(1) == [])
            #expect(try farm.printedText(2) == "more\n")
        }
    }

    @Test func `opening the standard streams by name keeps what was printed before`() throws {
        try Farm.use { farm in
            try farm.write(["echo a; echo b > /dev/stderr; echo c > /dev/stdout; echo d | tee /dev/stderr > /dev/null"])
            try run(farm, 1)
            #expect(try farm.printedText(0) == "a\nb\nc\nd\n")
        }
    }

    @Test func `a command that cannot be started leaves its reason`() throws {
        try Farm.use { farm in
            try farm.write(["no-such-command-anywhere x", "echo fine"])
            let ended = try farm.farmer("-n", "1", "--logs", "packed").ends(1)
            #expect(ended.output.contains("taskfarmer log 0 "), "\(ended.output)")
            #expect(try farm.printedText(0).contains("not found"))
        }
    }

    @Test func `a task may open as many files as its farmer was allowed`() throws {
        try Farm.use { farm in
            try farm.write(["ulimit -Sn", "ulimit -Hn"])
            let ended = try farm.start(
                ["run", "-n", "600", "--logs", "packed", "tasks"],
                under: ["sh", "-c", "ulimit -Sn 300; exec \"$@\"", "sh"]
            ).ends(0)
            #expect(!ended.errors.contains("cannot"), "\(ended.errors)")
            #expect(try farm.printedText(0) == "300\n")
            #expect(try farm.printedText(1) != "300\n")
        }
    }

    @Test(arguments: ["packed", "files"])
    func `more tasks run at a time than the farmer may open files at first`(layout: String) throws {
        try Farm.use { farm in
            // All of them wait for the last one, so that all pipes are open together.
            let count = 100
            try farm.write(
                Array(repeating: "until test -e last; do sleep 0.2; done; echo $PROC_NUMBER", count: count))
            try farm.append("echo > last\n")
            let ended = try farm.start(
                ["run", "-n", "\(count + 1)", "--logs", layout, "tasks"],
                under: ["sh", "-c", "ulimit -Sn 48; exec \"$@\"", "sh"]
            ).ends(0)
            #expect(ended.errors == "")
            let all = layout == "packed" ? try farm.packed() : [:]
            let wrong = (0..<count).filter { id in
                (layout == "packed" ? all["\(id).1"] : Array(farm.log(id).utf8)) != Array("\(id)\n".utf8)
            }
            #expect(wrong == [])
        }
    }
}
