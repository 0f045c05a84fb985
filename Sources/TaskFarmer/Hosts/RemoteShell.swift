// How a command is run on another machine: ssh, told one line for the shell there.
//
// Nothing of this process's environment is passed on but what is named; the current folder is, since the machines share it.

package import TaskFarmerCore
package import TaskFarmerSystem

/// How commands are run on other machines.
package struct RemoteShell: Sendable {
    /// How ssh is started, as the user would write it for a shell: `ssh -p 2222`.
    package var program: [UInt8]
    /// Where commands start, there as here.
    package var folder: Path
    /// `NAME=value` for the commands.
    package var variables: [[UInt8]]

    /// The exit status with which ssh says that it failed itself (ssh(1)).
    package static let failure: Int32 = 255
    /// The exit status of a line whose folder is missing there.
    package static let noFolder: Int32 = 78

    package init(program: [UInt8] = Array("ssh".utf8), folder: Path, variables: [[UInt8]] = []) {
        self.program = program
        self.folder = folder
        self.variables = variables
    }

    /// No questions; a machine that does not answer is given up, at first after 15 s, later after 30 s. What the user says
    /// about the same comes before these and wins (ssh_config(5): the first value obtained).
    private static let options = [
        "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=3",
        "-T",
    ]

    /// What the shell there is told: the folder, then the command in its place.
    package func line(_ command: [[UInt8]]) -> [UInt8] {
        let words = variables.isEmpty ? command : [Array("env".utf8)] + variables + command
        return Array("cd ".utf8) + ShellQuote.word(folder.bytes) + Array(" || exit \(Self.noFolder); exec ".utf8)
            + ShellQuote.line(words)
    }

    /// The words of the process here that runs a command there.
    package func arguments(on host: HostEntry, _ command: [[UInt8]]) -> [[UInt8]] {
        // The shell finds ssh on PATH and reads the user's words as they were meant.
        let start = ["/bin/sh", "-c"].map { Array($0.utf8) } + [Array("exec ".utf8) + program + Array(" \"$@\"".utf8)]
        return start + (["ssh"] + Self.options + [host.name]).map { Array($0.utf8) } + [line(command)]
    }

    /// This very program, to be run there too.
    package static var ownProgram: Path? { Path("/proc/self/exe").resolved }

    /// The current folder under the name that the user knows it by, which is the one that other machines have too: where a
    /// home is mounted on demand, the name without links exists here alone.
    package static func currentFolder(named variable: [UInt8]?) -> Path {
        let here = Folder.current
        guard let variable, variable.first == UInt8(ascii: "/"), Path(bytes: variable).resolved == here else {
            return here
        }
        return Path(bytes: variable)
    }
}
