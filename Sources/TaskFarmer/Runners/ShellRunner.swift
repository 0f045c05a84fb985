// The default: a task is a line for /bin/sh. A line that means the same without a shell is executed without one; should that be
// refused, the shell gets it after all, so that its message and exit status are what the user sees.

package import TaskFarmerCore
internal import TaskFarmerSystem

package struct ShellRunner: Runner {
    package static let name = "shell"
    private static let shell = Array("/bin/sh".utf8)
    /// The kernel takes arguments of up to 32 pages, with the NUL at the end (MAX_ARG_STRLEN, execve(2)).
    private static let longestArgument = 131_071
    private let searchPath: [UInt8]?

    package init(environment: [[UInt8]]) {
        let prefix = Array("PATH=".utf8)
        searchPath = environment.first { $0.starts(with: prefix) }.map { Array($0.dropFirst(prefix.count)) }
    }

    package func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        if task.command.count > Self.longestArgument { return script(task.command) }
        // A line that begins with - or + would be read as an option; a blank before it changes nothing else.
        let first = task.command.first
        let line = first == UInt8(ascii: "-") || first == UInt8(ascii: "+") ? [32] + task.command : task.command
        var request = SpawnRequest(fallback: Self.shell, fallbackArguments: [Array("sh".utf8), Array("-c".utf8), line])
        if case .direct(let words) = ShellLine(task.command),
            let paths = ShellLine.candidates(for: words[0], path: searchPath)
        {
            request.candidates = paths
            request.arguments = words
        }
        return .process(request)
    }

    package func longLaunch(_ task: FarmTask, _ context: TaskContext) -> Launch? { script(task.command) }

    private func script(_ command: [UInt8]) -> Launch {
        let arguments = [Array("sh".utf8), Array("/proc/self/fd/3".utf8)]
        return .process(SpawnRequest(fallback: Self.shell, fallbackArguments: arguments), script: command + [10])
    }
}
