// Small words for what tests expect.

import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

/// The farmer's error that a step ends with; nil when it ends well or with another.
func refusal<Result>(_ body: () throws -> Result) -> FarmError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? FarmError
    }
}

extension FarmError {
    /// The name of the case.
    var word: String { Mirror(reflecting: self).children.first?.label ?? "\(self)" }
}

extension Bench {
    /// What every shared file, `state` and `transaction` hold now.
    func contents() throws -> [String: [UInt8]] {
        var all: [String: [UInt8]] = [:]
        for name in SharedFile.allCases.map(\.rawValue) + ["state", "transaction"] {
            all[name] = try Folder.content(of: directory.root.appending(name))
        }
        return all
    }

    func content(_ file: SharedFile) throws -> [UInt8] { try Folder.content(of: directory.file(file)) }

    func put(_ bytes: [UInt8], at file: SharedFile) throws { try write(bytes, to: directory.file(file)) }

    func problems() throws -> [String] { try Check.run(directory, patience).problems }

    func exchange(_ store: Store, _ asked: Int = 0, release: [TaskRecord] = []) throws -> [TaskRecord] {
        try store.exchange(asked: asked, free: asked, release: release, patience).tasks
    }

    /// Joins as a farmer of this host whose process is gone already.
    func joinAsDead(host: String? = nil) throws -> Store {
        var record = deadRecord()
        if let host { record.host = host }
        return try join(try open(), record: record)
    }

    func deadRecord() -> AliveRecord {
        var record = newRecord()
        record.process = 1 << 23  // more than pid_max can be, proc(5)
        return record
    }
}
