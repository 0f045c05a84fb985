// Removing a folder with all in it that somebody else filled: of any depth and width, with folders that nobody may read, and
// perhaps still being written to. It holds two descriptors at most, follows no link, and does not leave the file system, so
// that what is mounted inside stays whole.

internal import CTaskFarmer
internal import Glibc

package struct TreeRemoval: ~Copyable {
    /// A folder on the way down.
    private struct Level {
        var name: [UInt8]
        var inode: UInt64
        /// Folders in it that are not empty.
        var left: [[UInt8]] = []
    }

    private let path: Path
    private let device: UInt64
    private var levels: [Level] = []
    private var failure: SystemError?

    /// Removes a folder with all in it, or as much of it as can be removed. What is not there is removed.
    ///
    /// - Returns: what stood in the way first; nil when nothing is left
    package static func remove(_ path: Path) -> SystemError? {
        do throws(SystemError) {
            let root: Descriptor
            do throws(SystemError) {
                root = try Descriptor(path, [.reading, .folder, .noLink])
            } catch {
                if error.isMissing { return nil }
                if error.code != EACCES { throw error }
                // Forbidden to be read, by its owner: a link would have been refused as one.
                try unsafe path.withCString { (text) throws(SystemError) in
                    try retrying("open", path) { unsafe chmod(text, 0o700) }
                }
                root = try Descriptor(path, [.reading, .folder, .noLink])
            }
            var removal = TreeRemoval(path, device: try root.facts().device)
            removal.empty(root)
            return removal.failure
        } catch {
            return error
        }
    }

    private init(_ path: Path, device: UInt64) {
        self.path = path
        self.device = device
    }

    private mutating func note(_ operation: String) {
        if failure == nil { failure = .last(operation, path) }
    }

    private mutating func empty(_ root: consuming Descriptor) {
        var folder = root
        guard enter(folder, name: []) else { return }
        while let name = levels.last?.left.last {
            levels[levels.count - 1].left.removeLast()
            if let inner = open(name, in: folder), enter(inner, name: name) { folder = inner }
            while let done = levels.last, done.left.isEmpty, levels.count > 1 {
                levels.removeLast()
                guard let outer = open(Array("..".utf8), in: folder), (try? outer.facts())?.inode == levels.last?.inode
                else {
                    // Somebody moved the folder away: nothing outside of it is ours to remove.
                    if failure == nil { failure = SystemError("remove", path, code: EBUSY) }
                    return
                }
                folder = outer
                if unsafe unlink(done.name, AT_REMOVEDIR, folder) != 0 && errno != ENOENT { note("remove a folder in") }
            }
        }
        let removed = unsafe path.withCString { text in unsafe rmdir(text) }
        if removed != 0 && errno != ENOENT { note("remove") }
    }

    /// Removes what can be removed of a folder's content at once.
    ///
    /// - Returns: false where it is not to be entered
    private mutating func enter(_ folder: borrowing Descriptor, name: [UInt8]) -> Bool {
        guard let facts = try? folder.facts(), facts.device == device else {
            if failure == nil { failure = SystemError("remove another file system in", path, code: EXDEV) }
            return false
        }
        if facts.permissions & 0o700 != 0o700 { fchmod(folder.number, 0o700) }
        var level = Level(name: name, inode: facts.inode)
        // A file system may skip names while others are removed, so it is asked until there is nothing more to be done.
        var removed = 1
        while removed > 0 {
            removed = 0
            level.left = []
            guard let copy = open([UInt8(ascii: ".")], in: folder) else { break }
            let number = dup(copy.number)
            guard number >= 0, let stream = unsafe fdopendir(number) else {
                note("list")
                if number >= 0 { close(number) }
                break
            }
            defer { unsafe closedir(stream) }
            while let entry = unsafe readdir(stream) {
                let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                    unsafe Array(raw.prefix { $0 != 0 })
                }
                if name == Array(".".utf8) || name == Array("..".utf8) { continue }
                if unsafe unlink(name, 0, folder) == 0 {
                    removed += 1
                } else if errno == EISDIR {
                    if unsafe unlink(name, AT_REMOVEDIR, folder) == 0 {
                        removed += 1
                    } else if errno == ENOTEMPTY || errno == EEXIST {
                        level.left.append(name)
                    } else if errno != ENOENT {
                        note("remove a folder in")
                    }
                } else if errno != ENOENT {
                    note("remove a file in")
                }
            }
        }
        levels.append(level)
        return true
    }

    @unsafe private func unlink(_ name: [UInt8], _ flags: Int32, _ folder: borrowing Descriptor) -> Int32 {
        let number = folder.number
        return unsafe Path(bytes: name).withCString { text in unsafe unlinkat(number, text, flags) }
    }

    private mutating func open(_ name: [UInt8], in folder: borrowing Descriptor) -> Descriptor? {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let number = folder.number
        var found = unsafe Path(bytes: name).withCString { text in unsafe tf_openat(number, text, flags, 0) }
        if found < 0 && errno == EACCES {
            found = unsafe Path(bytes: name).withCString { text in
                unsafe fchmodat(number, text, 0o700, 0) == 0 ? unsafe tf_openat(number, text, flags, 0) : -1
            }
        }
        if found < 0 {
            if errno != ENOENT { note("open a folder in") }
            return nil
        }
        return Descriptor(owning: found, path: path)
    }
}
