// What lies in a folder, and what it is, without a question to the file server for each name.

internal import Glibc

/// A name in a folder.
package struct FolderEntry: Sendable, Equatable {
    package enum Kind: Sendable, Equatable { case folder, link, other }

    package let name: [UInt8]
    package let kind: Kind
}

extension Folder {
    /// The names in a folder and what they are, links not followed, in no order.
    package static func entries(in path: Path) throws(SystemError) -> [FolderEntry] {
        try IOSeam.pass(.list, path)
        let stream = unsafe path.withCString { text in unsafe opendir(text) }
        guard let stream = unsafe stream else { throw SystemError.last("list", path) }
        defer { unsafe closedir(stream) }
        var entries: [FolderEntry] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                unsafe Array(raw.prefix { $0 != 0 })
            }
            if name == Array(".".utf8) || name == Array("..".utf8) { continue }
            let kind: FolderEntry.Kind =
                switch unsafe Int(entry.pointee.d_type) {
                case DT_DIR: .folder
                case DT_LNK: .link
                case DT_UNKNOWN: kind(of: path.appending(bytes: name))
                default: .other
                }
            entries.append(FolderEntry(name: name, kind: kind))
        }
        if errno != 0 { throw SystemError.last("list", path) }
        return entries
    }

    /// Not every file system says it in its folders (readdir(3)).
    private static func kind(of path: Path) -> FolderEntry.Kind {
        var raw = stat()
        let found = unsafe path.withCString { text in unsafe lstat(text, &raw) }
        if found != 0 { return .other }
        switch raw.st_mode & S_IFMT {
        case S_IFDIR: return .folder
        case S_IFLNK: return .link
        default: return .other
        }
    }
}
