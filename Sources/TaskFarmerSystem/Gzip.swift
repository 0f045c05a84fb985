// Compressing by the program gzip, which writes to a file of ours what it reads from a pipe.

internal import Glibc

/// Why something is not compressed.
package struct GzipFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
}

package enum Gzip {
    /// Found by the shell, which leaves standard output to what goes wrong: descriptor 3 is the file.
    private static let script = Array("exec gzip -cn >&3 3>&-".utf8)

    /// Compresses what a closure hands over.
    ///
    /// - Parameters:
    ///   - output: the descriptor that the program writes to, from where it stands
    ///   - body: called with what takes the bytes, in parts, and waits while the program has enough of them
    /// - Throws: what `body` throws, `GzipFailure` where there is no gzip or it fails, and `SystemError` for a broken pipe where
    ///   it is one that the program writes to; the program has ended then
    package static func compress(
        to output: Int32, _ body: (@escaping ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        let complaints = try Children.memoryFile([])
        let pipe = try Pipe()
        // The program has to wait for more.
        pipe.reading.setWaiting(true)
        let child = try start(input: pipe.reading, output: output, complaints: complaints)
        let feed = Feed(pipe.intoWriting())
        var isCutShort = false
        do {
            try body { try feed.write($0) }
        } catch let error as SystemError where error.isBrokenPipe && feed.isBroken {
            isCutShort = true
        } catch {
            Children.end(child.process)
            throw error
        }
        feed.close()
        let end = try Children.reap(child.process)
        if end.exit == 0 && !isCutShort { return }
        if end.signal == SIGPIPE { throw SystemError("write", "standard output", code: EPIPE) }
        throw GzipFailure(description: description(of: end, try complaints.readAll()))
    }

    private static func start(
        input: borrowing Descriptor, output: Int32, complaints: borrowing Descriptor
    ) throws -> (process: Int32, refusal: SpawnFailure?) {
        let shell = Array("/bin/sh".utf8)
        // Standard output is something else for the child by the time that it gets this.
        let number = try retrying("use", "standard output") { fcntl(output, F_DUPFD_CLOEXEC, 3) }
        let copy = Descriptor(owning: number, path: "standard output")
        do throws(SpawnFailure) {
            return try Children.spawn(
                SpawnRequest(candidates: [shell], arguments: [shell, Array("-c".utf8), script]),
                environment: CWords(OwnProcess.environment), input: input.number, output: complaints.number,
                inherited: copy.number)
        } catch {
            throw GzipFailure(description: "cannot compress: /bin/sh cannot be started: \(error.reason)")
        }
    }

    private static func description(of end: ChildEnd, _ complaints: [UInt8]) -> String {
        // What a shell says of a program that is not there, or cannot be executed (POSIX, Shell Command Language, 2.8.2).
        if end.exit == 127 || end.exit == 126 { return "cannot compress: there is no program gzip on PATH" }
        let said = complaints.split(separator: 10).last.map { ": \(String(decoding: $0, as: UTF8.self))" } ?? ""
        let status = end.signal.map { "by \(Signal(number: $0))" } ?? "with exit status \(end.exit ?? 0)"
        return "cannot compress: gzip ended \(status) before everything was written\(said)"
    }
}

/// The writing end of a pipe, until it is closed.
private final class Feed {
    private var pipe: Descriptor?
    private(set) var isBroken = false

    init(_ pipe: consuming Descriptor) { self.pipe = consume pipe }

    func write(_ bytes: [UInt8]) throws(SystemError) {
        do throws(SystemError) { try pipe?.write(bytes) } catch {
            isBroken = error.isBrokenPipe
            throw error
        }
    }

    func close() { pipe = nil }
}
