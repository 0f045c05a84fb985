// The server of short answers among clients that do not behave.

import Foundation
import Glibc
import Synchronization
import TaskFarmerSystem
import Testing

@Suite("A server of short answers") struct AnswerServerTests {
    /// Takes a line and says it again: `later` when it may, `much` very often.
    private struct Echo: Conversation {
        let mayAnswer: Once
        var line: [UInt8] = []
        var wantsMore: Bool { line.last != 10 }
        mutating func take(_ bytes: [UInt8]) { line += bytes }
        mutating func answer() -> [UInt8]? {
            if line.starts(with: "later".utf8), !mayAnswer.hasBeen { return nil }
            return line.starts(with: "much".utf8) ? [UInt8](repeating: 120, count: 16 << 20) : line
        }
    }

    private final class Client {
        private let descriptor: Int32

        init(port: Int) {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var place = sockaddr_in()
            place.sin_family = sa_family_t(AF_INET)
            place.sin_port = in_port_t(port).bigEndian
            place.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = unsafe withUnsafeBytes(of: &place) { raw in
                unsafe connect(descriptor, raw.baseAddress?.assumingMemoryBound(to: sockaddr.self), size)
            }
            #expect(result == 0)
        }

        deinit { close(descriptor) }

        func say(_ text: String) {
            let bytes = Array(text.utf8)
            _ = unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }

        /// All that it hears until the server hangs up; what it said last, and how much it was.
        func heard() -> (text: String, count: Int) {
            var part = [UInt8](repeating: 0, count: 65536)
            var (text, count) = ("", 0)
            while true {
                let got = unsafe recv(descriptor, &part, part.count, 0)
                if got <= 0 { return (text, count) }
                text = String(decoding: part[..<got], as: UTF8.self)
                count += got
            }
        }
    }

    /// Serves on a thread of its own while `body` runs.
    private func serving(
        patience: Int = 120_000_000_000, _ body: (_ port: Int, _ news: Wakeup, _ mayAnswer: Once) throws -> Void
    ) throws {
        let (end, news, isReady, mayAnswer) = (try Wakeup(), try Wakeup(), try Wakeup(), Once())
        let port = Mutex(0)
        let thread = WorkerThread()
        try thread.start {
            let server = try? AnswerServer(address: "127.0.0.1", port: 0, patience: patience)
            port.withLock { $0 = server?.port ?? 0 }
            isReady.signal()
            server?.serve(until: end.descriptor, news: news) { Echo(mayAnswer: mayAnswer) }
        }
        defer {
            end.signal()
            thread.join()
        }
        isReady.wait(nanoseconds: -1)
        try body(port.withLock { $0 }, news, mayAnswer)
    }

    @Test func `a client that does not go on is sent away when its time is over`() throws {
        try serving(patience: 100_000_000) { port, _, _ in
            for text in ["", "half", "later\n"] {
                let client = Client(port: port)
                client.say(text)
                #expect(client.heard().count == 0)
            }
        }
    }

    @Test func `who waits for an answer holds nobody up, and gets it as soon as it is there`() throws {
        try serving { port, news, mayAnswer in
            let waiting = Client(port: port)
            waiting.say("later\n")
            let other = Client(port: port)
            other.say("now\n")
            #expect(other.heard().text == "now\n")
            _ = mayAnswer.now
            news.signal()
            #expect(waiting.heard().text == "later\n")
        }
    }

    @Test func `a long answer is whole for who takes it, and who does not holds nobody up`() throws {
        try serving { port, _, _ in
            let stuck = (0..<8).map { _ in Client(port: port) }
            for client in stuck { client.say("much\n") }
            let other = Client(port: port)
            other.say("much\nand more\n")
            #expect(other.heard().count == 16 << 20)
            withExtendedLifetime(stuck) {}
        }
    }

    @Test func `of too many the oldest go, and the newest is answered`() throws {
        try serving { port, _, _ in
            let stuck = (0...AnswerServer.mostClients).map { _ in Client(port: port) }
            #expect(stuck[0].heard().count == 0)
            let other = Client(port: port)
            other.say("now\n")
            #expect(other.heard().text == "now\n")
            stuck[AnswerServer.mostClients].say("now\n")
            #expect(stuck[AnswerServer.mostClients].heard().text == "now\n")
        }
    }

    @Test func `an address that is none, or taken, is said to be so`() throws {
        try serving { port, _, _ in
            #expect(throws: SystemError.self) { try AnswerServer(address: "127.0.0.1", port: port) }
            for address in ["x", "1.2.3", "::g", ""] {
                do throws(SystemError) {
                    _ = try AnswerServer(address: address, port: 0)
                    Issue.record("\(address) was taken")
                } catch {
                    #expect(error.isInvalid)
                }
            }
        }
    }
}
