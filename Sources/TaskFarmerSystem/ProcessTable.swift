// What /proc says of processes: who is alive, since when, and whose environment names a farmer.

internal import Glibc

package enum ProcessTable {
    /// What /proc/PID/stat says of a process.
    package struct Facts: Sendable, Equatable {
        package var process: Int32
        /// Of its program, at most 15 bytes.
        package var name: String
        package var group: Int32
        package var session: Int32
        /// Clock ticks after boot: with the ID, unique on this host while it is up.
        package var started: UInt64
        package var isZombie: Bool
    }

    package static var own: Int32 { getpid() }

    /// nil when no such process exists.
    package static func facts(of process: Int32) -> Facts? {
        guard let raw = HostIdentity.small(Path("/proc/\(process)/stat")) else { return nil }
        // The name, in parentheses, may hold anything; the rest is numbers.
        guard let start = raw.firstIndex(of: UInt8(ascii: "(")), let end = raw.lastIndex(of: UInt8(ascii: ")")) else {
            return nil
        }
        let fields = String(decoding: raw[(end + 1)...], as: UTF8.self).split(separator: " ")
        guard fields.count > 19, let group = Int32(fields[2]), let session = Int32(fields[3]),
            let started = UInt64(fields[19])
        else { return nil }
        return Facts(
            process: process, name: String(decoding: raw[(start + 1)..<end], as: UTF8.self), group: group,
            session: session, started: started,
            isZombie: fields[0] == "Z" || fields[0] == "X")
    }

    package static func all() -> [Facts] {
        guard let names = try? Folder.names(in: Path("/proc")) else { return [] }
        return names.compactMap { Int32(String(decoding: $0, as: UTF8.self)) }.compactMap(facts(of:))
    }

    /// Whether a process was started with exactly this `NAME=value` in its environment (own processes only).
    package static func environment(of process: Int32, contains entry: [UInt8]) -> Bool {
        guard let raw = HostIdentity.small(Path("/proc/\(process)/environ")) else { return false }
        return raw.split(separator: 0).contains { $0.elementsEqual(entry) }
    }
}
