// An open file. It closes itself, is never inherited by a task, and repeats what a signal interrupted.

internal import CTaskFarmer
internal import Glibc

/// How a file is opened. Every descriptor is close-on-exec.
package struct OpenMode: OptionSet, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let reading = OpenMode(rawValue: O_RDONLY)
    package static let writing = OpenMode(rawValue: O_WRONLY)
    package static let both = OpenMode(rawValue: O_RDWR)
    package static let create = OpenMode(rawValue: O_CREAT)
    package static let exclusive = OpenMode(rawValue: O_EXCL | O_CREAT)
    package static let empty = OpenMode(rawValue: O_TRUNC)
    package static let append = OpenMode(rawValue: O_APPEND)
    /// Only a regular file or a folder of this very name: a link is not followed, a named pipe not waited for.
    package static let noLink = OpenMode(rawValue: O_NOFOLLOW)
    package static let folder = OpenMode(rawValue: O_DIRECTORY)
    /// A named pipe is opened although nobody writes to it yet.
    package static let noWaiting = OpenMode(rawValue: O_NONBLOCK)
}

/// What fstat says of a file.
package struct FileFacts: Sendable, Equatable {
    package var size: Int
    package var links: Int
    package var modifiedNanoseconds: Int
    package var inode: UInt64
    package var device: UInt64
    package var isFolder: Bool
    package var isRegular: Bool
    /// A symbolic link itself, where it was not followed.
    package var isLink: Bool
    /// A user ID, a group ID, and the permission bits.
    package var owner: UInt32
    package var group: UInt32
    package var permissions: UInt32

    init(_ raw: stat) {
        size = Int(raw.st_size)
        links = Int(raw.st_nlink)
        modifiedNanoseconds = raw.st_mtim.tv_sec * 1_000_000_000 + raw.st_mtim.tv_nsec
        inode = UInt64(raw.st_ino)
        device = UInt64(raw.st_dev)
        isFolder = raw.st_mode & S_IFMT == S_IFDIR
        isRegular = raw.st_mode & S_IFMT == S_IFREG
        isLink = raw.st_mode & S_IFMT == S_IFLNK
        owner = raw.st_uid
        group = raw.st_gid
        permissions = raw.st_mode & 0o7777
    }
}

/// An open file that closes itself.
package struct Descriptor: ~Copyable, Sendable {
    package let number: Int32
    package let path: Path

    package init(_ path: Path, _ mode: OpenMode, permissions: UInt32 = 0o666) throws(SystemError) {
        try IOSeam.pass(.open, path)
        // What may stand there already is looked at before anything waits for it. A file just made is what it should be.
        let isDoubtful = mode.contains(.noLink) && !mode.contains(.folder) && mode.rawValue & O_EXCL == 0
        let flags = mode.rawValue | O_CLOEXEC | O_NOCTTY | (isDoubtful ? O_NONBLOCK : 0)
        let number = try unsafe path.withCString { (text) throws(SystemError) in
            try retrying("open", path) { unsafe tf_open(text, flags, permissions) }
        }
        if isDoubtful {
            var raw = stat()
            if unsafe fstat(number, &raw) == 0, raw.st_mode & S_IFMT != S_IFREG {
                close(number)
                throw SystemError("open", path, code: SystemError.noRegularFile)
            }
        }
        self.number = number
        self.path = path
    }

    /// Takes over an open descriptor.
    package init(owning number: Int32, path: Path) {
        self.number = number
        self.path = path
    }

    deinit {
        // A kill right before a close is a state of its own: locks and NFS write-back end here.
        _ = try? IOSeam.pass(.close, path)
        close(number)
    }

    package func facts() throws(SystemError) -> FileFacts {
        var raw = stat()
        try retrying("stat", path) { unsafe fstat(number, &raw) }
        return FileFacts(raw)
    }

    /// Up to `count` bytes from `offset`; fewer only at the end of the file.
    package func read(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        try IOSeam.pass(.read, path, bytes: count)
        var failure: SystemError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(SystemError) {
                while filled < count {
                    let got = try retrying("read", path) {
                        unsafe pread(
                            number, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset + filled))
                    }
                    if got == 0 { break }
                    filled += got
                }
            } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }

    /// The next bytes of a stream into `buffer`, replacing it; false at the end.
    package func readNext(into buffer: inout [UInt8], count: Int) throws(SystemError) -> Bool {
        try IOSeam.pass(.read, path, bytes: count)
        var failure: SystemError?
        buffer = unsafe [UInt8](unsafeUninitializedCapacity: count) { space, filled in
            do throws(SystemError) {
                filled = try retrying("read", path) { unsafe Glibc.read(number, space.baseAddress, count) }
            } catch { failure = error }
        }
        if let failure { throw failure }
        return !buffer.isEmpty
    }

    /// All of a small file.
    package func readAll(atMost limit: Int = 64 << 20) throws(SystemError) -> [UInt8] {
        try read(at: 0, count: min(limit, try facts().size))
    }

    /// Writes everything at `offset`.
    package func write(_ bytes: [UInt8], at offset: Int) throws(SystemError) {
        try write(bytes.span, at: offset)
    }

    /// Writes everything at `offset`.
    package func write(_ bytes: borrowing Span<UInt8>, at offset: Int) throws(SystemError) {
        try unsafe put(bytes) { start, count, done in unsafe pwrite(number, start, count, off_t(offset + done)) }
    }

    /// Writes everything at the current position, or at the end with `.append`.
    package func write(_ bytes: [UInt8]) throws(SystemError) {
        try unsafe put(bytes.span) { start, count, _ in unsafe Glibc.write(number, start, count) }
    }

    private func put(
        _ bytes: borrowing Span<UInt8>, _ call: (UnsafeRawPointer, Int, Int) -> Int
    ) throws(SystemError) {
        if bytes.isEmpty { return }
        let allowed = try IOSeam.pass(.write, path, bytes: bytes.count)
        var failure: SystemError?
        unsafe bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress else { return }
            do throws(SystemError) {
                var done = 0
                while done < allowed {
                    let wrote = try retrying("write", path) { unsafe call(start + done, allowed - done, done) }
                    // A file system of somebody's own may say so for ever.
                    if wrote == 0 { throw SystemError("write", path, code: EIO) }
                    done += wrote
                }
            } catch { failure = error }
        }
        if let failure { throw failure }
        if allowed < bytes.count { throw SystemError("write", path, code: ENOSPC) }
    }

    /// Cuts the file to `size` bytes.
    package func truncate(to size: Int) throws(SystemError) {
        try IOSeam.pass(.truncate, path)
        try retrying("cut", path) { ftruncate(number, off_t(size)) }
    }

    /// Waits until data and size are on stable storage.
    package func flush() throws(SystemError) {
        try IOSeam.pass(.flush, path)
        try retrying("flush", path) { fdatasync(number) }
    }

    /// Has data sent on its way to stable storage, without waiting, so that a later flush takes less time.
    package func beginFlush() { tf_begin_flush(number) }

    /// Forgets cached pages, so that the next read asks the file server.
    package func dropCache() {
        posix_fadvise(number, 0, 0, POSIX_FADV_DONTNEED)
    }

    /// Tries to take the exclusive lock; false when another holds it.
    package func tryLock() throws(SystemError) -> Bool {
        try IOSeam.pass(.lock, path)
        do {
            try LockCalls.during(path) { () throws(SystemError) in
                try retrying("lock", path) { tf_flock(number, LOCK_EX | LOCK_NB) }
            }
            return true
        } catch {
            if error.isBusy { return false }
            throw error
        }
    }

    package func unlock() throws(SystemError) {
        try IOSeam.pass(.unlock, path)
        try retrying("unlock", path) { tf_flock(number, LOCK_UN) }
    }
}
