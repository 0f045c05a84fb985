// The programs that are measured: started, waited for, and none of them left behind. Each leads a process group of its own and
// dies with this process.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// What went wrong with a program, or was asked of this one.
enum BenchmarkError: Error, CustomStringConvertible {
    case program(String)
    /// A signal told this program to stop.
    case interrupted(Signal)

    var description: String {
        switch self {
        case .program(let text): text
        case .interrupted(let signal): "stopped by \(signal)"
        }
    }
}

/// A program that has ended.
struct Ended {
    var words: [String]
    /// nil when a signal ended it.
    var status: Int32?
    /// Nanoseconds since boot.
    var begin: Int
    var end: Int
    /// Microseconds since 1970.
    var beginWall: Int
    /// The most memory it was seen to use (VmHWM of /proc/PID/status, looked at every 20 ms); 0 when nobody looked.
    var peakKiB: Int
    /// Both streams.
    var output: [UInt8]

    var seconds: Double { Double(end - begin) / 1e9 }

    /// Throws what it printed unless it ended with one of these.
    @discardableResult
    func checked(_ expected: Set<Int32> = [0]) throws -> Ended {
        if let status, expected.contains(status) { return self }
        let how = status.map { "ended with status \($0)" } ?? "was ended by a signal"
        let said = output.suffix(300).text.split(separator: "\n").suffix(3).joined(separator: "; ")
        let shown = words.prefix(3).joined(separator: " ")
        throw BenchmarkError.program("\(shown) \(how)\(said.isEmpty ? "" : ": \(said)")")
    }
}

final class Programs {
    private struct Running {
        var words: [String]
        var begin: Int
        var beginWall: Int
        var output: Path
        var peakKiB = 0
    }

    private let folder: Path
    private let environment: [[UInt8]]
    private let signals: SignalSource
    private var running: [Int32: Running] = [:]
    private var ended: [Int32: Ended] = [:]
    private var count = 0

    /// Make it before any thread is started.
    init(folder: Path, environment: [[UInt8]], signals: SignalSource) {
        self.folder = folder
        self.environment = environment
        self.signals = signals
    }

    /// Starts a program; its first word is a path. Its output goes to a file.
    func start(_ words: [String], input: Path = "/dev/null", output: Path? = nil) throws -> Int32 {
        count += 1
        let outputPath = output ?? folder.appending("output.\(count)")
        let input = try Descriptor(input, .reading)
        let output = try Descriptor(outputPath, [.writing, .create, .empty])
        let request = SpawnRequest(
            candidates: [Array(words[0].utf8)], arguments: words.map { Array($0.utf8) })
        let begin = Clock.boot
        let wall = Clock.wall
        do {
            let (process, _) = try Children.spawn(
                request, environment: CWords(environment), input: input.number, output: output.number)
            running[process] = Running(words: words, begin: begin, beginWall: wall, output: outputPath)
            return process
        } catch {
            throw BenchmarkError.program("cannot start \(words[0]): \(error.reason)")
        }
    }

    /// Waits until all of them have ended.
    func wait(for processes: [Int32], watchingMemory: Bool = false) throws -> [Ended] {
        while true {
            try reap()
            if processes.allSatisfy({ running[$0] == nil }) { break }
            try heed()
            if watchingMemory {
                for process in processes {
                    guard let before = running[process]?.peakKiB else { continue }
                    running[process]?.peakKiB = max(before, Self.peakKiB(of: process))
                }
            }
            Poll.wait(for: [signals.descriptor], nanoseconds: watchingMemory ? 20_000_000 : 1_000_000_000)
        }
        return processes.compactMap { ended.removeValue(forKey: $0) }
    }

    /// Runs one program to its end.
    func run(
        _ words: [String], input: Path = "/dev/null", output: Path? = nil, watchingMemory: Bool = false
    ) throws -> Ended {
        let process = try start(words, input: input, output: output)
        guard let ended = try wait(for: [process], watchingMemory: watchingMemory).first else {
            throw BenchmarkError.program("\(words[0]) was lost")
        }
        return ended
    }

    /// Throws when a signal told this program to stop.
    func heed() throws {
        for signal in signals.takeAll() where signal != .child { throw BenchmarkError.interrupted(signal) }
    }

    private func reap() throws {
        while let process = try Children.nextEnded() {
            let now = Clock.boot
            let end = try Children.reap(process)
            guard let begun = running.removeValue(forKey: process) else { continue }
            let output = (try? Folder.content(of: begun.output, atMost: 1 << 20)) ?? []
            if begun.output.parent == folder { _ = try? Folder.unlink(begun.output) }
            ended[process] = Ended(
                words: begun.words, status: end.exit, begin: begun.begin, end: now, beginWall: begun.beginWall,
                peakKiB: begun.peakKiB, output: output)
        }
    }

    /// Ends what still runs: politely, and after five seconds for good.
    func stopAll() {
        for signal in [Signal.terminate, .kill] {
            let deadline = Clock.boot + 5_000_000_000
            for process in running.keys { Children.signal(group: process, signal.number) }
            while !running.isEmpty, Clock.boot < deadline {
                Poll.wait(for: [signals.descriptor], nanoseconds: 50_000_000)
                _ = signals.takeAll()
                _ = try? reap()
            }
        }
    }

    /// VmHWM; 0 when the process is gone.
    static func peakKiB(of process: Int32) -> Int {
        guard let text = HostIdentity.small(Path("/proc/\(process)/status"))?.text else { return 0 }
        return ProcText.kibibytes("VmHWM", in: text) ?? 0
    }
}

/// Lines `name: 123 kB` of files in /proc.
enum ProcText {
    static func kibibytes(_ name: String, in text: String) -> Int? {
        text.split(separator: "\n").first { $0.hasPrefix(name + ":") }?
            .split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }
    }
}
