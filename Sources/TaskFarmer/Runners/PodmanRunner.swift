// Podman and Docker. Containers are not children of ours: Podman's belong to conmon, Docker's to its daemon. So they have names
// by which they are removed after an attempt that was stopped, and carry TASKFARMER_FARMER in their environment, by which a later
// farmer finds what a killed one left. Sources: podman-run(1), podman-rm(1); docker run and docker rm of Docker's reference.

public import TaskFarmerCore
package import TaskFarmerSystem

/// Runs commands in containers of Podman or Docker.
///
/// A container's first process ignores signals that it has no handler for (pid_namespaces(7)); with `--init` among the extra
/// arguments, where that is installed, it is not the task. Either way the container is removed at the end of the stop sequence.
public struct PodmanRunner: Runner {
    /// Which of the two.
    public enum Flavor: Sendable { case podman, docker }

    private let flavor: Flavor
    private let program: [[UInt8]]
    private let settings: ContainerSettings
    /// The names of the farmer's variables that go inside.
    private let inherited: [String]
    private let user: UserIDs

    /// - Parameters:
    ///   - settings: what runs and what it finds
    ///   - flavor: which of the two
    ///   - program: the program and its arguments before `run`; nil for `podman` or `docker`
    public init(_ settings: ContainerSettings, flavor: Flavor = .podman, program: [[UInt8]]? = nil) {
        self.init(settings, flavor, program, environment: OwnProcess.environment, user: .own)
    }

    package init(
        _ settings: ContainerSettings, _ flavor: Flavor, _ program: [[UInt8]]?, environment: [[UInt8]], user: UserIDs
    ) {
        self.settings = settings
        self.flavor = flavor
        self.program = program ?? [Array((flavor == .podman ? "podman" : "docker").utf8)]
        self.user = user
        let names = environment.map { $0.prefix { $0 != UInt8(ascii: "=") }.text }
        inherited =
            TaskVariables.changing + TaskVariables.constant
            + names.filter { !TaskVariables.names.contains($0) && Self.makesSenseInside($0) }
    }

    /// Where things are on the host, what the image or the program says better, and what belongs to the farmer's session.
    private static let outside: Set<String> = [
        "PATH", "HOME", "HOSTNAME", "TERM", "SHELL", "PWD", "OLDPWD", "SHLVL", "_", "TMPDIR", "TMP", "TEMP", "USER",
        "LOGNAME", "MAIL", "LD_LIBRARY_PATH", "LD_PRELOAD", "LD_AUDIT", "BASH_ENV", "ENV", "MANPATH", "MODULEPATH",
        "LOADEDMODULES", "_LMFILES_", "PYTHONHOME", "PYTHONPATH", "PERL5LIB", "VIRTUAL_ENV", "DISPLAY", "XAUTHORITY",
        "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES",
        "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "CONTAINER_HOST", "DOCKER_HOST",
    ]

    /// Exported functions of bash and other names that no shell could hold stay outside.
    private static func makesSenseInside(_ name: String) -> Bool {
        let isName = name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (48...57).contains(byte) || (97...122).contains(byte | 32) && byte < 128
        }
        return isName && !name.isEmpty && !outside.contains(name) && !name.hasPrefix("XDG_")
    }

    /// As the settings say.
    public var usesTemporaryFolder: Bool { settings.usesTemporaryFolder }

    /// A process for the task.
    public func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        let name = Self.name(task, context)
        var words = program + ["run", "--rm", "--name=\(name)"].map { Array($0.utf8) } + fixed
        words += settings.folders(context).map { folder in
            let fields = ["type=bind"].map { Array($0.utf8) } + ["source=", "target="].map { Array($0.utf8) + folder }
            return Array("--mount=".utf8) + Array(fields.map(Self.field).joined(separator: [UInt8(ascii: ",")]))
        }
        words += settings.volumes.map { Array("--volume=".utf8) + $0.text }
        words.append(Array("--workdir=".utf8) + settings.start(task))
        words += environment(settings.changes(task, context))
        words += settings.extra + [settings.image] + settings.command(task)
        let removal = flavor == .podman ? ["rm", "--force", "--ignore", name] : ["rm", "--force", name]
        return .process(TaskProcess(words, cleanup: program + removal.map { Array($0.utf8) }))
    }

    /// The output comes through the program, so it need not be logged a second time. Labels of SELinux would keep the task from
    /// its own folders.
    private var fixed: [[UInt8]] {
        var words = ["--log-driver=none", "--security-opt=label=disable", "--entrypoint="]
        if flavor == .podman {
            // So that removal does not wait.
            words.append("--stop-timeout=0")
            // Root's containers have root's IDs anyway, and may not ask for it.
            if user.user != 0 { words.append("--userns=keep-id") }
        }
        words.append("--user=\(user.user):\(user.group)")
        if settings.usesGPU {
            words.append(flavor == .podman ? "--device=nvidia.com/gpu=all" : "--gpus=all")
        }
        return words.map { Array($0.utf8) }
    }

    private func environment(_ changes: [EnvironmentChange]) -> [[UInt8]] {
        let changed = Set(changes.map(\.name))
        var words = inherited.filter { !changed.contains($0) }.map { Array("--env=\($0)".utf8) }
        for change in changes {
            if let value = change.value {
                words.append(Array("--env=\(change.name)=".utf8) + value)
            } else if flavor == .podman {
                // The image's.
                words.append(Array("--unsetenv=\(change.name)".utf8))
            }
        }
        return words
    }

    /// `[a-zA-Z0-9][a-zA-Z0-9_.-]*` and no other's, anywhere.
    private static func name(_ task: FarmTask, _ context: TaskContext) -> String {
        let farmer = context.farmer.utf8.map { byte in
            (48...57).contains(byte) || (97...122).contains(byte | 32) && byte < 128 || "._-".utf8.contains(byte)
                ? byte : UInt8(ascii: "-")
        }
        return "taskfarmer.\(farmer.text).\(task.id).\(context.attempt)"
    }

    /// A field as CSV has it, in which `--mount` is written.
    private static func field(_ bytes: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        guard bytes.contains(where: { $0 == quote || $0 == UInt8(ascii: ",") }) else { return bytes }
        return [quote] + bytes.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
    }
}

extension PodmanRunner {
    static let kind = kind(.podman, "podman", "Run commands in containers of Podman.")
    static let dockerKind = kind(.docker, "docker", "Run commands in containers of Docker.")

    private static func kind(_ flavor: Flavor, _ name: String, _ summary: String) -> RunnerKind {
        RunnerKind(
            name, summary: summary,
            arguments: ContainerSettings.arguments(extra: "Further arguments of \(name) run.") + [
                ArgumentValues.program(name)
            ]
        ) { values in
            PodmanRunner(
                try ContainerSettings(values), flavor, try values.program, environment: values.environment, user: .own)
        }
    }
}
