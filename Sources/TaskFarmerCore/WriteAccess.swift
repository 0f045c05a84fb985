// Who besides its user could write to a file or a folder, as far as owner, group and mode say. Access control lists show in the
// mode as the group's bits.

/// Owner and mode of a file or folder.
package struct WriteAccess: Sendable, Equatable {
    package var owner: Int
    package var group: Int
    package var permissions: UInt32
    package var isFolder: Bool

    package init(owner: Int, group: Int, permissions: UInt32, isFolder: Bool = false) {
        self.owner = owner
        self.group = group
        self.permissions = permissions
        self.isFolder = isFolder
    }
}

/// With whom a work directory is shared.
public enum FarmShare: String, Sendable, CaseIterable {
    /// With its group, as far as the umask allows.
    case group
}

/// Whose writing is no harm: this user's, root's, and where that was said, a group's.
package struct WriteTrust: Sendable, Equatable {
    /// Whether a group is trusted.
    package enum Sharing: Int, Sendable, Comparable {
        case no
        /// The work directory, which is this user's own, says so: what is this user's may be written by a group of theirs.
        case recorded
        /// The user says so now: what belongs to others of such a group is trusted, too.
        case asked

        package static func < (one: Sharing, other: Sharing) -> Bool { one.rawValue < other.rawValue }
    }

    /// Who else could write.
    package enum Stranger: Sendable, Equatable { case owner, group, everybody }

    package var user: Int
    /// The group of what the user makes.
    package var group: Int
    /// All groups that the user is in.
    package var groups: Set<Int>
    package var sharing: Sharing

    package init(user: Int, group: Int, groups: Set<Int>, sharing: Sharing = .no) {
        self.user = user
        self.group = group
        self.groups = groups
        self.sharing = sharing
    }

    /// Who could change it, and is neither the user nor trusted.
    ///
    /// - Parameters:
    ///   - file: a file or a folder
    ///   - folder: what holds it: whom it keeps out cannot write to what is in it
    ///   - stickyHolds: whether it is enough that others cannot rename or remove what is in a folder (the sticky bit), as where
    ///     what matters in it is looked at itself
    /// - Returns: nil for nobody
    package func stranger(
        to file: WriteAccess, in folder: WriteAccess? = nil, stickyHolds: Bool = false
    ) -> Stranger? {
        let isOfOurGroup = groups.contains(file.group)
        if file.owner != user && file.owner != 0 && !(sharing == .asked && isOfOurGroup) { return .owner }
        if file.isFolder && stickyHolds && file.permissions & 0o1000 != 0 { return nil }
        let reach = folder?.permissions ?? 0o777
        // Whoever is let in by the folder's group may be among the others of the file.
        let strangersEnter = reach & 0o001 != 0 || reach & 0o010 != 0 && !isFriendly(folder?.group ?? -1)
        if file.permissions & 0o002 != 0 && strangersEnter { return .everybody }
        if file.permissions & 0o020 != 0 && reach & 0o011 != 0 && !isFriendly(file.group) { return .group }
        return nil
    }

    /// A user's private group, which has the user's number (the usual scheme with a umask of 002), or one that is trusted.
    private func isFriendly(_ group: Int) -> Bool {
        group == user && group == self.group || sharing > .no && groups.contains(group)
    }
}
