// Farmers on other machines, one a host: started, listened to, told what signals come, and waited for.
//
// The loop touches no file but its pipes, so that a shared folder that hangs here keeps no signal from those who work. Every farmer is
// sent an empty line now and then: one that hears nothing for long takes its connection for dead and stops.

package import TaskFarmerCore
package import TaskFarmerSystem

/// Told what happens on the hosts.
package protocol CrewObserver {
    /// A line that was printed there.
    func printed(_ line: String, on host: HostEntry)
    func ended(_ host: HostEntry, _ end: HostEnd)
    func passing(_ signal: Signal)
    func progress(_ crew: HostCrew)
}

package final class HostCrew {
    package struct Settings {
        package var shell: RemoteShell
        /// The words that start a farmer on a host; the second is whether it is the one that goes before.
        package var command: (HostEntry, Bool) -> [[UInt8]]
        /// Whether one farmer has to be at work before the others are started.
        package var hasLeader: Bool
        /// For how long a farmer's first word is waited for, in nanoseconds: ssh may be answered by a machine whose disks hang.
        package var answer: Int

        package init(
            shell: RemoteShell, hasLeader: Bool, answer: Int = 60_000_000_000,
            command: @escaping (HostEntry, Bool) -> [[UInt8]]
        ) {
            self.shell = shell
            self.hasLeader = hasLeader
            self.answer = answer
            self.command = command
        }
    }

    /// One host.
    package struct Member {
        package let host: HostEntry
        package fileprivate(set) var end: HostEnd?
        /// What its farmer said last.
        package fileprivate(set) var report: AttachedLine?
        /// What else was printed last.
        package fileprivate(set) var lastLine = ""
        fileprivate var process: HostProcess?
        /// Whether a farmer heeds what it is told.
        fileprivate var isThere = false
        fileprivate var isGivenUp = false
        fileprivate var started = 0
    }

    package private(set) var members: [Member]
    /// The newest state that any farmer told of.
    package private(set) var state: StateRecord?
    /// The last signal that asks for the end.
    package private(set) var stop: Signal?
    private let settings: Settings
    private let signals: SignalSource
    private let observer: any CrewObserver
    private let readiness: Readiness
    private var interrupts = 0
    /// Whether the others are still waiting for the one that goes before.
    private var isLeading: Bool

    /// For how long a farmer may hear nothing, in seconds, and how often it is told something, in nanoseconds.
    package static let silence = 60
    private static let beat = 15_000_000_000
    private static let tick = 1_000_000_000

    package init(
        _ hosts: [HostEntry], _ settings: Settings, signals: SignalSource, observer: any CrewObserver
    ) throws {
        members = hosts.map { Member(host: $0) }
        self.settings = settings
        self.signals = signals
        self.observer = observer
        readiness = try Readiness()
        isLeading = settings.hasLeader
        OwnProcess.allowDescriptors(2 * hosts.count + 64)
    }

    /// Starts the farmers and returns when all are over; call it on the main thread.
    package func run() throws {
        startMembers()
        var nextBeat = Clock.boot + Self.beat, nextTick = Clock.boot
        while members.contains(where: { $0.process != nil }) {
            let now = Clock.boot
            if now >= nextTick {
                nextTick = now + Self.tick
                observer.progress(self)
                giveUpSilent(now)
            }
            if now >= nextBeat {
                nextBeat = now + Self.beat
                for member in members { member.process?.tell("") }
            }
            Poll.wait(for: [signals.descriptor, readiness.descriptor], nanoseconds: max(0, nextTick - now))
            for signal in signals.takeAll() where signal != .child { pass(signal) }
            for index in readiness.ready() { listen(to: index) }
            while let process = try Children.nextEnded() {
                let ended = try Children.reap(process)
                if let index = members.firstIndex(where: { $0.process?.process == process }) { finish(index, ended) }
            }
            startMembers()
        }
        for index in members.indices where members[index].end == nil { members[index].end = .notStarted }
    }

    // MARK: starting

    /// Starts those whose turn it is.
    private func startMembers() {
        if isLeading && members.contains(where: { $0.process != nil }) { return }
        for index in members.indices where members[index].process == nil && members[index].end == nil {
            if stop != nil { return }
            start(index)
            if isLeading && members[index].process != nil { return }
        }
    }

    private func start(_ index: Int) {
        let host = members[index].host
        do {
            let process = try HostProcess(on: host, settings.shell, settings.command(host, isLeading))
            members[index].process = process
            members[index].started = Clock.boot
            try process.add(to: readiness, token: index)
        } catch {
            members[index].process?.signal(.kill)
            if members[index].process == nil { members[index].end = .unreachable }
            members[index].lastLine = (error as? SpawnFailure)?.reason ?? "\(error)"
            observer.printed(members[index].lastLine, on: host)
        }
    }

    // MARK: listening

    private func listen(to index: Int, isOver: Bool = false) {
        for line in members[index].process?.lines(isOver: isOver) ?? [] {
            let text = line.text.plain(" ")
            guard let report = AttachedLine(text) else {
                if text == AttachedLine.greeting {
                    members[index].isThere = true
                } else if text.contains(where: { $0 != " " }) {
                    members[index].lastLine = text
                    observer.printed(text, on: members[index].host)
                }
                continue
            }
            members[index].report = report
            isLeading = false
            if report.state.epoch >= state?.epoch ?? 0 { state = report.state }
        }
    }

    /// Hosts from which nothing was heard for too long count as out of reach.
    private func giveUpSilent(_ now: Int) {
        for (index, member) in members.enumerated() where member.process != nil && !member.isThere {
            if now - member.started < settings.answer { continue }
            members[index].lastLine = "no farmer has answered within \(settings.answer / 1_000_000_000) s"
            observer.printed(members[index].lastLine, on: member.host)
            member.process?.signal(.kill)
            // Once.
            members[index].started = .max
        }
    }

    private func finish(_ index: Int, _ ended: ChildEnd) {
        listen(to: index, isOver: true)
        let member = members[index]
        let hasEnded = if case .end? = member.report?.figures { true } else { false }
        let end = HostEnd(
            exit: ended.exit, hasBegun: member.isThere, hasEnded: hasEnded, isGivenUp: member.isGivenUp)
        members[index].end = end
        members[index].process = nil
        observer.ended(member.host, end)
        // What keeps the first from working keeps all from it, unless it is the way there.
        if isLeading && !end.isOfTheWay {
            for other in members.indices where members[other].end == nil { members[other].end = .notStarted }
        }
    }

    // MARK: stopping

    private func pass(_ signal: Signal) {
        stop = signal
        if signal == .interrupt { interrupts += 1 }
        observer.passing(signal)
        for index in members.indices {
            members[index].process?.tell(String("\(signal)".dropFirst(3)))
            listen(to: index)
            // Who does not answer is not waited for: a farmer whose connection is gone stops by itself.
            if !members[index].isThere || interrupts > 2 {
                members[index].isGivenUp = members[index].process != nil
                members[index].process?.signal(.terminate)
            }
        }
    }
}
