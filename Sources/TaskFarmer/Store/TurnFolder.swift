// The files of the turns at a lock without flock, `LOCK.turns`.

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct TurnFolder: Sendable {
    let path: Path
    private let permissions: UInt32
    /// Turns that are this far behind say nothing any more.
    static let kept = 8
    private static let width = 48

    /// Makes the folder, where there is none yet. Somebody else may have been quicker, in a folder that is everybody's.
    init(_ lock: Path, _ trust: Trust) throws {
        path = lock.adding(suffix: ".turns")
        let isShared = trust.rule.sharing > .no
        permissions = isShared ? 0o660 : 0o600
        try Folder.ensure(path, permissions: isShared ? 0o770 : 0o700)
        guard let facts = try Folder.linkFacts(path), facts.isFolder else { throw SystemError.occupied(path) }
        try trust.require(path, facts, "the folder of the lock's turns")
        let last = try Descriptor(path.appending("last"), [.both, .create, .noLink], permissions: permissions)
        _ = consume last
    }

    private func file(_ number: Int) -> Path { path.appending("turn.\(number)") }

    /// Makes a turn's file, flushed; when it cannot be written to its end, `undo` is called.
    ///
    /// - Returns: false when it is there already
    func create(_ number: Int, _ record: TurnRecord, undo: () -> Void) throws(SystemError) -> Bool {
        let file: Descriptor
        do { file = try Descriptor(self.file(number), [.both, .exclusive, .noLink], permissions: permissions) } catch {
            if error.isPresent { return false }
            throw error
        }
        var isWhole = false
        defer { if !isWhole { undo() } }
        try file.write(record.encoded, at: 0)
        try file.flush()
        isWhole = true
        return true
    }

    func write(_ number: Int, _ record: TurnRecord) throws(SystemError) {
        let file = try Descriptor(self.file(number), [.both, .noLink])
        try file.write(record.encoded, at: 0)
        try file.flush()
    }

    /// What a turn's file says; nil where there is none.
    func content(_ number: Int) throws(SystemError) -> [UInt8]? {
        do { return try Folder.content(of: file(number), atMost: TurnRecord.width) } catch {
            if error.isMissing { return nil }
            throw error
        }
    }

    func remove(_ number: Int) throws(SystemError) { try Folder.unlink(file(number)) }

    func numbers() throws -> [Int] {
        try Folder.names(in: path).compactMap { name in
            name.starts(with: "turn.".utf8) ? name.dropFirst(5).decimalValue : nil
        }
    }

    /// Removes turns that say nothing any more: the oldest first, so that where one is, nothing after it has been removed.
    func clear(behind last: Int) throws {
        let old = last - Self.kept
        if old < 1 { return }
        if try old == 1 || content(old - 1) == nil { return try remove(old) }
        // Left behind by those that died before they could.
        for number in try numbers().sorted() where number <= old { try remove(number) }
    }

    // MARK: the last turn

    func last() throws -> Int { try recordedLast() ?? numbers().max() ?? 0 }

    /// The number in `last`, which stands there twice, so that one that is being written is read again; nil where there is none
    /// yet, or none that can be read.
    func recordedLast() throws -> Int? {
        for _ in 0..<5 {
            let words = try Folder.content(of: path.appending("last"), atMost: Self.width).split(separator: 32)
            if words.count > 2, words[0] == words[1], let number = words[0].decimalValue { return number }
            if words.isEmpty { break }
            Clock.pause(nanoseconds: 2_000_000)
        }
        return nil
    }

    func recordLast(_ number: Int) throws(SystemError) {
        var bytes = Array("\(number) \(number) ".utf8)
        bytes += [UInt8](repeating: 32, count: Self.width - 2 - bytes.count) + Array(".\n".utf8)
        let file = try Descriptor(path.appending("last"), [.both, .noLink])
        try file.write(bytes, at: 0)
        try file.flush()
    }
}
