// A server of short answers: one request of few bytes, one answer, then the connection is closed. One thread does it all and never waits
// for any one client. Clients are few at a time and have little time each, and for each that comes beyond that the oldest goes. So it
// does not matter how many are stuck, and without clients nothing is done at all.

internal import CTaskFarmer
internal import Glibc

/// What is said with one client.
package protocol Conversation {
    /// Whether its request is not whole yet.
    var wantsMore: Bool { get }
    /// Takes in what came of its request.
    mutating func take(_ bytes: [UInt8])
    /// All that is answered; nil as long as it cannot be known. Asked again and again, but never waiting.
    mutating func answer() -> [UInt8]?
}

package final class AnswerServer {
    /// Where it listens: the address in its shortest form, without brackets.
    package let address: String
    package let port: Int

    /// So many clients at a time.
    private let mostClients: Int
    /// How long each may take, in nanoseconds.
    private let patience: Int
    private let listening: Descriptor
    /// In the order in which they came.
    private var clients: [Client] = []
    /// New clients wait until then in nanoseconds since boot, since there are no descriptors for them.
    private var resumes = 0

    package static let mostClients = 64
    /// How soon it is looked again for an answer that nobody has said is there.
    private static let glance = 100_000_000
    /// What else this process has open while it answers.
    private static let reserve = 24

    /// - Parameters:
    ///   - address: a numeric IPv4 or IPv6 address
    ///   - port: 0 for any that is free
    ///   - patience: how long a client may take for everything, in nanoseconds
    /// - Throws: `SystemError` where it cannot listen there
    package init(address: String, port: Int, patience: Int = 5_000_000_000) throws(SystemError) {
        self.patience = patience
        OwnProcess.allowDescriptors(Self.mostClients + Self.reserve)
        mostClients = max(1, min(Self.mostClients, Int(tf_descriptor_limit()) - Self.reserve))
        let place = Path(address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)")
        var got = Int32(port)
        var shown = [CChar](repeating: 0, count: 46)
        let number = try retrying("listen at", place) { unsafe tf_listen(address, &got, &shown) }
        listening = Descriptor(owning: number, path: place)
        self.address = String(decoding: shown.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.port = Int(got)
    }

    /// Answers until a descriptor can be read.
    ///
    /// - Parameters:
    ///   - end: that descriptor
    ///   - news: signalled when there may be answers that there were not before
    ///   - begin: called for each client
    package func serve(until end: Int32, news: Wakeup, _ begin: () -> any Conversation) {
        defer { clients = [] }
        while true {
            let now = Clock.boot
            let isAccepting = now >= resumes
            var waits = [
                pollfd(fd: end, events: Int16(POLLIN), revents: 0),
                pollfd(fd: news.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isAccepting ? listening.number : -1, events: Int16(POLLIN), revents: 0),
            ]
            waits += clients.map { pollfd(fd: $0.socket.number, events: $0.events, revents: 0) }
            let found = unsafe poll(&waits, nfds_t(waits.count), Self.milliseconds(wait(now)))
            if found < 0 { continue }
            if waits[0].revents != 0 { return }
            if waits[1].revents != 0 { news.clear() }
            let later = Clock.boot
            let served = zip(clients, waits.dropFirst(3)).filter { client, wait in
                later - client.since < patience && client.goesOn(isReady: wait.revents != 0)
            }
            clients = served.map(\.0)
            if waits[2].revents != 0 { accept(later, begin) }
        }
    }

    /// How long nothing will have to be done unless something comes, in nanoseconds; nil for ever.
    private func wait(_ now: Int) -> Int? {
        var times = clients.map { $0.since + patience - now }
        if clients.contains(where: \.awaitsAnswer) { times.append(Self.glance) }
        if now < resumes { times.append(resumes - now) }
        return times.min()
    }

    /// As poll(2) has it, rounded up.
    private static func milliseconds(_ nanoseconds: Int?) -> Int32 {
        nanoseconds.map { Int32(clamping: (max(0, $0) + 999_999) / 1_000_000) } ?? -1
    }

    private func accept(_ now: Int, _ begin: () -> any Conversation) {
        // No more than there is room for at once: those who are here get their turn.
        for _ in 0..<mostClients {
            let number = tf_accept(listening.number)
            if number < 0 {
                let code = errno
                // What is wrong with one connection says nothing of the next.
                if [EMFILE, ENFILE, ENOMEM, ENOBUFS].contains(code) {
                    drop()
                    resumes = now + Self.glance
                    return
                }
                if code == EAGAIN || code == EWOULDBLOCK { return }
                continue
            }
            if clients.count >= mostClients { drop() }
            let client = Client(Descriptor(owning: number, path: "a client"), since: now, begin())
            // Mostly its request is there already.
            if client.goesOn(isReady: true) { clients.append(client) }
        }
    }

    /// Makes room: one that has its answer goes, or the oldest.
    private func drop() {
        if clients.isEmpty { return }
        clients.remove(at: clients.firstIndex(where: \.isAnswered) ?? 0)
    }
}

/// One connection.
private final class Client {
    private enum State {
        case asking
        case answering([UInt8], done: Int)
        /// All is said. What the client still says is passed over until it hangs up: closing before would take its answer away.
        case leaving(passed: Int)
    }

    let socket: Descriptor
    /// In nanoseconds since boot.
    let since: Int
    private var conversation: any Conversation
    private var state = State.asking
    private static let most = 1 << 20

    init(_ socket: consuming Descriptor, since: Int, _ conversation: any Conversation) {
        self.socket = socket
        self.since = since
        self.conversation = conversation
    }

    var isAnswered: Bool {
        if case .leaving = state { return true }
        return false
    }
    var awaitsAnswer: Bool {
        if case .asking = state { return !conversation.wantsMore }
        return false
    }

    /// What it waits for, as poll(2) has it; it is always told when the connection breaks.
    var events: Int16 {
        switch state {
        case .asking: conversation.wantsMore ? Int16(POLLIN) : 0
        case .answering: Int16(POLLOUT)
        case .leaving: Int16(POLLIN)
        }
    }

    /// Does what can be done now.
    ///
    /// - Parameter isReady: something has happened to the connection
    /// - Returns: false when it is over
    func goesOn(isReady: Bool) -> Bool {
        if case .asking = state {
            if conversation.wantsMore {
                if !isReady { return true }
                switch receive() {
                case .nothing: return true
                case .end: return false
                case .bytes(let bytes): conversation.take(bytes)
                }
                if conversation.wantsMore { return true }
            } else if isReady {
                // Only that it broke is told.
                return false
            }
            guard let answer = conversation.answer() else { return true }
            state = .answering(answer, done: 0)
        }
        if case .answering(let bytes, let done) = state {
            guard let sent = send(bytes, from: done) else { return false }
            state = .answering(bytes, done: sent)
            if sent < bytes.count { return true }
            shutdown(socket.number, Int32(SHUT_WR))
            state = .leaving(passed: 0)
        }
        if case .leaving(let passed) = state {
            switch receive() {
            case .nothing: return true
            case .end: return false
            case .bytes(let bytes): state = .leaving(passed: passed + bytes.count)
            }
            return passed < Self.most
        }
        return true
    }

    private enum Received {
        case nothing, end
        case bytes([UInt8])
    }

    private func receive() -> Received {
        guard let available = try? socket.readAvailable(count: 4096) else { return .end }
        return switch available {
        case .nothingYet: .nothing
        case .bytes(let bytes): bytes.isEmpty ? .end : .bytes(bytes)
        }
    }

    /// How far that is sent; nil when nobody takes it.
    private func send(_ bytes: [UInt8], from start: Int) -> Int? {
        var done = start
        while done < bytes.count {
            let sent = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    socket.number, buffer.baseAddress?.advanced(by: done), bytes.count - done, Int32(MSG_NOSIGNAL))
            }
            if sent > 0 {
                done += sent
            } else if errno == EAGAIN || errno == EWOULDBLOCK {
                return done
            } else if errno != EINTR {
                return nil
            }
        }
        return done
    }
}
