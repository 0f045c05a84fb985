// The arguments that the runners which start a process on this host have in common.

internal import TaskFarmerCore

extension ProcessSettings {
    /// `env.X`, `cwd` and `tempdir`, for kinds of runners that take them.
    public static let arguments = [
        Argument("env.", expandsEnvironment: true, help: "env.X = VALUE sets the environment variable X."),
        Argument("cwd", expandsEnvironment: true, help: "Where tasks run; without it, where the farmer was started."),
        Argument(
            "tempdir", .flag, standard: "False",
            help: "Each attempt gets a folder of its own, named by TMPDIR and removed after it."),
    ]

    /// What the arguments in `arguments` say.
    ///
    /// - Throws: what `ArgumentValues.problem` makes
    public init(_ values: ArgumentValues) throws {
        let changes = try values.all("env.").map { name, value in
            if name.utf8.contains(UInt8(ascii: "=")) {
                throw values.problem("expected the name of a variable after env.", key: "env.\(name)")
            }
            if let complaint = TaskVariables.complaint(about: name) {
                throw values.problem(complaint, key: "env.\(name)")
            }
            return EnvironmentChange(name, value)
        }
        self.init(
            environment: changes, workingDirectory: values.bytes("cwd").flatMap { $0.isEmpty ? nil : $0 },
            usesTemporaryFolder: values.flag("tempdir"))
    }
}

extension ArgumentValues {
    /// The argument `setup`; nil where there is nothing to be done.
    var setup: [UInt8]? { bytes("setup").flatMap { $0.isEmpty ? nil : $0 } }
}
