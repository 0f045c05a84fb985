// `taskfarmer watch`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum WatchCommand: Command {
    package static let name = "watch"
    package static let summary = "Watch a list being run, full-screen; look at logs, retry, cancel, drain."
    package static let usage = "[OPTIONS] [LIST|WORKDIR]"
    package static let options: [Option] =
        [
            Option(
                "interval", value: "SECONDS", "How often to look, at most.", standard: "1, or 10 with --plain"),
            Option("plain", "Print a line at a time, without keys, until all tasks are over."),
        ] + ControlOptions.standard
    package static let notes = """
        How far it is and how long it takes; the farmers with their hosts, slots and load; the running tasks with their processor time and
        memory; the latest failures. The last row says which keys there are, ? explains all that is on the screen. What other nodes
        do is as of their farmers' heartbeats, at most a few seconds old. Without LIST or WORKDIR: the work directory that is the
        current folder, or the only one in it. Watching takes no lock; retry, cancel and drain do what the commands of that
        name do, after a question.

        Where standard input or output is no terminal, or TERM is unset or "dumb", it is --plain. With NO_COLOR there are no colours; where
        LC_ALL, LC_CTYPE or LANG do not name UTF-8, there is only ASCII.

        Exit status: 0, by q or by a signal, too; 64 there is no work directory; 74 it cannot be read.
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        let seen = try SeenFarm(arguments.operands)
        _ = try seen.directory.readState()
        let trust = try TrustOptions.trust(arguments)
        let interval = try arguments.seconds("interval")
        let style = TerminalStyle(process)
        if arguments.has("plain") || !style.isScreen {
            var watch = try PlainWatch(seen, interval: interval ?? 10_000_000_000)
            return try watch.run()
        }
        return try ScreenWatch(seen, style, interval: interval ?? 1_000_000_000, trust).run()
    }
}

/// What the environment says of the terminal.
struct TerminalStyle {
    let isScreen: Bool
    let hasColours: Bool
    let isUnicode: Bool

    init(_ process: CommandProcess) {
        func text(_ name: String) -> String { process.variable(name)?.text ?? "" }
        let kind = text("TERM")
        isScreen = OwnProcess.isTerminal(0) && OwnProcess.isTerminal(1) && !["", "dumb"].contains(kind)
        // no-color.org: when it is set to anything.
        hasColours = text("NO_COLOR").isEmpty
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(text).first { !$0.isEmpty } ?? ""
        isUnicode = ["utf-8", "utf8"].contains { locale.lowercased().contains($0) }
    }
}

extension WatchWords {
    static let here = WatchWords(time: { Clock.text($0) }, signalName: Console.signalName)
}

/// A line at a time, for what is no screen.
private struct PlainWatch {
    private var reading: WatchReading
    private let interval: Int
    private let signals: SignalSource
    private var last = ""
    /// The failures that were told.
    private var told: Set<[Int]>?

    init(_ seen: SeenFarm, interval: Int) throws {
        signals = try SignalSource([.terminate, .interrupt, .hangUp])
        reading = WatchReading(seen)
        self.interval = interval
    }

    mutating func run() throws -> Int32 {
        while true {
            let data = try reading.look()
            do { try tell(data) } catch let error as SystemError where error.isBrokenPipe { return 0 }
            if data.left == 0 && data.farmers.isEmpty { return 0 }
            Poll.wait(for: [signals.descriptor], nanoseconds: interval)
            if !signals.takeAll().isEmpty { return 0 }
        }
    }

    private mutating func tell(_ data: WatchData) throws {
        let words = WatchWords.here
        let failures = Set(data.failures.map { [$0.attempt.task, $0.attempt.number] })
        if let told {
            for failure in data.failures.reversed() {
                let attempt = failure.attempt
                if told.contains([attempt.task, attempt.number]) { continue }
                try line(
                    "task \(attempt.task), attempt \(attempt.number): "
                        + "\(RunReport.ending(attempt.outcome, signalName: words.signalName)) on \(attempt.host) after "
                        + Text.duration(attempt.wall * 1000) + (failure.command.map { ": \($0)" } ?? ""))
            }
        }
        told = failures
        let silent = data.farmers.count { $0.isSilent }
        let text =
            RunReport.line(
                .init(
                    tasks: data.state.tasks, done: data.state.done, failed: data.state.failed,
                    running: data.running.count, rate: data.rate))
            + ", \(Text.count(data.farmers.count, "farmer"))"
            + (silent > 0 ? ", \(silent) without a sign of life" : "")
        if text != last { try line(text) }
        last = text
    }

    private func line(_ text: String) throws {
        try OwnProcess.print(Array("\(Clock.text(Clock.wall)) \(text.oneLine)\n".utf8))
    }
}

/// The whole screen.
private final class ScreenWatch {
    private let signals: SignalSource
    private let worker: WatchWorker
    private let terminal: Terminal
    private let style: TerminalStyle
    private var model = WatchModel()
    private var keys = KeyReader()
    private var shown: Screen?
    private var size = Terminal.size(1)
    private static let moment = 50_000_000

    init(_ seen: SeenFarm, _ style: TerminalStyle, interval: Int, _ trust: Trust) throws {
        self.style = style
        // Before any other thread: it inherits what is blocked here.
        signals = try SignalSource([.terminate, .interrupt, .hangUp, .quit, .windowChange, .suspend, .resume])
        // The other screen, without a cursor and without going on in the next row; and back.
        terminal = try Terminal(
            entering: Array("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[2J".utf8),
            leaving: Array("\u{1B}[0m\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l".utf8))
        worker = try WatchWorker(seen, interval: interval, trust)
    }

    func run() throws -> Int32 {
        try terminal.enter()
        defer { terminal.leave() }
        while true {
            draw()
            let ready = Poll.wait(
                for: [0, signals.descriptor, worker.changed.descriptor],
                nanoseconds: keys.isWaiting ? Self.moment : 1_000_000_000)
            if ready & 2 != 0, try heedSignals() { break }
            if ready & 4 != 0 { take() }
            if ready & 1 != 0 {
                guard let bytes = Terminal.read() else { break }
                if press(keys.take(bytes)) { break }
            } else if ready == 0, press(keys.take([], isOver: true)) {
                break
            }
        }
        leave()
        return 0
    }

    private func draw() {
        var screen = Screen(rows: size.rows, columns: size.columns, unicode: style.isUnicode)
        if let data = worker.data {
            screen = WatchView.draw(&model, data, .here, trouble: worker.trouble, on: screen)
        } else {
            screen.put(worker.trouble ?? "reading …", row: 0, column: 0)
        }
        let update = screen.update(from: shown, colours: style.hasColours)
        if !update.isEmpty { OwnProcess.put(update, to: 1) }
        shown = screen
    }

    /// - Returns: whether that was the end
    private func heedSignals() throws -> Bool {
        for signal in signals.takeAll() {
            switch signal {
            case .windowChange: size = Terminal.size(1)
            case .suspend:
                terminal.leave()
                OwnProcess.raise(.stop)
                // Here it goes on.
                try terminal.enter()
                (shown, size) = (nil, Terminal.size(1))
            case .resume: break
            default: return true
            }
        }
        return false
    }

    /// What the worker has found and done.
    private func take() {
        worker.changed.clear()
        if let message = worker.takeMessages().last { model.message = message }
        if let kind = model.page?.kind, let lines = worker.lines(of: kind) { model.page?.lines = lines }
    }

    /// - Returns: whether that was the end
    private func press(_ keys: [Key]) -> Bool {
        guard let data = worker.data else { return keys.contains(.character("q")) }
        for key in keys {
            let before = model.page?.kind
            let wish = model.press(key, data, .here)
            if before != nil, model.page == nil { worker.want(nil) }
            switch wish {
            case nil: break
            case .quit: return true
            case .redraw: shown = nil
            case .log(let log):
                show(.log(log), "task \(log.task), attempt \(log.attempt): what it printed last")
                model.page?.top = nil
            case .explain(let task): show(.explanation(task: task), "task \(task)")
            case .retry(let task): ask(.retry(task: task), "task \(task) is put back …")
            case .cancel(let task): ask(.cancel(task: task), "task \(task) is being cancelled …")
            case .drain(let farmer): ask(.drain(farmer: farmer), "\(farmer) is being asked …")
            }
        }
        return false
    }

    private func show(_ kind: WatchPage.Kind, _ title: String) {
        model.page = WatchPage(kind, title: title, lines: ["reading …"], top: 0)
        worker.want(kind)
    }

    private func ask(_ wish: WatchWish, _ message: String) {
        model.message = message
        worker.wish(wish)
    }

    /// What was begun is ended first, unless somebody has no time for that: then it is as if this had been killed, which loses nothing.
    private func leave() {
        while worker.isActing {
            model.message = "ends once this is done; q leaves at once"
            draw()
            let ready = Poll.wait(
                for: [0, signals.descriptor, worker.changed.descriptor], nanoseconds: 1_000_000_000)
            if ready & 4 != 0 { worker.changed.clear() }
            if ready & 2 != 0, !signals.takeAll().isEmpty { return }
            if ready & 1 != 0 {
                guard let bytes = Terminal.read(), !keys.take(bytes).contains(.character("q")) else { return }
            }
        }
    }
}
