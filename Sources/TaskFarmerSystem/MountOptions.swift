// What the kernel says of mounts: options that make locks a matter of one node.

package enum MountOptions {
    /// The option with which the file system of a path is mounted that makes its locks reach this node only; nil where none
    /// does, or nothing is known of it.
    package static func localLockOption(at path: Path) -> String? {
        guard let device = try? Folder.facts(path)?.device,
            let table = HostIdentity.small(Path("/proc/self/mountinfo"))
        else { return nil }
        // As makedev(3) puts them together.
        let major = (device >> 8) & 0xfff | (device >> 32) & ~0xfff
        let minor = device & 0xff | (device >> 12) & 0xffff_ff00
        return localLockOption(of: (major, minor), in: String(decoding: table, as: UTF8.self))
    }

    /// The same in a table in the form of proc_pid_mountinfo(5): device third; after " - " type, source and options.
    package static func localLockOption(of device: (major: UInt64, minor: UInt64), in table: String) -> String? {
        for line in table.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2, fields[2] == "\(device.major):\(device.minor)",
                let dash = fields.dropFirst(6).firstIndex(of: "-"), dash + 3 < fields.count
            else { continue }
            let bad: [Substring]
            switch fields[dash + 1] {
            // nfs(5): flock is a whole-file lock on the wire unless one of these keeps it at home.
            case "nfs", "nfs4": bad = ["nolock", "local_lock=flock", "local_lock=all"]
            case "lustre": bad = ["localflock"]
            default: continue
            }
            return fields[dash + 3].split(separator: ",").first(where: bad.contains).map(String.init)
        }
        return nil
    }
}
