// A farm of its own for each test: a scratch folder with a list, farmers that are the real program, and the proof at the
// end that every task is in one place and that no process is left.

import Foundation
import Testing

/// A scratch folder, the list and the work directory in it, and all that was started there.
final class Farm {
    let folder: URL
    let list: URL
    let workDirectory: URL
    private var programs: [Program] = []
    /// Every process that comes from this farm carries it in its environment.
    let mark: String

    private init(list name: String) throws {
        let root = Self.fastFolder ?? FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
        folder = root.appending(path: "taskfarmer-integration-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        mark = "TASKFARMER_TEST=\(folder.path)"
        list = folder.appending(path: name)
        workDirectory = folder.appending(path: name + "_workdir")
    }

    /// Memory, where there is enough of it: farmers flush a lot.
    private static let fastFolder: URL? = {
        let memory = "/dev/shm"
        let facts = try? FileManager.default.attributesOfFileSystem(forPath: memory)
        let free = (facts?[.systemFreeSize] as? NSNumber)?.intValue ?? 0
        guard free > 1 << 29, FileManager.default.isWritableFile(atPath: memory) else { return nil }
        return URL(filePath: memory)
    }()

    /// Runs a test in a farm of its own; afterwards no process of it may be left, and the folder is removed.
    static func use(list name: String = "tasks", _ body: (Farm) throws -> Void) throws {
        let farm = try Farm(list: name)
        defer { farm.remove() }
        try body(farm)
        for program in farm.programs where program.isRunning {
            Issue.record("a farmer still runs at the end of the test: \(program.words)")
        }
        try eventually("no process is left") { farm.processes().isEmpty }
    }

    private func remove() {
        for program in programs where program.isRunning { program.signal(SIGKILL) }
        for process in processes() { _ = kill(process, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }

    // MARK: starting

    func write(_ lines: [String], to name: String? = nil) throws {
        try write(bytes: Array((lines.joined(separator: "\n") + "\n").utf8), to: name)
    }

    func write(bytes: [UInt8], to name: String? = nil) throws {
        try Data(bytes).write(to: name.map { folder.appending(path: $0) } ?? list)
    }

    /// Adds bytes at the end of the list.
    func append(_ text: String) throws {
        let handle = try FileHandle(forWritingTo: list)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    /// Starts `taskfarmer` with words, in the scratch folder.
    func start(
        _ words: [String], _ environment: [String: String] = [:], under parent: [String] = [], input: String? = nil
    ) throws -> Program {
        var all = environment
        let parts = mark.split(separator: "=", maxSplits: 1)
        all[String(parts[0])] = String(parts[1])
        let command = parent + [try Program.taskfarmer()] + words
        let program = try Program(
            command, environment: all, in: folder, output: folder.appending(path: ".output\(programs.count)"),
            input: input.map { folder.appending(path: $0) })
        programs.append(program)
        return program
    }

    /// Starts a farmer on the list.
    func farmer(_ options: String..., environment: [String: String] = [:]) throws -> Program {
        try start(["run"] + options + [list.lastPathComponent], environment)
    }

    /// Runs `taskfarmer` with words to its end.
    func call(
        _ words: String..., environment: [String: String] = [:], under parent: [String] = [], input: String? = nil
    ) throws -> Ended {
        try start(words, environment, under: parent, input: input).wait()
    }

    /// Writes the list, starts a farmer on it, and waits until a task has said `> up`.
    func farmerAtWork(on lines: [String], _ words: String...) throws -> Program {
        try write(lines)
        let farmer = try start(["run"] + words + [list.lastPathComponent])
        try eventually("a task is up") { exists("up") }
        return farmer
    }

    // MARK: what is there

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: name).path)
    }

    func bytes(_ name: String) -> [UInt8] {
        FileManager.default.contents(atPath: folder.appending(path: name).path).map(Array.init) ?? []
    }

    func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }

    func names(in name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: name).path).sorted()
    }

    /// A file of the work directory.
    func state(_ name: String) -> String { text("\(workDirectory.lastPathComponent)/\(name)") }

    /// The IDs in `toprocess`, `finished`, `failed` or `skipped`, in the file's order.
    func ids(_ name: String) -> [Int] {
        bytes("\(workDirectory.lastPathComponent)/\(name)").split(separator: 10).map { line in
            Int(String(decoding: line.prefix { $0 != 32 }, as: UTF8.self)) ?? -1
        }
    }

    func log(_ id: Int) -> String { state("logs/log_\(id)") }

    /// The lines of attempts.tsv by column name.
    func attempts() -> [[String: String]] {
        let lines = state("attempts.tsv").split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        guard let header = lines.first else { return [] }
        return lines.dropFirst().map { Dictionary(zip(header, $0), uniquingKeysWith: { $1 }) }
    }

    func attempts(of id: Int) -> [[String: String]] { attempts().filter { $0["id"] == "\(id)" } }

    /// Whether a farmer's journal has a record of this kind for a task.
    func journal(says kind: Character, of id: Int) throws -> Bool {
        try names(in: "\(workDirectory.lastPathComponent)/farmers").filter { $0.contains(".journal") }.contains {
            name in
            state("farmers/\(name)").split(separator: "\n").contains { line in
                let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
                return words.count > 2 && words[0] == String(kind) && words[2] == "\(id)"
            }
        }
    }

    /// The processes of this farm but for zombies, whose environment is gone: farmers, tasks and what these left.
    func processes() -> [Int32] { Processes.all(environment: mark) }

    /// The farmers that are there, as `farmers.tsv` tells it.
    var present: Set<String> {
        var present: Set<String> = []
        for line in state("farmers.tsv").split(separator: "\n").dropFirst() {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            switch fields[1] {
            case "joined": #expect(present.insert(fields[2]).inserted, "\(fields[2]) came twice")
            case "left", "lost": #expect(present.remove(fields[2]) != nil, "\(fields[2]) went without having come")
            default: #expect(present.contains(fields[2]))
            }
        }
        return present
    }

    // MARK: proofs

    /// `taskfarmer check` finds nothing wrong.
    func expectSound(_ where: SourceLocation = #_sourceLocation) throws {
        let ended = try call("check", workDirectory.path)
        #expect(ended.status == 0, "\(ended.output)\(ended.errors)", sourceLocation: `where`)
    }

    /// Every ID below `count` is over, once; those in `failed` failed; nobody is in the work directory any more.
    func expectComplete(_ count: Int, failed: [Int] = [], _ where: SourceLocation = #_sourceLocation) throws {
        let expected = (0..<count).filter { !failed.contains($0) }
        #expect(ids("finished").sorted() == expected, sourceLocation: `where`)
        #expect(ids("failed").sorted() == failed, sourceLocation: `where`)
        #expect(ids("toprocess") == [], sourceLocation: `where`)
        let left = try names(in: "\(workDirectory.lastPathComponent)/farmers")
        #expect(left == [], sourceLocation: `where`)
        #expect(present == [], "who came has gone", sourceLocation: `where`)
        try expectSound(`where`)
    }
}

/// Something that should come true did not.
struct NeverHappened: Error, CustomStringConvertible {
    let description: String
}

/// Waits until something is so, for up to two minutes, which only a failure takes.
func eventually(_ what: String, _ condition: () throws -> Bool) throws {
    let end = ContinuousClock.now + .seconds(120)
    while try !condition() {
        if ContinuousClock.now > end { throw NeverHappened(description: "it never came true that \(what)") }
        Thread.sleep(forTimeInterval: 0.003)
    }
}
