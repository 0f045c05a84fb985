// PyTaskFarmer's way into Shifter: the same arguments, so that its INI files go on working, without its two faults: an empty
// setup is no syntax error, and temporary folders do not stay.

public import TaskFarmerCore

/// Runs commands in Shifter containers, with bash.
public struct ShifterRunner: Runner {
    private let image: [UInt8]
    private let setup: [UInt8]?
    private let volumes: [[UInt8]]
    private let modules: [[UInt8]]
    /// As it was asked for.
    public let usesTemporaryFolder: Bool

    /// - Parameters:
    ///   - image: the image, as `shifter --image` takes it
    ///   - setup: commands for bash inside the container, joined to each task by `&&`, as PyTaskFarmer does
    ///   - volumes: `SOURCE:DESTINATION`, as `shifter --volume` takes them
    ///   - modules: the names of Shifter's modules, such as `cvmfs`
    ///   - usesTemporaryFolder: whether each attempt gets a folder of its own, where it starts and which TMPDIR names
    public init(
        image: [UInt8], setup: [UInt8]? = nil, volumes: [[UInt8]] = [], modules: [[UInt8]] = [],
        usesTemporaryFolder: Bool = false
    ) {
        self.image = image
        self.setup = setup
        self.volumes = volumes
        self.modules = modules
        self.usesTemporaryFolder = usesTemporaryFolder
    }

    /// A process for the task.
    public func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        var words = ["shifter", "--image"].map { Array($0.utf8) } + [image]
        if let folder = context.temporaryFolder { words.append(Array("--workdir=".utf8) + folder) }
        words += volumes.map { Array("-V".utf8) + $0 }
        words += modules.map { Array("-m".utf8) + $0 }
        let line = setup.map { $0 + Array(" && ".utf8) + task.command } ?? ShellRunner.optionProof(task.command)
        words += ["--", "/bin/bash", "-c"].map { Array($0.utf8) } + [line]
        // The file that BASH_ENV names may not be there inside.
        let settings = ProcessSettings(environment: [EnvironmentChange("BASH_ENV", "")])
        return .process(settings.process(words, task, context))
    }
}

extension ShifterRunner {
    static let kind = RunnerKind(
        "shifter", aliases: ["taskfarmer.runners.ShifterRunner"],
        summary: "Run commands in Shifter containers, with bash, as PyTaskFarmer does.",
        arguments: [
            Argument("image", isRequired: true, expandsEnvironment: true, help: "The image."),
            Argument(
                "setup", help: "Commands for bash inside, before each task and joined to it by &&."),
            Argument("volumes", .words, expandsEnvironment: true, help: "SOURCE:DESTINATION with blanks between them."),
            Argument("modules", .words, help: "Shifter's modules, with blanks between them."),
            Argument(
                "tempdir", .flag, standard: "False",
                help: "Each attempt starts in a folder of its own, named by TMPDIR and removed after it."),
        ]
    ) { values in
        ShifterRunner(
            image: try values.image, setup: values.setup, volumes: values.words("volumes").map { Array($0.utf8) },
            modules: values.words("modules").map { Array($0.utf8) }, usesTemporaryFolder: values.flag("tempdir"))
    }
}

extension ArgumentValues {
    /// The argument `image`, which an option would not be.
    var image: [UInt8] {
        get throws {
            guard let image = bytes("image"), let first = image.first, first != UInt8(ascii: "-") else {
                throw problem("expected the name of an image", key: "image")
            }
            return image
        }
    }
}
