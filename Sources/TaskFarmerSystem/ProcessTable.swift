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

    /// The memory that process groups and what they started use together, in bytes: the sum of their resident sets, in which
    /// shared pages count as often as they are shared.
    ///
    /// - Parameter groups: the leaders of the groups
    /// - Returns: bytes for each that has a process
    package static func resident(of groups: Set<Int32>) -> [Int32: Int] {
        guard let names = try? Folder.names(in: Path("/proc")) else { return [:] }
        var processes: [Int32: (parent: Int32, group: Int32, pages: Int)] = [:]
        for process in names.compactMap({ Int32(String(decoding: $0, as: UTF8.self)) }) {
            guard let raw = HostIdentity.small(Path("/proc/\(process)/stat")),
                let end = raw.lastIndex(of: UInt8(ascii: ")"))
            else { continue }
            let fields = raw[(end + 1)...].split(separator: 32)
            guard fields.count > 21, let parent = Int32(String(decoding: fields[1], as: UTF8.self)),
                let group = Int32(String(decoding: fields[2], as: UTF8.self)),
                let pages = Int(String(decoding: fields[21], as: UTF8.self))
            else { continue }
            processes[process] = (parent, group, pages)
        }
        var sums: [Int32: Int] = [:]
        let page = sysconf(Int32(_SC_PAGESIZE))
        for (process, facts) in processes {
            var next: Int32? = process
            var steps = 0
            while let current = next, let seen = processes[current], steps < 64 {
                let owner = groups.contains(seen.group) ? seen.group : current
                if groups.contains(owner) {
                    sums[owner, default: 0] += facts.pages * page
                    break
                }
                next = seen.parent
                steps += 1
            }
        }
        return sums
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
