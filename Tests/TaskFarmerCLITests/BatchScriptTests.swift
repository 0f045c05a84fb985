import TaskFarmer
import Testing

struct BatchScriptTests {
    private func script(_ scheduler: String, _ change: (inout BatchScript) -> Void) throws -> String {
        let scheduler = try #require(Scheduler.named(scheduler))
        var script = BatchScript(
            scheduler: scheduler, folder: "/home/me", batch: "/scratch/100% mine/tasks_workdir/batch",
            jobName: BatchScript.jobName(for: "/scratch/100% mine/tasks_workdir"),
            farmer: ["/usr/bin/taskfarmer", "run", "--runner", "it's", "/scratch/100% mine/tasks"].map {
                Array($0.utf8)
            })
        change(&script)
        return String(decoding: try script.text(), as: UTF8.self)
    }

    @Test func `batch scripts for SLURM change only on purpose`() throws {
        let several = try script("slurm") {
            $0.size = .nodes(4)
            $0.time = 7200
            $0.isRequeued = true
            $0.extra = ["--partition", "short", "--comment=two words"].map { Array($0.utf8) }
        }
        try Golden.expect(several, is: "batch-slurm-nodes.sh")
        let array = try script("slurm") {
            $0.size = .array(8)
            $0.processors = 16
        }
        try Golden.expect(array, is: "batch-slurm-array.sh")
    }

    @Test func `batch scripts for PBS change only on purpose`() throws {
        let several = try script("pbs") {
            $0.size = .nodes(4)
            $0.time = 7200
            $0.extra = ["-q", "workq"].map { Array($0.utf8) }
        }
        try Golden.expect(several, is: "batch-pbs-nodes.sh")
        let array = try script("pbs") {
            $0.size = .array(8)
            $0.processors = 16
            $0.time = 600
        }
        try Golden.expect(array, is: "batch-pbs-array.sh")
    }

    @Test func `batch scripts for Flux change only on purpose`() throws {
        let several = try script("flux") {
            $0.size = .nodes(4)
            $0.time = 7200
        }
        try Golden.expect(several, is: "batch-flux-nodes.sh")
        try Golden.expect(try script("flux") { $0.processors = 16 }, is: "batch-flux-one.sh")
    }

    @Test func `a job is told to stop in time, but a short one not before it has begun`() throws {
        func warning(time: Int, stop: Int = 5) throws -> String {
            let text = try script("slurm") {
                $0.isRequeued = true
                $0.time = time
                $0.stopTime = stop
            }
            return text.split(separator: "\n").first { $0.contains("--signal=") }.map(String.init) ?? ""
        }
        #expect(try warning(time: 7200) == "#SBATCH --signal=USR1@60")
        #expect(try warning(time: 7200, stop: 300) == "#SBATCH --signal=USR1@330")
        #expect(try warning(time: 120) == "#SBATCH --signal=USR1@30")
        #expect(try warning(time: 8) == "#SBATCH --signal=USR1@5")
    }

    @Test func `a name with a newline cannot add lines to a script`() throws {
        #expect(throws: FarmError.self) { try script("slurm") { $0.batch = "/x\n#SBATCH --uid=0/batch" } }
        #expect(throws: FarmError.self) { try script("pbs") { $0.folder = "/x\ntrue" } }
    }

    @Test func `two lists of one name have jobs of different names, in letters that every scheduler takes`() {
        let names = ["/a/tasks.txt_workdir", "/b/tasks.txt_workdir", "/a/1 ä/{name}", "/a/-_workdir"].map {
            BatchScript.jobName(for: .init($0))
        }
        #expect(Set(names).count == 4)
        #expect(names[0].hasPrefix("tasks.txt-"))
        for name in names {
            #expect(name.first?.isLetter == true && name.count < 40)
            #expect(name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) })
        }
    }
}
