// `--trust` and `--share`: whose files are accepted.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

enum TrustOptions {
    static let trust = Option(
        "trust", value: "PATH,…",
        "Accept these files, and folders with all in them, although somebody else could write to them.",
        completion: .file)

    static let share = Option(
        "share", value: "group",
        "Let the group work on it, too, as far as the umask does: a new work directory is made for it, one of a member accepted.",
        standard: "nobody else, or as the work directory was made",
        completion: .words(FarmShare.allCases.map(\.rawValue)))

    /// For commands that make no work directory.
    static let members = Option(
        "share", value: "group", "Accept what belongs to others of a group of yours, or can be written by them.",
        standard: "nobody else's", completion: .words(FarmShare.allCases.map(\.rawValue)))

    static func share(_ arguments: Arguments) throws(UsageError) -> FarmShare? {
        guard let word = arguments.text("share") else { return nil }
        guard let share = FarmShare(rawValue: word) else {
            throw UsageError(message: "--share \(word): expected group")
        }
        return share
    }

    /// What `--trust` names.
    static func paths(_ arguments: Arguments) -> [Path] {
        let value = arguments.values["trust"] ?? []
        // A path may have a comma of its own.
        let isOne = (try? Folder.linkFacts(Path(bytes: value))) != nil
        return isOne ? [Path(bytes: value)] : value.split(separator: UInt8(ascii: ",")).map { Path(bytes: $0) }
    }

    static func trust(_ arguments: Arguments) throws(UsageError) -> Trust {
        Trust(named: paths(arguments), sharing: try share(arguments) == nil ? .no : .asked)
    }
}
