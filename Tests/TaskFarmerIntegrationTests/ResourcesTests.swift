// What tasks need and farmers have: side by side while it fits, and kept to it.

import Foundation
import Testing

@Suite("Tasks and their resources") struct ResourcesTests {
    private func task(_ command: String, _ needs: String = "") -> String {
        "{\(needs.isEmpty ? "" : needs + ",")\"command\":\"\(command)\"}"
    }

    @Test func `tasks run side by side only while the sum fits`() throws {
        try Farm.use { farm in
            // Each notes how many are there with it; two of three processors never stand beside two others.
            let body = "mkdir in.$PROC_NUMBER; ls -d in.* | wc -l >> seen; sleep 0.05; rmdir in.$PROC_NUMBER"
            try farm.write((0..<12).map { _ in body })
            try farm.farmer("-n", "8", "--offer", "cpus=7", "--cpus", "3").ends(0)
            let seen = farm.text("seen").split(separator: "\n").compactMap {
                Int($0.trimmingCharacters(in: .whitespaces))
            }
            #expect(seen.count == 12 && seen.max() == 2, "\(seen)")
            try farm.expectComplete(12)
        }
    }

    @Test func `small tasks fill what a large one leaves, and the large one runs all the same`() throws {
        try Farm.use { farm in
            try farm.write(
                [task("sleep 0.2", "\"cpus\":3"), task("sleep 0.1", "\"cpus\":4")]
                    + (0..<60).map { _ in task("sleep 0.02", "\"cpus\":1") })
            try farm.farmer("-n", "4", "--offer", "cpus=4", "-t", "jsonl").ends(0)
            try farm.expectComplete(62)
            let order = farm.ids("finished")
            let place = try #require(order.firstIndex(of: 1))
            #expect(place > 0 && place < 61, "it was passed over, but not for ever: \(order)")
        }
    }

    @Test func `each has devices and processors of its own`() throws {
        try Farm.use { farm in
            let body = "echo $CUDA_VISIBLE_DEVICES $TASKFARMER_CPUS $OMP_NUM_THREADS; sleep 0.1"
            try farm.write(
                (0..<6).map { _ in task(body, "\"gpus\":2,\"cpus\":1") } + [task("echo $CUDA_VISIBLE_DEVICES")])
            try farm.farmer(
                "-n", "3", "-t", "jsonl", environment: ["CUDA_VISIBLE_DEVICES": "3,GPU-ab,5,7", "OMP_NUM_THREADS": ""]
            ).ends(0)
            for id in 0..<6 {
                #expect(
                    ["3,GPU-ab 1", "5,7 1"].contains(farm.log(id).trimmingCharacters(in: .whitespacesAndNewlines)),
                    "\(farm.log(id))")
            }
            #expect(farm.log(6) == "3,GPU-ab,5,7\n", "who asks for none finds what the farmer found")
        }
    }

    @Test func `bound tasks may run on their own processor alone`() throws {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        try Farm.use { farm in
            try farm.write((0..<4).map { _ in "grep -c . /dev/null; nproc; sleep 0.05" })
            try farm.farmer("-n", "\(min(2, processors))", "--pin").ends(0)
            for id in 0..<4 { #expect(farm.log(id) == "0\n1\n") }
            let refused = try farm.call("run", "-n", "65536", "--pin", "tasks")
            #expect(refused.status == 64 && refused.errors.contains("--pin: 65536 processors are offered"))
        }
    }

    @Test func `what can run nowhere here is left for others, and is not waited for in silence`() throws {
        try Farm.use { farm in
            try farm.write([
                task("true", "\"gpus\":8"), task("true"), task("true", "\"resources\":{\"seat\":1}"), task("true"),
            ])
            let ended = try farm.farmer("-t", "jsonl", "--offer", "gpus=0").ends(75)
            #expect(
                ended.errors.contains(
                    "leaving: nothing that is left can run here: task 0 needs 8 gpus, this farmer has 0"))
            #expect(ended.output.contains("stopped by a lack of resources"))
            #expect(farm.ids("finished").sorted() == [1, 3] && farm.ids("toprocess") == [2, 0], "in their order")
            try farm.farmer("-t", "jsonl", "--offer", "gpus=8,seat=1").ends(0)
            try farm.expectComplete(4)
        }
    }

    @Test func `two farmers with different resources share a list, each taking what it can`() throws {
        try Farm.use { farm in
            try farm.write((0..<40).map { id in task("sleep 0.02", id % 2 == 0 ? "\"gpus\":1" : "") })
            let options = ["run", "-n", "2", "-t", "jsonl", "tasks"]
            let plain = try farm.start(options + ["--offer", "gpus=0"])
            let other = try farm.start(options + ["--offer", "gpus=1"])
            try plain.ends(0)
            try other.ends(0)
            try farm.expectComplete(40)
            for attempt in farm.attempts() where attempt["farmer"].map({ $0.contains(".\(plain.identifier).") }) == true
            {
                #expect(Int(attempt["id"] ?? "").map { $0 % 2 } == 1)
            }
        }
    }

    @Test func `a task that uses more memory than it needs is killed, and gets more the next time`() throws {
        try Farm.use { farm in
            try farm.write(["head -c 200m /dev/zero | tail | sleep 3", "true"])
            let ended = try farm.farmer("-v", "--mem", "64M", "--mem-enforce", "rss").ends(1)
            #expect(farm.attempts(of: 0).compactMap { $0["outcome"] } == ["out-of-memory"])
            #expect(ended.output.contains("0  out of memory") && farm.ids("finished") == [1])
            let again = try farm.call(
                "run", "--retry-failed", "--mem", "64M", "--mem-enforce", "rss", "--mem-slack", "1.5",
                "--retry-on", "oom=5:mem*3", "tasks")
            #expect(again.status == 0, "\(again.errors)")
            #expect(farm.attempts(of: 0).last?["outcome"] == "succeeded")
            try farm.expectComplete(2)
        }
    }

    @Test func `a task that the kernel kills under its limit has run out of memory, and its neighbours have not`()
        throws
    {
        try Farm.use { farm in
            try farm.write(["true"])
            let trial = try farm.start(["run", "-w", "trial", "--mem-enforce", "cgroup", "tasks"]).wait()
            if trial.status == 78 {
                #expect(trial.errors.contains("use rss or rlimit instead"), "\(trial.errors)")
                print("skipped: control groups of one's own are not permitted here: \(trial.errors)")
                return
            }
            #expect(trial.status == 0, "\(trial.errors)")
            // The shell waits for the one that is killed, and says 137.
            try farm.write(["head -c 200m /dev/zero | tail > /dev/null", "sleep 1"])
            try farm.farmer(
                "-n", "2", "--mem", "48M", "--mem-enforce", "cgroup", "--retry-on", "oom=1:mem*1.5"
            ).ends(1)
            #expect(farm.attempts(of: 0).compactMap { $0["outcome"] } == ["out-of-memory", "out-of-memory"])
            #expect(farm.ids("finished") == [1])
            try farm.farmer("--retry-failed", "--mem", "600M", "--mem-enforce", "cgroup").ends(0)
            try farm.expectComplete(2)
        }
    }

    @Test func `address space is refused by the kernel where that is asked for`() throws {
        try Farm.use { farm in
            try farm.write(["ulimit -v", "ulimit -c; ulimit -n; nice"])
            try farm.farmer(
                "--mem", "512M", "--mem-enforce", "rlimit", "--mem-slack", "2", "--ulimit", "core=0,nofile=77",
                "--nice", "3"
            ).ends(0)
            #expect(farm.log(0) == "1048576\n")
            let own = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
            #expect(farm.log(1) == "0\n77\n\(min(19, own + 3))\n")
        }
    }

    @Test func `tasks run with the I/O priority that was asked for`() throws {
        try Farm.use { farm in
            try farm.write(["ionice -p $$"])
            for (asked, found) in [("idle", "idle"), ("best-effort:7", "best-effort: prio 7")] {
                try farm.farmer("--fresh", "--ionice", asked).ends(0)
                #expect(farm.log(0) == found + "\n")
            }
        }
    }

    @Test func `a limit of processor time ends a task by its signal`() throws {
        try Farm.use { farm in
            try farm.write(["while :; do :; done"])
            let ended = try farm.farmer("--ulimit", "cpu=1,core=0").ends(1)
            #expect(farm.attempts(of: 0).first?["outcome"] == "signalled", "\(ended.output)")
        }
    }

    @Test func `no task is started while the machine is too busy, and those that wait are there for others`() throws {
        try Farm.use { farm in
            try farm.write(["true", "true"])
            // Never as much memory as that is free: all but a little.
            let table = try String(contentsOfFile: "/proc/meminfo", encoding: .utf8)
            let total = try #require(
                table.split(separator: "\n").first?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
            let farmer = try farm.start(["run", "--memfree", "\(total - 4096)K", "tasks"])
            try eventually("it says why nothing runs") { farm.text(".output0.errors").contains("no task is started") }
            try eventually("it gave back what it does not start") { farm.ids("toprocess").count == 2 }
            farmer.signal(SIGTERM)
            let ended = try farmer.ends(75)
            #expect(ended.errors.contains("no task is started as long as it is so: "), "\(ended.errors)")
            #expect(farm.attempts().isEmpty)
            try farm.farmer("--load", "100000", "--memfree", "1M").ends(0)
            try farm.expectComplete(2)
        }
    }

    @Test(
        arguments: [
            (["--cpus", "0"], "--cpus 0: expected a whole number from 1"),
            (["--mem", "64"], "expected a size with a unit"),
            (["--need", "x"], "--need x: expected an amount"), (["--offer", "gpus=-1"], "--offer gpus=-1"),
            (["--mem-enforce", "magic"], "expected one of rss, rlimit, cgroup"),
            (["--mem-slack", "2"], "needs --mem-enforce"),
            (["--ulimit", "nofiles=3"], "did you mean nofile?"), (["--ulimit", "as=3"], "a size with a unit"),
            (["--load", "0"], "--load 0: expected"), (["--memfree", "lots"], "expected a size"),
            (["--memfree", "900T"], "in all"),
            (["--nice", "20"], "--nice 20"), (["--order", "random:99999999999999999999"], "at most 18 digits"),
            (["--retry-delay", "100ms"], "a time in s, m, h or d"),
            (["--ionice", "realtime"], "expected idle, best-effort"),
            (["--mem", "900T"], "needs 900T of memory, this farmer has"),
        ] as [([String], String)])
    func `what makes no sense is refused`(words: [String], text: String) throws {
        try Farm.use { farm in
            try farm.write(["true"])
            let ended = try farm.start(["run"] + words + ["tasks"]).wait()
            #expect(ended.status == 64 && ended.errors.contains(text), "\(ended.status): \(ended.errors)")
        }
    }
}
