// What a farmer is made to do by files must come from its user. Files that somebody else could write to are refused unless they
// are named: the list and its folder; the work directory, its folder, and what in it says what is run; INI files and their
// folders; the folder of the lock, and the lock. All are looked at once, at the start.

package import TaskFarmerCore
package import TaskFarmerSystem

/// Which files are trusted.
package struct Trust: Sendable {
    package var rule: WriteTrust
    /// Files, and folders with all in them, that are trusted whoever could write to them; absolute.
    private let named: [Path]

    package init(named: [Path] = [], sharing: WriteTrust.Sharing = .no) {
        let own = UserIDs.own
        rule = WriteTrust(user: own.user, group: own.group, groups: UserIDs.ownGroups, sharing: sharing)
        self.named = named.map(\.absolute)
    }

    private func isNamed(_ path: Path) -> Bool {
        if named.isEmpty { return false }
        let real = path.absolute.bytes
        return named.contains { name in
            real.starts(with: name.bytes)
                && (real.count == name.bytes.count || name.bytes.last == UInt8(ascii: "/")
                    || real[name.bytes.count] == UInt8(ascii: "/"))
        }
    }

    /// Refuses what somebody else could write to.
    ///
    /// - Throws: `FarmError.configuration`
    func require(
        _ path: Path, _ facts: FileFacts, _ what: String, in folder: FileFacts? = nil, stickyHolds: Bool = false
    ) throws(FarmError) {
        let access = WriteAccess(facts)
        guard let stranger = rule.stranger(to: access, in: folder.map { WriteAccess($0) }, stickyHolds: stickyHolds),
            !isNamed(path)
        else { return }
        let name = ShellQuote.word(path.bytes).text
        let canShare = rule.groups.contains(access.group) && rule.sharing < .asked
        let sharing = canShare ? ", or share with it (--share group)" : ""
        let mode = String(access.permissions, radix: 8)
        let facts = "owner \(access.owner), group \(access.group), mode 0\(mode)"
        let complaint =
            switch stranger {
            case .owner:
                "\(what) belongs to another user (\(facts)), who could change it: use one of your own\(sharing)"
            case .group:
                "\(what) can be written by a group (\(facts)): `chmod g-w \(name)`\(sharing)"
            case .everybody: "\(what) can be written by everybody (\(facts)): `chmod o-w \(name)`"
            }
        throw .configuration(file: path.description, line: nil, complaint + ", or allow it with --trust \(name)")
    }

    /// A file that was opened, and the folder that it lies in.
    func require(_ path: Path, opened facts: FileFacts, _ what: String) throws(FarmError) {
        // Whoever names a pipe has it from a program of their own.
        guard facts.isRegular || facts.isFolder else { return }
        let real = path.absolute
        var holder: FileFacts?
        for folder in Set([real.parent] + path.links.map(\.parent)) {
            guard let found = try FarmError.wrapping({ () throws(SystemError) in try Folder.facts(folder) }) else {
                continue
            }
            try require(folder, found, "the folder of \(what)", stickyHolds: true)
            if folder == real.parent { holder = found }
        }
        try require(path, facts, what, in: holder)
    }

    func require(_ list: HandledList) throws {
        if list.file.name == "-" { return }
        let name = list.file.name
        var facts = try list.file.facts
        // Of a folder, the names are the list.
        if let folder = try Folder.facts(name), folder.isFolder { facts = folder }
        try require(name, opened: facts, "the task list")
    }

    /// A work directory, whether it is there or not.
    package func require(_ directory: WorkDirectory) throws {
        let root = directory.root
        try FarmError.wrappingAny {
            if let folder = try Folder.facts(root.parent) {
                try require(root.parent, folder, "the folder of the work directory", stickyHolds: true)
            }
            guard let facts = try Folder.facts(root) else { return }
            try require(root, facts, "the work directory")
            let folders = [directory.logs, directory.farmers, directory.batch]
            let files =
                [directory.description, directory.state, directory.transaction]
                + SharedFile.allCases.map(directory.file)
            // Of what is listed: a name that is asked for before it is made stays missing for half a minute on NFS.
            let present = Set(try Folder.names(in: root))
            for path in files + folders where present.contains(path.name) {
                guard let found = try Folder.linkFacts(path) else { continue }
                let isFolder = folders.contains(path)
                guard !found.isLink else {
                    throw FarmError.configuration(
                        file: path.description, line: nil,
                        "is a symbolic link, and none is followed in a work directory; put the work directory itself where it "
                            + "points to, with --workdir DIR")
                }
                guard isFolder ? found.isFolder : found.isRegular else {
                    throw FarmError.configuration(
                        file: path.description, line: nil,
                        "is no \(isFolder ? "folder" : "regular file"), as that part of a work directory is: remove it")
                }
                try require(path, found, "a part of the work directory", in: facts)
            }
        }
    }

    /// The folder of a lock file that does not lie in the work directory.
    func requireFolder(of lock: Path, _ directory: WorkDirectory) throws {
        if lock.parent == directory.root { return }
        try FarmError.wrappingAny {
            guard let facts = try Folder.facts(lock.parent) else { return }
            try require(lock.parent, facts, "the folder of the lock file", stickyHolds: true)
        }
    }

    /// With the trust in its group that a work directory asks for, if nobody but its owner could have written that there.
    package func heeding(_ description: FarmDescription?, _ directory: WorkDirectory) -> Trust {
        guard description?.share == .group, rule.sharing < .recorded,
            let facts = try? Folder.linkFacts(directory.description), facts.isRegular,
            rule.stranger(to: WriteAccess(facts)) == nil
        else { return self }
        var trust = self
        trust.rule.sharing = .recorded
        return trust
    }
}

extension WriteAccess {
    init(_ facts: FileFacts) {
        self.init(
            owner: Int(facts.owner), group: Int(facts.group), permissions: facts.permissions, isFolder: facts.isFolder)
    }
}
