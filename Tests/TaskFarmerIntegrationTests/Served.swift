// A server that a test starts, and clients of it that say what they like.

import Foundation
import Glibc
import Testing

/// What a server said.
struct Reply {
    var status: Int
    var fields: [String: String]
    var body: String

    /// nil for what is no answer, or not a whole one.
    init?(_ bytes: [UInt8], isHead: Bool = false) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let blank = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<blank.lowerBound].components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count > 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else { return nil }
        self.status = status
        fields = Dictionary(
            lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                return (parts[0].lowercased(), parts.count > 1 ? parts[1] : "")
            }
        ) { $1 }
        body = String(text[blank.upperBound...])
        if !isHead && fields["content-length"] != "\(body.utf8.count)" { return nil }
    }
}

/// A connection to this machine.
final class Client {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = in_port_t(port).bigEndian
        place.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeBytes(of: &place) { raw in
            unsafe connect(descriptor, raw.baseAddress?.assumingMemoryBound(to: sockaddr.self), size)
        }
        if result != 0 {
            let error = errno
            close(descriptor)
            throw NeverHappened(description: "connecting to port \(port): error \(error)")
        }
    }

    deinit { close(descriptor) }

    /// Says something, as far as the server still listens.
    func say(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// All that the server says until it hangs up, which it does within two minutes or the test has failed.
    func heard() throws -> [UInt8] {
        var (all, part): ([UInt8], [UInt8]) = ([], [UInt8](repeating: 0, count: 65536))
        while true {
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&wait, 1, 120_000) == 1 else {
                throw NeverHappened(description: "it never came true that the server hangs up")
            }
            let count = unsafe recv(descriptor, &part, part.count, 0)
            if count <= 0 { return all }
            all += part[..<count]
        }
    }
}

/// `taskfarmer health --serve` at work.
struct Served {
    let program: Program
    let port: Int

    /// Asks for a page.
    func get(_ path: String, method: String = "GET", host: String = "localhost") throws -> Reply {
        try said("\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n", isHead: method == "HEAD")
    }

    /// Says anything, and takes the answer.
    func said(_ text: String, isHead: Bool = false) throws -> Reply {
        let client = try Client(port: port)
        client.say(text)
        return try #require(Reply(try client.heard(), isHead: isHead), "\(text.prefix(200))")
    }

    /// How many files it has open.
    var openFiles: Int {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(program.identifier)/fd")) ?? []).count
    }

    /// Ends it, which it should do well.
    func stop(_ signal: Int32 = SIGTERM) throws {
        program.signal(signal)
        try program.ends(0)
    }
}

extension Farm {
    /// Starts a server and waits until it says where it is.
    func served(
        at address: String = "0", _ place: String = "tasks", under parent: [String] = []
    ) throws -> Served {
        let program = try start(["health", "--serve", address, place], under: parent)
        var port = 0
        try eventually("the server says where it is") {
            guard program.printed.hasSuffix("\n") || !program.isRunning else { return false }
            let url = program.printed.split(separator: " ").first { $0.hasPrefix("http://") } ?? ""
            port = Int(url.split(separator: ":").last?.dropLast() ?? "") ?? 0
            return true
        }
        #expect(port > 0, "\(program.printed)\(program.errors)")
        return Served(program: program, port: port)
    }

    /// Every file of the work directory, and when it was changed.
    func snapshot() throws -> [String: String] {
        let manager = FileManager.default
        let names = try manager.subpathsOfDirectory(atPath: workDirectory.path)
        return try Dictionary(
            uniqueKeysWithValues: names.map { name in
                let path = workDirectory.appending(path: name).path
                let facts = try manager.attributesOfItem(atPath: path)
                let bytes = manager.contents(atPath: path).map { $0.base64EncodedString() } ?? ""
                return (name, "\(facts[.modificationDate] ?? "") \(facts[.posixPermissions] ?? "") \(bytes)")
            })
    }
}

/// The samples of metrics by their names with labels.
func samples(_ metrics: String) -> [String: Double] {
    Dictionary(
        metrics.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
            guard let blank = line.lastIndex(of: " "), let value = Double(line[blank...].dropFirst()) else {
                return nil
            }
            return (String(line[..<blank]), value)
        }
    ) { $1 }
}
