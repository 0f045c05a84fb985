// Submitting with stand-ins for the scheduler's commands. What a real SLURM does with the scripts: Tests/Lab/submit.sh.

import Foundation
import Testing

@Suite struct SubmitTests {
    /// A farm with commands of its own first on PATH. `jobs` holds what squeue lists.
    private static func use(_ body: (Farm, [String: String]) throws -> Void) throws {
        try Farm.use { farm in
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: "bin"), withIntermediateDirectories: true)
            try farm.write(["true", "true", "true"])
            try farm.write([], to: "jobs")
            try command("squeue", #"cat "$FARM/jobs""#, farm)
            try command("scancel", #"echo "$@" >>"$FARM/cancelled"; : >"$FARM/jobs""#, farm)
            let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
            try body(farm, ["PATH": "\(farm.folder.path)/bin:\(path)", "FARM": farm.folder.path])
        }
    }

    private static func command(_ name: String, _ script: String, _ farm: Farm) throws {
        let file = farm.folder.appending(path: "bin/\(name)")
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }

    /// Numbers jobs from 1 and runs each at once, as a node would.
    private static let runs = #"""
        n=$(($(cat "$FARM/number" 2>/dev/null || echo 0) + 1)); echo $n >"$FARM/number"
        SLURM_JOB_ID=$n SLURM_JOB_NUM_NODES=1 sh "$2" >"$FARM/printed" 2>&1; echo "$n;cluster"
        """#

    @Test func `a dry run shows the script and leaves nothing behind`() throws {
        try Self.use { farm, environment in
            let ended = try farm.call(
                "submit", "--nodes", "2", "--time", "2:00:00", "--dry-run", "tasks", "--", "--partition=a b",
                environment: environment)
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(ended.output.contains("#SBATCH --nodes=2\n"))
            #expect(ended.output.contains("#SBATCH '--partition=a b'\n"))
            #expect(ended.errors.contains("tasks: 3 tasks;"))
            #expect(!farm.exists("tasks_workdir"))
        }
    }

    @Test func `a job runs the whole list, and its waiting submitter ends as a farmer would`() throws {
        try Self.use { farm, environment in
            try farm.write(["true", "exit 3", "true"])
            try Self.command("sbatch", Self.runs, farm)
            try Self.command("srun", #"while [ "${1#-}" != "$1" ]; do shift; done; exec "$@""#, farm)
            let ended = try farm.call("submit", "--wait", "--poll", "0.1", "tasks", environment: environment)
            #expect(ended.status == 1, "\(ended.errors)\(farm.text("printed"))")
            #expect(ended.output == "1\n")
            #expect(farm.text("tasks_workdir/batch/1.status") == "started\nended 1\n")
            try farm.expectComplete(3, failed: [1])
            let again = try farm.call("submit", "tasks", environment: environment)
            #expect(again.status == 1)
            #expect(again.output == "" && again.errors.contains("nothing is left to do"))
            let retried = try farm.call("submit", "--retry-failed", "tasks", environment: environment)
            #expect(retried.status == 0 && retried.output == "2\n", "\(retried.errors)")
            #expect(farm.attempts(of: 1).count == 2)
        }
    }

    @Test func `a list that comes on standard input is kept in a work directory that is made for it`() throws {
        try Self.use { farm, environment in
            try Self.command("sbatch", Self.runs, farm)
            try Self.command("srun", #"while [ "${1#-}" != "$1" ]; do shift; done; exec "$@""#, farm)
            for words in [
                ["submit", "--wait", "--poll", "0.1", "--workdir", "one", "-"],
                ["autoscale", "--max-nodes", "2", "--time", "10", "--poll", "0.05", "--workdir", "two", "-"],
            ] {
                let ended = try farm.start(words, environment, input: "tasks").wait()
                #expect(ended.status == 0, "\(ended.errors)\(farm.text("printed"))")
            }
            for name in ["one", "two"] { #expect(farm.text("\(name)/finished").split(separator: "\n").count == 3) }
        }
    }

    @Test func `a job that vanishes with work left is not waited for for ever`() throws {
        try Self.use { farm, environment in
            try Self.command("sbatch", "echo 7", farm)
            let ended = try farm.call("submit", "--wait", "--poll", "0.1", "tasks", environment: environment)
            #expect(ended.status == 75)
            #expect(ended.errors.contains("job 7 is gone and 3 tasks are left"))
        }
    }

    @Test func `the last lines of a long output are the last ones`() throws {
        try Self.use { farm, environment in
            try Self.command(
                "sbatch",
                #"d=$(dirname "$2"); { yes filler | head -c 2000000; echo; echo the real last line; } >"$d/7.out"; echo 7"#,
                farm)
            let ended = try farm.call("submit", "--wait", "--poll", "0.1", "tasks", environment: environment)
            #expect(ended.errors.contains("; the real last line; submit it again"), "\(ended.errors)")
        }
    }

    @Test func `what cannot be submitted is said in one line, and nothing of it is left`() throws {
        try Self.use { farm, environment in
            let missing = try farm.call(
                "submit", "--scheduler", "flux", "tasks", environment: ["PATH": "/usr/bin:/bin"])
            #expect(missing.status == 78)
            #expect(missing.errors.contains("flux: is not found on PATH"))
            #expect(!farm.exists("tasks_workdir"))
            try Self.command("sbatch", "echo 'sbatch: error: invalid partition: x' >&2; exit 1", farm)
            let refused = try farm.call("submit", "tasks", environment: environment)
            #expect(refused.status == 78)
            #expect(
                refused.errors.contains("not submitted: slurm (exit status 1): sbatch: error: invalid partition: x"))
            #expect(try farm.names(in: "tasks_workdir/batch").isEmpty)
            try farm.expectSound()
        }
    }

    @Test func `what a scheduler or a job prints does nothing to the terminal`() throws {
        try Self.use { farm, environment in
            try Self.command("sbatch", #"printf 'no\033[2J\302\2332K account\177\n' >&2; exit 1"#, farm)
            let refused = try farm.call("submit", "tasks", environment: environment)
            #expect(refused.errors.contains("no?[2J?2K account?"), "\(refused.errors)")
            try Self.command(
                "sbatch", #"d=$(dirname "$2"); printf 'odd\033[2J\302\2332K\n' >"$d/7.out"; echo 7"#, farm)
            let waited = try farm.call("submit", "--wait", "--poll", "0.1", "tasks", environment: environment)
            #expect(waited.errors.contains("its last lines: odd?[2J?2K"), "\(waited.errors)")
            for text in [refused.errors, waited.errors] {
                #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{9B}" || $0 == "\u{7F}" })
            }
        }
    }

    @Test(
        "what makes no sense is refused before anything is made",
        arguments: [
            (["submit"], "expected a task list"), (["submit", "tasks", "more"], "follow after --"),
            (["submit", "--time", "2h", "tasks"], "--time 2h: expected a time"),
            (["submit", "--nodes", "0", "tasks"], "--nodes 0: expected a whole number"),
            (["submit", "--nodes", "2", "--array", "2", "tasks"], "exclude each other"),
            (["submit", "--requeue", "tasks"], "--requeue needs --time"),
            (["submit", "--requeue", "--time", "9", "--leave-idle", "9", "tasks"], "exclude each other"),
            (["submit", "--requeue", "--time", "9", "--scheduler", "pbs", "tasks"], "cannot queue itself again"),
            (["submit", "--array", "2", "--scheduler", "flux", "tasks"], "no arrays"),
            (["submit", "--scheduler", "lsf", "tasks"], "expected one of slurm, pbs, flux"),
            (["submit", "tasks", "--", "a\nb"], "newline"),
            (["autoscale", "tasks"], "expected --max-nodes N and --time"),
            (["autoscale", "--max-nodes", "4", "tasks"], "expected --max-nodes N and --time"),
        ])
    func usage(_ words: [String], _ expected: String) throws {
        try Farm.use { farm in
            try farm.write(["true"])
            let ended = try farm.start(words).wait()
            #expect(ended.status == 64)
            #expect(ended.errors.contains(expected), "\(ended.errors)")
            #expect(!farm.exists("tasks_workdir"))
        }
    }

    private static let scale = ["autoscale", "--max-nodes", "4", "--time", "10", "--poll", "0.05", "tasks"]

    @Test func `an autoscaler submits, sees the work done, and ends as a farmer would`() throws {
        try Self.use { farm, environment in
            try Self.command("sbatch", Self.runs, farm)
            try Self.command("srun", #"while [ "${1#-}" != "$1" ]; do shift; done; exec "$@""#, farm)
            let ended = try farm.start(Self.scale, environment).wait()
            #expect(ended.status == 0, "\(ended.errors)\(farm.text("printed"))")
            #expect(farm.text("number") == "1\n")
            try farm.expectComplete(3)
        }
    }

    @Test func `an autoscaler stops at a refused job and says why`() throws {
        try Self.use { farm, environment in
            try Self.command("sbatch", "echo 'no such account' >&2; exit 1", farm)
            let ended = try farm.start(Self.scale, environment).wait()
            #expect(ended.status == 78)
            #expect(ended.errors.contains("a job was not submitted: slurm (exit status 1): no such account"))
        }
    }

    @Test func `an autoscaler stops after three jobs in a row that fail at once, with what the last one printed`()
        throws
    {
        try Self.use { farm, environment in
            try Self.command("srun", "exit 9", farm)
            try Self.command(
                "sbatch", Self.runs + #"; echo 'no license' >"$(dirname "$2")/$n.out""#, farm)
            let ended = try farm.start(Self.scale, environment).wait()
            #expect(ended.status == 78)
            #expect(ended.errors.contains("3 jobs in a row have failed without having done anything; the last: job 3"))
            #expect(ended.errors.contains("exit status 9; its last lines: no license"))
            #expect(farm.text("number") == "3\n")
        }
    }

    @Test func `an autoscaler does not submit for ever for tasks that take longer than a job may run`() throws {
        try Self.use { farm, environment in
            try farm.write(["echo > up; exec sleep 1000"])
            try Self.command("sbatch", Self.runs, farm)
            try Self.command(
                "srun",
                #"""
                while [ "${1#-}" != "$1" ]; do shift; done
                "$@" & farmer=$!
                until [ -e up ]; do sleep 0.01; done
                rm up; kill -TERM $farmer; wait $farmer
                """#, farm)
            let ended = try farm.start(Self.scale, environment).wait()
            #expect(ended.status == 78)
            #expect(
                ended.errors.contains(
                    "3 jobs in a row have ended without any task coming to its end: perhaps a task takes longer than --time 10"
                ),
                "\(ended.errors)")
            #expect(farm.text("number") == "3\n")
            #expect(farm.attempts().map { $0["outcome"] } == Array(repeating: "interrupted", count: 3))
        }
    }

    @Test func `an autoscaler that is started again counts the jobs it had submitted, and cancels only what waits`()
        throws
    {
        try Self.use { farm, environment in
            try farm.write(["41 PENDING Resources", "42 RUNNING None"], to: "jobs")
            try Self.command("sbatch", #"echo submitted >>"$FARM/number"; echo 43"#, farm)
            let scaler = try farm.start(Self.scale, environment)
            try eventually("it has found them") {
                scaler.errors.contains("goes on with jobs of an earlier run: 41, 42")
            }
            let second = try farm.start(Self.scale, environment).wait()
            #expect(second.status == 75)
            #expect(second.errors.contains("another autoscale is at work"))
            scaler.signal(SIGTERM)
            let ended = try scaler.wait()
            #expect(ended.status == 75)
            #expect(ended.errors.contains("stopped by SIGTERM"))
            #expect(ended.errors.contains("still running, until nothing is left to do or their time is up: 42"))
            #expect(farm.text("cancelled") == "--state=PENDING 41\n")
            #expect(!farm.exists("number"))
        }
    }

    @Test func `a scheduler that does not answer makes nobody submit twice`() throws {
        try Self.use { farm, environment in
            try Self.command(
                "squeue", #"[ -e "$FARM/down" ] && { echo 'no answer' >&2; exit 1; }; cat "$FARM/jobs""#, farm)
            try Self.command(
                "sbatch",
                #"echo submitted >>"$FARM/number"; echo '5 PENDING None' >"$FARM/jobs"; : >"$FARM/down"; echo 5"#, farm)
            let scaler = try farm.start(Self.scale, environment)
            try eventually("it has asked in vain") {
                scaler.errors.components(separatedBy: "cannot be asked just now").count > 4
            }
            scaler.signal(SIGINT)
            #expect(try scaler.wait().status == 75)
            #expect(farm.text("number") == "submitted\n")
            #expect(farm.text("cancelled") == "--state=PENDING 5\n")
            let unreachable = try farm.start(Self.scale, environment).wait()
            #expect(unreachable.status == 78, "\(unreachable.errors)")
        }
    }

    /// SLURM's most common passing error.
    @Test func `a job that was submitted although no answer came is found, and cancelled like all others`() throws {
        try Self.use { farm, environment in
            try Self.command(
                "sbatch",
                #"echo submitted >>"$FARM/number"; echo '7 PENDING PartitionTimeLimit' >"$FARM/jobs"; "#
                    + "echo 'sbatch: error: Socket timed out on send/recv operation' >&2; exit 1", farm)
            let scaler = try farm.start(Self.scale, environment)
            try eventually("it is told why the job waits") {
                scaler.errors.contains("why jobs wait: PartitionTimeLimit")
            }
            scaler.signal(SIGINT)
            let ended = try scaler.wait()
            #expect(ended.status == 75, "\(ended.errors)")
            #expect(farm.text("number") == "submitted\n")
            #expect(farm.text("cancelled") == "--state=PENDING 7\n")
            let submitted = try farm.call("submit", "tasks", environment: environment)
            #expect(submitted.status == 78)
            #expect(submitted.errors.contains("may have been submitted"), "\(submitted.errors)")
        }
    }

    @Test func `a work directory whose name SLURM would read otherwise is refused before anything is submitted`() throws
    {
        try Self.use { farm, environment in
            try Self.command("sbatch", #": >"$FARM/asked"; echo 5"#, farm)
            let ended = try farm.call("submit", "-w", #"b\s"#, "tasks", environment: environment)
            #expect(ended.status == 78 && ended.errors.contains("rename"), "\(ended.errors)")
            #expect(!farm.exists("asked"))
        }
    }

    @Test(
        "an autoscaler stops at a signal although a command of the scheduler hangs",
        arguments: ["squeue", "sbatch"])
    func hangs(_ command: String) throws {
        try Self.use { farm, environment in
            try Self.command("sbatch", "echo 5", farm)
            try Self.command(command, #": >"$FARM/hangs"; exec sleep 1000"#, farm)
            let scaler = try farm.start(Self.scale, environment)
            try eventually("it hangs") { farm.exists("hangs") }
            scaler.signal(SIGTERM)
            let ended = try scaler.wait()
            #expect(ended.status == 75)
            #expect(ended.errors.contains("stopped by SIGTERM"), "\(ended.errors)")
        }
    }

    @Test func `a node with nothing to run is given back while another runs the last task`() throws {
        try Farm.use { farm in
            let first = try farm.farmerAtWork(on: ["echo > up; until [ -e go ]; do sleep 0.01; done"], "-n", "1")
            let second = try farm.farmer("--leave-idle", "0.1")
            let left = try second.ends(75)
            #expect(left.errors.contains("leaving (--leave-idle)"))
            #expect(left.output.contains("stopped by --leave-idle: other farmers have the last tasks"))
            try farm.write([], to: "go")
            try first.ends(0)
            try farm.expectComplete(1)
        }
    }
}
