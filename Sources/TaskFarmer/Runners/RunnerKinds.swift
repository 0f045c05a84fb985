// The kinds of runners that ship with us.

package enum RunnerKinds {
    package static let all: [RunnerKind] = [
        ShellRunner.kind, BasicRunner.kind, ShifterRunner.kind, ApptainerRunner.kind, ApptainerRunner.singularityKind,
        PodmanRunner.kind, PodmanRunner.dockerKind, CharliecloudRunner.kind, SrunRunner.kind, MPIRunner.kind,
        TemplateRunner.kind,
    ]
}
