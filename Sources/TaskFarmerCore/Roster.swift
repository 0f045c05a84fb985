// `roster`: one fixed-width line per farmer that is, or was, at work. A farmer reads its own line in every change it
// makes: a line that is not live, or not its own, means that it was declared dead and fenced out.

package struct RosterEntry: Sendable, Equatable {
    package enum Status: String, Sendable {
        case live
        /// It left, or was declared dead and its claims were recovered. The line may be reused.
        case closed
    }
    package var status: Status
    package var farmer: String
    /// Unique among all farmers that ever worked here: the process number of the timeline.
    package var ordinal: Int
    package var slots: Int
    /// Which of the two journal files is the valid one.
    package var generation: Int
    /// The last committed epoch in which it changed anything.
    package var epoch: Int
    /// How much of its journal has been carried over, in bytes.
    package var carried: Int
    /// How many tasks it holds.
    package var claimed: Int
    /// Its host, and when it joined (microseconds since 1970).
    package var host: String
    package var joined: Int

    package init(
        status: Status = .live, farmer: String, ordinal: Int, slots: Int, generation: Int = 0, epoch: Int = 0,
        carried: Int = 0, claimed: Int = 0, host: String, joined: Int
    ) {
        self.status = status
        self.farmer = farmer
        self.ordinal = ordinal
        self.slots = slots
        self.generation = generation
        self.epoch = epoch
        self.carried = carried
        self.claimed = claimed
        self.host = host
        self.joined = joined
    }

    package static let width = 320

    /// Exactly `width` bytes: a line of text.
    package var encoded: [UInt8] {
        var bytes = Array(
            "\(status.rawValue) \(farmer) \(ordinal) \(slots) \(generation) \(epoch) \(carried) \(claimed) \(host) \(joined) ".utf8)
        let sum = Checksum.of(bytes)
        bytes.append(hexadecimal: sum, digits: 16)
        bytes.append(contentsOf: [UInt8](repeating: 32, count: max(0, Self.width - 1 - bytes.count)))
        bytes.append(10)
        return bytes
    }

    /// nil when the bytes are not one whole line.
    package init?(_ bytes: ArraySlice<UInt8>) {
        let fields = bytes.split(separator: 32)
        guard bytes.count == Self.width, bytes.last == 10, fields.count >= 11,
            let status = Status(rawValue: fields[0].text), let ordinal = fields[2].decimalValue,
            let slots = fields[3].decimalValue, let generation = fields[4].decimalValue,
            let epoch = fields[5].decimalValue, let carried = fields[6].decimalValue,
            let claimed = fields[7].decimalValue, let joined = fields[9].decimalValue,
            fields[10].hexadecimalValue == Checksum.of(Array(bytes[..<fields[10].startIndex]))
        else { return nil }
        self.init(
            status: status, farmer: fields[1].text, ordinal: ordinal, slots: slots, generation: generation,
            epoch: epoch, carried: carried, claimed: claimed, host: fields[8].text, joined: joined)
    }
}

/// What the lock file says: whose state it guards, and who holds it.
package struct LockRecord: Sendable, Equatable {
    package enum Status: String, Sendable { case busy, idle }
    package var nonce: String
    /// The last epoch begun; never less than the committed one.
    package var epoch: Int
    package var status: Status
    package var holder: String
    /// When it was taken, in microseconds since 1970.
    package var since: Int

    package init(nonce: String, epoch: Int, status: Status, holder: String, since: Int) {
        self.nonce = nonce
        self.epoch = epoch
        self.status = status
        self.holder = holder
        self.since = since
    }

    package static let width = 256

    package var encoded: [UInt8] {
        var bytes = Array("taskfarmer-lock 1 \(nonce) \(epoch) \(status.rawValue) \(holder) \(since) ".utf8)
        bytes.append(contentsOf: [UInt8](repeating: 32, count: max(0, Self.width - 1 - bytes.count)))
        bytes.append(10)
        return bytes
    }

    package init?(_ bytes: [UInt8]) {
        let fields = bytes.prefix { $0 != 10 }.split(separator: 32)
        guard fields.count == 7, fields[0].text == "taskfarmer-lock", fields[1].text == "1",
            let epoch = fields[3].decimalValue, let status = Status(rawValue: fields[4].text),
            let since = fields[6].decimalValue
        else { return nil }
        self.init(nonce: fields[2].text, epoch: epoch, status: status, holder: fields[5].text, since: since)
    }
}
