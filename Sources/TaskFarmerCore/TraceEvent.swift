// timeline.json in the Chrome trace event format, JSON array form: one process per farmer, one thread per slot.
// Source: "Trace Event Format", the document that Perfetto and chrome://tracing refer to.

package enum TraceEvent {
    /// A timeline without events; events go between the two parts.
    package static let opening = Array("[\n".utf8)
    package static let closing = Array("\n]\n".utf8)
    package static let empty = opening.dropLast() + closing

    /// Names a farmer's process, its job, if it has one, and its slots.
    package static func names(process: Int, farmer: String, job: String? = nil, slots: Int) -> [[UInt8]] {
        let job = job == Allocation.none ? nil : job
        return [metadata("process_name", process, name: farmer + (job.map { " \($0)" } ?? ""))]
            + (job.map { [metadata("process_labels", process, "labels", name: $0)] } ?? [])
            + slotNames(process: process, slots: 0..<slots)
    }

    /// Names slots of a farmer.
    package static func slotNames(process: Int, slots: Range<Int>) -> [[UInt8]] {
        slots.map { metadata("thread_name", process, thread: thread($0), name: "slot \($0)") }
    }

    /// Viewers take 0 for no thread at all, and put what is in it with the thread that has the number of the process.
    private static func thread(_ slot: Int) -> Int { slot + 1 }

    private static func metadata(
        _ kind: String, _ process: Int, _ argument: String = "name", thread: Int = 0, name: String
    ) -> [UInt8] {
        var bytes = Array(
            #"{"name":"\#(kind)","ph":"M","pid":\#(process),"tid":\#(thread),"args":{"\#(argument)":"#.utf8)
        JSONText.append(Array(name.utf8), to: &bytes)
        bytes.append("}}")
        return bytes
    }

    /// One attempt as a complete event (`ph` X), times in microseconds.
    package static func append(_ attempt: Attempt, command: [UInt8], process: Int, to bytes: inout [UInt8]) {
        bytes.append(#"{"name":"#)
        JSONText.append(command, upTo: 200, to: &bytes)
        bytes.append(#","cat":"task","ph":"X","ts":"#)
        bytes.append(decimal: attempt.started)
        bytes.append(#","dur":"#)
        bytes.append(decimal: attempt.wall)
        bytes.append(#","pid":"#)
        bytes.append(decimal: process)
        bytes.append(#","tid":"#)
        bytes.append(decimal: thread(attempt.slot))
        bytes.append(#","args":{"id":"#)
        bytes.append(decimal: attempt.task)
        bytes.append(#","attempt":"#)
        bytes.append(decimal: attempt.number)
        bytes.append(#","outcome":""#)
        bytes.append(attempt.outcome.word)
        bytes.append(UInt8(ascii: "\""))
        if let status = attempt.outcome.exitStatus {
            bytes.append(#","exit":"#)
            bytes.append(decimal: Int(status))
        }
        if let signal = attempt.outcome.signal {
            bytes.append(#","signal":"#)
            bytes.append(decimal: Int(signal))
        }
        bytes.append(#","user":"#)
        bytes.append(seconds: attempt.user)
        bytes.append(#","sys":"#)
        bytes.append(seconds: attempt.system)
        bytes.append(#","max_rss_kib":"#)
        bytes.append(decimal: attempt.maxResidentKiB)
        if let job = attempt.job {
            bytes.append(#","job":"#)
            JSONText.append(Array(job.utf8), to: &bytes)
        }
        bytes.append("}}")
    }

    /// An arrow from an attempt to the one that comes after it: here it begins, within that attempt's last microsecond.
    package static func appendArrow(from attempt: Attempt, process: Int, to bytes: inout [UInt8]) {
        appendArrow(
            "s", attempt.task, attempt.number, at: attempt.started + max(0, attempt.wall - 1), process,
            thread(attempt.slot),
            to: &bytes)
    }

    /// Here it ends, with the start of the attempt that comes after `before`.
    package static func appendArrow(to attempt: Attempt, after before: Int, process: Int, to bytes: inout [UInt8]) {
        appendArrow(
            #"f","bp":"e"#, attempt.task, before, at: attempt.started, process, thread(attempt.slot), to: &bytes)
    }

    private static func appendArrow(
        _ phase: String, _ task: Int, _ number: Int, at time: Int, _ process: Int, _ thread: Int,
        to bytes: inout [UInt8]
    ) {
        bytes.append(#"{"name":"run again","cat":"retry","ph":"\#(phase)","id":"#)
        // A number, and one that every reader of JSON takes for what it is.
        bytes.append(decimal: (task & 0xF_FFFF_FFFF) << 16 | min(number, 0xFFFF))
        bytes.append(#","ts":"#)
        bytes.append(decimal: time)
        bytes.append(#","pid":"#)
        bytes.append(decimal: process)
        bytes.append(#","tid":"#)
        bytes.append(decimal: thread)
        bytes.append("}")
    }

    /// What a number was from an instant on, in microseconds since 1970.
    package static func counter(_ counter: TraceCounter, process: Int, at time: Int, _ value: String) -> [UInt8] {
        let (name, unit) = (counter.rawValue, counter.unit)
        return Array(
            #"{"name":"\#(name)","cat":"farm","ph":"C","ts":\#(time),"pid":\#(process),"args":{"\#(unit)":\#(value)}}"#
                .utf8)
    }
}

/// What is counted over time.
package enum TraceCounter: String, Sendable {
    case runningTasks = "running tasks"
    /// The sum of what the tasks that ran each used at most.
    case memory = "memory at most"

    var unit: String {
        switch self {
        case .runningTasks: "tasks"
        case .memory: "MiB"
        }
    }
}

package enum JSONText {
    /// Appends a JSON string. Bytes that are not UTF-8 become the four characters `\xNN`; what is longer than `limit` is cut
    /// there and ends in `…`.
    package static func append(_ bytes: [UInt8], upTo limit: Int = .max, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        let end = min(limit, bytes.count)
        var index = 0
        while index < end {
            let start = index
            while index < end, isPlain(bytes[index]) { index += 1 }
            if index > start { text.append(copying: bytes.span.extracting(start..<index)) }
            if index < end { index += escape(bytes, at: index, before: end, to: &text) }
        }
        if end < bytes.count { text.append("…") }
        text.append(UInt8(ascii: "\""))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 32 && byte < 127 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Appends what does not stand for itself, and says how many bytes that was.
    private static func escape(_ bytes: [UInt8], at index: Int, before end: Int, to text: inout [UInt8]) -> Int {
        let byte = bytes[index]
        switch byte {
        case UInt8(ascii: "\""): text.append("\\\"")
        case UInt8(ascii: "\\"): text.append("\\\\")
        case 10: text.append("\\n")
        case 13: text.append("\\r")
        case 9: text.append("\\t")
        case 0..<32, 127:
            text.append("\\u")
            text.append(hexadecimal: UInt64(byte), digits: 4)
        default:
            let length = sequence(bytes, at: index, before: end)
            if length > 0 {
                text.append(copying: bytes.span.extracting(index..<index + length))
                return length
            }
            text.append("\\\\x")
            text.append(hexadecimal: UInt64(byte), digits: 2)
        }
        return 1
    }

    package static func string(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        append(bytes, to: &text)
        return text.text
    }

    package static func string(_ text: String) -> String { string(Array(text.utf8)) }

    /// The length of the well-formed UTF-8 sequence of several bytes at `index`; 0 where there is none
    /// (The Unicode Standard, table 3-7).
    package static func sequence(_ bytes: [UInt8], at index: Int, before end: Int) -> Int {
        func follows(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            index + offset < end && range.contains(bytes[index + offset])
        }
        switch bytes[index] {
        case 0xC2...0xDF: return follows(1) ? 2 : 0
        case 0xE0: return follows(1, 0xA0...0xBF) && follows(2) ? 3 : 0
        case 0xED: return follows(1, 0x80...0x9F) && follows(2) ? 3 : 0
        case 0xE1...0xEF: return follows(1) && follows(2) ? 3 : 0
        case 0xF0: return follows(1, 0x90...0xBF) && follows(2) && follows(3) ? 4 : 0
        case 0xF1...0xF3: return follows(1) && follows(2) && follows(3) ? 4 : 0
        case 0xF4: return follows(1, 0x80...0x8F) && follows(2) && follows(3) ? 4 : 0
        default: return 0
        }
    }
}
