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

    /// What processes use together.
    package struct Usage: Sendable, Equatable {
        /// Processor time so far, with that of those that ended and were waited for, in milliseconds.
        package var processor = 0
        /// Memory in bytes: the sum of their resident sets, in which shared pages count as often as they are shared.
        package var resident = 0
    }

    /// What process groups and what they started use. Costs a file for each process of this host.
    ///
    /// - Parameter groups: the leaders of the groups
    /// - Returns: the use of each that has a process
    package static func usage(of groups: Set<Int32>) -> [Int32: Usage] {
        guard let names = try? Folder.names(in: Path("/proc")) else { return [:] }
        var processes: [Int32: (parent: Int32, group: Int32, ticks: Int, pages: Int)] = [:]
        for process in names.compactMap({ Int32(String(decoding: $0, as: UTF8.self)) }) {
            guard let raw = HostIdentity.small(Path("/proc/\(process)/stat")),
                let end = raw.lastIndex(of: UInt8(ascii: ")"))
            else { continue }
            let fields = raw[(end + 1)...].split(separator: 32)
            func number(_ place: Int) -> Int? {
                place < fields.count ? Int(String(decoding: fields[place], as: UTF8.self)) : nil
            }
            guard let parent = number(1).flatMap(Int32.init(exactly:)),
                let group = number(2).flatMap(Int32.init(exactly:)), let pages = number(21)
            else { continue }
            processes[process] = (parent, group, (11...14).reduce(0) { $0 + max(0, number($1) ?? 0) }, pages)
        }
        var sums: [Int32: Usage] = [:]
        let page = sysconf(Int32(_SC_PAGESIZE))
        let second = max(1, sysconf(Int32(_SC_CLK_TCK)))
        for (process, facts) in processes {
            var next: Int32? = process
            var steps = 0
            while let current = next, let seen = processes[current], steps < 64 {
                let owner = groups.contains(seen.group) ? seen.group : current
                if groups.contains(owner) {
                    sums[owner, default: Usage()].resident += facts.pages * page
                    sums[owner, default: Usage()].processor += facts.ticks * 1000 / second
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
