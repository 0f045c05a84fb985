// What the runners for containers have in common: what runs inside, which folders are there, and with what environment. The
// current folder and the work directory are at their own places inside, so that the paths in commands mean the same there.

public import TaskFarmerCore
internal import TaskFarmerSystem

/// A folder or file of the host inside a container.
public struct ContainerVolume: Sendable, Hashable {
    /// On the host.
    public var source: [UInt8]
    /// An absolute path inside.
    public var destination: [UInt8]
    /// What the program takes as a third field, such as `ro`.
    public var options: [UInt8]?

    /// Nil when the text is not of that form, or does not say an absolute path inside.
    ///
    /// - Parameter text: `SOURCE[:DESTINATION[:OPTIONS]]`; without a destination it is at its own place inside
    public init?(_ text: [UInt8]) {
        let fields = text.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
        let last = fields.count > 1 ? fields[1] : fields[0]
        guard !fields[0].isEmpty, last.first == UInt8(ascii: "/") else { return nil }
        source = Array(fields[0])
        destination = Array(last)
        options = fields.count > 2 ? Array(fields[2]) : nil
    }

    var text: [UInt8] {
        let colon = [UInt8(ascii: ":")]
        return source + colon + destination + (options.map { colon + $0 } ?? [])
    }
}

/// What runs in containers, and what it finds there.
public struct ContainerSettings: Sendable, Hashable {
    /// As the program for containers names it.
    public var image: [UInt8]
    /// A program inside that understands `-c`, and its arguments before that.
    public var shell: [[UInt8]]
    /// Commands for that shell before each task; when they fail, so does the task.
    public var setup: [UInt8]?
    /// Folders of the host inside, beside the current folder and the work directory.
    public var volumes: [ContainerVolume]
    /// An absolute path inside, where tasks start that do not say where; nil for the current folder.
    public var workingDirectory: [UInt8]?
    /// Where the farmer was started.
    public var currentFolder: [UInt8]
    /// Whether tasks may use GPUs.
    public var usesGPU: Bool
    /// Further arguments for the program, after ours and before the image.
    public var extra: [[UInt8]]
    /// Changes to the environment inside, carried out before the task's own.
    public var environment: [EnvironmentChange]
    /// Whether each attempt gets a folder of its own, in TMPDIR.
    public var usesTemporaryFolder: Bool

    /// - Parameter image: as the program for containers names it
    public init(image: [UInt8]) {
        self.image = image
        shell = ShellRunner.standard
        volumes = []
        currentFolder = Folder.current.bytes
        usesGPU = false
        extra = []
        environment = []
        usesTemporaryFolder = false
    }

    /// What is executed inside.
    func command(_ task: FarmTask) -> [[UInt8]] { ShellRunner.words(task, shell: shell, setup: setup) }

    /// Where that starts, inside.
    func start(_ task: FarmTask) -> [UInt8] {
        let base = workingDirectory ?? currentFolder
        return task.folder(from: base) ?? base
    }

    /// The host's folders that are at their own places inside, none within another.
    func folders(_ context: TaskContext) -> [[UInt8]] {
        let slash = UInt8(ascii: "/")
        let taken = Set(volumes.map(\.destination))
        let wanted = [currentFolder, context.workDirectory] + (context.temporaryFolder.map { [$0] } ?? [])
        var folders: [[UInt8]] = []
        // The host's root cannot stand in for the image's.
        for folder in wanted where folder != [slash] && !taken.contains(folder) {
            if folders.contains(where: { folder == $0 || folder.starts(with: $0 + [slash]) }) { continue }
            folders.append(folder)
        }
        return folders
    }

    /// The changes to the environment inside, one for each name.
    func changes(_ task: FarmTask, _ context: TaskContext) -> [EnvironmentChange] {
        var all = environment.filter { !TaskVariables.names.contains($0.name) }
        if let folder = context.temporaryFolder { all.append(EnvironmentChange("TMPDIR", bytes: folder)) }
        all += task.description.environment
        var seen: Set<String> = []
        return all.reversed().filter { seen.insert($0.name).inserted }.reversed()
    }
}

extension ContainerSettings {
    static func arguments(extra: String) -> [Argument] {
        [
            Argument("image", isRequired: true, expandsEnvironment: true, help: "The image."),
            ShellRunner.shellArgument, ShellRunner.setupArgument,
            Argument(
                "volumes", .words, expandsEnvironment: true,
                help:
                    "Folders inside, beside the current one and the work directory: SOURCE[:DESTINATION[:OPTIONS]] with "
                    + "blanks between them."),
            Argument(
                "workdir", expandsEnvironment: true,
                help: "The folder inside where tasks start; without it, the one where the farmer was started."),
            Argument("gpu", .flag, standard: "False", help: "Tasks may use the host's GPUs."),
            Argument("extra", .words, expandsEnvironment: true, help: extra),
        ] + ProcessSettings.arguments.filter { $0.name != "cwd" }
    }

    init(_ values: ArgumentValues) throws {
        self.init(image: try values.image)
        shell = try values.shell
        setup = values.setup
        volumes = try values.words("volumes").map { word in
            guard let volume = ContainerVolume(Array(word.utf8)) else {
                throw values.problem(
                    "\(word): expected SOURCE[:DESTINATION[:OPTIONS]], an absolute path inside", key: "volumes")
            }
            return volume
        }
        workingDirectory = values.bytes("workdir").flatMap { $0.isEmpty ? nil : $0 }
        if let folder = workingDirectory, folder.first != UInt8(ascii: "/") {
            throw values.problem("\(folder.text): expected an absolute path inside", key: "workdir")
        }
        usesGPU = values.flag("gpu")
        extra = values.words("extra").map { Array($0.utf8) }
        let common = try ProcessSettings(values)
        environment = common.environment
        usesTemporaryFolder = common.usesTemporaryFolder
    }
}

extension ArgumentValues {
    static func program(_ name: String) -> Argument {
        Argument(
            "program", .words, standard: name, expandsEnvironment: true,
            help: "The program and its arguments before all others.")
    }

    /// The argument `program`.
    var program: [[UInt8]] {
        get throws {
            let words = words("program").map { Array($0.utf8) }
            if words.isEmpty { throw problem("expected a program", key: "program") }
            return words
        }
    }
}
