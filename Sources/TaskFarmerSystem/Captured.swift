// A command whose output is wanted, run to its end, or as long as one is willing to wait.

internal import CTaskFarmer
internal import Glibc

/// What a command printed and how it ended.
package struct Captured: Sendable {
    package let end: ChildEnd
    package let output: [UInt8]
    package let errors: [UInt8]
    /// Whether it was ended from here, before it had come to an end of its own.
    package let isCutOff: Bool

    /// Runs a command line with `/bin/sh` where this process is, in its environment, and waits for its end.
    ///
    /// - Parameters:
    ///   - command: for the shell
    ///   - input: what it can read; nil for nothing
    ///   - variables: `NAME=value`, instead of what the environment has of these names
    ///   - limit: after so many nanoseconds it is ended; nil waits for ever
    ///   - interruption: a descriptor; as soon as it can be read the command is ended
    /// - Returns: what it printed, and how it ended
    /// - Throws: `SystemError` or `SpawnFailure`
    package static func run(
        _ command: [UInt8], input: [UInt8]? = nil, variables: [[UInt8]] = [], limit: Int? = nil,
        interruption: Int32? = nil
    ) throws -> Captured {
        let source: Descriptor
        if let input { source = try Children.memoryFile(input) } else { source = try Descriptor("/dev/null", .reading) }
        let names = variables.map { $0.prefix { $0 != UInt8(ascii: "=") } + [UInt8(ascii: "=")] }
        let environment =
            OwnProcess.environment.filter { entry in !names.contains { entry.starts(with: $0) } } + variables
        // Files in memory: unlike a pipe they never make the command wait for whoever reads.
        let output = try Children.memoryFile([])
        let errors = try Children.memoryFile([])
        let shell = Array("/bin/sh".utf8)
        let script = Array("(\n".utf8) + command + Array("\n) >&3 3>&-".utf8)
        let child = try Children.spawn(
            SpawnRequest(candidates: [shell], arguments: [shell, Array("-c".utf8), script]),
            environment: CWords(environment), input: source.number, output: errors.number,
            inherited: output.number)
        var isCutOff = false
        if limit != nil || interruption != nil {
            isCutOff = !waits(for: child.process, limit, interruption)
            if isCutOff { Children.signal(group: child.process, SIGKILL) }
        }
        let end = try Children.reap(child.process)
        return Captured(end: end, output: try output.readAll(), errors: try errors.readAll(), isCutOff: isCutOff)
    }

    /// Waits for the end of a child, which is not reaped; false where that is cut short.
    private static func waits(for process: Int32, _ limit: Int?, _ interruption: Int32?) -> Bool {
        let descriptor = tf_process_descriptor(process)
        defer { if descriptor >= 0 { close(descriptor) } }
        let begun = Clock.boot
        while true {
            let rest = limit.map { max(0, $0 - (Clock.boot - begun)) } ?? -1
            // Where a process has no descriptor it is asked now and then. A negative one is passed over.
            let pause = descriptor >= 0 ? rest : rest < 0 ? 50_000_000 : min(rest, 50_000_000)
            let ready = Poll.wait(for: [descriptor, interruption ?? -1], nanoseconds: pause)
            if ready & 1 != 0 || descriptor < 0 && Children.hasEnded(process) { return true }
            if ready & 2 != 0 || rest == 0 { return false }
        }
    }
}
