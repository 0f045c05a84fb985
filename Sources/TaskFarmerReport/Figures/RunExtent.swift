// The frame of a run: from when to when, and which farmers with which slots were there. The first of two passes over all attempts; the
// second knows by it how wide its columns are.

package import TaskFarmerCore

package struct RunExtent: Sendable {
    /// A farmer that ran something, or told that it came.
    package struct Member: Sendable {
        package var name: String
        package var host: Int
        package var job: String?
        /// The settings that it told.
        package var settings: String?
        /// Why it left, in words.
        package var ending: String?
        /// The most slots that it used or had.
        package var slots = 0
        /// Microseconds since 1970; for as long as it is there nobody knows more than what it did.
        package var joined = Int.max
        package var left = Int.min
        /// Slots over time: how many from when on. Empty where it told nothing.
        package var changes: [(time: Int, slots: Int)] = []
        package var attempts = 0

        /// What it had to give between two instants: slots times microseconds.
        package func offered(from start: Int, to end: Int) -> Double {
            let segments = changes.isEmpty ? [(time: joined, slots: slots)] : changes
            var sum = 0.0
            for (index, segment) in segments.enumerated() {
                let until = index + 1 < segments.count ? segments[index + 1].time : left
                sum += Double(segment.slots) * Double(max(0, min(until, end) - max(segment.time, start)))
            }
            return sum
        }
    }

    package private(set) var members: [Member] = []
    package private(set) var attempts = 0
    /// From the first start, or joining, to the last end, or leaving, in microseconds since 1970.
    package private(set) var start = Int.max
    package private(set) var end = Int.min
    /// When the first attempt was started; nil before that.
    package private(set) var firstStart: Int?
    private var farmers = NameTable()
    private var hostNames = NameTable()

    package init() {}

    package var hosts: [String] { hostNames.names }
    package var isEmpty: Bool { members.isEmpty }

    private mutating func member(_ farmer: borrowing Span<UInt8>, host: borrowing Span<UInt8>) -> Int {
        let (number, isNew) = farmers.number(of: farmer)
        if isNew { members.append(Member(name: farmer.text, host: hostNames.number(of: host).number)) }
        return number
    }

    /// Which farmer a line is of; nil for one that came after the first pass.
    package func member(of farmer: borrowing Span<UInt8>) -> Int? {
        var sum = Checksum()
        sum.add(farmer)
        return farmers.number(checksum: sum.value)
    }

    package mutating func note(_ line: borrowing Span<UInt8>, _ fields: AttemptFields) {
        let number = member(line.extracting(fields.farmer), host: line.extracting(fields.host))
        attempts += 1
        let end = fields.started + fields.wall
        start = min(start, fields.started)
        firstStart = min(firstStart ?? .max, fields.started)
        self.end = max(self.end, end)
        members[number].attempts += 1
        members[number].slots = max(members[number].slots, fields.slot + 1)
        members[number].joined = min(members[number].joined, fields.started)
        members[number].left = max(members[number].left, end)
        if members[number].job == nil, let job = fields.job {
            let text = line.extracting(job).text
            members[number].job = text == Allocation.none ? nil : text
        }
    }

    /// What farmers told, after all attempts.
    ///
    /// - Parameters:
    ///   - events: all of them, in order
    ///   - seen: the last sign of life of each that is there still, in microseconds since 1970
    package mutating func note(_ events: [FarmerEvent], seen: [String: Int]) {
        for event in events {
            let number = member(Array(event.farmer.utf8).span, host: Array(event.host.utf8).span)
            if event.job != Allocation.none { members[number].job = event.job }
            switch event.kind {
            case .joined:
                members[number].settings = event.text
                members[number].joined = min(members[number].joined, event.time)
                members[number].left = max(members[number].left, event.time)
                members[number].changes = [(event.time, event.slots)]
            case .resized:
                members[number].changes.append((event.time, event.slots))
                members[number].left = max(members[number].left, event.time)
            case .left:
                members[number].ending = event.text
                members[number].left = max(members[number].left, event.time)
            case .lost:
                // When it died is not known: it is counted as there until its last sign, which the ends of its attempts are.
                members[number].ending = "found dead by \(event.text)"
            }
            members[number].slots = max(members[number].slots, event.slots)
        }
        for number in members.indices {
            if let last = seen[members[number].name] { members[number].left = max(members[number].left, last) }
        }
        for member in members {
            start = min(start, member.joined)
            end = max(end, member.left)
        }
    }

    /// What all farmers had to give, in slots times microseconds.
    package var offered: Double { members.reduce(0) { $0 + $1.offered(from: .min / 2, to: .max / 2) } }
}
