// The bytes of a task list.

package import TaskFarmerCore
package import TaskFarmerSystem

/// An open task list.
package final class TaskListFile: Sendable {
    /// As the user named it; `-` for standard input.
    package let name: Path
    private let file: Descriptor

    package init(_ path: Path) throws {
        name = path
        do {
            file = try Descriptor(path, .reading)
            if try file.facts().isFolder {
                throw FarmError.configuration(
                    file: path.description, line: nil, "is a folder, expected a file with one command a line")
            }
        } catch let error as SystemError {
            if !error.isMisnamed { throw FarmError.system(error) }
            throw FarmError.configuration(file: path.description, line: nil, "cannot be read: \(error.reason)")
        }
    }

    /// A file of the farmer's own that has lines, too.
    package init(own path: Path) throws(FarmError) {
        name = path
        do { file = try Descriptor(path, [.reading, .noLink]) } catch { throw FarmError.system(error) }
    }

    /// Copies a stream into a nameless file in `folder`, since a list is read twice.
    ///
    /// - Parameters:
    ///   - stream: standard input, or a pipe
    ///   - folder: where the file lies
    ///   - signals: what ends the reading; whoever writes may have been ended with us, and half of a list is none
    /// - Throws: `FarmError.stopped` after such a signal
    package convenience init(stream: consuming Descriptor, folder: Path, signals: SignalSource? = nil) throws {
        try self.init(emptyIn: folder)
        do {
            var part: [UInt8] = []
            var isOver = false
            while !isOver {
                let ready = Poll.wait(for: [stream.number] + (signals.map { [$0.descriptor] } ?? []), nanoseconds: -1)
                if ready & 1 != 0 { isOver = try !stream.readNext(into: &part, count: 1 << 20) }
                if let signal = signals?.takeAll().first(where: \.isToEnd) {
                    throw FarmError.stopped("by \(signal) while the list was read; nothing was made of it")
                }
                if ready & 1 != 0 { try append(part) }
            }
        } catch let error as SystemError {
            throw FarmError.system(error)
        }
    }

    /// Whether a name is that of a stream, which can be read but once.
    package static func isStream(_ path: Path) -> Bool {
        if path == Path("-") { return true }
        guard let facts = try? Folder.facts(path) else { return false }
        return !facts.isRegular && !facts.isFolder
    }

    /// Opens a stream by its name, without waiting for whoever writes to it.
    package static func stream(_ path: Path) throws -> Descriptor {
        if path == Path("-") { return Descriptor(owning: 0, path: Path("standard input")) }
        do { return try Descriptor(path, [.reading, .noWaiting]) } catch {
            throw FarmError.configuration(file: path.description, line: nil, "cannot be read: \(error.reason)")
        }
    }

    /// An empty nameless file in `folder`, for a list that has no file of its own.
    package init(emptyIn folder: Path) throws {
        name = "-"
        let path = folder.appending("stdin.\(OwnProcess.nonce())")
        do {
            file = try Descriptor(path, [.both, .exclusive, .noLink], permissions: 0o600)
            try Folder.unlink(path)
        } catch {
            throw FarmError.system(error)
        }
    }

    package func append(_ bytes: [UInt8]) throws(SystemError) { try file.write(bytes) }

    /// Opens a list for a handler; a folder, where the handler makes its list of one.
    ///
    /// - Parameters:
    ///   - path: the list as the user named it
    ///   - handler: what will read it
    ///   - workDirectory: where its work directory lies or will lie, which is not part of a folder's files
    /// - Throws: `FarmError.configuration` when it is not what the handler reads, or cannot be read
    package convenience init(_ path: Path, for handler: any TaskListHandler, workDirectory: Path) throws {
        guard let pattern = (handler as? any FolderHandler)?.pattern else {
            try self.init(path)
            return
        }
        try self.init(filesIn: path, pattern: pattern, excluding: workDirectory.absolute)
    }

    private init(filesIn folder: Path, pattern: GlobPattern, excluding: Path) throws {
        name = folder
        do {
            guard let facts = try Folder.facts(folder) else {
                throw FarmError.configuration(file: folder.description, line: nil, "no such folder")
            }
            guard facts.isFolder else {
                throw FarmError.configuration(
                    file: folder.description, line: nil, "is a file, expected a folder, since the handler has a pattern"
                )
            }
            // In memory: it may be that there is no folder of ours yet, and none shall be made.
            file = try Children.memoryFile([])
            // A name that would be no file at the start of a line, or a byte order mark.
            let isHidden = [9, 32, UInt8(ascii: "#"), 0xEF].contains(folder.bytes.first)
            let top = isHidden ? Path("./").appending(bytes: folder.bytes) : folder
            var part: [UInt8] = []
            try FolderListing.forEachMatch(in: top, excluding: excluding, pattern: pattern) { name in
                if name.contains(10) || name.last == 13 {
                    throw FarmError.configuration(
                        file: name.text.debugDescription, line: nil,
                        "a newline in a file's name, or a carriage return at its end, which no list can hold; rename it"
                    )
                }
                part += name + [10]
                if part.count >= 1 << 20 {
                    try file.write(part)
                    part.removeAll(keepingCapacity: true)
                }
            }
            try file.write(part)
        } catch let error as SystemError {
            throw FarmError.system(error)
        }
    }

    package var facts: FileFacts { get throws { try file.facts() } }

    /// What is read at a time: it stays in the processor's cache while it is looked at.
    private static let chunk = 256 << 10

    /// The checksum of the first bytes.
    package func checksum(ofFirst count: Int) throws -> UInt64 { try sum(ofFirst: count).sum.value }

    private func sum(ofFirst count: Int) throws -> (sum: Checksum, end: Int) {
        var sum = Checksum()
        var at = 0
        while at < count {
            let part = try file.read(at: at, count: min(Self.chunk, count - at))
            if part.isEmpty { break }
            sum.add(part.span)
            at += part.count
        }
        return (sum, at)
    }

    /// Calls `body` with each line from the mark on, without its newline, its number, counted from 1, and whether a NUL byte may be
    /// in it. A last line without a newline counts. The mark's checksum covers everything from the start of the file.
    package func forEachLine(
        from mark: inout ListMark, _ body: (borrowing Span<UInt8>, Int, _ mayHoldNUL: Bool) throws -> Void
    ) throws {
        var (sum, at) = try sum(ofFirst: mark.bytes)
        mark.modified = try file.facts().modifiedNanoseconds
        var number = mark.lines
        var rest: [UInt8] = []
        var ends: [UInt32] = []
        while true {
            let part = try file.read(at: at, count: Self.chunk)
            if part.isEmpty { break }
            let span = part.span
            sum.add(span)
            at += span.count
            let mayHoldNUL = span.firstIndex(of: 0) != nil
            span.indices(of: 10, into: &ends)
            var start = 0
            for end in ends {
                let end = Int(end)
                number += 1
                if rest.isEmpty {
                    try body(span.extracting(start..<end), number, mayHoldNUL)
                } else {
                    rest.append(contentsOf: part[start..<end])
                    try body(rest.span, number, true)
                    rest.removeAll(keepingCapacity: true)
                }
                start = end + 1
            }
            if start < part.count { rest.append(contentsOf: part[start...]) }
        }
        mark.isClosed = rest.isEmpty
        if !rest.isEmpty {
            number += 1
            try body(rest.span, number, true)
        }
        mark.lines = number
        mark.bytes = at
        mark.checksum = sum.value
    }

    /// The first bytes after an offset.
    package func bytes(at offset: Int, count: Int) throws -> [UInt8] { try file.read(at: offset, count: count) }
}
