// Control groups of a farmer's own, one for each slot, that limit what tasks use of the memory (cgroups(7)): version 2 where it is
// delegated to the user, version 1 where the memory controller's folder may be written to. The kernel then kills a task that uses
// more, with all that it has started, and counts it.

internal import Glibc

package final class MemoryGroups {
    private let folder: Path
    private let isVersion2: Bool
    private var made: Set<Int> = []
    private var kills: [Int: Int] = [:]

    /// A group's list of processes: one that writes to it gets in.
    package final class Entrance {
        private let file: Descriptor
        package var number: Int32 { file.number }

        fileprivate init(_ path: Path) throws(SystemError) { file = try Descriptor(path, .both) }
    }

    /// Why there can be none, in words.
    package struct Refusal: Error, Sendable, Equatable {
        package let message: String
    }

    /// Makes the farmer's group below its own.
    ///
    /// - Parameter farmer: its name
    /// - Throws: why there can be none
    package init(farmer: String) throws(Refusal) {
        guard let own = ControlGroup.ownMemory() else {
            throw Refusal(message: "there is no control group for memory here")
        }
        isVersion2 = own.isVersion2
        let base = Path(own.root + own.path)
        folder = base.appending("taskfarmer.\(farmer)")
        do throws(SystemError) {
            try Folder.make(folder, permissions: 0o755)
        } catch {
            throw Refusal(message: "cannot make a control group below \(base): \(error.reason)")
        }
        guard isVersion2 else { return }
        // A group with members of its own cannot have groups with limits below it: this process leaves it for one beside.
        do throws(SystemError) {
            let leaf = folder.appending("farmer")
            try Folder.make(leaf, permissions: 0o755)
            try Self.put("\(getpid())", leaf.appending("cgroup.procs"))
            try Self.put("+memory", base.appending("cgroup.subtree_control"))
            try Self.put("+memory", folder.appending("cgroup.subtree_control"))
        } catch {
            close()
            throw Refusal(
                message: error.code == EBUSY
                    ? "\(base) has other processes in it, too, and a group with processes of its own cannot be divided (start the "
                        + "farmer alone in one, as `systemd-run --user --scope -p Delegate=yes` does)"
                    : "the memory controller is not delegated to \(base): \(error.reason)")
        }
    }

    private static func put(_ text: String, _ path: Path) throws(SystemError) {
        try Descriptor(path, .both).write(Array(text.utf8), at: 0)
    }

    private func group(_ slot: Int) -> Path { folder.appending("slot\(slot)") }

    /// Limits a slot's group.
    ///
    /// - Parameters:
    ///   - slot: whose; no process is in it
    ///   - bytes: the limit
    /// - Returns: the way into it
    /// - Throws: `SystemError` where that cannot be done
    package func prepare(slot: Int, bytes: Int) throws(SystemError) -> Entrance {
        let group = group(slot)
        if made.insert(slot).inserted { try Folder.make(group, permissions: 0o755) }
        if isVersion2 {
            try Self.put("\(bytes)", group.appending("memory.max"))
            try? Self.put("0", group.appending("memory.swap.max"))
            try Self.put("1", group.appending("memory.oom.group"))
        } else {
            // The limit of memory and swap together may never be below that of memory; without swap accounting there is none.
            let both = group.appending("memory.memsw.limit_in_bytes")
            try? Self.put("-1", both)
            try Self.put("\(bytes)", group.appending("memory.limit_in_bytes"))
            try? Self.put("\(bytes)", both)
        }
        kills[slot] = ControlGroup.kills(group.description) ?? 0
        return try Entrance(group.appending("cgroup.procs"))
    }

    /// Whether the kernel has killed in this slot since it was prepared last.
    package func hasKilled(slot: Int) -> Bool {
        guard made.contains(slot), let before = kills[slot] else { return false }
        return (ControlGroup.kills(group(slot).description) ?? 0) > before
    }

    /// Takes the groups away; what still runs in them keeps its own.
    package func close() {
        for slot in made { _ = unsafe rmdir(group(slot).description) }
        if isVersion2 {
            // A group that is divided by controllers cannot be entered.
            let parent = Path(folder.parent.description)
            try? Self.put("-memory", folder.appending("cgroup.subtree_control"))
            try? Self.put("-memory", parent.appending("cgroup.subtree_control"))
            try? Self.put("\(getpid())", parent.appending("cgroup.procs"))
            _ = unsafe rmdir(folder.appending("farmer").description)
        }
        _ = unsafe rmdir(folder.description)
    }
}
