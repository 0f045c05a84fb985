// What `run` shows while it works: one live line on a terminal, one line a minute elsewhere, and never the one inside the other.

internal import Synchronization
internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

final class Console: FarmObserver {
    private struct State {
        var live = ""
        var lastLine = Clock.boot
        var form = TaskForm.commands
        var outlet: Outlet?

        func put(_ text: String) {
            if let outlet { outlet.put(Array(text.utf8)) } else { OwnProcess.put(text, to: 2) }
        }
    }

    private let state = Mutex(State())
    private let isTerminal: Bool
    private let isVerbose: Bool
    private let isQuiet: Bool
    private static let minute = 60_000_000_000

    init(isVerbose: Bool, isQuiet: Bool, isTerminal: Bool) {
        self.isVerbose = isVerbose
        self.isQuiet = isQuiet
        self.isTerminal = isTerminal
    }

    /// From now on, and until `finish`, nobody waits for a terminal that takes no more. Signals must be blocked by now.
    func detach() throws {
        let outlet = try Outlet(2)
        state.withLock { $0.outlet = outlet }
    }

    /// How tasks are written in the work directory.
    func show(tasksAs form: TaskForm) { state.withLock { $0.form = form } }

    private func shown(_ command: [UInt8]) -> [UInt8] { state.withLock { $0.form }.shown(command) }

    var progressInterval: Int? { isQuiet ? nil : isTerminal ? 200_000_000 : 1_000_000_000 }

    func observe(_ event: FarmEvent) {
        switch event {
        case .started(var task, let attempt, let slot):
            guard isVerbose else { break }
            task.command = shown(task.command)
            line(RunReport.started(task, attempt: attempt, slot: slot))
        case .ended(let attempt, let command):
            if isVerbose { line(RunReport.ended(attempt, command: shown(command), signalName: Self.signalName)) }
        case .note(let text):
            if !isQuiet { line(text) }
        case .stopping(.failure(let error)):
            line("stopping: \(error)")
        case .stopping(.idle):
            if !isQuiet { line("leaving (--leave-idle): other farmers run the last tasks") }
        case .stopping(.tooLittleTime(let tasks, let all, let shortest, let left)):
            let what =
                tasks < all
                ? "\(tasks) of the \(Text.count(all, "task")) that are left"
                : "what is left (\(Text.count(tasks, "task")))"
            if !isQuiet {
                line(
                    "leaving: there is no time for \(what): the shortest that is known of takes "
                        + "\(Text.duration(Int(min(shortest, 1e9) * 1e9))), and there are \(Text.duration(left)) for it"
                )
            }
        case .stopping(.unfit(let reason)):
            if !isQuiet { line("leaving: nothing that is left can run here: \(reason)") }
        case .stopping(let reason):
            if !isQuiet { line("stopping (\(reason.words)): running tasks are stopped and go back") }
        case .draining:
            if !isQuiet { line("draining: running tasks finish, no new ones are started") }
        case .progress(let progress):
            show(
                .init(
                    tasks: progress.state.tasks, done: progress.state.done + progress.unreportedDone,
                    failed: progress.state.failed + progress.unreportedFailed, running: progress.running,
                    rate: max(progress.rate, progress.totalRate)))
        }
    }

    static func signalName(_ number: Int32) -> String { Signal(number: number).description }

    func show(_ progress: RunReport.Progress) {
        let text = RunReport.line(progress)
        if isTerminal {
            state.withLock { state in
                let fitting = String(text.prefix(max(20, Terminal.size(2).columns - 1)))
                if fitting == state.live { return }
                state.put("\r\(fitting)\u{1B}[K")
                state.live = fitting
            }
        } else if state.withLock({ state in
            let isDue = Clock.boot - state.lastLine >= Self.minute
            if isDue { state.lastLine = Clock.boot }
            return isDue
        }) {
            line(text)
        }
    }

    /// Prints a line of its own, above the live one. Whoever it comes from, it does nothing to the terminal.
    func line(_ said: String, from name: String = "taskfarmer") {
        let text = said.oneLine
        state.withLock { state in
            if state.live.isEmpty {
                state.put("\(name): \(text)\n")
            } else {
                state.put("\r\u{1B}[K\(name): \(text)\n\(state.live)")
            }
        }
    }

    /// Takes the live line away, and waits until everything is shown.
    func finish() {
        let outlet = state.withLock { state in
            if !state.live.isEmpty { state.put("\r\u{1B}[K") }
            state.live = ""
            defer { state.outlet = nil }
            return state.outlet
        }
        outlet?.finish()
    }
}
