// How much memory this process may use, how much is free, and how often the kernel has killed for want of it.

internal import Glibc

package enum HostMemory {
    /// What this process may use, in bytes: the machine's, narrowed by the limits of its control groups.
    package static var available: Int {
        ([total] + ControlGroup.memoryFolders().flatMap(limits)).min() ?? total
    }

    /// The machine's, in bytes.
    package static var total: Int { max(1, field("MemTotal") ?? 1) }

    /// What could be had just now without swapping, in bytes: the kernel's own estimate (proc_meminfo(5)), and what is left within
    /// the control groups.
    package static var free: Int {
        let left = ControlGroup.memoryFolders().compactMap { folder -> Int? in
            guard let limit = limits(folder).min(), limit < total, let used = usage(folder) else { return nil }
            return max(0, limit - used)
        }
        return ([field("MemAvailable") ?? 0] + left).min() ?? 0
    }

    private static func field(_ name: String) -> Int? {
        guard let table = HostIdentity.small(Path("/proc/meminfo")) else { return nil }
        let line = table.split(separator: 10).first { $0.starts(with: "\(name):".utf8) }
        return line.flatMap { Int(String(decoding: $0.filter { (48...57).contains($0) }, as: UTF8.self)) }.map {
            $0 * 1024
        }
    }

    /// The limits of a control group, of version 2 or 1.
    private static func limits(_ folder: String) -> [Int] {
        ["memory.max", "memory.limit_in_bytes"].compactMap { ControlGroup.number("\(folder)/\($0)") }
    }

    /// What its processes use, without what could be dropped at once.
    private static func usage(_ folder: String) -> Int? {
        guard
            let used = ["memory.current", "memory.usage_in_bytes"].lazy.compactMap({
                ControlGroup.number("\(folder)/\($0)")
            })
            .first
        else { return nil }
        let inactive = ControlGroup.field("inactive_file", of: "\(folder)/memory.stat") ?? 0
        return max(0, used - inactive)
    }

    /// How often the kernel has killed a process for want of memory, in this process's control group where that counts, else on the
    /// whole machine (/proc/vmstat).
    package static var kills: Int {
        for folder in ControlGroup.memoryFolders().prefix(1) {
            if let count = ControlGroup.kills(folder) { return count }
        }
        return ControlGroup.field("oom_kill", of: "/proc/vmstat") ?? 0
    }

    /// How many threads of the machine ran or wanted to, on average over the last minute, in thousandths (the first field of
    /// /proc/loadavg).
    package static var milliLoad: Int? {
        let text = HostIdentity.small(Path("/proc/loadavg")).map { String(decoding: $0, as: UTF8.self) }
        return text?.split(separator: " ").first.flatMap { Double($0) }.map { Int(max(0, min($0, 1e9)) * 1000) }
    }

    /// How many threads of the machine run or want to (the fourth field of /proc/loadavg), without this one.
    package static var runnable: Int {
        let text = HostIdentity.small(Path("/proc/loadavg")).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let fields = text.split(separator: " ")
        return fields.count > 3 ? max(0, (fields[3].split(separator: "/").first.flatMap { Int($0) } ?? 1) - 1) : 0
    }
}

/// Control groups (cgroups(7)), of version 2 and 1, as files.
package enum ControlGroup {
    /// A group that this process is in.
    struct Own {
        let root: String
        /// Below it; empty for the root.
        let path: String
        let isVersion2: Bool

        /// Its folder and those around it, the innermost first.
        var folders: [String] {
            var folders = [root + path]
            var path = path
            while let slash = path.lastIndex(of: "/") {
                path = String(path[..<slash])
                folders.append(root + path)
            }
            return folders
        }
    }

    /// The groups of this process that a controller may account in, as /proc/self/cgroup lists them.
    static func own(_ controller: String) -> [Own] {
        guard let table = HostIdentity.small(Path("/proc/self/cgroup")) else { return [] }
        return String(decoding: table, as: UTF8.self).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3 else { return nil }
            let path = fields[2] == "/" ? "" : fields[2]
            if fields[0] == "0" { return Own(root: "/sys/fs/cgroup", path: path, isVersion2: true) }
            guard fields[1].split(separator: ",").contains(controller[...]) else { return nil }
            return Own(root: "/sys/fs/cgroup/\(controller)", path: path, isVersion2: false)
        }
    }

    /// The memory group of this process and those around it, the innermost first.
    static func memoryFolders() -> [String] { ownMemory()?.folders ?? [] }

    /// Where the memory of this process is accounted for.
    static func ownMemory() -> Own? {
        let groups = own("memory")
        if let first = groups.first(where: { !$0.isVersion2 }) { return first }
        return groups.last { group in
            (try? Folder.facts(Path("\(group.root)\(group.path)/memory.stat"))) ?? nil != nil
        }
    }

    static func text(_ path: String) -> String? {
        HostIdentity.small(Path(path)).map { String(decoding: $0, as: UTF8.self) }
    }

    static func number(_ path: String) -> Int? {
        text(path).flatMap { Int($0.prefix { $0 != "\n" }) }
    }

    /// The value of a line `name value`.
    static func field(_ name: String, of path: String) -> Int? {
        text(path)?.split(separator: "\n").first { $0.hasPrefix("\(name) ") }.flatMap {
            Int($0.dropFirst(name.count + 1))
        }
    }

    /// How often the kernel has killed in a group for want of memory.
    static func kills(_ folder: String) -> Int? {
        field("oom_kill", of: "\(folder)/memory.events") ?? field("oom_kill", of: "\(folder)/memory.oom_control")
    }
}

package enum HostDevices {
    /// How many GPUs the NVIDIA driver of this machine has.
    package static var nvidia: Int { ((try? Folder.names(in: Path("/proc/driver/nvidia/gpus"))) ?? []).count }
}
