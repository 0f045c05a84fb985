// A command whose output is wanted, run to its end.

/// What a command printed and how it ended.
package struct Captured: Sendable {
    package let end: ChildEnd
    package let output: [UInt8]
    package let errors: [UInt8]

    /// Runs a command line with `/bin/sh` where this process is, in its environment, with nothing to read, and waits for its end.
    package static func run(_ command: [UInt8]) throws -> Captured {
        let nothing = try Descriptor("/dev/null", .reading)
        // Files in memory: unlike a pipe they never make the command wait for whoever reads.
        let output = try Children.memoryFile([])
        let errors = try Children.memoryFile([])
        let shell = Array("/bin/sh".utf8)
        let script = Array("(\n".utf8) + command + Array("\n) >&3 3>&-".utf8)
        let child = try Children.spawn(
            SpawnRequest(candidates: [shell], arguments: [shell, Array("-c".utf8), script]),
            environment: CWords(OwnProcess.environment), input: nothing.number, output: errors.number,
            inherited: output.number)
        let end = try Children.reap(child.process)
        return Captured(end: end, output: try output.readAll(), errors: try errors.readAll())
    }
}
