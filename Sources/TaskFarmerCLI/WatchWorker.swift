// The thread of `taskfarmer watch` that reads and acts, so that the screen answers keys also while a file server does not answer.

internal import Synchronization
internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

final class WatchWorker: Sendable {
    private struct Desk {
        var data: WatchData?
        /// What could not be read, in words; and since when it has been reading.
        var problem: String?
        var readingSince: Int?
        var wishes: [WatchWish] = []
        /// The text that is on the screen, to be read with each look, and what it is now.
        var wanted: WatchPage.Kind?
        var page: (kind: WatchPage.Kind, lines: [String])?
        var messages: [String] = []
        var isActing = false
        var isClosing = false
    }

    private let desk = Mutex(Desk())
    private let wakeup: Wakeup
    /// There is something new.
    let changed: Wakeup
    private let thread = WorkerThread()
    /// So long an action waits for farmers' answers, in nanoseconds; they look for requests every 3 s.
    private static let limit = 10_000_000_000
    /// For each moment of reading, so many of not reading.
    private static let rest = 20

    /// - Parameters:
    ///   - seen: the work directory
    ///   - interval: between two looks at least, in nanoseconds
    ///   - trust: whose files are accepted by what changes something
    /// - Throws: `SystemError` without a thread
    init(_ seen: SeenFarm, interval: Int, _ trust: Trust) throws {
        wakeup = try Wakeup()
        changed = try Wakeup()
        let root = seen.directory.root
        try thread.start { [self] in
            var reading = WatchReading(seen)
            var next = 0
            while true {
                let (wish, isClosing) = desk.withLock { desk in
                    let wish = desk.wishes.isEmpty ? nil : desk.wishes.removeFirst()
                    desk.isActing = wish != nil
                    return (wish, desk.isClosing)
                }
                if let wish {
                    act(wish, root, trust)
                    next = 0
                    continue
                }
                if isClosing { return }
                if Clock.boot >= next {
                    let begun = Clock.boot
                    look(&reading)
                    next = Clock.boot + max(interval, Self.rest * (Clock.boot - begun))
                }
                wakeup.wait(nanoseconds: max(1, next - Clock.boot))
                if desk.withLock({ $0.wanted != nil && $0.page == nil }) { next = 0 }
            }
        }
    }

    private func look(_ reading: inout WatchReading) {
        let wanted = desk.withLock { desk in
            desk.readingSince = Clock.boot
            return desk.wanted
        }
        var problem: String?
        do {
            let data = try reading.look()
            let lines: [String]? = if let wanted { try read(wanted, reading) } else { nil }
            desk.withLock { desk in
                desk.data = data
                if let wanted, let lines, desk.wanted == wanted { desk.page = (wanted, lines) }
            }
        } catch {
            problem = CommandLineMain.message(error).text.oneLine
        }
        desk.withLock { desk in
            desk.problem = problem
            desk.readingSince = nil
        }
        changed.signal()
    }

    private func read(_ kind: WatchPage.Kind, _ reading: WatchReading) throws -> [String] {
        switch kind {
        case .help: []
        case .explanation(let task):
            try ExplainCommand.report(on: task, of: reading.farm).text.split(
                separator: "\n", omittingEmptySubsequences: false
            ).map(String.init)
        case .log(let log): try reading.log(log) ?? ["nothing was kept of it"]
        }
    }

    private func act(_ wish: WatchWish, _ root: Path, _ trust: Trust) {
        var message: String
        do {
            let farm = try ControlledFarm(root, trust: trust, EndlessPatience { [self] text in tell(text) })
            message = try Self.carryOut(wish, farm)
        } catch {
            message = CommandLineMain.message(error).text.oneLine
        }
        desk.withLock { $0.isActing = false }
        tell(message)
    }

    private static func carryOut(_ wish: WatchWish, _ farm: ControlledFarm) throws -> String {
        func one(_ task: Int) throws -> TaskIDs { try farm.existing(TaskIDs(parsing: "\(task)")) }
        func said(_ answer: (report: ControlReport, silent: [String])) -> String {
            answer.report.text + (answer.silent.isEmpty ? "" : "; each heeds it as soon as it can")
        }
        switch wish {
        case .retry(let task): return "task \(task): " + (try RetryCommand.retry(one(task), farm).text)
        case .cancel(let task):
            return "task \(task): " + said(try CancelCommand.cancel(one(task), farm, limit: limit))
        case .drain(let name):
            let farmers = try farm.farmers(named: name)
            return said(
                try ControlOptions.ask(
                    .drain, done: DrainCommand.done, already: DrainCommand.already, farmers, farm, limit: limit))
        case .quit, .redraw, .log, .explain: return ""
        }
    }

    private func tell(_ message: String) {
        desk.withLock { $0.messages.append(message) }
        changed.signal()
    }

    // MARK: for the screen

    /// What was read last; nil before the first.
    var data: WatchData? { desk.withLock { $0.data } }

    /// Why what is shown is old, in words.
    var trouble: String? {
        desk.withLock { desk in
            if let problem = desk.problem { return problem }
            let time = desk.readingSince.map { Clock.boot - $0 } ?? 0
            return time > 5_000_000_000 ? "no answer for \(time / 1_000_000_000) s" : nil
        }
    }

    /// Whether something is being done that changes tasks or farmers.
    var isActing: Bool { desk.withLock { $0.isActing || !$0.wishes.isEmpty } }

    func takeMessages() -> [String] {
        desk.withLock { desk in
            defer { desk.messages = [] }
            return desk.messages
        }
    }

    /// The lines of a text, if they have been read.
    func lines(of kind: WatchPage.Kind) -> [String]? {
        desk.withLock { desk in desk.page.flatMap { $0.kind == kind ? $0.lines : nil } }
    }

    /// Has a text read with each look from now on; nil for none.
    func want(_ kind: WatchPage.Kind?) {
        desk.withLock { desk in
            desk.wanted = kind
            desk.page = nil
        }
        wakeup.signal()
    }

    /// Has something done.
    func wish(_ wish: WatchWish) {
        desk.withLock { $0.wishes.append(wish) }
        wakeup.signal()
    }

    /// Ends it, once what it does is done.
    func close() {
        desk.withLock { $0.isClosing = true }
        wakeup.signal()
        thread.join()
    }
}
