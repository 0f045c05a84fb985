// Benchmark 6: how often a farmer asks the file system for something below its work directory, for each task.

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct FileOperations {
    let bench: Workbench
    private static let slots = 2
    private static let calls = [
        "open", "openat", "creat", "read", "pread64", "write", "pwrite64", "close", "fdatasync", "fsync", "ftruncate",
        "truncate", "flock", "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "stat",
        "fstat",
        "lstat", "newfstatat", "statx", "getdents64", "readlink", "readlinkat", "access", "faccessat2",
    ]

    private var count: Int { bench.size(10_000, small: 500) }

    func rows() throws -> [Row] {
        guard let strace = bench.find("strace") else {
            return [.skipped(6, "file operations a task", because: "strace is not installed")]
        }
        var rows = [
            try row(strace, "with log files", ["run"], target: 3),
            try counted("with log files", logs: "files", target: 3),
        ]
        let help = try bench.programs.run([bench.taskfarmer, "run", "--help"]).checked().output.text
        let packed = "with packed logs"
        if help.contains("--logs") {
            rows += [
                try row(strace, packed, ["run", "--logs", "packed"], target: 0.2),
                try counted(packed, logs: "packed", target: 0.2),
            ]
        } else {
            rows.append(.skipped(6, "file operations, \(packed)", because: "this taskfarmer has no --logs packed"))
        }
        return rows
    }

    private func what(_ logs: String) -> String {
        "file operations of \(Number.grouped(count)) no-op tasks, \(logs)"
    }

    private func row(_ strace: String, _ what: String, _ command: [String], target: Double) throws -> Row {
        bench.tell("file operations, \(what)")
        var samples: Samples = []
        var byCall: [String: Int] = [:]
        for _ in 1...bench.rounds(1) {
            byCall = try bench.inFolder("traced") { try traced(strace, command, in: $0) }
            samples.add(Double(byCall.values.reduce(0, +)) / Double(count))
        }
        return Row(
            item: 6, what: self.what(what), unit: "calls/task", ours: samples, target: .atMost(target),
            note:
                "System calls of the farmer's own threads on paths below the work directory (strace), making it, joining and "
                + "leaving included. strace slows it down, so that what it does by the clock counts for fewer tasks. The last round by call: \(Self.list(byCall, over: count))."
        )
    }

    /// The same as the library sees it, without strace to slow it down: the batches are as large as they are in earnest.
    private func counted(_ what: String, logs: String, target: Double) throws -> Row {
        bench.tell("file operations, \(what), not slowed down")
        var samples: Samples = []
        var byKind: [String: Int] = [:]
        let noOp = Array(bench.noOp.utf8)
        var crew = Crew(bench: bench, farmers: 1, slots: Self.slots, kind: .shell)
        crew.counts = true
        crew.logs = logs
        for _ in 1...bench.rounds(1) {
            byKind = try crew.run(count: count, line: { _, bytes in bytes += noOp }) { $0.reports.first?.calls ?? [:] }
            samples.add(Double(byKind.values.reduce(0, +)) / Double(count))
        }
        return Row(
            item: 6, what: "\(self.what(what)), without strace", unit: "calls/task", ours: samples,
            target: .atMost(target),
            note:
                "Counted where the library makes them, the making of the work directory not included; the last round by kind: "
                + "\(Self.list(byKind, over: count)).")
    }

    private static func list(_ calls: [String: Int], over count: Int) -> String {
        calls.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
            .map { "\($0.key) \(Number.text(Double($0.value) / Double(count)))" }.joined(separator: ", ")
    }

    /// Runs a list of no-op tasks under strace.
    ///
    /// - Returns: how often each call was made
    private func traced(_ strace: String, _ command: [String], in place: Path) throws -> [String: Int] {
        let list = place.appending("list")
        let noOp = Array(bench.noOp.utf8)
        try bench.writeList(list, count: count) { _, bytes in bytes += noOp }
        let traces = place.appending("traces")
        try Folder.make(traces)
        let workDirectory = place.appending("w")
        let events = (Self.calls + ["clone", "clone3", "execve"]).joined(separator: ",")
        let options = ["-ff", "--seccomp-bpf", "-y", "-s", "0", "-e", "trace=\(events)", "-e", "signal=none"]
        let farmer =
            [bench.taskfarmer] + command + ["-n", "\(Self.slots)", "-w", workDirectory.description, list.description]
        try bench.programs.run([strace] + options + ["-o", traces.appending("t").description] + farmer).checked()
        return try StraceFolder(traces, program: bench.taskfarmer).calls(below: workDirectory)
    }
}

/// What `strace -ff -o FOLDER/t` wrote: a file for each thread and for each process.
struct StraceFolder {
    private let threads: [[UInt8]]

    /// Finds the threads of the program; the tasks are left out.
    init(_ folder: Path, program: String) throws {
        var contents: [String: [UInt8]] = [:]
        var first: String?
        for name in try Folder.names(in: folder) {
            let content = try Folder.content(of: folder.appending(bytes: name))
            let id = name.dropFirst(2).text
            contents[id] = content
            if content.starts(with: "execve(\"\(program)\"".utf8) { first = id }
        }
        guard let first else { throw BenchmarkError.program("strace saw no \(program)") }
        var found = [first]
        var next = 0
        while next < found.count {
            for line in (contents[found[next]] ?? []).split(separator: 10) where Self.isNewThread(line) {
                if let id = line.split(separator: 32).last?.text, contents[id] != nil { found.append(id) }
            }
            next += 1
        }
        threads = found.compactMap { contents[$0] }
    }

    private static func isNewThread(_ line: ArraySlice<UInt8>) -> Bool {
        line.starts(with: "clone".utf8) && line.text.contains("CLONE_THREAD")
    }

    /// How often each call named a path below a folder, or a file opened there.
    func calls(below folder: Path) -> [String: Int] {
        var count: [String: Int] = [:]
        let marks = ["<", "\""].flatMap { mark in ["/", ">", "\""].map { mark + folder.description + $0 } }
        for thread in threads {
            for line in thread.split(separator: 10) {
                guard let open = line.firstIndex(of: UInt8(ascii: "(")) else { continue }
                let text = line.text
                if marks.contains(where: text.contains) { count[line[..<open].text, default: 0] += 1 }
            }
        }
        return count
    }
}
