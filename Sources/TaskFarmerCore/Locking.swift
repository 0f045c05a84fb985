// How farmers keep each other out, and what a turn's file says where that is done without flock.

/// How farmers keep each other out.
public enum Locking: String, Sendable, CaseIterable {
    /// By flock(2), which the file system must carry from node to node.
    case flock
    /// By exclusively created files that their holders renew: for file systems without flock, with a weaker promise.
    case lease
}

/// The file of one turn at a lock without flock: who has, or had, that turn.
package struct TurnRecord: Sendable, Equatable {
    package enum Status: String, Sendable { case held, free }
    package var status: Status
    package var host: String
    package var boot: String
    package var processSpace: String
    package var process: Int
    /// When the process began, in clock ticks after boot.
    package var ticks: Int
    /// Counts up as the holder renews it.
    package var beats: Int

    package init(
        status: Status, host: String, boot: String, processSpace: String, process: Int, ticks: Int, beats: Int
    ) {
        self.status = status
        self.host = host
        self.boot = boot
        self.processSpace = processSpace
        self.process = process
        self.ticks = ticks
        self.beats = beats
    }

    package static let width = 256

    package var encoded: [UInt8] {
        var bytes = Array(
            "taskfarmer-turn 1 \(status.rawValue) \(host) \(boot) \(processSpace) \(process) \(ticks) \(beats) ".utf8)
        bytes.append(contentsOf: [UInt8](repeating: 32, count: max(0, Self.width - 1 - bytes.count)))
        bytes.append(10)
        return bytes
    }

    /// nil when the bytes are not a whole record, as while it is being written.
    package init?(_ bytes: [UInt8]) {
        let fields = bytes.prefix { $0 != 10 }.split(separator: 32)
        guard bytes.count == Self.width, bytes.last == 10, fields.count == 9, fields[0].text == "taskfarmer-turn",
            fields[1].text == "1", let status = Status(rawValue: fields[2].text),
            let process = fields[6].decimalValue, let ticks = fields[7].decimalValue,
            let beats = fields[8].decimalValue
        else { return nil }
        self.init(
            status: status, host: fields[3].text, boot: fields[4].text, processSpace: fields[5].text,
            process: process, ticks: ticks, beats: beats)
    }
}
