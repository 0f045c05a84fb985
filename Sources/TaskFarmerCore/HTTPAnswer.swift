// What is answered over HTTP, as bytes.

/// What is said to a client.
package struct HTTPAnswer: Error, Sendable, Equatable {
    package static let json = "application/json"

    package var status: Int
    package var type: String
    package var body: [UInt8]
    /// More header fields.
    package var fields: [String] = []

    package init(_ status: Int, type: String, body: [UInt8]) {
        self.status = status
        self.type = type
        self.body = body
    }

    /// A refusal, as JSON.
    package init(_ status: Int, error: String, fields: [String] = []) {
        self.init(status, type: Self.json, body: Array("{\"error\": \(JSONText.string(error))}\n".utf8))
        self.fields = fields
    }

    private var phrase: String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 414: "URI Too Long"
        case 421: "Misdirected Request"
        case 431: "Request Header Fields Too Large"
        case 505: "HTTP Version Not Supported"
        default: "Service Unavailable"
        }
    }

    /// All of it.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970
    ///   - isHeadOnly: whether only the head was asked for
    /// - Returns: what is sent
    package func bytes(now: Int, isHeadOnly: Bool = false) -> [UInt8] {
        let lines =
            [
                "HTTP/1.1 \(status) \(phrase)", "Date: \(HTTPDate.text(now))", "Content-Type: \(type)",
                "Content-Length: \(body.count)", "Cache-Control: no-store", "X-Content-Type-Options: nosniff",
                "Connection: close",
            ] + fields
        let head = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        return isHeadOnly ? head : head + body
    }
}

/// An instant as RFC 9110, 5.6.7, has it: `Sun, 06 Nov 1994 08:49:37 GMT`.
package enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// - Parameter seconds: since 1970; not before
    /// - Returns: the text
    package static func text(_ seconds: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (day, second) = max(0, seconds).quotientAndRemainder(dividingBy: 86_400)
        // Years of 365.2425 days that begin in March, so that a leap day is a year's last.
        let (era, dayOfEra) = (day + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let year = era * 400 + yearOfEra + (month >= 10 ? 1 : 0)
        return "\(days[day % 7]), \(two(dayOfYear - (153 * month + 2) / 5 + 1)) \(months[(month + 2) % 12]) \(year) "
            + "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)) GMT"
    }
}
