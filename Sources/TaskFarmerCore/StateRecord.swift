// `state`: the sizes of every shared file and the totals, fixed-width text overwritten in place. It is what makes a
// stale view visible: a file whose size is not the one written here was not seen as it is.

/// A file whose size `state` vouches for.
package enum SharedFile: String, Sendable, CaseIterable {
    case toprocess, finished, failed, skipped, requeued, roster
    case attempts = "attempts.tsv"
    case timeline = "timeline.json"
    case held, priorities, added
    case farmers = "farmers.tsv"

    /// Those of work directories before version 4.
    package static let first = allCases.filter { ![.held, .priorities, .added, .farmers].contains($0) }
}

/// What is known of the task list that the tasks were made from.
package struct ListMark: Sendable, Equatable {
    /// Bytes read so far, their XXH64, and how many lines they are.
    package var bytes = 0
    package var checksum: UInt64 = 0
    package var lines = 0
    /// The modification time when it was read, in nanoseconds since 1970.
    package var modified = 0
    /// Whether the last line ended with a newline.
    package var isClosed = true

    package init() {}
}

/// The committed state of a work directory, apart from the tasks themselves.
package struct StateRecord: Sendable, Equatable {
    /// How many changes there were.
    package var epoch = 0
    /// The farmer that made the last one.
    package var writer = "none"
    /// The next ID to be given out, which is how many tasks there ever were.
    package var tasks = 0
    package var toprocess = 0
    package var claimed = 0
    package var finished = 0
    package var failed = 0
    package var skipped = 0
    /// Kept back until somebody releases them.
    package var held = 0
    package var attempts = 0
    package var requeued = 0
    /// Of how many attempts that were final the wall time is known, and its sum in microseconds.
    package var timed = 0
    package var wall = 0
    /// How many farmers there ever were, how many are live, and the slots of the live ones.
    package var farmers = 0
    package var liveFarmers = 0
    package var liveSlots = 0
    package var sizes: [SharedFile: Int] = [:]
    /// XXH64 of the last bytes of `toprocess` (at most 256).
    package var tail: UInt64 = 0
    package var list = ListMark()
    /// That of a work directory before version 4, in which no tasks are held and none have priorities.
    package var isOld = false

    package static let width = 2048
    package static let oldWidth = 1408
    package var width: Int { isOld ? Self.oldWidth : Self.width }
    private static let title = "taskfarmer state 2"
    private static let oldTitle = "taskfarmer state 1"
    /// Nothing is counted so far, and a sum of several is still a number.
    private static let most = 1 << 59

    package init() {
        for file in SharedFile.allCases { sizes[file] = 0 }
        tail = Checksum.of([])
    }

    /// How many tasks are over, or will never run.
    package var done: Int { finished + failed + skipped }

    /// Whether every task is over or held.
    package var hasNothingToRun: Bool { toprocess == 0 && claimed == 0 }

    /// Whether every task is over, and the documented exit status of that.
    package var isComplete: Bool { toprocess == 0 && claimed == 0 && held == 0 }
    package var exitStatus: Int32 { isComplete ? failed > 0 ? 1 : 0 : 75 }

    /// The mean wall time of the attempts so far, in nanoseconds; 0 as long as nothing is known.
    package var meanTask: Int { timed == 0 ? 0 : min(wall / timed, .max / 1000) * 1000 }

    /// Adds what is known of how long an attempt took, where it was final.
    package mutating func time(_ attempt: Attempt) {
        guard attempt.outcome.isFinal else { return }
        timed += 1
        wall = min(wall, Self.most) + min(attempt.wall, Self.most)
    }

    /// Every task is in exactly one place.
    package var isBalanced: Bool { toprocess + claimed + finished + failed + skipped + held == tasks }

    private static let counters: [(String, any WritableKeyPath<StateRecord, Int> & Sendable)] = [
        ("epoch", \.epoch), ("tasks", \.tasks), ("toprocess", \.toprocess), ("claimed", \.claimed),
        ("finished", \.finished), ("failed", \.failed), ("skipped", \.skipped), ("attempts", \.attempts),
        ("requeued", \.requeued), ("farmers", \.farmers), ("live_farmers", \.liveFarmers),
        ("live_slots", \.liveSlots), ("list_bytes", \.list.bytes), ("list_lines", \.list.lines),
        ("list_modified", \.list.modified),
    ]
    /// Those that directories before version 4 lack.
    private static let later: [(String, any WritableKeyPath<StateRecord, Int> & Sendable)] = [("held", \.held)]
    /// Those that directories of the first releases lack; nothing rests on them but estimates.
    private static let estimates: [(String, any WritableKeyPath<StateRecord, Int> & Sendable)] = [
        ("timed", \.timed), ("wall", \.wall),
    ]

    private var files: [SharedFile] { isOld ? SharedFile.first : SharedFile.allCases }

    /// Exactly `width` bytes of text.
    package var encoded: [UInt8] {
        var bytes = Array(((isOld ? Self.oldTitle : Self.title) + "\n").utf8)
        func line(_ name: String, _ value: [UInt8]) {
            bytes.append(name)
            bytes.append(contentsOf: [UInt8](repeating: 32, count: max(1, 24 - name.utf8.count)))
            bytes.append(contentsOf: value)
            bytes.append(10)
        }
        func number(_ name: String, _ value: Int) {
            var digits: [UInt8] = []
            digits.append(decimal: max(0, value))
            line(name, [UInt8](repeating: 48, count: max(0, 19 - digits.count)) + digits)
        }
        func hash(_ name: String, _ value: UInt64) {
            var digits: [UInt8] = []
            digits.append(hexadecimal: value, digits: 16)
            line(name, digits)
        }
        for (name, path) in Self.counters + Self.estimates + (isOld ? [] : Self.later) {
            number(name, self[keyPath: path])
        }
        for file in files { number("bytes " + file.rawValue, sizes[file] ?? 0) }
        hash("tail", tail)
        hash("list_checksum", list.checksum)
        number("list_closed", list.isClosed ? 1 : 0)
        line("writer", Array(writer.utf8))
        let room = width - bytes.count - 42
        bytes.append(contentsOf: [UInt8](repeating: 32, count: max(0, room)))
        bytes.append(10)
        hash("checksum", Checksum.of(bytes))
        return bytes
    }

    /// nil when the bytes are not a whole record.
    package init?(_ bytes: [UInt8]) {
        let isOld = bytes.count == Self.oldWidth
        guard isOld || bytes.count == Self.width,
            bytes.starts(with: ((isOld ? Self.oldTitle : Self.title) + "\n").utf8)
        else { return nil }
        let end = bytes.count - 41
        guard bytes.last == 10, bytes[end..<(end + 24)].elementsEqual("checksum                ".utf8),
            bytes[(end + 24)..<(bytes.count - 1)].hexadecimalValue == Checksum.of(Array(bytes[..<end]))
        else {
            return nil
        }
        self.init()
        self.isOld = isOld
        var values: [String: ArraySlice<UInt8>] = [:]
        for line in bytes[..<end].split(separator: 10).dropFirst() where line.count > 24 {
            let name = line.prefix(24).text
            values[
                String(name.prefix { $0 != " " })
                    + (name.hasPrefix("bytes ") ? " " + name.dropFirst(6).prefix { $0 != " " } : "")] =
                line.dropFirst(24)
        }
        for (name, path) in Self.counters + (isOld ? [] : Self.later) {
            guard let value = values[name]?.decimalValue, value < Self.most || path == \.list.modified else {
                return nil
            }
            self[keyPath: path] = value
        }
        for (name, path) in Self.estimates { self[keyPath: path] = min(values[name]?.decimalValue ?? 0, Self.most) }
        for file in files {
            guard let value = values["bytes " + file.rawValue]?.decimalValue, value < Self.most else { return nil }
            sizes[file] = value
        }
        guard let tail = values["tail"]?.hexadecimalValue, let sum = values["list_checksum"]?.hexadecimalValue,
            let closed = values["list_closed"]?.decimalValue, let writer = values["writer"]
        else { return nil }
        self.tail = tail
        list.checksum = sum
        list.isClosed = closed == 1
        self.writer = writer.text
    }

    /// The record with which bytes begin, whatever follows it.
    package init?(leading bytes: [UInt8]) {
        guard
            let record = StateRecord(Array(bytes.prefix(Self.width))) ?? StateRecord(Array(bytes.prefix(Self.oldWidth)))
        else { return nil }
        self = record
    }
}
