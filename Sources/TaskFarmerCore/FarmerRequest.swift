// What users ask of a farmer: lines in `farmers/NAME.requests`, which the farmer makes when it joins and reads at every heartbeat. Whoever
// holds the lock of the work directory appends; the farmer says in its own file up to which byte it has heeded them.

package struct FarmerRequest: Sendable, Equatable {
    package enum Wish: Sendable, Equatable {
        /// These tasks are not to be run, nor run on.
        case cancel(TaskIDs)
        case pause
        case resume
        case drain
        case stop
        /// How many tasks run at a time.
        case resize(Int)
    }

    package var wish: Wish
    /// When it was made, as the last change then: what the farmer claimed later is not meant.
    package var epoch: Int

    package init(_ wish: Wish, epoch: Int) {
        self.wish = wish
        self.epoch = epoch
    }

    /// The slots that a farmer can have.
    package static let slots = 1...65_536

    /// `CHECKSUM EPOCH WORD …` with its newline; the checksum is the low 32 bits of the XXH64 of the rest.
    package var encoded: [UInt8] {
        let words =
            switch wish {
            case .cancel(let ids): "cancel \(ids.text)"
            case .pause: "pause"
            case .resume: "resume"
            case .drain: "drain"
            case .stop: "stop"
            case .resize(let slots): "resize \(slots)"
            }
        let content = Array("\(epoch) \(words)".utf8)
        var bytes: [UInt8] = []
        bytes.append(hexadecimal: Checksum.of(content) & 0xffff_ffff, digits: 8)
        bytes.append(32)
        bytes += content
        bytes.append(10)
        return bytes
    }

    /// nil when the line, which comes without its newline, is torn.
    package init?(line: ArraySlice<UInt8>) {
        guard line.count > 9, line[line.startIndex + 8] == 32 else { return nil }
        let content = line.dropFirst(9)
        let words = content.split(separator: 32)
        guard line.prefix(8).hexadecimalValue == Checksum.of(Array(content)) & 0xffff_ffff,
            words.count == 2 || words.count == 3, let epoch = words[0].decimalValue
        else { return nil }
        switch (words[1].text, words.dropFirst(2).first) {
        case ("cancel", let text?):
            guard let ids = try? TaskIDs(parsing: text.text) else { return nil }
            wish = .cancel(ids)
        case ("resize", let text?):
            guard let slots = text.decimalValue, Self.slots.contains(slots) else { return nil }
            wish = .resize(slots)
        case ("pause", nil): wish = .pause
        case ("resume", nil): wish = .resume
        case ("drain", nil): wish = .drain
        case ("stop", nil): wish = .stop
        default: return nil
        }
        self.epoch = epoch
    }

    /// The whole lines in what stands from some offset on, and how many bytes they are; what is torn is passed over.
    package static func read(_ bytes: [UInt8]) -> (requests: [FarmerRequest], end: Int) {
        var requests: [FarmerRequest] = []
        var start = 0
        while let newline = bytes[start...].firstIndex(of: 10) {
            if let request = FarmerRequest(line: bytes[start..<newline]) { requests.append(request) }
            start = newline + 1
        }
        return (requests, start)
    }

    /// Whether a task that was claimed by the change `claimed` is one that this request wants cancelled.
    package func cancels(_ task: Int, claimed: Int) -> Bool {
        if case .cancel(let ids) = wish { claimed <= epoch && ids.contains(task) } else { false }
    }
}
