// Which machine this is, and what of it this process may use.

internal import CTaskFarmer
internal import Glibc

/// Where a process lives. Process IDs may be compared only where all three agree.
package struct HostIdentity: Sendable, Equatable {
    package var name: String
    /// Changes with every boot (/proc/sys/kernel/random/boot_id).
    package var boot: String
    /// The PID namespace (/proc/self/ns/pid).
    package var processSpace: String

    package init(name: String, boot: String, processSpace: String) {
        self.name = name
        self.boot = boot
        self.processSpace = processSpace
    }

    package static let current = HostIdentity(
        name: hostName(), boot: line("/proc/sys/kernel/random/boot_id") ?? "unknown",
        processSpace: link("/proc/self/ns/pid") ?? "unknown")

    private static func hostName() -> String {
        var raw = [CChar](repeating: 0, count: 256)
        unsafe gethostname(&raw, 255)
        let name = String(decoding: raw.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let short = name.split(separator: ".").first.map(String.init) ?? name
        let safe = String(short.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "-" })
        return safe.isEmpty ? "localhost" : safe
    }

    private static func line(_ path: String) -> String? {
        small(Path(path)).map { String(decoding: $0.prefix { $0 != 10 }, as: UTF8.self) }
    }

    private static func link(_ path: String) -> String? {
        var raw = [CChar](repeating: 0, count: 128)
        let count = unsafe readlink(path, &raw, 127)
        return count > 0 ? String(decoding: raw[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }

    /// The content of a small file that may be of unknown size, as in /proc; nil when it cannot be read.
    package static func small(_ path: Path) -> [UInt8]? {
        guard let file = try? Descriptor(path, .reading) else { return nil }
        var all: [UInt8] = []
        var part: [UInt8] = []
        while (try? file.readNext(into: &part, count: 65536)) == true, all.count < 8 << 20 { all += part }
        return all
    }
}

package enum Processors {
    /// The processors this process may use: its affinity mask, narrowed by the quota of its control groups.
    package static var available: Int {
        let affinity = max(1, Int(tf_affinity_count()))
        return max(1, min(affinity, quota() ?? affinity))
    }

    /// The processors of this process's affinity mask by NUMA node, in the order of their numbers; one node where the system names none.
    package static var nodes: [[Int]] {
        var raw = [Int32](repeating: 0, count: 1 << 16)
        let count = unsafe tf_affinity(&raw, Int32(raw.count))
        let own = Set(raw.prefix(max(0, Int(count))).map(Int.init))
        let base = Path("/sys/devices/system/node")
        let names = ((try? Folder.names(in: base)) ?? []).map { String(decoding: $0, as: UTF8.self) }
        let numbers = names.compactMap { $0.hasPrefix("node") ? Int($0.dropFirst(4)) : nil }.sorted()
        let found = numbers.compactMap { number -> [Int]? in
            guard let list = text("\(base)/node\(number)/cpulist") else { return nil }
            let here = list.split(separator: ",").flatMap { part -> [Int] in
                let ends = part.split(separator: "-").compactMap { Int($0) }
                guard let first = ends.first, let last = ends.last, first <= last else { return [] }
                return Array(first...last)
            }
            let usable = here.filter { own.contains($0) }
            return usable.isEmpty ? nil : usable
        }
        let missing = own.subtracting(found.joined()).sorted()
        return missing.isEmpty ? found : found + [missing]
    }

    /// The processors that control groups (version 2, else 1) allow, rounded up; nil where they set no limit.
    private static func quota() -> Int? {
        var smallest: Double?
        for group in ControlGroup.own("cpu") {
            for folder in group.folders {
                let parts =
                    group.isVersion2
                    ? text(folder + "/cpu.max")?.split(separator: " ").map(String.init)
                    : [text(folder + "/cpu.cfs_quota_us"), text(folder + "/cpu.cfs_period_us")].compactMap(\.self)
                guard let parts, parts.count == 2, let limit = Double(parts[0]), let period = Double(parts[1]),
                    limit > 0 || group.isVersion2, period > 0
                else { continue }
                smallest = min(smallest ?? .infinity, limit / period)
            }
        }
        return smallest.map { max(1, Int($0.rounded(.up))) }
    }

    private static func text(_ path: String) -> String? {
        HostIdentity.small(Path(path)).map { String(decoding: $0.prefix { $0 != 10 }, as: UTF8.self) }
    }
}
