/// Where to serve: `PORT`, `ADDRESS:PORT` or `[ADDRESS]:PORT`. Addresses are numbers: nobody is asked what a name stands for.
package struct ServeAddress: Sendable, Equatable {
    /// An IPv4 or IPv6 address, without brackets.
    package var address: String
    /// 0 for any that is free.
    package var port: Int

    package init(address: String, port: Int) {
        self.address = address
        self.port = port
    }

    /// nil for what is not of that form. Whether an IPv6 address is one is seen when it is used.
    package init?(parsing text: String) {
        let colon = text.lastIndex(of: ":")
        let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
        guard (1...5).contains(digits.utf8.count), let port = Array(digits.utf8).decimalValue, port <= 65535 else {
            return nil
        }
        self.port = port
        switch colon.map({ String(text[..<$0]) }) {
        case nil, "localhost": address = "127.0.0.1"
        case let place? where place.hasPrefix("[") && place.hasSuffix("]") && place.contains(":"):
            address = String(place.dropFirst().dropLast())
        case let place? where Self.bytes(ofIPv4: place) != nil: address = place
        default: return nil
        }
    }

    /// The four numbers of `192.0.2.1`; nil for anything else.
    private static func bytes(ofIPv4 text: String) -> [Int]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.utf8.count <= 3 ? Array($0.utf8).decimalValue : nil }
        return parts.count == 4 && numbers.count == 4 && numbers.allSatisfy { $0 <= 255 } ? numbers : nil
    }

    /// Whether only this machine reaches it; of an IPv6 address in its shortest form.
    package var isLoopback: Bool {
        if address == "::1" { return true }
        let four = address.hasPrefix("::ffff:") ? String(address.dropFirst(7)) : address
        return Self.bytes(ofIPv4: four)?.first == 127
    }

    /// As in a URL.
    package var text: String { address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)" }

    /// Whether a request's Host, with or without a port, is this machine by an address or a name that nobody else can give away.
    package static func isOfLoopback(host: String) -> Bool {
        var name = host.lowercased()
        if let colon = name.lastIndex(of: ":"), name.last != "]" {
            guard name[name.index(after: colon)...].utf8.allSatisfy({ (48...57).contains($0) }) else { return false }
            name = String(name[..<colon])
        }
        return name == "localhost" || name == "[::1]" || bytes(ofIPv4: name)?.first == 127
    }
}
