// Lines of text by which farmers and users tell each other something; the first byte says of which kind.

internal import TaskFarmerCore

enum LinesTarget {
    static func run(_ bytes: [UInt8]) throws {
        guard let first = bytes.first else { return }
        let isSealed = first & 1 == 1
        let body = Array(bytes.dropFirst())
        switch first >> 1 % 5 {
        case 0: try events(body)
        case 1: try requests(isSealed ? Sealed.requests(body) : body)
        case 2: try priorities(isSealed ? Sealed.lines(body, width: PriorityMark.width) : body)
        case 3: try attached(body)
        default: try outlook(isSealed ? Sealed.outlook(body) : body)
        }
    }

    /// farmers.tsv.
    private static func events(_ bytes: [UInt8]) throws {
        for line in bytes.split(separator: 10) {
            guard let event = FarmerEvent(line.span) else { continue }
            let text = event.line
            let written = text.dropLast()
            guard !written.contains(10), let again = FarmerEvent(written.span) else {
                throw Finding("an event is not read back: \(event)")
            }
            try require(again.line == text, "an event is not written as it was read")
            try require(
                (again.time, again.kind, again.ordinal, again.slots)
                    == (event.time, event.kind, event.ordinal, event.slots),
                "an event is another when it is read back")
        }
    }

    private static func requests(_ bytes: [UInt8]) throws {
        let (requests, end) = FarmerRequest.read(bytes)
        try require(end <= bytes.count && requests.count <= bytes.count, "more was asked than is there")
        var all: [UInt8] = []
        for request in requests {
            _ = (request.cancels(0, claimed: 0), request.cancels(.max, claimed: .max))
            all += request.encoded
        }
        // Torn ones do no harm to those after them.
        try require(FarmerRequest.read([1, 10] + all).requests == requests, "requests are not read back")
    }

    private static func priorities(_ bytes: [UInt8]) throws {
        guard let marks = PriorityMark.all(bytes) else { return }
        try require(
            zip(marks, marks.dropFirst()).allSatisfy { $0.offset < $1.offset && $0.priority < $1.priority },
            "priorities out of order")
        let text = marks.flatMap(\.encoded)
        try require(PriorityMark.all(text) == marks || text.count > bytes.count, "priorities are not read back")
    }

    /// What a farmer on another host prints.
    private static func attached(_ bytes: [UInt8]) throws {
        for line in bytes.text.split(separator: "\n") {
            guard let found = AttachedLine(String(line)) else { continue }
            try require(AttachedLine(found.text) == found, "a line is not read back: \(found.text)")
            try require(found.state.held >= 0, "fewer than none are held")
        }
    }

    private static func outlook(_ bytes: [UInt8]) throws {
        guard let record = AliveRecord(Sealed.attended + bytes) else { throw Finding("a record needs its outlook") }
        guard let outlook = record.outlook else { return }
        _ = outlook.demands(.commands).lack(TaskRecord(id: 0, command: [49]))
        let once = AliveRecord(record.encoded)
        try require(once?.outlook != nil, "an outlook is not read back")
        try require(once.flatMap { AliveRecord($0.encoded) } == once, "an outlook is another when it is read again")
    }
}
