// Names in folders: make, list, look up, remove, rename.

internal import CTaskFarmer
internal import Glibc

package enum Folder {
    /// Makes a folder; false when the name was there already.
    @discardableResult
    package static func make(_ path: Path, permissions: UInt32 = 0o777) throws(SystemError) -> Bool {
        try IOSeam.pass(.makeFolder, path)
        do {
            try unsafe path.withCString { (text) throws(SystemError) in
                try retrying("make folder", path) { unsafe mkdir(text, permissions) }
            }
            return true
        } catch {
            if error.isPresent { return false }
            throw error
        }
    }

    /// Makes a folder where there is none. A link to one is none.
    package static func ensure(_ path: Path, permissions: UInt32 = 0o777) throws(SystemError) {
        if try make(path, permissions: permissions) { return }
        guard let facts = try linkFacts(path), !facts.isFolder else { return }
        throw SystemError("use as a folder", path, code: facts.isLink ? ELOOP : ENOTDIR)
    }

    /// Makes a folder that must not be there, under whatever name.
    package static func makeNew(_ path: Path) throws(SystemError) {
        if !(try make(path)) { throw SystemError("make folder", path, code: EEXIST) }
    }

    /// Has what is made in a folder from now on belong to the folder's group.
    package static func inheritGroup(_ path: Path) throws(SystemError) {
        let folder = try Descriptor(path, [.reading, .folder, .noLink])
        let bits = try folder.facts().permissions | S_ISGID
        try retrying("change the mode of", path) { fchmod(folder.number, bits) }
    }

    /// The names in a folder, without "." and "..", in no order.
    package static func names(in path: Path) throws(SystemError) -> [[UInt8]] {
        try IOSeam.pass(.list, path)
        let stream = unsafe path.withCString { text in unsafe opendir(text) }
        guard let stream = unsafe stream else { throw SystemError.last("list", path) }
        defer { unsafe closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                unsafe Array(raw.prefix { $0 != 0 })
            }
            if name != Array(".".utf8) && name != Array("..".utf8) { names.append(name) }
        }
        if errno != 0 { throw SystemError.last("list", path) }
        return names
    }

    /// What a name stands for, links followed; nil where there is nothing.
    package static func facts(_ path: Path) throws(SystemError) -> FileFacts? {
        try unsafe facts(path) { text, raw in unsafe stat(text, raw) }
    }

    /// What a name itself is, links not followed; nil where there is nothing.
    package static func linkFacts(_ path: Path) throws(SystemError) -> FileFacts? {
        try unsafe facts(path) { text, raw in unsafe lstat(text, raw) }
    }

    private static func facts(
        _ path: Path, _ call: (UnsafePointer<CChar>, UnsafeMutablePointer<stat>) -> Int32
    ) throws(SystemError) -> FileFacts? {
        try IOSeam.pass(.stat, path)
        var raw = stat()
        do {
            try unsafe path.withCString { (text) throws(SystemError) in
                try retrying("stat", path) { unsafe call(text, &raw) }
            }
            return FileFacts(raw)
        } catch {
            if error.isMissing || error.code == ENOTDIR { return nil }
            throw error
        }
    }

    /// All of a file, asked of the file server and not of the cache; links are not followed.
    package static func content(of path: Path, atMost limit: Int = .max) throws(SystemError) -> [UInt8] {
        let file = try Descriptor(path, [.reading, .noLink])
        file.dropCache()
        return try file.readAll(atMost: limit)
    }

    /// Copies a file's content and mode into a new file, flushed; links are not followed.
    package static func copy(_ file: Path, to target: Path) throws(SystemError) {
        let source = try Descriptor(file, [.reading, .noLink])
        let copy = try Descriptor(
            target, [.both, .exclusive, .noLink], permissions: try source.facts().permissions & 0o666)
        var part: [UInt8] = []
        while try source.readNext(into: &part, count: 1 << 20) { try copy.write(part) }
        try copy.flush()
    }

    /// Removes a file; false where there is none.
    @discardableResult
    package static func unlink(_ path: Path) throws(SystemError) -> Bool {
        try IOSeam.pass(.unlink, path)
        do {
            try unsafe path.withCString { (text) throws(SystemError) in
                try retrying("remove", path) { unsafe Glibc.unlink(text) }
            }
            return true
        } catch {
            if error.isMissing { return false }
            throw error
        }
    }

    package static func rename(_ old: Path, to new: Path) throws(SystemError) {
        try IOSeam.pass(.rename, old)
        try unsafe old.withCString { (from) throws(SystemError) in
            try unsafe new.withCString { (target) throws(SystemError) in
                try retrying("rename", old) { unsafe Glibc.rename(from, target) }
            }
        }
    }

    /// Removes a file or a folder with all in it; links are removed, not followed.
    package static func removeTree(_ path: Path) throws(SystemError) {
        var raw = stat()
        let found = unsafe path.withCString { text in unsafe lstat(text, &raw) }
        if found != 0 { return }
        guard FileFacts(raw).isFolder else {
            try unlink(path)
            return
        }
        for name in try names(in: path) { try removeTree(path.appending(bytes: name)) }
        try removeEmpty(path)
    }

    /// Removes a folder that has nothing in it.
    package static func removeEmpty(_ path: Path) throws(SystemError) {
        try unsafe path.withCString { (text) throws(SystemError) in
            try retrying("remove", path) { unsafe rmdir(text) }
        }
    }

    /// Flushes a folder's entries to stable storage. Some file systems refuse that; they need none.
    package static func flush(_ path: Path) {
        guard let folder = try? Descriptor(path, [.reading, .folder]) else { return }
        fsync(folder.number)
    }

    /// Whether the file system a path lies on says that it has no room for so many bytes. Some say so that have; some know no
    /// sizes at all.
    package static func saysFull(_ path: Path, for count: Int) -> Bool {
        var raw = statvfs()
        let found = unsafe path.withCString { text in unsafe statvfs(text, &raw) }
        let (room, isVast) = UInt(raw.f_bavail).multipliedReportingOverflow(by: UInt(max(1, raw.f_frsize)))
        return found == 0 && raw.f_blocks > 0 && !isVast && room < UInt(count)
    }

    package static var current: Path { Path(".").resolved ?? Path(".") }

    /// What a file system has left for this user: bytes, and files where it counts them.
    package static func room(in path: Path) throws(SystemError) -> (bytes: Int, files: Int?) {
        var raw = statvfs()
        try unsafe path.withCString { (text) throws(SystemError) in
            try retrying("ask for the space in", path) { unsafe statvfs(text, &raw) }
        }
        return (Int(raw.f_bavail) * Int(raw.f_frsize), raw.f_files == 0 ? nil : Int(clamping: raw.f_favail))
    }

    /// The kind of the file system a path lies on, in words, and whether its locks reach other nodes.
    package static func fileSystem(of path: Path) -> (name: String, isLocal: Bool) {
        let kind = unsafe path.withCString { text in unsafe tf_filesystem_kind(text) }
        switch kind {
        case 0x6969: return ("NFS", false)
        case 0x0BD0_0BD0: return ("Lustre", false)
        case 0x4750_4653: return ("GPFS", false)
        case 0x6573_5546: return ("FUSE", false)
        case 0xEF53: return ("ext4", true)
        case 0x5846_5342: return ("XFS", true)
        case 0x9123_683E: return ("Btrfs", true)
        case 0x0102_1994: return ("tmpfs", true)
        case 0x794C_7630: return ("overlayfs", true)
        case 0x2FC1_2FC1: return ("ZFS", true)
        default: return ("kind 0x" + String(kind, radix: 16), false)
        }
    }
}
