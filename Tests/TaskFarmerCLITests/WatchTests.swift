import TaskFarmerCore
import TaskFarmerReport
import Testing

@Suite("Watching") struct WatchTests {
    private static let now = 1_800_000_000_000_000
    private static let second = 1_000_000
    private static let words = WatchWords(
        time: { instant in
            let minutes = (instant - now) / (60 * second)
            return minutes < 0 ? "\(minutes) min" : "+\(minutes) min"
        }, signalName: { $0 == 11 ? "SIGSEGV" : "signal \($0)" })

    /// A run as it might be: so many tasks, of which `failed` failed, on so many farmers with `slots` slots each.
    private static func run(_ tasks: Int, done: Int, failed: Int, farmers: Int, slots: Int) -> WatchData {
        var state = StateRecord()
        state.tasks = tasks
        (state.finished, state.failed) = (done - failed, failed)
        state.claimed = min(tasks - done, farmers * (slots + 2))
        state.toprocess = tasks - done - state.claimed
        var data = WatchData(directory: "/scratch/me/simulations/tasks.txt_workdir", state: state, time: now)
        data.hasAllFailures = failed <= 200
        for number in 0..<farmers {
            let name = "n\(number + 1).\(4700 + number).1799999000000"
            var alive = AliveRecord(
                farmer: name, host: "n\(number + 1)", boot: "b", processSpace: "p", process: 4700 + number, ticks: 1,
                slots: slots, heartbeat: 5, written: now - number * second, milliRate: 1250 * slots,
                control: .init(mode: number == 2 ? .draining : .working))
            var outlook = AliveRecord.Outlook(offer: Offer(cpus: slots))
            outlook.machine = .init(milliLoad: 1000 * slots + 370 * number, free: (3 + number) << 30)
            outlook.end = number == 1 ? now + 3900 * second : nil
            if number == 2 { outlook.leaving = "SIGUSR2" }
            alive.outlook = outlook
            for slot in 0..<min(slots, state.claimed) {
                let id = done + number * slots + slot
                alive.running.append(
                    .init(
                        task: id, attempt: 1 + slot % 2, slot: slot, group: 4800 + id,
                        started: now - (7 + 101 * slot + 13 * number) * second,
                        usage: slot == 0
                            ? nil : .init(processor: 90_000 * slot, resident: (slot + 1) << 16)))
            }
            data.farmers.append(
                .init(
                    entry: RosterEntry(
                        farmer: name, ordinal: number + 1, slots: slots, claimed: slots + 2, host: "n\(number + 1)",
                        joined: now - 9000 * second), alive: alive, isSilent: number == 3))
            data.running += alive.running.map { task in
                .init(
                    farmer: name, host: "n\(number + 1)", task: task, seen: alive.written,
                    share: task.usage.map { Double($0.processor) / 1000 / (7 + 101 * Double(task.slot)) },
                    command: "./simulate --seed \(task.task) > out.\(task.task)")
            }
        }
        let outcomes: [Outcome] = [
            .exited(3), .signalled(11), .timedOut, .outOfMemory, .couldNotStart(127, reason: "no such file"), .lost,
        ]
        data.failures = (0..<min(failed, 200)).map { number in
            .init(
                attempt: Attempt(
                    task: done - 7 * (number + 1), number: 1 + number % 3, host: "n\(number % 4 + 1)", farmer: "f",
                    slot: 0, started: now - (60 * number + 90) * second, wall: (number + 1) * 1_234_567,
                    outcome: outcomes[number % outcomes.count]),
                command: number == 1 ? "日本 \u{1B}[31m é" : "./simulate --seed \(done - 7 * (number + 1))")
        }
        return data
    }

    private static let runs: [(name: String, data: WatchData)] = [
        ("20", run(20, done: 11, failed: 1, farmers: 1, slots: 4)),
        ("2000", run(2_000, done: 946, failed: 31, farmers: 4, slots: 8)),
        ("1000000", run(1_000_000, done: 487_213, failed: 2_104, farmers: 100, slots: 16)),
    ]

    private func draw(
        _ model: inout WatchModel, _ data: WatchData, rows: Int = 24, columns: Int = 80, trouble: String? = nil,
        unicode: Bool = true
    ) -> String {
        WatchView.draw(
            &model, data, Self.words, trouble: trouble, on: Screen(rows: rows, columns: columns, unicode: unicode)
        ).text
    }

    @Test(arguments: [(24, 80), (50, 200)])
    func `the screen changes only on purpose`(rows: Int, columns: Int) throws {
        for (name, data) in Self.runs {
            var model = WatchModel()
            try Golden.expect(
                draw(&model, data, rows: rows, columns: columns), is: "watch-\(name)-\(columns)x\(rows).txt")
        }
    }

    @Test func `the help explains every column, and every key that the last row names`() {
        let help = WatchHelp.page.lines.joined(separator: "\n")
        let names =
            WatchTables.farmers.map(\.name) + WatchTables.running.map(\.name) + WatchTables.failures.map(\.name)
        for name in names { #expect(help.contains("\n  \(name) "), "\(name)") }
        var model = WatchModel()
        for panel in WatchModel.Panel.allCases {
            model.panel = panel
            let last = draw(&model, Self.runs[1].data).split(separator: "\n").last ?? ""
            for word in last.split(separator: "  ").map({ $0.split(separator: " ")[0] }) {
                #expect(help.contains("\n  \(word)") || help.contains("(\(word))"), "\(word)")
            }
        }
        // It fits where it has to be read.
        for line in WatchHelp.page.lines { #expect(line.count <= 80, "\(line)") }
    }

    @Test func `no screen is too small, and none is written beyond`() {
        for (_, data) in Self.runs {
            for rows in 1...26 {
                for columns in [1, 2, 9, 20, 39, 79, 99, 100, 101] {
                    var model = WatchModel()
                    for panel in WatchModel.Panel.allCases {
                        model.panel = panel
                        #expect(draw(&model, data, rows: rows, columns: columns).split(separator: "\n").count <= rows)
                    }
                    model.page = WatchHelp.page
                    _ = draw(&model, data, rows: rows, columns: columns)
                }
            }
        }
    }

    @Test func `without Unicode there is only ASCII`() {
        for (_, data) in Self.runs {
            var model = WatchModel()
            #expect(draw(&model, data, unicode: false).utf8.allSatisfy { $0 < 128 })
        }
    }

    @Test func `it says what is the matter`() {
        var model = WatchModel()
        var data = Self.runs[1].data
        func first(_ trouble: String? = nil) -> String {
            String(draw(&model, data, trouble: trouble).split(separator: "\n")[0])
        }
        #expect(first().hasSuffix(" at work"))
        #expect(first("no answer for 12 s").hasSuffix(" as of +0 min"))
        #expect(draw(&model, data, trouble: "no answer for 12 s").contains("\nno answer for 12 s\n"))
        for place in data.farmers.indices { data.farmers[place].isSilent = true }
        #expect(first().hasSuffix(" all farmers are silent"))
        // What they told last is no rate, and no time is left by it.
        #expect(data.rate == 0 && !draw(&model, data).contains(" left, until "))
        data.farmers = []
        #expect(first().hasSuffix(" nobody is at work"))
        (data.state.finished, data.state.claimed, data.state.toprocess) = (1_969, 0, 0)
        #expect(first().hasSuffix(" complete"))
        data.state.held = 2
        #expect(first().hasSuffix(" complete but for held tasks"))
    }

    // MARK: keys

    private func press(_ model: inout WatchModel, _ keys: Key..., data: WatchData = runs[1].data) -> WatchWish? {
        var wish: WatchWish?
        for key in keys { wish = model.press(key, data, Self.words) }
        return wish
    }

    @Test func `what changes something is asked first, and only y does it`() {
        var model = WatchModel()
        let data = Self.runs[1].data
        let task = model.running(data, Self.words)[0].task.task
        #expect(press(&model, .character("c")) == nil && model.question?.text.hasPrefix("cancel task \(task)?") == true)
        #expect(press(&model, .enter) == nil && model.question == nil && model.message == "nothing done")
        #expect(press(&model, .character("c"), .character("y")) == .cancel(task: task))
        // Of tables whose rows cannot be, nothing is asked.
        #expect(press(&model, .character("r")) == nil && model.question == nil)
        #expect(press(&model, .character("d")) == nil && model.question == nil)
        #expect(press(&model, .tab) == nil && model.panel == .failures)
        let failed = data.failures[0].attempt.task
        #expect(press(&model, .character("r"), .character("y")) == .retry(task: failed))
        #expect(press(&model, .tab) == nil && model.panel == .farmers)
        #expect(press(&model, .down, .character("d"), .character("Y")) == .drain(farmer: data.farmers[1].entry.farmer))
        #expect(press(&model, .character("q")) == .quit)
    }

    @Test func `the chosen row stays chosen when others come and go`() {
        var model = WatchModel()
        var data = Self.runs[1].data
        _ = press(&model, .down, .down, .down)
        let chosen = model.running(data, Self.words)[3].task.task
        data.running.removeAll { $0.task.slot == 6 }
        #expect(model.running(data, Self.words)[model.place(.running, data, Self.words) ?? -1].task.task == chosen)
        data.running.removeAll { $0.task.task == chosen }
        let place = model.place(.running, data, Self.words)
        #expect(place == 3)
        data.running = []
        #expect(model.place(.running, data, Self.words) == nil)
        #expect(press(&model, .enter, data: data) == nil && press(&model, .character("c"), data: data) == nil)
        _ = press(&model, .end, .pageUp, .home, .up, data: data)
    }

    @Test func `rows are ordered by each column that can be, both ways`() {
        let data = Self.runs[1].data
        var model = WatchModel()
        model.width = 200
        model.panel = .running
        var seen: Set<String> = []
        for _ in 0..<WatchTables.running.count {
            _ = press(&model, .character("s"))
            let column = WatchTables.running[model.looks[.running]?.column ?? 0]
            guard let order = column.order else {
                Issue.record("ordered by \(column.name)")
                continue
            }
            seen.insert(column.name)
            let keys = model.running(data, Self.words).map(order)
            #expect(keys == (column.isFalling ? keys.sorted(by: >) : keys.sorted()), "\(column.name)")
            _ = press(&model, .character("S"))
            let reversed = model.running(data, Self.words).map(order)
            #expect(reversed == (column.isFalling ? keys.sorted() : keys.sorted(by: >)))
        }
        #expect(seen == ["task", "host", "elapsed", "cpu", "cpu%", "memory"])
        // What a narrow screen does not show it is not ordered by.
        model.width = 80
        for _ in 0..<WatchTables.running.count {
            _ = press(&model, .character("s"))
            #expect(WatchTables.running[model.looks[.running]?.column ?? 0].name != "cpu")
        }
    }

    @Test func `numbers in names are ordered as numbers`() {
        let names = ["n1", "n2", "n10", "n010a", "n100", "n100.1", "o"]
        for (place, name) in names.enumerated() {
            for other in names[(place + 1)...] { #expect(WatchOrder.text(name) < .text(other), "\(name) \(other)") }
        }
        #expect(!(WatchOrder.text("n1") < .text("n1")))
    }

    @Test func `the filter shows rows with a text, and escape all of them again`() {
        let data = Self.runs[1].data
        var model = WatchModel()
        _ = press(&model, .character("/"), .character("N"), .character("3"))
        #expect(model.running(data, Self.words).allSatisfy { $0.host == "n3" })
        #expect(model.farmers(data, Self.words).map(\.entry.host) == ["n3"])
        #expect(model.failures(data, Self.words).allSatisfy { $0.attempt.host == "n3" })
        // While it is typed keys are letters.
        #expect(press(&model, .character("q")) == nil && model.running(data, Self.words).isEmpty)
        #expect(press(&model, .backspace, .enter) == nil && !model.running(data, Self.words).isEmpty)
        #expect(draw(&model, data).contains("only rows with: N3"))
        _ = press(&model, .character("/"), .character("x"), .escape)
        #expect(model.filter == "N3")
        _ = press(&model, .escape)
        #expect(model.running(data, Self.words).count == 32)
    }

    @Test func `a log is followed until somebody reads further up`() {
        let data = Self.runs[1].data
        var model = WatchModel()
        guard case .log(let log)? = press(&model, .enter) else {
            Issue.record("Enter shows no log")
            return
        }
        model.page = WatchPage(.log(log), title: "log", lines: (0..<100).map { "line \($0)" }, top: nil)
        #expect(draw(&model, data).contains("line 99\n"))
        model.page?.lines.append("one more")
        #expect(draw(&model, data).contains("one more\n"))
        _ = press(&model, .up)
        model.page?.lines.append("and another")
        let text = draw(&model, data)
        #expect(!text.contains("and another") && text.contains("line 99"))
        _ = press(&model, .end)
        #expect(draw(&model, data).contains("and another\n"))
        _ = press(&model, .right)
        #expect(draw(&model, data).contains("\nher\n"))
        _ = press(&model, .character("q"))
        #expect(model.page == nil)
    }
}
