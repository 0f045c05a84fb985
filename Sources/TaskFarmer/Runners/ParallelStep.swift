// What the runners of parallel tasks have in common: a program that starts the task's command so many times.

internal import TaskFarmerCore

/// A task that is several processes, and the program that starts them.
public struct ParallelStep: Sendable, Hashable {
    /// How many processes.
    public var count: Int
    /// The program and its arguments before ours.
    public var program: [[UInt8]]
    /// Further arguments for it, after ours.
    public var extra: [[UInt8]]
    /// A program that understands `-c`, and its arguments before that; each process is one.
    public var shell: [[UInt8]]
    /// Commands in that shell before each task.
    public var setup: [UInt8]?
    /// Where the program starts and with what environment.
    public var settings: ProcessSettings

    /// - Parameters:
    ///   - count: how many processes
    ///   - program: the program that starts them, and its arguments before ours
    public init(_ count: Int, program: [[UInt8]]) {
        self.count = count
        self.program = program
        extra = []
        shell = ShellRunner.standard
        settings = ProcessSettings()
    }

    func process(_ words: [String], _ task: FarmTask, _ context: TaskContext) -> TaskProcess {
        let own = setup == nil ? task.description.arguments : nil
        let line = shell + [Array("-c".utf8), ShellRunner.optionProof(ShellRunner.line(task, setup: setup))]
        return settings.process(program + words.map { Array($0.utf8) } + extra + (own ?? line), task, context)
    }
}

extension ParallelStep {
    static let countArgument = Argument(
        "ntasks", .number(1...1_000_000), standard: "1", help: "How many processes each task is.")

    static func arguments(_ program: String) -> [Argument] {
        [
            Argument("extra", .words, expandsEnvironment: true, help: "Further arguments of \(program)."),
            ShellRunner.shellArgument, ShellRunner.setupArgument,
        ] + ProcessSettings.arguments + [ArgumentValues.program(program)]
    }

    init(_ values: ArgumentValues) throws {
        self.init(values.number("ntasks") ?? 1, program: try values.program)
        extra = values.words("extra").map { Array($0.utf8) }
        shell = try values.shell
        setup = values.setup
        settings = try ProcessSettings(values)
    }
}
