import TaskFarmerCore
import Testing

@Suite("Requests over HTTP") struct HTTPExchangeTests {
    private static let plain = "GET /metrics?x=1 HTTP/1.1\r\nHost: localhost:9464\r\nAccept: */*\r\n\r\n"

    private func progress(_ text: String) -> HTTPExchange.Progress {
        var exchange = HTTPExchange()
        exchange.take(utf8(text))
        return exchange.progress
    }

    private func request(_ text: String) -> HTTPExchange.Request? {
        if case .complete(let request) = progress(text) { return request }
        return nil
    }

    private func refusal(_ text: String) -> Int? {
        if case .refused(let answer) = progress(text) { return answer.status }
        return nil
    }

    @Test func `every beginning of a request is incomplete, and the whole is not, however it comes`() {
        let bytes = utf8(Self.plain)
        var slow = HTTPExchange()
        for count in bytes.indices {
            #expect(progress(String(decoding: bytes[..<count], as: UTF8.self)) == .incomplete)
            #expect(slow.progress == .incomplete)
            slow.take([bytes[count]])
        }
        #expect(slow.progress == progress(Self.plain))
        let found = request(Self.plain)
        #expect(found?.method == "GET" && found?.path == "/metrics" && found?.host == "localhost:9464")
    }

    @Test func `what comes after the head changes nothing`() {
        #expect(progress(Self.plain + "GET /other HTTP/1.1\r\n\r\n") == progress(Self.plain))
        var exchange = HTTPExchange()
        exchange.take(utf8(Self.plain))
        exchange.take(utf8("more"))
        #expect(exchange.progress == progress(Self.plain))
    }

    @Test func `other ways to write a request are read, too`() {
        #expect(request("GET / HTTP/1.0\n\n")?.path == "/")
        #expect(request("\r\n\r\nGET / HTTP/1.1\r\nHOST:\t[::1] \t\r\n\r\n")?.host == "[::1]")
        #expect(request("HEAD http://localhost:1/health?a HTTP/1.1\r\nHost: h\r\n\r\n")?.path == "/health")
        #expect(request("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n") != nil)
        #expect(request("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")?.path == "*")
    }

    @Test(arguments: [
        ("hello\r\n", 400), ("GET /\r\n", 400), ("GET  / HTTP/1.1\r\n", 400), ("GET / FTP/1.1\r\n", 400),
        ("GET / HTTP/11\r\n", 400), ("G(T / HTTP/1.1\r\n", 400), ("GET x HTTP/1.1\r\n", 400),
        ("GET /\u{1B} HTTP/1.1\r\n", 400), ("GET /é HTTP/1.1\r\n", 400), (" GET / HTTP/1.1\r\n", 400),
        ("GET http://h HTTP/1.1\r\n", 400), ("GET / HTTP/2.0\r\n", 505), ("GET / HTTP/0.9\r\n", 505),
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n", 400),
        ("GET / HTTP/1.1\r\nHost : a\r\n", 400), ("GET / HTTP/1.1\r\n: a\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\u{0}b\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\rb\r\n", 400), ("GET / HTTP/1.1\r\nnothing\r\n", 400),
        ("GET / HTTP/1.1\r\nContent-Length: 1\r\n", 400), ("GET / HTTP/1.1\r\nContent-Length: x\r\n", 400),
        ("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", 400),
    ])
    func `what is no request that can be answered is refused as soon as that is seen`(text: String, status: Int) {
        #expect(refusal(text) == status)
        var slow = HTTPExchange()
        for byte in text.utf8 { slow.take([byte]) }
        #expect(slow.progress == progress(text), "the same however it comes")
    }

    @Test(arguments: [1, 7, 4096, 100_000]) func `lines and heads have an end, however they come`(piece: Int) {
        func refusal(_ text: String) -> Int? {
            var exchange = HTTPExchange()
            var rest = utf8(text)[...]
            while !rest.isEmpty {
                exchange.take(rest.prefix(piece))
                rest = rest.dropFirst(piece)
            }
            return if case .refused(let answer) = exchange.progress { answer.status } else { nil }
        }
        func target(_ count: Int) -> String { "GET /" + String(repeating: "x", count: count - 14) + " HTTP/1.1" }
        let end = "\r\nHost: localhost\r\n\r\n"
        #expect(refusal(target(HTTPExchange.mostLine) + end) == nil)
        #expect(refusal(target(HTTPExchange.mostLine + 1) + end) == 414)
        #expect(refusal(String(repeating: "x", count: 20_000)) == 414)
        let start = "GET / HTTP/1.1\r\nHost: localhost\r\nX: "
        let room = HTTPExchange.most - start.utf8.count - 4
        #expect(refusal(start + String(repeating: "x", count: room) + "\r\n\r\n") == nil)
        #expect(refusal(start + String(repeating: "x", count: room + 1) + "\r\n\r\n") == 431)
        #expect(refusal(start + String(repeating: "x", count: 100_000)) == 431)
        #expect(refusal(String(repeating: "\r\n", count: 5000)) == 431)
        #expect(refusal("GET / HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 2000)) == 431)
    }

    @Test func `any bytes are read without harm, and the same however they come`() {
        var random = SplitMix(seed: 7)
        let words = ["GET ", "/", " HTTP/1.1", "\r\n", "\n", "Host:", " ", ":", "a", "\u{0}", "Content-Length: 0"]
        for _ in 0..<2000 {
            let text = (0..<Int(random.next() % 12)).map { _ in words[Int(random.next() % UInt64(words.count))] }
                .joined()
            var slow = HTTPExchange()
            for byte in text.utf8 { slow.take([byte]) }
            #expect(slow.progress == progress(text), "\(text.debugDescription)")
        }
    }

    private func page(_ method: String, _ path: String, _ host: String?, isLoopback: Bool = true) -> (HTTPPage?, Int?) {
        var text = "\(method) \(path) HTTP/1.\(host == nil ? 0 : 1)\r\n"
        if let host { text += "Host: \(host)\r\n" }
        guard let request = request(text + "\r\n") else { return (nil, nil) }
        switch HTTPPage.find(request, isLoopback: isLoopback) {
        case .success(let page): return (page, nil)
        case .failure(let answer): return (nil, answer.status)
        }
    }

    @Test func `there are three pages, and they can only be looked at`() {
        for (path, expected) in [
            ("/", HTTPPage.health), ("/health", .health), ("/metrics", .metrics), ("/status?now", .status),
        ] {
            #expect(page("GET", path, "localhost") == (expected, nil))
            #expect(page("HEAD", path, nil) == (expected, nil))
            #expect(page("POST", path, "localhost") == (nil, 405))
        }
        for path in ["/metrics/", "/..", "//health", "/%68ealth", "*"] {
            #expect(page("GET", path, "localhost") == (nil, 404))
        }
    }

    @Test func `a browser that was led here under another name gets nothing`() {
        for host in ["localhost", "LOCALHOST:80", "127.0.0.1", "127.9.8.7:9464", "[::1]", "[::1]:9464"] {
            #expect(page("GET", "/", host).0 == .health, "\(host)")
        }
        for host in [
            "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "128.0.0.1",
            "127.0.0.256", "127.1", "127.0.0.1:80:80", "localhost:x", "::1", "1270.0.0.1",
        ] {
            #expect(page("GET", "/", host).1 == 421, "\(host)")
            #expect(page("GET", "/", host, isLoopback: false).0 == .health, "\(host)")
        }
    }

    @Test func `an answer says how long it is and when it was, and HEAD has no content`() {
        let answer = HTTPAnswer(405, error: "a \"b\"\n", fields: ["Allow: GET, HEAD"])
        let expected = """
            HTTP/1.1 405 Method Not Allowed\r
            Date: Sun, 06 Nov 1994 08:49:37 GMT\r
            Content-Type: application/json\r
            Content-Length: 23\r
            Cache-Control: no-store\r
            X-Content-Type-Options: nosniff\r
            Connection: close\r
            Allow: GET, HEAD\r
            \r

            """
        #expect(answer.bytes(now: 784_111_777, isHeadOnly: true).text == expected)
        #expect(answer.bytes(now: 784_111_777).text == expected + #"{"error": "a \"b\"\n"}"# + "\n")
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"), (1_709_251_200, "Fri, 01 Mar 2024 00:00:00 GMT"),
        (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func `dates are right in leap years and at their ends`(seconds: Int, text: String) {
        #expect(HTTPDate.text(seconds) == text)
    }

    @Test func `an address is a port, or numbers and a port`() {
        #expect(ServeAddress(parsing: "0") == ServeAddress(address: "127.0.0.1", port: 0))
        #expect(ServeAddress(parsing: "localhost:65535") == ServeAddress(address: "127.0.0.1", port: 65535))
        #expect(ServeAddress(parsing: "0.0.0.0:9464") == ServeAddress(address: "0.0.0.0", port: 9464))
        #expect(ServeAddress(parsing: "[::1]:9464") == ServeAddress(address: "::1", port: 9464))
        for text in [
            "", ":", "x", "65536", "-1", "+1", "1e3", "host:1", ":80", "1.2.3:80", "1.2.3.4.5:80", "1.2.3.256:80",
            "::1:80", "[]:80", "[1.2.3.4]:80", "[::1]", "[::1]80", "1.2.3.4:", "000080",
        ] {
            #expect(ServeAddress(parsing: text) == nil, "\(text)")
        }
        for (address, isLoopback) in [
            ("127.0.0.1", true), ("127.8.8.8", true), ("::1", true), ("::ffff:127.0.0.1", true), ("0.0.0.0", false),
            ("::", false), ("10.0.0.1", false), ("1::1", false),
        ] {
            #expect(ServeAddress(address: address, port: 1).isLoopback == isLoopback, "\(address)")
        }
        #expect(ServeAddress(address: "::1", port: 8).text == "[::1]:8")
        #expect(ServeAddress(address: "127.0.0.1", port: 8).text == "127.0.0.1:8")
    }
}
