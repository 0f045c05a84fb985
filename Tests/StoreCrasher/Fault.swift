// Makes file operations of this process fail, at one of them or from one of them on.

internal import Synchronization
internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

/// Which file an operation is on, whatever it is called this time.
struct FileClass: Sendable, Hashable, CustomStringConvertible {
    let description: String

    /// nil for what is none of the farmer's own.
    init?(_ path: Path, _ bench: Bench) {
        let name = path.name.text
        let root = bench.directory.root
        if path == root {
            description = "."
        } else if path.parent == root {
            description = name
        } else if path.parent == bench.directory.farmers {
            description = "farmers/" + (name.split(separator: ".").last { $0.hasPrefix("journal") } ?? "NAME")
        } else if path.parent == bench.directory.logs {
            description = "logs/" + (name.hasPrefix("log_") ? "log_ID" : String(name.split(separator: ".").last ?? ""))
        } else if path.bytes.starts(with: bench.folder.parent.appending("tmp/taskfarmer.").bytes) {
            description = "temporary folder"
        } else {
            return nil
        }
    }
}

/// One way for a farmer's file system to fail.
struct Fault: Sendable, CustomStringConvertible {
    enum Reach: String, Sendable, CaseIterable {
        /// That operation alone.
        case once
        /// From then on every operation of the kind on files of the class.
        case file
        /// From then on whatever changes something.
        case everything
    }

    struct Place: Hashable, Sendable {
        let kind: IOCall.Kind
        let file: FileClass
    }

    let place: Place
    /// Which of these operations, counted from 1.
    let occurrence: Int
    /// An error number; 0 for a write that carries out half of its bytes before the file system is full.
    let code: Int32
    let reach: Reach

    var description: String {
        let error = code == 0 ? "short write" : SystemError("fail", code: code).reason
        return "\(place.kind.rawValue) \(occurrence) of \(place.file): \(error), \(reach.rawValue)"
    }

    static let changing: Set<IOCall.Kind> = [.write, .truncate, .flush, .unlink, .rename, .makeFolder]
    private static let noSpace: Int32 = 28, quota: Int32 = 122, inputOutput: Int32 = 5, readOnly: Int32 = 30
    private static let stale: Int32 = 116, access: Int32 = 13, noLocks: Int32 = 37

    /// The errors that an operation can have.
    static func codes(_ kind: IOCall.Kind) -> [Int32] {
        switch kind {
        case .write: [noSpace, 0, quota, inputOutput, stale, readOnly]
        case .flush: [inputOutput, noSpace, quota, stale]
        case .read, .list, .stat: [inputOutput, stale]
        case .lock: [noLocks, inputOutput, stale]
        case .open: [noSpace, access, inputOutput, readOnly, stale, quota]
        default: [readOnly, noSpace, inputOutput, access, stale, quota]
        }
    }
}

/// Counts a farmer's file operations and lets those fail that a fault is about.
final class FaultyDisk: Sendable {
    private struct Seen {
        var counts: [Fault.Place: Int] = [:]
        var hits: [Path] = []
    }

    private let bench: Bench
    private let fault: Fault?
    private let seen = Mutex(Seen())

    init(_ bench: Bench, _ fault: Fault?) {
        self.bench = bench
        self.fault = fault
    }

    var counts: [Fault.Place: Int] { seen.withLock { $0.counts } }
    /// What failed.
    var hits: [Path] { seen.withLock { $0.hits } }

    func use<Result>(_ body: () throws -> Result) rethrows -> Result {
        IOSeam.install { [self] call throws(SystemError) in try see(call) }
        defer { IOSeam.install(nil) }
        return try body()
    }

    private func see(_ call: IOCall) throws(SystemError) -> Int {
        guard let file = FileClass(call.path, bench) else { return .max }
        return try seen.withLock { seen throws(SystemError) in
            let place = Fault.Place(kind: call.kind, file: file)
            seen.counts[place, default: 0] += 1
            guard let fault else { return .max }
            let isThere = place == fault.place && seen.counts[place] == fault.occurrence
            let goesOn: Bool =
                switch fault.reach {
                case .once: false
                case .file: !seen.hits.isEmpty && place == fault.place
                case .everything: !seen.hits.isEmpty && Fault.changing.contains(call.kind)
                }
            guard isThere || goesOn else { return .max }
            seen.hits.append(call.path)
            if fault.code == 0 && isThere { return call.bytes / 2 }
            throw SystemError(call.kind.rawValue, call.path, code: fault.code == 0 ? 28 : fault.code)
        }
    }
}
