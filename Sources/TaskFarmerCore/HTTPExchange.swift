// As much of HTTP/1.1 (RFC 9110, RFC 9112) as it takes to be looked at: the head of one request is read from bytes as they come,
// bounded, and one answer is made, after which the connection is closed. Nothing is decoded but what is compared.

/// The one request of a connection.
package struct HTTPExchange: Sendable {
    /// What a client wants.
    package struct Request: Sendable, Equatable {
        package var method: String
        /// Without what stands behind a `?`.
        package var path: String
        /// What the client takes this server to be called, with its port; nil where it does not say (HTTP/1.0).
        package var host: String?
    }

    package enum Progress: Sendable, Equatable {
        case incomplete
        case complete(Request)
        /// It is none that can be answered; what is said instead.
        case refused(HTTPAnswer)
    }

    /// The most bytes of a head, and of its first line.
    package static let most = 8192
    package static let mostLine = 4096

    package private(set) var progress = Progress.incomplete
    private var head: [UInt8] = []
    private var lineStart = 0
    private var searched = 0
    private var request: Request?
    private var isOld = false

    package init() {}

    /// Takes in what came. What comes after the head, or after a refusal, is passed over.
    package mutating func take(_ bytes: some Collection<UInt8>) {
        guard progress == .incomplete else { return }
        head.append(contentsOf: bytes)
        while let newline = head[searched...].firstIndex(of: 10) {
            var line = head[lineStart..<newline]
            if line.last == 13 { line = line.dropLast() }
            (lineStart, searched) = (newline + 1, newline + 1)
            if request == nil && line.count > Self.mostLine { return refuse(414, "the request line is too long") }
            if newline >= Self.most { return refuse(431, "the request is too long") }
            read(line)
            guard progress == .incomplete else { return }
        }
        searched = head.count
        if request == nil && head.count - lineStart > Self.mostLine + 1 {
            refuse(414, "the request line is too long")
        } else if head.count > Self.most {
            refuse(431, "the request is too long")
        }
    }

    private mutating func refuse(_ status: Int, _ message: String) {
        progress = .refused(HTTPAnswer(status, error: message))
        head = []
    }

    private mutating func read(_ line: ArraySlice<UInt8>) {
        guard let request else {
            // Blank lines before a request are passed over: RFC 9112, 2.2.
            if !line.isEmpty { readFirst(line) }
            return
        }
        if !line.isEmpty { return readField(line) }
        if request.host == nil && !isOld { return refuse(400, "there is no Host") }
        progress = .complete(request)
        head = []
    }

    /// `METHOD TARGET HTTP/1.N`.
    private mutating func readFirst(_ line: ArraySlice<UInt8>) {
        let words = line.split(separator: 32, omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, words[0].allSatisfy(Self.isToken),
            words[1].allSatisfy({ $0 > 32 && $0 < 127 }), words[2].starts(with: "HTTP/".utf8)
        else { return refuse(400, "this is not HTTP") }
        let version = Array(words[2].dropFirst(5))
        guard version.count == 3, version[1] == UInt8(ascii: "."), (48...57).contains(version[0]),
            (48...57).contains(version[2])
        else { return refuse(400, "this is not HTTP") }
        guard version[0] == UInt8(ascii: "1") else { return refuse(505, "only HTTP/1.1 is spoken here") }
        isOld = version[2] == UInt8(ascii: "0")
        var target = words[1].text
        // As it is sent to a proxy: RFC 9112, 3.2.2.
        if target.lowercased().hasPrefix("http://") { target = String(target.dropFirst(7).drop { $0 != "/" }) }
        let path = target.prefix { $0 != "?" }
        guard path.first == "/" || path == "*" else { return refuse(400, "the target is not a path") }
        request = Request(method: words[0].text, path: String(path))
    }

    /// `Name: value`.
    private mutating func readField(_ line: ArraySlice<UInt8>) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy(Self.isToken),
            line[colon...].allSatisfy({ $0 >= 32 && $0 != 127 || $0 == 9 })
        else { return refuse(400, "a header field is not of its form") }
        let blank: (UInt8) -> Bool = { $0 == 32 || $0 == 9 }
        var value = line[(colon + 1)...].drop(while: blank)
        while let last = value.last, blank(last) { value = value.dropLast() }
        switch line[..<colon].text.lowercased() {
        case "host":
            if request?.host != nil { return refuse(400, "there is more than one Host") }
            request?.host = value.text
        case "content-length" where value.decimalValue == 0: break
        case "content-length", "transfer-encoding": refuse(400, "a request has no content here")
        default: break
        }
    }

    /// RFC 9110, 5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 48...57: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

/// What is to be seen, and where.
package enum HTTPPage: Sendable, CaseIterable {
    case health, metrics, status

    /// What a request is for.
    ///
    /// - Parameters:
    ///   - request: read whole
    ///   - isLoopback: whether only this machine reaches the server. A page of somewhere else, in a browser here, does so by a name of
    ///     its own that stands for this machine ("DNS rebinding"); it is told by that name.
    /// - Returns: the page, or the refusal
    package static func find(_ request: HTTPExchange.Request, isLoopback: Bool) -> Result<HTTPPage, HTTPAnswer> {
        if isLoopback, let host = request.host, !ServeAddress.isOfLoopback(host: host) {
            return .failure(HTTPAnswer(421, error: "this server is reached as localhost only"))
        }
        let page: HTTPPage
        switch request.path {
        case "/", "/health": page = .health
        case "/metrics": page = .metrics
        case "/status": page = .status
        default: return .failure(HTTPAnswer(404, error: "there is /health, /metrics and /status"))
        }
        guard ["GET", "HEAD"].contains(request.method) else {
            return .failure(HTTPAnswer(405, error: "it can only be looked at", fields: ["Allow: GET, HEAD"]))
        }
        return .success(page)
    }
}
