// Folders that belong to one attempt each. All of a farmer's lie in one folder that carries its name, so that whoever finds that
// knows whose it is, and whether its farmer is still there.

internal import TaskFarmerSystem

final class TemporaryFolders: Sendable {
    private let root: Path

    /// `base` is the farmer's TMPDIR, or `/tmp`.
    init(in base: Path, farmer: String) { root = base.appending("taskfarmer.\(farmer)") }

    func path(task: Int, attempt: Int) -> Path { root.appending("\(task).\(attempt)") }
}
