// Limits that the kernel sets a process and each that it starts (setrlimit(2)), by the names that ulimit and limits.conf(5) have
// for them.

internal import Glibc

/// One of them, for a process to be started.
package struct ResourceLimit: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The address space, in bytes.
        case addressSpace = "as"
        /// Processor time, in seconds.
        case processorTime = "cpu"
        /// A core file, in bytes.
        case core
        /// The data segment, in bytes.
        case data
        /// A file that it writes, in bytes.
        case fileSize = "fsize"
        /// Locked memory, in bytes.
        case lockedMemory = "memlock"
        /// Open files.
        case files = "nofile"
        /// Processes of the user.
        case processes = "nproc"
        /// The stack, in bytes.
        case stack

        /// Whether it is an amount of bytes.
        package var isSize: Bool {
            switch self {
            case .processorTime, .files, .processes: false
            case .addressSpace, .core, .data, .fileSize, .lockedMemory, .stack: true
            }
        }

        var number: Int32 {
            switch self {
            case .addressSpace: Int32(RLIMIT_AS.rawValue)
            case .processorTime: Int32(RLIMIT_CPU.rawValue)
            case .core: Int32(RLIMIT_CORE.rawValue)
            case .data: Int32(RLIMIT_DATA.rawValue)
            case .fileSize: Int32(RLIMIT_FSIZE.rawValue)
            case .lockedMemory: Int32(__RLIMIT_MEMLOCK.rawValue)
            case .files: Int32(RLIMIT_NOFILE.rawValue)
            case .processes: Int32(__RLIMIT_NPROC.rawValue)
            case .stack: Int32(RLIMIT_STACK.rawValue)
            }
        }
    }

    package var kind: Kind
    package var most: Int

    package init(_ kind: Kind, _ most: Int) {
        self.kind = kind
        self.most = most
    }
}
