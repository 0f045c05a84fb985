// `farmers.tsv`: who came and went, one line each, in the change that made it so.

package struct FarmerEvent: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// With its settings.
        case joined
        /// Has another number of slots from then on.
        case resized
        /// By itself, with the reason.
        case left
        /// Found dead, with the name of whoever found it.
        case lost
    }

    /// Microseconds since 1970.
    package var time: Int
    package var kind: Kind
    package var farmer: String
    /// The process number of the timeline.
    package var ordinal: Int
    package var host: String
    package var slots: Int
    /// The scheduler's job, `-` without one.
    package var job: String
    package var text: String

    package init(
        time: Int, kind: Kind, farmer: String, ordinal: Int, host: String, slots: Int, job: String?, text: String
    ) {
        self.time = time
        self.kind = kind
        self.farmer = farmer
        self.ordinal = ordinal
        self.host = host
        self.slots = slots
        self.job = job ?? Allocation.none
        self.text = text
    }

    /// What a line of the roster becomes.
    package init(_ kind: Kind, _ entry: RosterEntry, at time: Int, _ text: String) {
        self.init(
            time: time, kind: kind, farmer: entry.farmer, ordinal: entry.ordinal, host: entry.host, slots: entry.slots,
            job: entry.job, text: text)
    }

    package static let header = Array("time\tevent\tfarmer\tnumber\thost\tslots\tjob\ttext\n".utf8)

    /// A text is cut here, in bytes, or where a character begins before it.
    private static let most = 4096

    /// One line with its newline; of the text, what would be another line or column is a blank.
    package var line: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(seconds: time)
        bytes.append("\t\(kind.rawValue)\t\(farmer)\t\(ordinal)\t\(host)\t\(slots)\t\(job)\t")
        let text = Array(text.utf8)
        var end = min(Self.most, text.count)
        while end > 0, end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
        for byte in text[..<end] { bytes.append(byte < 32 || byte == 127 ? 32 : byte) }
        bytes.append(10)
        return bytes
    }

    /// Reads a line without its newline; nil when any field is not of its form.
    package init?(_ line: borrowing Span<UInt8>) {
        let fields = [UInt8](copying: line).split(
            separator: UInt8(ascii: "\t"), maxSplits: 7, omittingEmptySubsequences: false)
        guard fields.count == 8, let time = Array(fields[0]).secondsValue, let kind = Kind(rawValue: fields[1].text),
            let ordinal = fields[3].decimalValue, let slots = fields[5].decimalValue,
            fields[2...6].allSatisfy({ !$0.isEmpty })
        else { return nil }
        self.init(
            time: time, kind: kind, farmer: fields[2].text, ordinal: ordinal, host: fields[4].text, slots: slots,
            job: fields[6].text, text: fields[7].text)
    }
}
