// The real program, started and waited for.

import Foundation
import Testing

/// How a program ended and what it printed.
struct Ended {
    /// The exit status; nil when a signal ended it.
    var status: Int32?
    var signal: Int32?
    var output: String
    var errors: String
}

/// A process of a test, with its output in files, so that no pipe can fill up or be kept open by a descendant.
final class Program {
    let words: [String]
    private let process = Process()
    let output: URL
    private let errorOutput: URL

    init(_ words: [String], environment: [String: String], in folder: URL, output: URL, input: URL?) throws {
        self.words = words
        self.output = output
        errorOutput = output.appendingPathExtension("errors")
        for file in [output, errorOutput] { try Data().write(to: file) }
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        process.environment = Self.plainEnvironment.merging(environment) { $1 }
        process.currentDirectoryURL = folder
        let files = [
            try FileHandle(forReadingFrom: input ?? URL(filePath: "/dev/null")), try FileHandle(forWritingTo: output),
            try FileHandle(forWritingTo: errorOutput),
        ]
        process.standardInput = files[0]
        process.standardOutput = files[1]
        process.standardError = files[2]
        // Left open they pile up, since Foundation keeps what it started for a while.
        defer { for file in files { try? file.close() } }
        try process.run()
    }

    /// This process's environment without what a farmer heeds.
    private static let plainEnvironment: [String: String] = {
        let heeded = [
            "SCRATCH", "TMP", "TMPDIR", "PROC_NUMBER", "PWD", "CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES",
            "ZE_AFFINITY_MASK",
        ]
        return ProcessInfo.processInfo.environment.filter { name, _ in
            !heeded.contains(name) && !name.hasPrefix("TASKFARMER") && !name.hasPrefix("SLURM")
        }
    }()

    /// Where `taskfarmer` is: TASKFARMER_BINARY, or beside the program that runs the tests.
    static func taskfarmer() throws -> String {
        if let path = ProcessInfo.processInfo.environment["TASKFARMER_BINARY"] { return path }
        let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        for start in [own, URL(filePath: CommandLine.arguments[0]).standardizedFileURL] {
            let path = start.deletingLastPathComponent().appending(path: "taskfarmer").path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw NeverHappened(
            description: "no taskfarmer beside \(own.path): build it, or name it in TASKFARMER_BINARY")
    }

    var identifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    /// What it printed until now.
    var errors: String {
        FileManager.default.contents(atPath: errorOutput.path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
    var printed: String {
        FileManager.default.contents(atPath: output.path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Sends it a signal.
    func signal(_ number: Int32) { _ = kill(identifier, number) }

    /// Sends a signal to its process group, which it leads.
    func signalGroup(_ number: Int32) {
        #expect(getpgid(identifier) == identifier || !isRunning)
        _ = kill(-identifier, number)
    }

    /// Waits for its end, which should be by this exit status.
    @discardableResult
    func ends(_ status: Int32, _ where: SourceLocation = #_sourceLocation) throws -> Ended {
        let ended = try wait()
        #expect(ended.status == status, "\(ended.output)\(ended.errors)", sourceLocation: `where`)
        return ended
    }

    /// Waits for its end.
    func wait() throws -> Ended {
        try eventually("\(words.joined(separator: " ")) ends; it printed \(printed)\(errors)") { !process.isRunning }
        let status = process.terminationStatus
        let isExit = process.terminationReason == .exit
        return Ended(
            status: isExit ? status : nil, signal: isExit ? nil : status, output: printed, errors: errors)
    }
}

/// What /proc says.
enum Processes {
    /// The processes in whose environment an entry stands.
    static func all(environment entry: String) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { process in
            environment(of: process).contains(entry)
        }
    }

    static func environment(of process: Int32) -> [String] {
        let bytes = (try? FileHandle(forReadingFrom: URL(filePath: "/proc/\(process)/environ")).readToEnd()) ?? Data()
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The lines of /proc/PID/status by their names.
    static func status(of process: Int32) -> [String: String] {
        let bytes = (try? FileHandle(forReadingFrom: URL(filePath: "/proc/\(process)/status")).readToEnd()) ?? Data()
        return statusLines(String(decoding: bytes, as: UTF8.self))
    }

    static func statusLines(_ text: String) -> [String: String] {
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (String(line[..<colon]), line[colon...].dropFirst().trimmingCharacters(in: .whitespaces))
        }
        return Dictionary(pairs) { $1 }
    }

    /// Whether a farmer has come so far that it reads signals instead of dying of them.
    static func blocksSignals(_ process: Int32) -> Bool {
        let mask = status(of: process)["SigBlk"].flatMap { UInt64($0, radix: 16) } ?? 0
        return mask & (1 << UInt64(SIGTERM - 1)) != 0
    }

    /// Whether a process is there and no zombie.
    static func isAlive(_ process: Int32) -> Bool {
        let stat = (try? FileHandle(forReadingFrom: URL(filePath: "/proc/\(process)/stat")).readToEnd()) ?? Data()
        guard let end = stat.lastIndex(of: UInt8(ascii: ")")) else { return false }
        return stat[end...].dropFirst(2).first != UInt8(ascii: "Z")
    }
}
