// This process: its raw arguments and environment, its standard streams, its end.

internal import CTaskFarmer
internal import Glibc

package enum OwnProcess {
    /// The arguments as bytes; Swift's own decode them and lose what is not UTF-8.
    package static var arguments: [[UInt8]] {
        var all: [[UInt8]] = []
        var index = 0
        while let word = unsafe CommandLine.unsafeArgv[index] {
            all.append(unsafe bytes(word))
            index += 1
        }
        return all
    }

    /// The environment as `NAME=value` bytes.
    package static var environment: [[UInt8]] {
        var all: [[UInt8]] = []
        var index = 0
        while let entry = unsafe environ[index] {
            all.append(unsafe bytes(entry))
            index += 1
        }
        return all
    }

    package static func variable(_ name: String) -> [UInt8]? {
        let prefix = Array(name.utf8) + [UInt8(ascii: "=")]
        return environment.first { $0.starts(with: prefix) }.map { Array($0.dropFirst(prefix.count)) }
    }

    /// Who owns what this process makes (the effective user ID).
    package static var user: UInt32 { geteuid() }

    private static func bytes(_ text: UnsafeMutablePointer<CChar>) -> [UInt8] {
        unsafe UnsafeBufferPointer(start: text, count: strlen(text)).map(UInt8.init(bitPattern:))
    }

    /// Opens what is closed of the three standard streams and keeps every other descriptor from the tasks.
    package static func secureDescriptors() {
        for number in Int32(0)...2 where fcntl(number, F_GETFD) < 0 {
            _ = unsafe tf_open("/dev/null", O_RDWR, 0)
        }
        _ = tf_close_on_exec_all()
    }

    /// Gives large blocks of memory back to the system at once, for a process that does little else than farming.
    package static func spareMemory() { tf_spare_memory() }

    /// Lets this process open so many descriptors, as far as it may; its children get back what it had.
    package static func allowDescriptors(_ count: Int) { _ = tf_allow_descriptors(count) }

    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Whether reading and writing wait until they can.
    package static func setWaiting(_ waits: Bool, on descriptor: Int32) {
        let flags = fcntl(descriptor, F_GETFL)
        if flags >= 0 { _ = fcntl(descriptor, F_SETFL, waits ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) }
    }

    /// Sends this process a signal.
    package static func raise(_ signal: Signal) { kill(getpid(), signal.number) }

    /// Writes to a standard stream; a closed one is no error.
    package static func put(_ bytes: [UInt8], to descriptor: Int32) {
        var done = 0
        while done < bytes.count {
            let wrote = unsafe bytes.withUnsafeBytes { buffer in
                unsafe write(descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if wrote < 0 && errno == EINTR { continue }
            if wrote <= 0 { return }
            done += wrote
        }
    }

    /// Writes to standard output, which must succeed.
    package static func print(_ bytes: [UInt8]) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let wrote = try retrying("write", "standard output") {
                unsafe bytes.withUnsafeBytes { buffer in
                    unsafe write(1, buffer.baseAddress?.advanced(by: done), bytes.count - done)
                }
            }
            if wrote == 0 { throw SystemError("write", "standard output", code: EIO) }
            done += wrote
        }
    }

    package static func put(_ text: String, to descriptor: Int32) { put(Array(text.utf8), to: descriptor) }

    package static func leave(_ status: Int32) -> Never { exit(status) }

    /// Processor time this process has used itself, children excluded, in microseconds, and its peak memory in KiB.
    package static var usage: (processorMicroseconds: Int, maxResidentKiB: Int) {
        var time = 0
        var resident = 0
        unsafe tf_own_usage(&time, &resident)
        return (time, resident)
    }

    /// 128 random bits as 32 hexadecimal digits.
    package static func nonce() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<16).map { _ in
            let byte = UInt8.random(in: 0...255, using: &generator)
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// Ends this process as SIGKILL does. For tests of what remains.
    package static func killSelf() -> Never {
        kill(getpid(), SIGKILL)
        while true { pause() }
    }
}
