// What the runners for parallel tasks have in common: each command is started several times at once.

internal import TaskFarmerCore

/// How a command is handed to a program that starts it several times.
struct ParallelSettings: Sendable {
    var program: [[UInt8]]
    var tasks: Int
    var extra: [[UInt8]]
    var shell: [[UInt8]]
    var setup: [UInt8]?
    var process: ProcessSettings

    func process(_ options: [String], _ task: FarmTask, _ context: TaskContext) -> TaskProcess {
        let command = ShellRunner.words(task, shell: shell, setup: setup)
        return process.process(program + options.map { Array($0.utf8) } + extra + command, task, context)
    }

    /// What an INI file says, with the program's own arguments after the number of tasks.
    static func arguments(_ program: String, own: [Argument] = []) -> [Argument] {
        [Argument("ntasks", .number(1...1_000_000), standard: "1", help: "How many times the command is started.")]
            + own
            + [
                Argument("extra", .words, expandsEnvironment: true, help: "Further arguments of \(program)."),
                ArgumentValues.program(program), ShellRunner.shellArgument, ShellRunner.setupArgument,
            ] + ProcessSettings.arguments
    }

    init(
        program: [[UInt8]], tasks: Int, extra: [[UInt8]] = [], shell: [[UInt8]]? = nil, setup: [UInt8]? = nil,
        process: ProcessSettings = ProcessSettings()
    ) {
        self.program = program
        self.tasks = tasks
        self.extra = extra
        self.shell = shell ?? ShellRunner.standard
        self.setup = setup
        self.process = process
    }

    init(_ values: ArgumentValues) throws {
        self.init(
            program: try values.program, tasks: values.number("ntasks") ?? 1,
            extra: values.words("extra").map { Array($0.utf8) }, shell: try values.shell, setup: values.setup,
            process: try ProcessSettings(values))
    }
}
