// Who this process runs as.

internal import Glibc

package struct UserIDs: Sendable, Hashable {
    package var user: Int
    package var group: Int

    package init(user: Int, group: Int) {
        self.user = user
        self.group = group
    }

    /// The effective ones.
    package static var own: UserIDs { UserIDs(user: Int(geteuid()), group: Int(getegid())) }

    /// The groups that this process is in.
    package static var ownGroups: Set<Int> {
        let count = getgroups(0, nil)
        var found = [gid_t](repeating: 0, count: max(0, Int(count)))
        let filled = unsafe getgroups(count, &found)
        return Set(found.prefix(max(0, Int(filled))).map(Int.init)).union([Int(getegid())])
    }
}
