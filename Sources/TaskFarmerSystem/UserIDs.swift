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
}
