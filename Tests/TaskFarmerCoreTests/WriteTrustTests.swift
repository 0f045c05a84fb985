// Whose writing is refused, as a table.

import TaskFarmerCore
import Testing

struct WriteTrustTests {
    private static let me = 1000
    private static let others = 100

    private func stranger(
        _ owner: Int, _ group: Int, _ mode: UInt32, folder: Bool = false, in holder: UInt32? = nil,
        sticky: Bool = false,
        sharing: WriteTrust.Sharing = .no
    ) -> WriteTrust.Stranger? {
        let trust = WriteTrust(user: Self.me, group: Self.me, groups: [Self.me, Self.others], sharing: sharing)
        return trust.stranger(
            to: WriteAccess(owner: owner, group: group, permissions: mode, isFolder: folder),
            in: holder.map { WriteAccess(owner: Self.me, group: Self.me, permissions: $0, isFolder: true) },
            stickyHolds: sticky)
    }

    @Test func `what is the user's or root's alone is trusted, and what is anybody else's is not`() {
        #expect(stranger(Self.me, Self.me, 0o600) == nil)
        #expect(stranger(0, 0, 0o644) == nil)
        #expect(stranger(Self.me, Self.others, 0o644) == nil)
        #expect(stranger(1001, 1001, 0o600) == .owner)
        #expect(stranger(65534, 65534, 0o400) == .owner)
    }

    @Test func `what everybody may write is refused unless its folder lets nobody in`() {
        #expect(stranger(Self.me, Self.me, 0o666) == .everybody)
        #expect(stranger(Self.me, Self.me, 0o666, in: 0o755) == .everybody)
        #expect(stranger(Self.me, Self.me, 0o666, in: 0o700) == nil)
        #expect(stranger(1001, Self.me, 0o666, in: 0o700) == .owner)
    }

    @Test func `what the others of a file may write is refused where a group of many may enter its folder`() {
        let trust = WriteTrust(user: Self.me, group: Self.me, groups: [Self.me, Self.others])
        let folder = WriteAccess(owner: Self.me, group: Self.others, permissions: 0o750, isFolder: true)
        for mode: UInt32 in [0o666, 0o606] {
            let file = WriteAccess(owner: Self.me, group: Self.me, permissions: mode)
            #expect(trust.stranger(to: file, in: folder) == .everybody)
            var sharing = trust
            sharing.sharing = .recorded
            #expect(sharing.stranger(to: file, in: folder) == nil)
        }
    }

    @Test func `a group that is not the user's own is refused, also where only others may enter the folder`() {
        #expect(stranger(Self.me, Self.me, 0o664) == nil)
        #expect(stranger(Self.me, Self.others, 0o664) == .group)
        #expect(stranger(0, 0, 0o664) == .group)
        #expect(stranger(Self.me, Self.others, 0o664, in: 0o701) == .group)
        #expect(stranger(Self.me, Self.others, 0o664, in: 0o700) == nil)
    }

    @Test func `a sticky folder is enough for what is looked at itself, and not for what could be planted`() {
        #expect(stranger(0, 0, 0o1777, folder: true, sticky: true) == nil)
        #expect(stranger(0, 0, 0o1777, folder: true) == .everybody)
        #expect(stranger(0, 0, 0o777, folder: true, sticky: true) == .everybody)
        // The bit means nothing on a file.
        #expect(stranger(Self.me, Self.me, 0o1666, sticky: true) == .everybody)
    }

    @Test func `a group is trusted only where that was said, and its members' files only where it is said now`() {
        #expect(stranger(Self.me, Self.others, 0o2770, folder: true) == .group)
        #expect(stranger(Self.me, Self.others, 0o2770, folder: true, sharing: .recorded) == nil)
        #expect(stranger(1001, Self.others, 0o2770, folder: true, sharing: .recorded) == .owner)
        #expect(stranger(1001, Self.others, 0o2770, folder: true, sharing: .asked) == nil)
        #expect(stranger(1001, 7, 0o2770, folder: true, sharing: .asked) == .owner)
        #expect(stranger(Self.me, 7, 0o2770, folder: true, sharing: .asked) == .group)
        #expect(stranger(1001, Self.others, 0o2777, folder: true, sharing: .asked) == .everybody)
    }
}
