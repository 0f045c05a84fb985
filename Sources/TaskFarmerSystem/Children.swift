// Starting, ending and reaping child processes.

internal import CTaskFarmer
internal import Glibc

/// What a process is bound by from its beginning, and all that it starts.
package struct ProcessBounds: Sendable, Equatable {
    /// The processors that it may run on; empty for all.
    package var processors: [Int] = []
    /// Resource limits (setrlimit(2)), soft and hard.
    package var limits: [ResourceLimit] = []
    /// Added to this process's.
    package var niceness = 0
    /// As ioprio_set(2) has it; 0 to leave it.
    package var ioPriority = 0
    /// A descriptor of a control group's list of processes; -1 for none.
    package var group: Int32 = -1

    package init() {}

    package var isEmpty: Bool {
        group < 0 && niceness == 0 && ioPriority == 0 && processors.isEmpty && limits.isEmpty
    }
}

/// A process to start.
package struct SpawnRequest: Sendable {
    /// Executables tried in order with `arguments`; may be empty.
    package var candidates: [[UInt8]]
    package var arguments: [[UInt8]]
    /// Tried when none of the candidates can be executed.
    package var fallback: [UInt8]?
    package var fallbackArguments: [[UInt8]]
    /// Where it starts; nil for where this process is.
    package var folder: [UInt8]?
    package var bounds = ProcessBounds()

    package init(
        candidates: [[UInt8]] = [], arguments: [[UInt8]] = [], fallback: [UInt8]? = nil,
        fallbackArguments: [[UInt8]] = [], folder: [UInt8]? = nil
    ) {
        self.candidates = candidates
        self.arguments = arguments
        self.fallback = fallback
        self.fallbackArguments = fallbackArguments
        self.folder = folder
    }
}

/// How a child ended and what it used.
package struct ChildEnd: Sendable, Equatable {
    /// The exit status, or nil when a signal ended it.
    package var exit: Int32?
    package var signal: Int32?
    package var userMicroseconds: Int
    package var systemMicroseconds: Int
    package var maxResidentKiB: Int
    /// Blocks of 512 bytes (ru_inblock, ru_oublock).
    package var blocksIn: Int
    package var blocksOut: Int
}

/// Why a process did not start.
package struct SpawnFailure: Error, Sendable, Equatable {
    package enum Stage: Sendable, Equatable {
        /// There was no process to be had.
        case fork
        /// The process existed, but not the folder where it was to start.
        case folder
        /// What it is bound by could not be set.
        case bounds
        case exec
    }

    package let code: Int32
    package let stage: Stage

    package init(code: Int32, stage: Stage) {
        self.code = code
        self.stage = stage
    }

    package var reason: String { unsafe String(cString: strerror(code)) }
    package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    /// A file that is executable but neither a program nor a script with `#!`: the shell's to run.
    package var isFormat: Bool { code == ENOEXEC }
    /// Argument list too long.
    package var isTooLong: Bool { code == E2BIG }
}

/// Words in C's form, kept alive as long as the object.
@safe package final class CWords {
    fileprivate let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>

    package init(_ words: [[UInt8]]) {
        unsafe pointers = .allocate(capacity: words.count + 1)
        unsafe pointers.initialize(repeating: nil)
        for (index, word) in words.enumerated() { unsafe pointers[index] = Self.copy(word) }
    }

    /// Replaces one word.
    package func set(_ index: Int, _ word: [UInt8]) {
        unsafe free(pointers[index])
        unsafe pointers[index] = Self.copy(word)
    }

    private static func copy(_ word: [UInt8]) -> UnsafeMutablePointer<CChar>? {
        let raw = unsafe malloc(word.count + 1)
        guard let raw = unsafe raw else { return nil }
        unsafe word.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { unsafe memcpy(raw, start, word.count) }
        }
        let text = unsafe raw.assumingMemoryBound(to: CChar.self)
        unsafe text[word.count] = 0
        return unsafe text
    }

    deinit {
        for index in 0..<(unsafe pointers.count) { unsafe free(pointers[index]) }
        unsafe pointers.deallocate()
    }
}

package enum Children {
    /// Starts a process: a group of its own, nothing inherited but its three streams, default signals, and killed when
    /// the calling thread ends.
    ///
    /// - Returns: the process ID, which is the group's too, and why none of the candidates could be executed if it was the
    ///   fallback that was
    package static func spawn(
        _ request: SpawnRequest, environment: CWords, input: Int32, output: Int32, inherited: Int32 = -1
    ) throws(SpawnFailure) -> (process: Int32, refusal: SpawnFailure?) {
        let candidates = CWords(request.candidates)
        let arguments = CWords(request.arguments)
        let fallback = request.fallback.map { CWords([$0]) }
        let fallbackArguments = CWords(request.fallbackArguments)
        let folder = request.folder.map { CWords([$0]) }
        var error: Int32 = 0
        var stage: Int32 = 0
        let process = unsafe candidates.pointers.baseAddress.map { first in
            unsafe first.withMemoryRebound(to: UnsafePointer<CChar>?.self, capacity: 1) { list in
                unsafe withBounds(request.bounds) { bounds in
                    var raw = unsafe tf_spawn(
                        candidates: list, arguments: arguments.pointers.baseAddress,
                        fallback: fallback?.pointers[0], fallback_arguments: fallbackArguments.pointers.baseAddress,
                        environment: environment.pointers.baseAddress, standard_input: input, standard_output: output,
                        inherited: inherited, folder: folder?.pointers[0], bounds: bounds)
                    return unsafe tf_spawn(&raw, &error, &stage)
                }
            }
        }
        withExtendedLifetime((candidates, arguments, fallback, fallbackArguments, environment, folder)) {}
        guard let process, process > 0 else { throw SpawnFailure(code: error, stage: Self.stage(stage)) }
        return (process, error == 0 ? nil : SpawnFailure(code: error, stage: .exec))
    }

    private static func withBounds<Result>(
        _ bounds: ProcessBounds, _ body: (UnsafePointer<tf_bounds>?) -> Result
    ) -> Result {
        if bounds.isEmpty { return body(nil) }
        var mask = [UInt](repeating: 0, count: (bounds.processors.max() ?? 0) / UInt.bitWidth + 1)
        for processor in bounds.processors { mask[processor / UInt.bitWidth] |= 1 << (processor % UInt.bitWidth) }
        let limits = bounds.limits.map { tf_limit(resource: $0.kind.number, most: UInt($0.most)) }
        let size = mask.count * MemoryLayout<UInt>.size
        return unsafe mask.withUnsafeBufferPointer { mask in
            unsafe limits.withUnsafeBufferPointer { limits in
                var raw = unsafe tf_bounds(
                    processors: bounds.processors.isEmpty ? nil : mask.baseAddress,
                    processor_bytes: size, limits: limits.baseAddress, limit_count: limits.count,
                    niceness: Int32(bounds.niceness), io_priority: Int32(bounds.ioPriority),
                    group_tasks: bounds.group)
                return unsafe body(&raw)
            }
        }
    }

    private static func stage(_ raw: Int32) -> SpawnFailure.Stage {
        switch Int(raw) {
        case Int(TF_FORK): .fork
        case Int(TF_FOLDER): .folder
        case Int(TF_BOUNDS): .bounds
        default: .exec
        }
    }

    /// The process ID of a child of this thread that has ended and is not reaped yet; nil when there is none.
    package static func nextEnded() throws(SystemError) -> Int32? {
        var process: pid_t = 0
        let found = try retrying("wait for a child") { unsafe tf_peek_ended(&process) }
        return found == 1 ? process : nil
    }

    /// Whether a child of this thread, which is not reaped yet, has ended.
    package static func hasEnded(_ process: Int32) -> Bool {
        var found = unsafe siginfo_t()
        let code = unsafe waitid(P_PID, id_t(process), &found, WEXITED | WNOHANG | WNOWAIT)
        return unsafe code == 0 && found.si_signo == SIGCHLD
    }

    /// Ends a child of this thread and all of its group at once, and waits for its end.
    package static func end(_ process: Int32) {
        signal(group: process, SIGKILL)
        _ = try? reap(process)
    }

    /// Reaps a child that has ended.
    package static func reap(_ process: Int32) throws(SystemError) -> ChildEnd {
        var status: Int32 = 0
        var used = rusage()
        try retrying("reap a child") { unsafe wait4(process, &status, 0, &used) }
        let signal = status & 0x7f
        return ChildEnd(
            exit: signal == 0 ? (status >> 8) & 0xff : nil, signal: signal == 0 ? nil : signal,
            userMicroseconds: used.ru_utime.tv_sec * 1_000_000 + Int(used.ru_utime.tv_usec),
            systemMicroseconds: used.ru_stime.tv_sec * 1_000_000 + Int(used.ru_stime.tv_usec),
            maxResidentKiB: used.ru_maxrss, blocksIn: used.ru_inblock, blocksOut: used.ru_oublock)
    }

    /// Sends a signal to a process group; false when nobody is left in it.
    @discardableResult
    package static func signal(group: Int32, _ number: Int32) -> Bool { kill(-group, number) == 0 }

    /// Whether anybody is left in a process group.
    package static func exists(group: Int32) -> Bool { kill(-group, 0) == 0 || errno == EPERM }

    /// A file that lives in memory only, for a script that is too long for an argument.
    package static func memoryFile(_ content: [UInt8]) throws(SystemError) -> Descriptor {
        let number = try retrying("make a memory file") { unsafe tf_memfd("taskfarmer") }
        let file = Descriptor(owning: number, path: Path("memory file"))
        try file.write(content, at: 0)
        return file
    }
}
