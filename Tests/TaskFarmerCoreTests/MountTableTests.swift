import TaskFarmerCore
import Testing

struct MountTableTests {
    private static let table = Array(
        """
        /dev/vda1 / ext4 rw,relatime 0 0
        proc /proc proc rw 0 0
        srv:/export /data nfs rw,vers=3,rsize=1048576,nolock,local_lock=all 0 0
        srv:/new /data/new nfs4 rw,vers=4.2,local_lock=none,addr=10.0.0.1 0 0
        head:/vol /with\\040blank fuse.glusterfs rw,allow_other 0 0
        tmpfs /data tmpfs rw 0 0
        mfs\\043head:9421 /moose fuse rw 0 0
        """.utf8)

    @Test(
        "the mount that covers a path is the longest and last one",
        arguments: [
            ("/", "ext4"), ("/home/x", "ext4"), ("/data/new", "nfs4 vers=4.2"), ("/data/new/a", "nfs4 vers=4.2"),
            ("/data/newer", "tmpfs"), ("/with blank/a", "fuse.glusterfs"), ("/database", "ext4"),
            ("/moose/a", "fuse.mfs"),
        ])
    func longest(_ path: String, _ kind: String) {
        #expect(MountTable.kind(of: Array(path.utf8), in: Self.table) == kind)
    }

    @Test func `an NFS mount without a lock manager is shown as such`() {
        let table = Self.table.split(separator: 10).dropLast(2).joined(separator: [10])
        #expect(MountTable.kind(of: Array("/data/x".utf8), in: Array(table)) == "nfs vers=3 nolock local_lock=all")
    }

    @Test func `a table that says nothing names nothing`() {
        #expect(MountTable.kind(of: Array("/x".utf8), in: []) == nil)
        #expect(MountTable.kind(of: Array("/x".utf8), in: Array("torn line\n".utf8)) == nil)
    }
}
