// One command on one machine: what it is told goes in by lines, what it prints comes out by lines.

package import TaskFarmerCore
package import TaskFarmerSystem

/// A command that runs on another machine. Of the thread that starts it it is a child, which this thread reaps, and it is
/// killed when this thread ends.
package final class HostProcess {
    package let host: HostEntry
    package let process: Int32
    /// What the command reads; nil once that was closed.
    private var input: Descriptor?
    private let output: Descriptor
    private var torn: [UInt8] = []
    private var readiness: Readiness?
    /// Of a line without an end no more is kept.
    private static let longest = 1 << 16

    /// Starts a command.
    ///
    /// - Parameters:
    ///   - host: where
    ///   - shell: how
    ///   - command: its words
    /// - Throws: `SystemError` or `SpawnFailure`
    package init(on host: HostEntry, _ shell: RemoteShell, _ command: [[UInt8]]) throws {
        let down = try Pipe(), up = try Pipe()
        // The other end is somebody else's, who does not expect to be told that nothing is there yet.
        down.reading.setWaiting(true)
        down.writing.setWaiting(false)
        let arguments = shell.arguments(on: host, command)
        process = try Children.spawn(
            SpawnRequest(candidates: [arguments[0]], arguments: arguments),
            environment: CWords(OwnProcess.environment), input: down.reading.number, output: up.writing.number
        ).process
        self.host = host
        input = down.intoWriting()
        output = up.intoReading()
    }

    /// Watches for output, until its end.
    package func add(to readiness: Readiness, token: Int) throws {
        try readiness.add(output, token: token)
        self.readiness = readiness
    }

    /// Tells the command a line; false where it takes no more.
    @discardableResult
    package func tell(_ line: String) -> Bool {
        guard input != nil else { return false }
        return (try? input?.write(Array((line + "\n").utf8))) != nil
    }

    /// Tells it that no more comes.
    package func closeInput() { input = nil }

    /// The whole lines that are there, and, when it is over, a last one without an end.
    package func lines(isOver: Bool = false) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        // Whoever prints without end keeps nobody from others.
        for _ in 0..<(isOver ? 256 : 4) {
            guard case .bytes(let bytes)? = try? output.readAvailable(count: 1 << 16) else { break }
            if bytes.isEmpty {
                // The end can be read for ever.
                readiness?.remove(output)
                readiness = nil
                break
            }
            for part in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
                if part.offset > 0 {
                    lines.append(torn)
                    torn = []
                }
                torn += part.element.prefix(Self.longest - torn.count)
            }
        }
        if isOver && !torn.isEmpty {
            lines.append(torn)
            torn = []
        }
        return lines
    }

    /// Sends a signal to what runs here for it.
    package func signal(_ signal: Signal) { Children.signal(group: process, signal.number) }
}
