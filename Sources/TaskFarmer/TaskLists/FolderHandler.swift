// Lists that nobody wrote: the files in a folder.

package import TaskFarmerCore
package import TaskFarmerSystem

/// A handler whose list may be a folder. What lies in it is written down, a file name a line, and read as a list from there on.
package protocol FolderHandler: TaskListHandler {
    /// Which files of the folder are the list; nil where the list is a file like any other.
    var pattern: GlobPattern? { get }
}

/// The files below a folder that match a pattern, in the order of their names' bytes. Of the names no more than those of one folder
/// on each level are held.
package struct FolderListing {
    let pattern: GlobPattern
    /// What is not looked into.
    let excluded: Path?
    /// Takes each name.
    let body: ([UInt8]) throws -> Void

    private static let slash = UInt8(ascii: "/")

    /// - Parameters:
    ///   - folder: the folder; names begin with it as it is written
    ///   - excluded: a folder that is not looked into, its absolute path
    ///   - pattern: which files are wanted
    ///   - body: takes each name
    /// - Throws: `SystemError` for a folder that cannot be read, and what `body` throws
    package static func forEachMatch(
        in folder: Path, excluding excluded: Path?, pattern: GlobPattern, _ body: ([UInt8]) throws -> Void
    ) throws {
        try withoutActuallyEscaping(body) { body in
            let listing = FolderListing(pattern: pattern, excluded: excluded, body: body)
            let absolute = folder.absolute
            try listing.walk(try Folder.entries(in: folder), folder, absolute, pattern.start)
        }
    }

    private func walk(_ entries: [FolderEntry], _ folder: Path, _ absolute: Path, _ progress: GlobPattern.Progress)
        throws
    {
        // A folder's files come where its name and a slash come among the names beside it: then all are in order.
        let sorted = entries.map { ($0.kind == .folder ? $0.name + [Self.slash] : $0.name, $0) }
            .sorted { $0.0.lexicographicallyPrecedes($1.0) }
        for (_, entry) in sorted {
            let path = folder.appending(bytes: entry.name)
            if entry.kind == .folder {
                let next = pattern.entering(entry.name, progress)
                let place = absolute.appending(bytes: entry.name)
                if next.isEmpty || place == excluded { continue }
                let below: [FolderEntry]
                do {
                    below = try Folder.entries(in: path)
                } catch {
                    // Removed meanwhile.
                    if error.isMissing { continue }
                    throw error
                }
                try walk(below, path, place, next)
            } else if pattern.matches(entry.name, progress) {
                if entry.kind == .link, try Folder.facts(path)?.isFolder != false { continue }
                try body(path.bytes)
            }
        }
    }
}
