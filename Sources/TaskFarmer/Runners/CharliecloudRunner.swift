// Charliecloud. ch-run becomes the command, with the user's IDs and environment, so that signals reach it and nothing has to be
// removed. Source: ch-run(1), of version 0.31.

public import TaskFarmerCore
package import TaskFarmerSystem

/// Runs commands in Charliecloud containers.
///
/// ch-run can put a folder only where the image has one, or with `--write` among the extra arguments; the host's `/tmp` (or
/// TMPDIR), `/dev`, `/proc` and `/sys` are there anyway.
public struct CharliecloudRunner: Runner {
    private let program: [[UInt8]]
    private let settings: ContainerSettings
    /// ch-run shows this folder as `/tmp`.
    private let temporary: [UInt8]
    /// ch-run does not start without USER.
    private let missingUser: [EnvironmentChange]

    /// - Parameters:
    ///   - settings: what runs and what it finds; volumes have no options, and there is nothing to be had for GPUs: their
    ///     libraries must be in the image (ch-fromhost(1))
    ///   - program: the program and its arguments before all others; nil for `ch-run`
    public init(_ settings: ContainerSettings, program: [[UInt8]]? = nil) {
        self.init(settings, program, environment: OwnProcess.environment, user: .own)
    }

    package init(_ settings: ContainerSettings, _ program: [[UInt8]]?, environment: [[UInt8]], user: UserIDs) {
        self.settings = settings
        self.program = program ?? [Array("ch-run".utf8)]
        func variable(_ name: String) -> [UInt8]? {
            let prefix = Array("\(name)=".utf8)
            return environment.first { $0.starts(with: prefix) && $0.count > prefix.count }.map {
                Array($0.dropFirst(prefix.count))
            }
        }
        temporary = variable("TMPDIR") ?? Array("/tmp".utf8)
        missingUser =
            variable("USER") == nil
            ? [EnvironmentChange("USER", bytes: variable("LOGNAME") ?? Array("\(user.user)".utf8))] : []
    }

    /// As the settings say.
    public var usesTemporaryFolder: Bool { settings.usesTemporaryFolder }

    /// A process for the task.
    public func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        var inside = context
        if let folder = context.temporaryFolder, folder.starts(with: temporary + [UInt8(ascii: "/")]) {
            inside.temporaryFolder = Array("/tmp".utf8) + folder.dropFirst(temporary.count)
        }
        let changes = settings.changes(task, inside)
        inside.temporaryFolder = nil
        var words = program
        words += settings.folders(inside).map { Array("--bind=".utf8) + $0 + [UInt8(ascii: ":")] + $0 }
        words += settings.volumes.map { volume in
            Array("--bind=".utf8) + volume.source + [UInt8(ascii: ":")] + volume.destination
        }
        words.append(Array("--cd=".utf8) + settings.start(task))
        // Or a value's `$` would be looked at.
        if changes.contains(where: { $0.value != nil }) { words.append(Array("--env-no-expand".utf8)) }
        words += changes.map { change in
            guard let value = change.value else { return Array("--unset-env=\(change.name)".utf8) }
            // ch-run takes a pair of quotes off; these are for it.
            return Array("--set-env=\(change.name)='".utf8) + value + [UInt8(ascii: "'")]
        }
        words += settings.extra + [settings.image, Array("--".utf8)] + settings.command(task)
        return .process(TaskProcess(words, environment: missingUser))
    }
}

extension CharliecloudRunner {
    static let kind = RunnerKind(
        "charliecloud", aliases: ["ch-run"], summary: "Run commands in Charliecloud containers.",
        arguments: ContainerSettings.arguments(extra: "Further arguments of ch-run.") + [
            ArgumentValues.program("ch-run")
        ]
    ) { values in
        let settings = try ContainerSettings(values)
        if settings.usesGPU {
            throw values.problem(
                "ch-run has no argument for GPUs: put their libraries into the image with ch-fromhost and leave this away",
                key: "gpu")
        }
        if let volume = settings.volumes.first(where: { $0.options != nil }) {
            throw values.problem(
                "\(volume.text.text): ch-run knows no options, expected SOURCE[:DESTINATION]", key: "volumes")
        }
        return CharliecloudRunner(settings, try values.program, environment: values.environment, user: .own)
    }
}
