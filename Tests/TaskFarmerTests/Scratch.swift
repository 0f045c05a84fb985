// What the tests of this target share: folders that vanish, the crashing program, and a reading of a work directory that knows
// nothing of the code under test but the formats.

import Foundation
import StoreCrasher
import Synchronization
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

/// A folder that is removed with it; in memory where that is to be had, since the tests flush much.
final class Scratch: Sendable {
    let path: Path
    private static let made = Atomic<Int>(0)

    init() throws {
        let memory = FileManager.default.isWritableFile(atPath: "/dev/shm")
        let root = memory ? "/dev/shm" : FileManager.default.temporaryDirectory.path(percentEncoded: false)
        let number = Self.made.add(1, ordering: .relaxed).newValue
        let name = "taskfarmer-tests.\(ProcessTable.own).\(number).\(OwnProcess.nonce().prefix(8))"
        path = Path(root).absolute.appending(name)
        try Folder.make(path)
    }

    deinit { try? Folder.removeTree(path) }

    var bench: Bench { Bench(path) }
    func bench(_ locking: Locking) -> Bench { Bench(path, locking) }

    /// A bench with a list of so many tasks.
    static func withList(_ count: Int = Scenario.taskCount) throws -> (scratch: Scratch, bench: Bench) {
        let scratch = try Scratch()
        try scratch.bench.writeList(count)
        return (scratch, scratch.bench)
    }

    /// Puts here what a killed PyTaskFarmer left, as the bench's list and work directory.
    func putPyTaskFarmer() throws {
        let tests = Path(#filePath).parent.parent
        let fixture = tests.appending("TaskFarmerIntegrationTests/Fixtures/pytaskfarmer-0.1.0")
        try Self.copy(fixture.appending("tasks.txt"), to: bench.list)
        try Self.copy(fixture.appending("tasks.txt_workdir"), to: bench.directory.root)
    }

    /// Copies a folder's files, and those in its folders.
    static func copy(_ source: Path, to target: Path) throws {
        try FileManager.default.copyItem(atPath: source.description, toPath: target.description)
    }
}

/// The program that ends itself.
enum Crasher {
    struct Run {
        /// What it said must be recorded.
        var finished: Set<Int> = []
        var failed: Set<Int> = []
        /// The file operations that were counted, if it came to its end.
        var calls: [(kind: IOCall.Kind, file: String)] = []
        var wasKilled = false
        var output = ""
    }

    /// Beside the program that runs the tests.
    private static let program: Path = {
        let own = Path("/proc/self/exe").resolved ?? Path(CommandLine.arguments[0])
        return own.parent.appending("StoreCrasher")
    }()

    static func run(
        _ folder: Path, _ scenario: Scenario, at index: Int, _ mode: Crash.Mode = .before, _ locking: Locking = .flock
    ) throws -> Run {
        let output = folder.appending("crasher.\(index).\(mode.rawValue).out")
        let end = try start([scenario.rawValue, String(index), mode.rawValue, locking.rawValue], folder, output)
        var run = Run()
        run.wasKilled = end.signal == 9
        run.output = try Folder.content(of: output).text
        for line in run.output.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            guard words.count >= 2 else { continue }
            switch (words[0], Int(words[1]), IOCall.Kind(rawValue: words[1])) {
            case ("finished", let id?, _): run.finished.insert(id)
            case ("failed", let id?, _): run.failed.insert(id)
            case ("call", _, let kind?): run.calls.append((kind, words.count > 3 ? words[3] : ""))
            default: continue
            }
        }
        try Folder.unlink(output)
        return run
    }

    /// Runs the program to its end, in the thread that asks.
    static func start(
        _ words: [String], _ folder: Path, _ output: Path, temporary: Path? = nil
    ) throws -> ChildEnd {
        let nothing = try Descriptor("/dev/null", .reading)
        let file = try Descriptor(output, [.writing, .create, .empty])
        let arguments = [program.bytes, folder.bytes] + words.map { Array($0.utf8) }
        let child = try Children.spawn(
            SpawnRequest(candidates: [program.bytes], arguments: arguments),
            environment: CWords(
                OwnProcess.environment.filter { !$0.starts(with: Array("TMPDIR=".utf8)) }
                    + (temporary.map { [Array("TMPDIR=".utf8) + $0.bytes] } ?? [])), input: nothing.number,
            output: file.number)
        return try Children.reap(child.process)
    }
}

extension Scratch {
    static func put(_ bytes: [UInt8], at path: Path) throws {
        try Descriptor(path, [.writing, .create, .empty]).write(bytes)
    }
}

/// What the files say, read as a user would with `cat`, `cut` and `sort`.
struct Reading {
    var ids: [SharedFile: [Int]] = [:]
    var commands: [Int: [UInt8]] = [:]
    /// ID and number of each line of attempts.tsv.
    var attempts: [[Int]] = []
    /// The tasks of the events of timeline.json.
    var events: [Int] = []

    init(_ directory: WorkDirectory) throws {
        for file in [SharedFile.toprocess, .finished, .failed, .skipped] {
            for line in try Folder.content(of: directory.file(file)).split(separator: 10) {
                let parts = line.split(separator: 32, maxSplits: 1)
                let id = try #require(parts.first?.decimalValue, "\(file.rawValue): \(line.text)")
                ids[file, default: []].append(id)
                commands[id] = parts.count > 1 ? Array(parts[1]) : []
            }
        }
        if try Folder.facts(directory.file(.held)) != nil {
            for line in try Folder.content(of: directory.file(.held)).split(separator: 10) {
                let parts = line.split(separator: 32, maxSplits: 2)
                let id = try #require(parts.first?.decimalValue, "held: \(line.text)")
                ids[.held, default: []].append(id)
                commands[id] = parts.count > 2 ? Array(parts[2]) : []
            }
        }
        for line in try Folder.content(of: directory.file(.attempts)).split(separator: 10).dropFirst() {
            attempts.append(line.split(separator: 9).prefix(2).compactMap(\.decimalValue))
        }
        let timeline = try Folder.content(of: directory.file(.timeline))
        let all = try #require(try JSONSerialization.jsonObject(with: Data(timeline)) as? [[String: Any]])
        events = all.compactMap { event in
            event["ph"] as? String == "X" ? (event["args"] as? [String: Any])?["id"] as? Int : nil
        }
    }

    func at(_ file: SharedFile) -> [Int] { ids[file] ?? [] }
    var everywhere: [Int] { SharedFile.allCases.flatMap { at($0) } }
}
