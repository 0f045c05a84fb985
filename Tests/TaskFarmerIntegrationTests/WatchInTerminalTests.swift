// `taskfarmer watch` in a real terminal.

import Foundation
import Testing

@Suite("Watching in a terminal") struct WatchInTerminalTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/watch")

    /// Compares with a file under `Fixtures/watch`, but for the first line, in which the test's own folder is named. With
    /// TASKFARMER_UPDATE_GOLDEN=1 the file is written instead.
    private func expect(_ text: String, is name: String, _ where: SourceLocation = #_sourceLocation) throws {
        let rest = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().joined(separator: "\n")
        let file = Self.fixtures.appending(path: name)
        if ProcessInfo.processInfo.environment["TASKFARMER_UPDATE_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(at: Self.fixtures, withIntermediateDirectories: true)
            try Data(rest.utf8).write(to: file)
            return
        }
        let known = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        #expect(rest == known, "differs from Fixtures/watch/\(name)", sourceLocation: `where`)
    }

    /// A work directory that looks the same whenever it is made: what another tool has done, on hosts of long ago.
    private func makeOld(_ farm: Farm) throws {
        try farm.write((0..<20).map { "./simulate --seed \($0)" + ($0 == 4 ? " # é 日本" : "") })
        let jobs = (0..<15).map { id in
            let (exit, signal) = id == 4 ? (3, 0) : id == 8 ? (0, 11) : id == 12 ? (3, 0) : (0, 0)
            return
                "\(id + 1)\tn\(id % 3 + 1)\t\(1_795_000_000 + 61 * id).000\t   \(id).500\t0\t0\t\(exit)\t\(signal)\t./simulate --seed \(id)"
                + (id == 4 ? " # é 日本" : "")
        }
        try farm.write(
            ["Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand"] + jobs, to: "jobs.log")
        try farm.call("import", "--joblog", "jobs.log", "tasks", environment: ["TZ": "UTC"]).ends(0)
    }

    private func watch(_ farm: Farm, _ words: String = "") throws -> String {
        "echo before; stty -g > first; '\(try Program.taskfarmer())' watch \(words) tasks; echo \"after: $?\"; stty -g > last; "
            + "exec sleep 1000"
    }

    private func withWindow(
        _ farm: Farm, columns: Int = 80, rows: Int = 24, _ words: String = "", environment: [String: String] = [:],
        _ body: (TerminalWindow) throws -> Void
    ) throws {
        let window = try TerminalWindow(
            farm, columns: columns, rows: rows, environment: environment, watch(farm, words))
        defer { window.close() }
        try body(window)
    }

    @Test func `at 80 by 24 and at 200 by 50 the screen is what it should be, and it follows the window`() throws {
        guard TerminalWindow.isThere else { return }
        try Farm.use { farm in
            try makeOld(farm)
            let before = farm.state("state")
            try withWindow(farm) { window in
                let first = try window.waits(for: "failed attempts (3)")
                let head = try #require(first.split(separator: "\n").first)
                #expect(head.hasPrefix("taskfarmer watch  …") && head.hasSuffix("/tasks_workdir  nobody is at work"))
                try expect(first, is: "80x24.txt")
                try window.press("?")
                try expect(try window.waits(for: "Keys."), is: "80x24-help.txt")
                try window.press("q")
                try window.press("Tab")
                try window.press("Down", "e")
                // What it is called here is not the same everywhere.
                let explained = try window.waits(for: "task 8: failed")
                #expect(explained.contains("killed by SIGSEGV after 8.50 s") && explained.contains(" on n3"))
                try window.press("Escape")
                try window.waits(for: "failed attempts (3)")
                try window.press("/", "日本", "Enter")
                let filtered = try window.waits(for: "only rows with: 日本")
                #expect(filtered.contains("./simulate --seed 4") && !filtered.contains("seed 8"))
                try window.press("Escape", "s", "s", "S")
                // Ordered by how they ended, the other way round.
                let ordered = try window.waits(for: "how▼")
                let places = ["SIGSEGV", "exit 3"].map { ordered.range(of: $0)?.lowerBound }
                #expect(try #require(places[0]) < #require(places[1]))
                try window.press("s", "s")
                try window.waits(for: "ended▼")
                try window.resize(columns: 200, rows: 50)
                try expect(try window.waits(for: "took"), is: "200x50.txt")
                try window.resize(columns: 80, rows: 24)
                try window.waits(for: "failed attempts (3)", without: "took")
                try window.resize(columns: 30, rows: 6)
                try window.waits(for: "taskfarmer watch", without: "l log  e explain")
                try window.press("q")
                try window.waits(for: "after: 0")
            }
            #expect(farm.state("state") == before, "looking changes nothing")
        }
    }

    @Test func `in a large terminal all of a run shows at once`() throws {
        guard TerminalWindow.isThere else { return }
        try Farm.use { farm in
            try makeOld(farm)
            try withWindow(farm, columns: 200, rows: 50) { window in
                try expect(try window.waits(for: "failed attempts (3)"), is: "200x50-first.txt")
                try window.press("?")
                try expect(try window.waits(for: "Running tasks, as of"), is: "200x50-help.txt")
            }
        }
    }

    @Test func `a failure of a task that has succeeded since, or waits, shows what the task is`() throws {
        guard TerminalWindow.isThere else { return }
        try Farm.use { farm in
            try farm.write((0..<3).map { "./simulate --seed \($0)" })
            let ends = [(1, 3), (1, 0), (2, 255)]
            try farm.write(
                ["Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand"]
                    + ends.enumerated().map { place, end in
                        "\(end.0)\tn1\t\(1_795_000_000 + place).000\t   0.500\t0\t0\t\(end.1)\t0\t./simulate --seed \(end.0 - 1)"
                    }, to: "jobs.log")
            try farm.call("import", "--joblog", "jobs.log", "tasks").ends(0)
            try farm.call("retry", "1", "tasks").ends(0)
            try withWindow(farm) { window in
                let text = try window.waits(for: "failed attempts (2)", "exit 255", "exit 3")
                let rows = text.split(separator: "\n").filter { $0.contains(" exit ") }
                #expect(rows.map { $0.hasSuffix("./simulate --seed 1") } == [true, false])
                #expect(rows.last?.hasSuffix("./simulate --seed 0") == true)
            }
        }
    }

    @Test func `a work directory that is gone is told, and one that is made anew is shown`() throws {
        guard TerminalWindow.isThere else { return }
        try Farm.use { farm in
            try makeOld(farm)
            try withWindow(farm) { window in
                try window.waits(for: "failed attempts (3)")
                try FileManager.default.removeItem(at: farm.workDirectory)
                let text = try window.waits(for: "there is no work directory at")
                #expect(text.contains("  as of ") && text.contains("failed attempts (3)"))
                try farm.write((0..<7).map { "exit \($0 % 2)" })
                try farm.farmer("-n", "1").ends(1)
                let new = try window.waits(for: "7 of 7 tasks over", without: "there is no work directory")
                #expect(new.contains("4 finished  3 failed  0 claimed  0 to process"))
            }
        }
    }

    @Test func `keys reach tasks and farmers`() throws {
        guard TerminalWindow.isThere else { return }
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: ["echo first; exit 3", "echo 'it is up'; echo > up; while :; do sleep 0.05; done"]
                    + (0..<3).map { "echo task \($0); while ! test -e go; do sleep 0.05; done" }, "-n", "2")
            try withWindow(farm) { window in
                // What it uses is known once it has run for a moment.
                try window.waits(for: "running (2)", "failed attempts (1)", "MiB")
                try window.press("/", "it is up", "Enter", "l")
                try window.waits(for: "what it printed last", "following")
                #expect(try window.text().contains("\nit is up\n"))
                try window.press("q", "c")
                try window.waits(for: "cancel task 1?")
                try window.press("n")
                try window.waits(for: "nothing done")
                try window.press("c", "y")
                try window.waits(for: "task 1: cancelled: 1 running")
                try window.press("Escape", "Tab")
                try window.waits(for: "r retry")
                try window.press("r", "y")
                try window.waits(for: "task 0: to be run again: 1 failed")
                // It waits for a slot, for which the others do not make room.
                #expect(farm.ids("failed") == [])
                try window.press("Tab")
                try window.waits(for: "d drain")
                try window.press("d", "y")
                try window.waits(for: "draining")
                try farm.write([], to: "go")
                try farmer.ends(75)
                try window.waits(for: "nobody is at work")
                try window.press("q")
                try window.waits(for: "after: 0")
            }
            #expect(farm.ids("skipped") == [1] && farm.ids("toprocess").contains(0))
            try farm.expectSound()
        }
    }

    @Test(arguments: ["q", "INT", "TERM", "HUP", "QUIT", "SEGV", "ABRT", "USR1", "BUS", "TRAP"])
    func `however it ends, the terminal is what it was`(how: String) throws {
        guard TerminalWindow.isThere else { return }
        try Farm.use { farm in
            try makeOld(farm)
            try withWindow(farm) { window in
                try window.waits(for: "failed attempts (3)")
                #expect(try !window.text().contains("before"))
                if how == "q" {
                    try window.press("q")
                } else {
                    let watcher = try #require(
                        farm.processes().first { process in
                            let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
                            return words.split(separator: 0).dropFirst().first.map { $0.elementsEqual("watch".utf8) }
                                == true
                        })
                    let names = [
                        "INT": SIGINT, "TERM": SIGTERM, "HUP": SIGHUP, "QUIT": SIGQUIT, "SEGV": SIGSEGV,
                        "ABRT": SIGABRT,
                        "USR1": SIGUSR1, "BUS": SIGBUS, "TRAP": SIGTRAP,
                    ]
                    _ = kill(watcher, try #require(names[how]))
                }
                let text = try window.waits(for: "before", "after: ", without: "failed attempts (3)")
                let isOrderly = ["q", "INT", "TERM", "HUP", "QUIT"].contains(how)
                #expect(text.contains("after: 0") == isOrderly)
                try eventually("its settings were read") { farm.exists("last") && !farm.text("last").isEmpty }
                #expect(farm.text("first") == farm.text("last"))
            }
        }
    }

    @Test func `a stopped watcher gives the terminal back, and takes it again`() throws {
        guard TerminalWindow.isThere else { return }
        try Farm.use { farm in
            try makeOld(farm)
            let command =
                "echo before; bash -i -c \"'\(try Program.taskfarmer())' watch tasks; stty -g > last; fg; echo over\"; "
                + "exec sleep 1000"
            guard Farm.has("bash") else { return }
            let window = try TerminalWindow(farm, command)
            defer { window.close() }
            try window.waits(for: "failed attempts (3)")
            #expect(try window.answer(to: "#{cursor_flag}#{alternate_on}") == "01\n")
            try window.press("C-z")
            // The shell has it in the foreground again at once.
            try eventually("it was stopped") { farm.exists("last") && !farm.text("last").isEmpty }
            try window.waits(for: "failed attempts (3)")
            try window.press("q")
            try window.waits(for: "over", without: "failed attempts (3)")
            #expect(try window.answer(to: "#{cursor_flag}#{alternate_on}") == "10\n")
        }
    }

    @Test func `a key redraws only what it changes`() throws {
        guard TerminalWindow.isThere else { return }
        try Farm.use { farm in
            try makeOld(farm)
            try withWindow(farm, columns: 200, rows: 50) { window in
                try window.waits(for: "failed attempts (3)")
                try window.press("Tab")
                try window.waits(for: "r retry")
                try window.record(to: "written")
                try window.press("/")
                try window.waits(for: "show only rows with:")
                try window.press("x", "BSpace", "Escape")
                try window.waits(for: "r retry")
                try window.press("q")
                try window.waits(for: "after: 0")
                // A whole screen is more than 2,000 bytes, and each of these keys changes a row or two.
                let drawn = farm.text("written").components(separatedBy: "\u{1B}[?1049l")[0]
                #expect(!drawn.isEmpty && drawn.utf8.count < 1_500, "\(drawn.utf8.count)")
                #expect(!drawn.contains("simulate --seed 8  ") && !drawn.contains("\u{1B}[2J"))
            }
        }
    }

    @Test func `it has colours, none with NO_COLOR, and only ASCII where the locale has no more`() throws {
        guard TerminalWindow.isThere else { return }
        try Farm.use { farm in
            try makeOld(farm)
            try withWindow(farm) { window in
                try window.waits(for: "failed attempts (3)")
                #expect(try window.looks().contains("\u{1B}[32m"))
            }
            try withWindow(farm, environment: ["NO_COLOR": "1"]) { window in
                try window.waits(for: "failed attempts (3)")
                let looks = try window.looks()
                let colour = try Regex("\u{1B}\\[[0-9;]*(3[0-7]|4[0-7]|2)m")
                #expect(looks.firstMatch(of: colour) == nil && looks.contains("\u{1B}[1m"))
            }
            try withWindow(farm, environment: ["LANG": "C", "LC_ALL": "C"]) { window in
                let text = try window.waits(for: "failed attempts (3)")
                #expect(text.utf8.allSatisfy { $0 < 128 } && text.contains("[####"))
            }
        }
    }

    @Test func `a dumb terminal and a pipe get a line at a time`() throws {
        try Farm.use { farm in
            try makeOld(farm)
            let farmer = try farm.start(["watch", "--interval", "0.05", "tasks"])
            try eventually("it has said something") { farmer.printed.hasSuffix("\n") }
            try farm.write([], to: "simulate")
            // None of the last five can be started.
            try farm.farmer("-n", "2").ends(1)
            let said = try farmer.ends(0).output.split(separator: "\n").map(String.init)
            #expect(said.first?.hasSuffix("15/20 done (75.0 %), 3 failed, 0 running, 5 left, 0 farmers") == true)
            #expect(said.last?.hasSuffix("20/20 done (100.0 %), 8 failed, 0 running, 0 left, 0 farmers") == true)
            let failures = said.filter { $0.contains(", attempt 1: ") }
            #expect(failures.count == 5 && failures.contains { $0.contains("task 17, attempt 1: could not start") })
            #expect(said.allSatisfy { !$0.contains("\u{1B}") })
            guard TerminalWindow.isThere else { return }
            try withWindow(farm, environment: ["TERM": "dumb"]) { window in
                try window.waits(for: "20/20 done", "after: 0")
            }
        }
    }

    @Test func `bad words are refused in one line`() throws {
        try Farm.use { farm in
            let none = try farm.call("watch", "tasks").ends(64)
            #expect(none.errors.contains("there is no work directory at tasks") && none.output.isEmpty)
            try makeOld(farm)
            for words in [["--interval", "0"], ["--interval", "soon"]] {
                let ended = try farm.start(["watch"] + words + ["tasks"]).ends(64)
                #expect(ended.errors.split(separator: "\n").count == 1 && ended.errors.contains("--interval"))
            }
        }
    }
}
