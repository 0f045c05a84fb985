// `run --hosts` with a stand-in for ssh that runs the line here, in a session and an environment of its own. The lab suite
// Tests/Lab/hosts.sh does the same over real ssh.

import Foundation
import Testing

struct HostsTests {
    /// A host whose name begins with `bad` is not there. The process that stands for the connection is named in `ssh.HOST`; when it is
    /// killed, what runs there lives on and finds its input at an end, as behind a real sshd.
    private static let standIn = """
        #!/bin/sh
        for last; do host=$line; line=$last; done
        case $host in bad*) echo "ssh: connect to host $host port 22: No route to host" >&2; exit 255 ;; esac
        exec 3<&0
        env -i PATH="$PATH" TASKFARMER_TEST="$TASKFARMER_TEST" THERE="$host" setsid sh -c "$line" <&3 3<&- &
        there=$!
        trap 'exit 255' TERM
        echo $$ >".ssh.$host" && mv ".ssh.$host" "ssh.$host"
        wait $there
        """

    static func use(_ body: (Farm) throws -> Void) throws {
        try Farm.use { farm in
            try farm.write([standIn], to: "bin-ssh")
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: "bin"), withIntermediateDirectories: true)
            try FileManager.default.moveItem(
                at: farm.folder.appending(path: "bin-ssh"), to: farm.folder.appending(path: "bin/ssh"))
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: farm.folder.appending(path: "bin/ssh").path)
            try body(farm)
        }
    }

    /// Starts the launcher, which finds the stand-in on PATH.
    static func start(
        _ farm: Farm, _ words: String..., environment: [String: String] = [:]
    ) throws -> Program {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let all = environment.merging(["PATH": farm.folder.appending(path: "bin").path + ":" + path]) { $1 }
        return try farm.start(["run"] + words + ["tasks"], all)
    }

    /// Until as many hosts run a task.
    private static func meeting(_ count: Int) -> String {
        "echo > up.$THERE; until test $(ls up.* | wc -l) -ge \(count); do sleep 0.01; done; echo $THERE"
    }

    /// Runs until it is stopped, or ends at once when there is `go`.
    static let long =
        "test -e go && exit 0; echo > up.$THERE.$TASKFARMER_TASK_ID; exec sleep 1000"

    static func ups(_ farm: Farm) throws -> Int { try farm.names(in: ".").filter { $0.hasPrefix("up.") }.count }

    @Test func `farmers on all hosts share the list, with the slots that each was given`() throws {
        try Self.use { farm in
            try farm.write(Array(repeating: Self.meeting(4), count: 20))
            try farm.write(["# more", "n3*3", "me@n4"], to: "more")
            let ended = try Self.start(farm, "--hosts", "n[1-2]*2,@more", "-n", "1").ends(0)
            try farm.expectComplete(20)
            let hosts = Set((0..<20).map { farm.log($0) })
            #expect(hosts == ["n1\n", "n2\n", "n3\n", "me@n4\n"])
            #expect(ended.output.contains("20 of 20 tasks finished, 0 failed"))
            #expect(ended.output.contains("4 hosts: 20 succeeded, 0 failed in"), "\(ended.output)")
            #expect(ended.output.contains("8 slots busy"), "\(ended.output)")
            #expect(!ended.errors.contains("attached"), "\(ended.errors)")
        }
    }

    @Test func `tasks find nothing of this environment but what is named`() throws {
        try Self.use { farm in
            try farm.write(["echo $NAMED $UNNAMED; pwd"])
            let words = ["NAMED": "it's $x", "UNNAMED": "no"]
            try Self.start(farm, "--hosts", "n1", "--env", "NAMED", environment: words).ends(0)
            #expect(farm.log(0) == "it's $x\n\(farm.folder.path)\n")
            let ended = try Self.start(farm, "--hosts", "n1", "--env", "NONE").ends(64)
            #expect(ended.errors == "taskfarmer: --env NONE: there is no such variable here\n")
        }
    }

    @Test func `one lock is everyone's, whatever SCRATCH is there`() throws {
        try Self.use { farm in
            try farm.write(Array(repeating: Self.meeting(2), count: 4))
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: "scratch"), withIntermediateDirectories: true)
            try Self.start(farm, "--hosts", "n1,n2", "-n", "2", environment: ["SCRATCH": "scratch"]).ends(0)
            #expect(try farm.names(in: "scratch").count == 1)
            #expect(farm.ids("finished").count == 4)
        }
    }

    @Test func `a host that cannot be reached is named, and the others do the work`() throws {
        try Self.use { farm in
            try farm.write((0..<10).map { "echo \($0)" })
            let ended = try Self.start(farm, "--hosts", "bad1,n1,bad2").ends(0)
            #expect(ended.errors.contains("bad1: ssh: connect to host bad1 port 22: No route to host\n"))
            #expect(ended.errors.contains("bad2: could not be reached\n"))
            #expect(ended.output.contains("could not be reached: ssh: connect to host bad2"), "\(ended.output)")
            try farm.expectComplete(10)
        }
    }

    @Test func `where no host can be reached nothing is made, and the status is not that of work to be run again`()
        throws
    {
        try Self.use { farm in
            try farm.write(["echo"])
            try Self.start(farm, "--hosts", "bad1,bad2").ends(74)
            #expect(!farm.exists("tasks_workdir"))
        }
    }

    @Test func `failed tasks give status 1, and a host's own trouble outweighs that`() throws {
        try Self.use { farm in
            try farm.write(["exit 3", "echo"])
            let ended = try Self.start(farm, "--hosts", "n1,n2").ends(1)
            #expect(ended.output.contains("the failed task: cat"), "\(ended.output)")
            try farm.write(
                [
                    "#!/bin/sh", "test $THERE = n2 && echo no such runner >&2 && exit 78",
                    "exec \(Program.taskfarmer()) \"$@\"",
                ],
                to: "there")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: farm.folder.appending(path: "there").path)
            let path = farm.folder.appending(path: "there").path
            let worst = try Self.start(farm, "--hosts", "n1,n2", "--remote-program", path).ends(78)
            #expect(worst.errors.contains("n2: no such runner\n"))
            let none = try Self.start(farm, "--hosts", "n1", "--remote-program", "/no/such").ends(78)
            #expect(none.errors.contains("--remote-program PATH"), "\(none.errors)")
        }
    }

    @Test func `SIGTERM reaches every farmer, and the tasks go back`() throws {
        try Self.use { farm in
            try farm.write(Array(repeating: Self.long, count: 5))
            let launcher = try Self.start(farm, "--hosts", "n1*2,n2")
            try eventually("three tasks run") { try Self.ups(farm) >= 3 }
            launcher.signal(SIGTERM)
            let ended = try launcher.ends(75)
            #expect(ended.errors.contains("n1: stopping (SIGTERM)") && ended.errors.contains("n2: stopping (SIGTERM)"))
            #expect(ended.output.contains("stopped by SIGTERM; run it again to go on"), "\(ended.output)")
            #expect(farm.ids("toprocess").count == 5)
            try farm.write([], to: "go")
            try Self.start(farm, "--hosts", "n2,n3").ends(0)
            try farm.expectComplete(5)
        }
    }

    @Test func `SIGUSR2 lets running tasks finish on every host`() throws {
        try Self.use { farm in
            try farm.write(
                Array(repeating: "echo > up.$THERE; until test -e go; do sleep 0.01; done", count: 5))
            let launcher = try Self.start(farm, "--hosts", "n1,n2", "-n", "1")
            try eventually("both run a task") { try Self.ups(farm) == 2 }
            launcher.signal(SIGUSR2)
            try eventually("both drain") {
                launcher.errors.contains("n1: draining") && launcher.errors.contains("n2: draining")
            }
            try farm.write([], to: "go")
            try launcher.ends(75)
            #expect(farm.ids("finished").count == 2)
            try farm.expectSound()
        }
    }

    @Test func `a second SIGINT kills at once on every host`() throws {
        try Self.use { farm in
            try farm.write(
                Array(repeating: "trap '' TERM INT; echo > up.$THERE; while :; do sleep 1; done", count: 2))
            let launcher = try Self.start(farm, "--hosts", "n1,n2", "-n", "1", "--stop-signals", "TERM,1000,KILL")
            try eventually("both run a task") { try Self.ups(farm) == 2 }
            launcher.signal(SIGINT)
            try eventually("both stop") {
                launcher.errors.contains("n1: stopping") && launcher.errors.contains("n2: stopping")
            }
            launcher.signal(SIGINT)
            try launcher.ends(75)
            #expect(farm.ids("toprocess").sorted() == [0, 1])
        }
    }

    @Test func `farmers stop when the launcher is killed`() throws {
        try Self.use { farm in
            try farm.write(Array(repeating: Self.long, count: 4))
            let launcher = try Self.start(farm, "--hosts", "n1,n2", "-n", "1")
            try eventually("both run a task") { try Self.ups(farm) == 2 }
            launcher.signal(SIGKILL)
            _ = try launcher.wait()
            try eventually("nobody is left") { farm.processes().isEmpty }
            #expect(farm.ids("toprocess").count == 4)
            #expect(farm.attempts().map { $0["outcome"] } == ["interrupted", "interrupted"])
            try farm.expectSound()
        }
    }

    @Test func `a host that is lost in the middle is named, and the others run its tasks`() throws {
        try Self.use { farm in
            let task = "echo > up.$THERE; until test -e go; do sleep 0.01; done"
            try farm.write([task, task])
            let launcher = try Self.start(farm, "--hosts", "n1,n2", "-n", "1")
            try eventually("both run a task") { try Self.ups(farm) == 2 && farm.exists("ssh.n1") }
            let process = Int32(farm.text("ssh.n1").trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
            try #require(process > 1)
            _ = kill(process, SIGKILL)
            try eventually("the loss is told") { launcher.errors.contains("n1: was lost") }
            try eventually("the task went back") { farm.attempts().count == 1 }
            try farm.write([], to: "go")
            let ended = try launcher.ends(0)
            #expect(ended.output.contains("was lost"), "\(ended.output)")
            #expect(farm.attempts().map { $0["outcome"] } == ["interrupted", "succeeded", "succeeded"])
            try farm.expectComplete(2)
        }
    }

    @Test func `what is to be done once is done by one host, the first that can be reached`() throws {
        try Self.use { farm in
            try farm.write(["echo >> runs.0; exit 1", "echo >> runs.1; exit 1", "echo >> runs.2"])
            try Self.start(farm, "--hosts", "n1,n2,n3").ends(1)
            let ended = try Self.start(farm, "--hosts", "bad1,n1,n2,n3", "--retry-failed").ends(1)
            #expect(ended.errors.contains("n1: 2 failed tasks go back"), "\(ended.errors)")
            #expect((0..<3).map { farm.bytes("runs.\($0)").count } == [2, 2, 1])
            try Self.start(farm, "--hosts", "bad1,n1,n2,n3", "--fresh").ends(1)
            #expect((0..<3).map { farm.bytes("runs.\($0)").count } == [3, 3, 2])
            try farm.expectComplete(3, failed: [0, 1])
        }
    }

    @Test(
        arguments: [
            (["--hosts", "n1,n1", "tasks"], 64, "n1 is named twice"),
            (["--hosts", "-oProxyCommand=x", "tasks"], 64, "not a host's name"),
            (["--hosts", "@none", "tasks"], 64, "none cannot be read: No such file"),
            (["--hosts", "n1", "-w", "w", "-"], 64, "--hosts needs a list in a file"),
            (["--attached", "9", "-w", "w", "-"], 64, "--attached reads signals from standard input"),
            (["--attached", "9", "--hosts", "n1", "tasks"], 64, "exclude each other"),
            (["--attached", "0", "tasks"], 64, "expected a whole number from 1"),
            (["--ssh", "ssh", "tasks"], 64, "--ssh goes with --hosts"),
            (["--env", "HOME", "tasks"], 64, "--env goes with --hosts"),
            (["--hosts", "n1", "none"], 78, "none: cannot be read"),
        ] as [([String], Int32, String)])
    func `what makes no sense is refused before anybody is called`(words: [String], status: Int32, text: String) throws
    {
        try Self.use { farm in
            try farm.write(["echo"])
            let ended = try farm.start(["run"] + words, ["TASKFARMER_SSH": "echo >> called; false"]).ends(status)
            #expect(ended.errors.contains(text) && ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
            #expect(!farm.exists("called") && !farm.exists("tasks_workdir") && !farm.exists("w"))
        }
    }

    /// A farmer that hears the lines that a test writes to a named pipe, which it holds open itself.
    private static func attached(_ farm: Farm, _ seconds: String) throws -> Program {
        try farm.write(Array(repeating: Self.long, count: 2))
        return try farm.start(
            ["run", "-n", "1", "--attached", seconds, "tasks"], ["THERE": "here"],
            under: ["sh", "-c", "mkfifo line && exec \"$@\" <>line", "sh"])
    }

    @Test func `an attached farmer takes a line for a signal`() throws {
        try Self.use { farm in
            let farmer = try Self.attached(farm, "1000")
            try eventually("a task runs") { try Self.ups(farm) == 1 }
            let line = try FileHandle(forWritingTo: farm.folder.appending(path: "line"))
            try line.write(contentsOf: Data("\nnonsense\nTE".utf8))
            try line.write(contentsOf: Data("RM\n".utf8))
            let ended = try farmer.ends(75)
            try line.close()
            #expect(ended.errors.contains("stopping (SIGTERM)") && ended.output == "", "\(ended.errors)")
            #expect(ended.errors.contains("\ntaskfarmer-attached: end "), "\(ended.errors)")
        }
    }

    @Test func `an attached farmer that hears nothing for too long stops`() throws {
        try Self.use { farm in
            let ended = try Self.attached(farm, "1").ends(75)
            #expect(ended.errors.contains("the connection to the host that started this farmer is gone"))
            #expect(ended.errors.contains("stopping (SIGHUP)"), "\(ended.errors)")
        }
    }
}
