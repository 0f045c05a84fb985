import Foundation
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

    @Test(
        "a job runs again when its farmers left work, and not when one of them has an error that needs somebody",
        arguments: [
            ([75, 71], 71, false), ([71, 75], 71, false), ([75, 74], 74, false), ([78, 75], 78, false),
            ([64, 75], 64, false), ([75, 0], 75, true), ([1, 75], 75, true), ([0, 1], 1, false), ([0, 0], 0, false),
        ])
    func worst(_ statuses: [Int], _ expected: Int32, _ runsAgain: Bool) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "taskfarmer-batch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func put(_ name: String, _ text: String) throws {
            let file = folder.appending(path: name)
            try Data(text.utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }
        // A farmer on each node, and what srun makes of their ends.
        let farmers = statuses.map { #"CODE=\#($0) "$@"; s=$?; [ $s -le $worst ] || worst=$s"# }
        try put(
            "srun",
            (["#!/bin/sh", #"while [ "${1#-}" != "$1" ]; do shift; done"#, "worst=0"] + farmers + ["exit $worst"])
                .joined(separator: "\n"))
        try put("squeue", "#!/bin/sh\necho RUNNING\n")
        // At first the controller does not answer.
        try put("scontrol", "#!/bin/sh\n[ -e asked ] || { : >asked; exit 1; }\n: >again\n")
        try put("sleep", "#!/bin/sh\n")
        try put(
            "job",
            try script("slurm") {
                $0.folder = .init(folder.path)
                $0.batch = .init(folder.path)
                $0.size = .nodes(2)
                $0.time = 7200
                $0.isRequeued = true
                $0.farmer = ["/bin/sh", "-c", #"exit "$CODE""#].map { Array($0.utf8) }
            })
        let job = Process()
        job.executableURL = folder.appending(path: "job")
        job.environment = ["PATH": "\(folder.path):/usr/bin:/bin", "SLURM_JOB_ID": "7", "SLURM_JOB_NUM_NODES": "2"]
        try job.run()
        job.waitUntilExit()
        #expect(job.terminationStatus == expected)
        #expect(FileManager.default.fileExists(atPath: folder.appending(path: "again").path) == runsAgain)
        let notes = try String(contentsOf: folder.appending(path: "7.status"), encoding: .utf8)
        #expect(notes == "started\nended \(expected)\n")
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
