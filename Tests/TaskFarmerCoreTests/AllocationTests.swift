import ClaimSimulation
import TaskFarmerCore
import Testing

/// Variables as SLURM 22.05 sets them, but for what newer ones add.
struct AllocationTests {
    private static func read(_ variables: [String: String]) -> Allocation? {
        Allocation.read { name in variables[name].map { Array($0.utf8) } }
    }

    private static let batch = [
        "SLURM_JOB_ID": "123", "SLURMD_NODENAME": "n1", "SLURM_CPUS_ON_NODE": "8", "SLURM_NTASKS": "2",
        "SLURM_TASKS_PER_NODE": "1(x2)", "SLURM_NODEID": "0", "SLURM_MEM_PER_NODE": "4000",
    ]

    /// What a step finds of its own among that of the batch script.
    private static func step(_ more: [String: String]) -> [String: String] {
        batch.merging(["SLURM_STEP_ID": "0", "SLURM_STEP_TASKS_PER_NODE": "1(x2)"]) { $1 }.merging(more) { $1 }
    }

    @Test func `without a scheduler nothing is made up`() {
        #expect(Self.read([:]) == nil)
        #expect(
            Self.read(["SLURM_CPUS_ON_NODE": "4", "JOB_ID": "7", "NCPUS": "3", "CUDA_VISIBLE_DEVICES": "0"]) == nil)
    }

    @Test func `a batch script has all of its node`() throws {
        let job = try #require(Self.read(Self.batch.merging(["SLURM_CPUS_PER_TASK": "2"]) { $1 }))
        #expect(job.label == "slurm:123.batch")
        #expect(job.slots == 8)
        #expect(job.memory == 4000)
        #expect(job.node == "n1")
        #expect(job.restarts == 0)
        #expect(job.gpus == nil)
        #expect(job.ends == nil)
    }

    @Test func `a shell of salloc on another host is in the job and on none of its nodes`() {
        #expect(Self.read(["SLURM_JOB_ID": "123"])?.label == "slurm:123")
    }

    @Test func `a restarted job of an array knows all that newer versions tell`() throws {
        let job = try #require(
            Self.read(
                Self.step([
                    "SLURM_ARRAY_JOB_ID": "120", "SLURM_ARRAY_TASK_ID": "4", "SLURM_RESTART_COUNT": "2",
                    "SLURM_JOB_END_TIME": "1700000000", "SLURM_STEP_GPUS": "2,3", "SLURM_JOB_GPUS": "0-3",
                    "CUDA_VISIBLE_DEVICES": "0,1",
                ])))
        #expect(job.label == "slurm:120_4.0")
        #expect(job.restarts == 2)
        #expect(job.ends == 1_700_000_000_000_000)
        #expect(job.gpus == "2,3")
    }

    @Test(
        arguments: [
            ("one process a node", [:], 8, 4000),
            ("several processes a node share it", ["SLURM_STEP_TASKS_PER_NODE": "4(x2)"], 2, 1000),
            ("--cpus-per-task is a limit", ["SLURM_CPUS_PER_TASK": "3"], 3, 4000),
            (
                "a variable of the batch script is no gift", ["SLURM_CPUS_PER_TASK": "8", "SLURM_CPUS_ON_NODE": "1"], 1,
                4000
            ),
            ("--overcommit leaves one each", ["SLURM_STEP_TASKS_PER_NODE": "16(x2)"], 1, 250),
            ("uneven nodes", ["SLURM_STEP_TASKS_PER_NODE": "1(x2),4", "SLURM_NODEID": "2"], 2, 1000),
            ("memory for each processor", ["SLURM_MEM_PER_NODE": "", "SLURM_MEM_PER_CPU": "100"], 8, 800),
            ("all memory of a node is no number", ["SLURM_MEM_PER_NODE": "0"], 8, nil),
        ] as [(String, [String: String], Int, Int?)])
    func `a farmer in a step has its part of the step and no more`(
        what: String, variables: [String: String], slots: Int, memory: Int?
    ) throws {
        let job = try #require(Self.read(Self.step(variables)))
        #expect(job.label == "slurm:123.0")
        #expect(job.slots == slots, "\(what)")
        #expect(job.memory == memory, "\(what)")
    }

    @Test(arguments: [("4294967290", "interactive"), ("4294967291", "batch"), ("4294967292", "extern"), ("7", "7")])
    func `steps without a number of their own have names, and all of the node`(number: String, step: String) throws {
        let job = try #require(Self.read(Self.step(["SLURM_STEP_ID": number, "SLURM_STEP_TASKS_PER_NODE": "2"])))
        #expect(job.step == step)
        #expect(job.slots == (step == "7" ? 4 : 8))
    }

    @Test func `what is not of its form changes nothing`() throws {
        let job = try #require(
            Self.read(
                Self.step([
                    "SLURM_CPUS_ON_NODE": "many", "SLURM_MEM_PER_NODE": "-4", "SLURM_RESTART_COUNT": "x",
                    "SLURM_JOB_END_TIME": "99999999999999999999", "SLURM_STEP_TASKS_PER_NODE": "(x)",
                    "SLURM_STEP_GPUS": "0 1", "CUDA_VISIBLE_DEVICES": "NoDevFiles", "SLURMD_NODENAME": "a\tb",
                    "SLURM_ARRAY_JOB_ID": "120", "SLURM_ARRAY_TASK_ID": "",
                ])))
        #expect(job == Allocation(scheduler: "slurm", job: "123", step: "0"))
        for id in ["", "1 2", "1\n", "é", "-", String(repeating: "9", count: 33)] {
            #expect(Self.read(["SLURM_JOB_ID": id]) == nil)
        }
    }

    @Test(
        arguments: [
            (["FLUX_JOB_ID": "ƒ2aB9", "SLURM_JOB_ID": "5", "SLURM_CPUS_ON_NODE": "8"], "flux:f2aB9", nil, 0),
            (["PBS_JOBID": "17.server.site", "NCPUS": "4"], "pbs:17", 4, 0),
            (["PBS_JOBID": "17[3].server", "PBS_ARRAY_INDEX": "3", "NCPUS": "4"], "pbs:17[3]", 4, 0),
            (
                [
                    "LSB_JOBID": "17", "LSB_JOBINDEX": "0", "LSB_DJOB_NUMPROC": "6", "LSB_MCPU_HOSTS": "h 6 ",
                    "LSB_RESTART": "Y",
                ],
                "lsf:17", 6, 1
            ),
            (
                ["LSB_JOBID": "17", "LSB_JOBINDEX": "3", "LSB_DJOB_NUMPROC": "6", "LSB_MCPU_HOSTS": "h 4 i 2"],
                "lsf:17_3", nil, 0
            ),
            (
                ["JOB_ID": "17", "SGE_TASK_ID": "undefined", "NSLOTS": "4", "NHOSTS": "1", "RESTARTED": "1"], "sge:17",
                4, 1
            ),
            (["JOB_ID": "17", "SGE_TASK_ID": "2", "NSLOTS": "4", "NHOSTS": "2"], "sge:17_2", nil, 0),
        ] as [([String: String], String, Int?, Int)])
    func `other schedulers' jobs are named as well`(
        variables: [String: String], label: String, slots: Int?, restarts: Int
    ) throws {
        let job = try #require(Self.read(variables))
        #expect(job.label == label)
        #expect(job.slots == slots)
        #expect(job.restarts == restarts)
    }

    @Test func `the facts come back from a farmer's own file`() throws {
        var job = Allocation(scheduler: "slurm", job: "123_4")
        #expect(Allocation(line: Array(job.line.utf8)[...]) == job)
        (job.step, job.restarts, job.node, job.slots, job.memory) = ("0", 3, "n1", 8, 4000)
        (job.gpus, job.ends) = ("0,1", 1_700_000_000_000_000)
        #expect(job.line == "slurm 123_4 0 3 n1 8 4000 0,1 1700000000000000")
        #expect(Allocation(line: Array(job.line.utf8)[...]) == job)
        #expect(Allocation(line: Array("slurm 1 2 3".utf8)[...]) == nil)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `no value of any variable ends the program`(seed: UInt64) async {
        var generator = SplitMix(seed: seed)
        let pieces = [
            "0", "1", "9", "4294967291", "9223372036854775807", "(x", ")", ",", "-", ".", " ", "\0", "a", "ƒ", "Y",
        ]
        for _ in 0..<3000 {
            let found = Allocation.read { name in
                if name == "FLUX_JOB_ID" && Bool.random(using: &generator) { return nil }
                return (0..<Int.random(in: 0...4, using: &generator)).flatMap { _ in
                    Array((pieces.randomElement(using: &generator) ?? "").utf8)
                }
            }
            guard let found else { continue }
            #expect(found.label.utf8.count <= 48)
            #expect(found.label.utf8.allSatisfy { (33...126).contains($0) })
            #expect(Allocation(line: Array(found.line.utf8)[...]) == found, "seed \(seed): \(found)")
        }
    }
}
