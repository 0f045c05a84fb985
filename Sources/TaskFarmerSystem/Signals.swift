// Signals as values read from a descriptor: no handler runs anywhere.

internal import CTaskFarmer
internal import Glibc

package struct Signal: Sendable, Hashable, CustomStringConvertible {
    package let number: Int32
    package init(number: Int32) { self.number = number }

    package static let terminate = Signal(number: SIGTERM)
    package static let interrupt = Signal(number: SIGINT)
    package static let hangUp = Signal(number: SIGHUP)
    package static let kill = Signal(number: SIGKILL)
    package static let user1 = Signal(number: SIGUSR1)
    package static let user2 = Signal(number: SIGUSR2)
    package static let child = Signal(number: SIGCHLD)
    /// Stops a process, and cannot be refused; lets it go on; asks it to stop.
    package static let stop = Signal(number: SIGSTOP)
    package static let resume = Signal(number: SIGCONT)
    package static let suspend = Signal(number: SIGTSTP)
    package static let quit = Signal(number: SIGQUIT)
    /// The terminal has another size.
    package static let windowChange = Signal(number: SIGWINCH)

    /// Whether it is meant to end whoever it is sent to.
    package var isToEnd: Bool { ![.child, .stop, .resume, .suspend].contains(self) }

    private static let names: [(String, Int32)] = [
        ("HUP", SIGHUP), ("INT", SIGINT), ("QUIT", SIGQUIT), ("ILL", SIGILL), ("TRAP", SIGTRAP), ("ABRT", SIGABRT),
        ("BUS", SIGBUS), ("FPE", SIGFPE), ("KILL", SIGKILL), ("USR1", SIGUSR1), ("SEGV", SIGSEGV), ("USR2", SIGUSR2),
        ("PIPE", SIGPIPE), ("ALRM", SIGALRM), ("TERM", SIGTERM), ("CHLD", SIGCHLD), ("CONT", SIGCONT),
        ("STOP", SIGSTOP), ("TSTP", SIGTSTP), ("TTIN", SIGTTIN), ("TTOU", SIGTTOU), ("URG", SIGURG),
        ("XCPU", SIGXCPU), ("XFSZ", SIGXFSZ), ("VTALRM", SIGVTALRM), ("PROF", SIGPROF), ("WINCH", SIGWINCH),
        ("IO", SIGIO), ("PWR", SIGPWR), ("SYS", SIGSYS),
    ]

    /// Names without "SIG", and their numbers on this system.
    package static var numbers: [String: Int32] { Dictionary(uniqueKeysWithValues: names) }

    package var description: String {
        Self.names.first { $0.1 == number }.map { "SIG" + $0.0 } ?? "signal \(number)"
    }
}

/// The signals of this process, read instead of handled. Make it on the main thread before any other thread starts,
/// since the mask that it sets is inherited.
package final class SignalSource: Sendable {
    package let descriptor: Int32

    package init(_ signals: [Signal]) throws(SystemError) {
        let numbers = signals.map(\.number)
        unsafe tf_block_signals(numbers, numbers.count)
        descriptor = try retrying("read signals") { unsafe tf_signal_descriptor(numbers, numbers.count) }
    }

    deinit { close(descriptor) }

    /// The pending signals; of each kind one, however often it came.
    package func takeAll() -> [Signal] {
        var numbers = [Int32](repeating: 0, count: 16)
        let count = unsafe tf_take_signals(descriptor, &numbers, 16)
        return numbers.prefix(Int(count)).map(Signal.init)
    }

    /// Writes to closed pipes, and beyond the limit on a file's size, fail as errors instead of ending the process.
    package static func ignoreFailedWrites() {
        _ = tf_ignore_signal(SIGPIPE)
        _ = tf_ignore_signal(SIGXFSZ)
    }
}
