// The doctor's end of a peer: a command that it has started, here or on another host, and talks with over two pipes.

internal import TaskFarmerCore
package import TaskFarmerSystem

package final class PeerProcess {
    package let name: String
    private let process: Int32
    private let output: Descriptor
    /// nil once there is nothing more to say.
    private var input: Descriptor?
    private var received: [UInt8] = []
    /// The last line that was no answer: it says why none comes.
    private var noise = ""
    private var isReaped = false
    private let signals: SignalSource?

    /// Starts a peer; it dies with the calling thread.
    ///
    /// - Parameters:
    ///   - name: what it is called
    ///   - words: the command, which is looked for in PATH
    ///   - signals: what ends every wait
    /// - Throws: `PeerRefusal` when it cannot be started
    package init(name: String, words: [[UInt8]], signals: SignalSource?) throws {
        self.name = name
        self.signals = signals
        let toPeer = try Pipe()
        let fromPeer = try Pipe()
        // The other end may be somebody else's, who does not expect to be told that nothing is there yet.
        toPeer.reading.setWaiting(true)
        let shell = Array("/bin/sh".utf8)
        let script = [shell, Array("-c".utf8), Array(#"exec "$@""#.utf8), shell]
        do {
            process = try Children.spawn(
                SpawnRequest(candidates: [shell], arguments: script + words),
                environment: CWords(OwnProcess.environment), input: toPeer.reading.number,
                output: fromPeer.writing.number
            ).process
        } catch {
            throw PeerRefusal(peer: name, status: 74, text: "cannot be started: \(error.reason)")
        }
        input = toPeer.intoWriting()
        output = fromPeer.intoReading()
    }

    deinit { if !isReaped { Children.end(process) } }

    /// Says something without waiting for what it answers.
    package func tell(_ fields: String...) throws {
        do {
            try input?.write(Array((fields.joined(separator: "\t") + "\n").utf8))
        } catch {
            // It has ended; its last words tell more than a broken pipe.
            _ = try answer(within: 2)
            throw PeerRefusal(peer: name, status: 74, text: "has ended\(said)")
        }
    }

    package func ask(_ fields: String..., within seconds: Int = 20) throws -> [String] {
        try tell(fields.joined(separator: "\t"))
        return try answer(within: seconds)
    }

    package func askNumber(_ fields: String...) throws -> Int {
        Int(try ask(fields.joined(separator: "\t")).first ?? "") ?? 0
    }

    /// What it says next.
    ///
    /// - Throws: `PeerRefusal` when that is an error, or nothing; `FarmError.stopped` when this process is to stop
    package func answer(within seconds: Int) throws -> [String] {
        let deadline = Clock.boot + seconds * 1_000_000_000
        while true {
            while let end = received.firstIndex(of: 10) {
                let fields = PeerLine.fields(Array(received[..<end]))
                received.removeFirst(end + 1)
                if fields.first != PeerLine.mark {
                    noise = fields.joined(separator: " ")
                } else if fields.count == 4, fields[1] == "error" {
                    throw PeerRefusal(peer: name, status: Int32(fields[2]) ?? 74, text: fields[3])
                } else {
                    return Array(fields.dropFirst())
                }
            }
            let left = deadline - Clock.boot
            guard left > 0 else {
                throw PeerRefusal(
                    peer: name, status: 74, text: "did not answer within \(seconds) s\(said)", isSilence: true)
            }
            Poll.wait(for: [output.number] + (signals.map { [$0.descriptor] } ?? []), nanoseconds: left)
            if let signal = signals?.takeAll().first { throw FarmError.stopped("by \(signal); nothing is found out") }
            guard try read() else { throw PeerRefusal(peer: name, status: 74, text: "has ended\(said)") }
        }
    }

    private var said: String { noise.isEmpty ? "" : ": \(noise)" }

    /// - Returns: false at the end
    private func read() throws -> Bool {
        switch try output.readAvailable(count: 65_536) {
        case .nothingYet: return true
        case .bytes(let bytes):
            received += bytes
            return !bytes.isEmpty
        }
    }

    /// Ends it at once.
    package func kill() {
        Children.end(process)
        isReaped = true
    }

    /// Tells it that no more comes, so that it ends.
    package func closeInput() { input = nil }

    /// Lets it end by itself, and ends it if it does not within some seconds.
    package func end() {
        closeInput()
        let deadline = Clock.boot + 5_000_000_000
        while Clock.boot < deadline {
            Poll.wait(for: [output.number], nanoseconds: deadline - Clock.boot)
            if (try? read()) != true { break }
        }
        kill()
    }
}
