// Where everything lies.

package import TaskFarmerCore
package import TaskFarmerSystem

/// The folder with all shared state of one run over a list.
package struct WorkDirectory: Sendable, Equatable {
    package let root: Path
    /// How farmers keep each other out there, as far as it is known.
    package var locking = Locking.flock
    /// Whether it is recorded how tasks that go back have failed.
    package private(set) var countsFailures = true
    /// Whether tasks can be held and have priorities, and farmers heed requests.
    package private(set) var hasControl = true

    package init(_ root: Path, _ locking: Locking = .flock) {
        self.root = root
        self.locking = locking
    }

    /// As it was made.
    package init(_ root: Path, _ description: FarmDescription) {
        self.init(root, description.locking ?? .flock)
        countsFailures = description.countsFailures
        hasControl = description.hasControl
    }

    /// Where the work directory of a list lies unless something else is said: `LIST_workdir`.
    package static func standard(for list: Path) -> Path {
        Path(bytes: list.trimmed.bytes + Array("_workdir".utf8))
    }

    /// The shared files that it has.
    package var files: [SharedFile] { hasControl ? SharedFile.allCases : SharedFile.first }
    package func file(_ shared: SharedFile) -> Path { root.appending(shared.rawValue) }
    package var description: Path { root.appending("farm.json") }
    package var state: Path { root.appending("state") }
    package var transaction: Path { root.appending("transaction") }
    package var ownLock: Path { root.appending("lock") }
    package var logs: Path { root.appending("logs") }
    package var farmers: Path { root.appending("farmers") }
    /// What a PyTaskFarmer run had left here before it was taken over.
    package var takenOver: Path { root.appending("pytaskfarmer") }
    /// What `submit` and `autoscale` hand to a scheduler.
    package var batch: Path { root.appending("batch") }

    package func alive(_ farmer: String) -> Path { farmers.appending(farmer) }
    package func journal(_ farmer: String, generation: Int) -> Path {
        farmers.appending("\(farmer).journal\(generation)")
    }

    /// What users ask of a farmer.
    package func requests(_ farmer: String) -> Path { farmers.appending(farmer + Self.requestsSuffix) }
    private static let requestsSuffix = ".requests"

    /// Whether a name in `farmers` is a farmer's own, and not that of its journals or requests.
    package static func isFarmer(_ name: String) -> Bool {
        !name.contains(".journal") && !name.hasSuffix(requestsSuffix)
    }

    /// The lock file: in `folder` under a name made from the work directory's path, as PyTaskFarmer names it, or inside the
    /// work directory. Never under TMP or TMPDIR, which are not the same folder on two nodes.
    package func lock(in folder: Path?) -> Path {
        guard let folder else { return ownLock }
        return folder.absolute.appending(MD5.hexadecimal(root.bytes) + "_lock")
    }

    /// How the lock's path is recorded: one inside the work directory stays right when that is mounted elsewhere.
    package func recorded(_ lock: Path) -> String {
        lock.parent == root ? lock.name.text : lock.description
    }

    /// Whether a recorded lock is the one that lies here, or one that a repair put beside it (`…lock.2`).
    package func isRecorded(_ lock: Path, as text: String) -> Bool {
        let own = recorded(lock)
        guard text.hasPrefix(own) else { return false }
        let rest = text.dropFirst(own.count)
        return rest.isEmpty || (rest.first == "." && Int(rest.dropFirst()) != nil)
    }

    package func lockPath(recorded text: String) -> Path { text.contains("/") ? Path(text) : root.appending(text) }

    /// What is said of an ID that none of so many tasks has.
    package func noTask(_ id: Int, of tasks: Int) -> String {
        "there is no task \(id) in \(root): " + (tasks == 0 ? "there are none" : "the last is \(tasks - 1)")
    }

    /// The state as of now, without the lock: while it is being written it is read again until it is whole.
    ///
    /// - Throws: `FarmError.damaged` when it does not become whole within a second
    package func readState() throws -> StateRecord {
        for _ in 0..<200 {
            let bytes = try FarmError.wrapping { () throws(SystemError) in try Folder.content(of: state) }
            if let record = StateRecord(bytes) { return record }
            Clock.pause(nanoseconds: 5_000_000)
        }
        throw FarmError.damaged(file: state.description, "not a whole record")
    }
}
