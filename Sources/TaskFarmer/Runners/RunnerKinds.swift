// The kinds of runners that ship with us.

package enum RunnerKinds {
    package static let all: [RunnerKind] = [
        ShellRunner.kind, BasicRunner.kind, ShifterRunner.kind, TemplateRunner.kind,
    ]
}
