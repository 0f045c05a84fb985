import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

struct RemoteShellTests {
    private func words(_ text: String...) -> [[UInt8]] { text.map { Array($0.utf8) } }

    @Test func `a command is one line for the shell there, and what could mean something to it does not`() {
        let shell = RemoteShell(folder: "/my data/it's", variables: words("A=b c", "D=$E"))
        #expect(
            shell.line(words("/opt/task farmer", "run", "--", "x;y")).text
                == #"cd '/my data/it'\''s' || exit 78; exec env 'A=b c' 'D=$E' '/opt/task farmer' run -- 'x;y'"#)
        #expect(RemoteShell(folder: "/d").line(words("p", "a")).text == "cd /d || exit 78; exec p a")
    }

    @Test func `ssh asks no questions, gives up in time, and what the user says comes first`() {
        let shell = RemoteShell(program: Array("ssh -p 2222 -o 'ProxyCommand=a b'".utf8), folder: "/d")
        #expect(
            shell.arguments(on: HostEntry(name: "me@n1"), words("p")).map(\.text) == [
                "/bin/sh", "-c", #"exec ssh -p 2222 -o 'ProxyCommand=a b' "$@""#, "ssh", "-o", "BatchMode=yes", "-o",
                "ConnectTimeout=15", "-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=3", "-T", "me@n1",
                "cd /d || exit 78; exec p",
            ])
    }

    @Test func `the folder keeps the name by which the user knows it, where that is the same folder`() throws {
        let here = Folder.current
        #expect(RemoteShell.currentFolder(named: nil) == here)
        #expect(RemoteShell.currentFolder(named: Array("/".utf8)) == here)
        #expect(RemoteShell.currentFolder(named: Array(".".utf8)) == here)
        let alias = Path(bytes: Array("/proc/self/cwd".utf8))
        #expect(RemoteShell.currentFolder(named: alias.bytes) == alias)
    }

    /// Everything that a command prints, as a stand-in for ssh runs it: by the shell here.
    private func output(_ program: String, _ command: [[UInt8]], telling lines: [String] = []) throws -> [String] {
        let host = try HostProcess(
            on: HostEntry(name: "n1"), RemoteShell(program: Array(program.utf8), folder: "/"), command)
        for line in lines { #expect(host.tell(line)) }
        host.closeInput()
        #expect(!host.tell("late"))
        _ = try Children.reap(host.process)
        return host.lines(isOver: true).map(\.text)
    }

    @Test func `what goes in and what comes out is whole lines, the last one without an end too`() throws {
        // Its last word is the line for the shell there.
        let standIn = #"env sh -c 'for last; do :; done; exec sh -c "$last"' "#
        #expect(try output(standIn, words("printf", #"a\n\nb c"#)) == ["a", "", "b c"])
        #expect(try output(standIn, words("cat"), telling: ["one", "two"]) == ["one", "two"])
        #expect(try output(standIn, words("pwd")) == ["/"])
        #expect(try output("echo", words("x")).first?.hasSuffix("-T n1 cd / || exit 78; exec x") == true)
    }
}
