// For whatever there is no kind for: a line for a shell with the task in it.

public import TaskFarmerCore

/// Runs commands by a template, such as `numactl --cpunodebind={slot} sh -c {command}`.
public struct TemplateRunner: Runner {
    private let template: NamedTemplate
    private let shell: [[UInt8]]
    private let settings: ProcessSettings

    private static let placeholders = ["command", "id", "attempt", "slot", "workdir", "log", "tmp"]

    /// - Parameters:
    ///   - template: a line for a shell, with the placeholders {command} {id} {attempt} {slot} {workdir} {log} {tmp}, each of
    ///     which becomes one quoted word; {tmp} is a folder of the attempt's own. `{{` stands for `{`.
    ///   - shell: a program that understands `-c`, and its arguments before that; nil for `/bin/sh`
    ///   - settings: where tasks run and with what environment
    /// - Throws: `FarmError.configuration` when there is no {command} in it, or a placeholder that nobody knows
    public init(
        _ template: [UInt8], shell: [[UInt8]]? = nil, settings: ProcessSettings = ProcessSettings()
    ) throws(FarmError) {
        let parsed = NamedTemplate(template)
        if let complaint = Self.complaint(about: parsed) {
            throw .configuration(file: template.text, line: nil, complaint)
        }
        self.init(parsed, shell ?? ShellRunner.standard, settings)
    }

    private init(_ template: NamedTemplate, _ shell: [[UInt8]], _ settings: ProcessSettings) {
        self.template = template
        self.shell = shell
        self.settings = settings
    }

    private static func complaint(about template: NamedTemplate) -> String? {
        if let unknown = template.names.subtracting(placeholders).min() {
            let hint = Nearest.to(unknown, in: placeholders).map { "did you mean {\($0)}?" }
            let known = placeholders.map { "{\($0)}" }.joined(separator: " ")
            return "{\(unknown)}: expected one of \(known); \(hint ?? "{{ stands for a plain {")"
        }
        return template.names.contains("command") ? nil : "expected {command} where the task's command belongs"
    }

    /// As the settings say, or when {tmp} needs it.
    public var usesTemporaryFolder: Bool { settings.usesTemporaryFolder || template.names.contains("tmp") }

    /// A process for the task.
    public func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        let line = line(task, context)
        if line.count > ShellRunner.longestArgument { return script(line, task, context) }
        return .process(
            settings.process(shell + [Array("-c".utf8), ShellRunner.optionProof(line)], task, context))
    }

    /// The line as a file that the shell reads.
    public func longLaunch(_ task: FarmTask, _ context: TaskContext) -> Launch? {
        script(line(task, context), task, context)
    }

    private func script(_ line: [UInt8], _ task: FarmTask, _ context: TaskContext) -> Launch {
        .process(settings.script(line, shell: shell, task, context))
    }

    private func line(_ task: FarmTask, _ context: TaskContext) -> [UInt8] {
        template.filled { name in
            switch name {
            case "command": ShellQuote.word(task.command)
            case "id": Array("\(task.id)".utf8)
            case "attempt": Array("\(context.attempt)".utf8)
            case "slot": Array("\(context.slot)".utf8)
            case "workdir": ShellQuote.word(context.workDirectory)
            case "log": ShellQuote.word(context.log)
            default: ShellQuote.word(context.temporaryFolder ?? [])
            }
        }
    }
}

extension TemplateRunner {
    static let kind = RunnerKind(
        "template",
        summary: "Run commands by a line of your own.",
        arguments: [
            Argument(
                "command", isRequired: true,
                help: "A line for the shell with {command}, and {id} {attempt} {slot} {workdir} {log} {tmp} if wanted; "
                    + "each becomes one quoted word."),
            ShellRunner.shellArgument,
        ] + ProcessSettings.arguments
    ) { values in
        let template = NamedTemplate(values.bytes("command") ?? [])
        if let complaint = complaint(about: template) { throw values.problem(complaint, key: "command") }
        return TemplateRunner(template, try values.shell, try ProcessSettings(values))
    }
}
