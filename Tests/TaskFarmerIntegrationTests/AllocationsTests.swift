// What a farmer does with the variables of a scheduler's job.

import Foundation
import Testing

struct AllocationsTests {
    private static let job = [
        "SLURM_JOB_ID": "125", "SLURM_ARRAY_JOB_ID": "123", "SLURM_ARRAY_TASK_ID": "4", "SLURM_STEP_ID": "0",
        "SLURM_STEP_TASKS_PER_NODE": "1", "SLURMD_NODENAME": "n7", "SLURM_CPUS_ON_NODE": "1",
        "SLURM_MEM_PER_NODE": "4000", "SLURM_RESTART_COUNT": "2", "SLURM_STEP_GPUS": "0,3",
    ]

    @Test func `a job is named at the start, in attempts, in the timeline and in status`() throws {
        try Farm.use { farm in
            try farm.write(["echo > up; until test -e go; do sleep 0.02; done", "exit 3", "no-such-program"])
            let farmer = try farm.farmer(environment: Self.job)
            try eventually("a task runs") { farm.exists("up") }
            let status = try farm.call("status", farm.workDirectory.path)
            #expect(status.output.contains("slurm:123_4.0"))
            #expect(status.output.contains("3.9 GiB"))
            let json = try farm.call("status", "--json", farm.workDirectory.path)
            #expect(json.output.contains(#""job": "slurm:123_4.0""#))
            #expect(
                json.output.contains(#""restarts": 2, "node": "n7", "slots": 1, "memory_mib": 4000, "gpus": "0,3""#))
            try farm.write([], to: "go")
            let ended = try farmer.ends(1)
            let note = "taskfarmer: SLURM job 123_4 step 0, restart 2, on n7: 1 slot, 3.9 GiB, GPUs 0,3\n"
            #expect(ended.errors.hasPrefix(note), "\(ended.errors)")
            #expect(farm.attempts().map { $0["job"] } == ["slurm:123_4.0", "slurm:123_4.0", "slurm:123_4.0"])
            let timeline = farm.state("timeline.json")
            #expect(timeline.contains(#" slurm:123_4.0"}}"#) && timeline.contains(#""job":"slurm:123_4.0"}}"#))
            try farm.expectComplete(3, failed: [1, 2])
        }
    }

    @Test func `a killed farmer's attempts are recorded under its job, not under the finder's`() throws {
        try Farm.use { farm in
            let task = "test $TASKFARMER_ATTEMPT = 2 && exit; echo > up; exec sleep 1000"
            try farm.write([task])
            let farmer = try farm.farmer(environment: ["SLURM_JOB_ID": "9", "SLURMD_NODENAME": "n7"])
            // A start is known to others once it stands in the journal.
            try eventually("the start is noted") {
                guard farm.exists("up") else { return false }
                return try farm.journal(says: "S", of: 0)
            }
            farmer.signal(SIGKILL)
            _ = try farmer.wait()
            try farm.farmer("-q").ends(0)
            #expect(
                farm.attempts().map { "\($0["outcome"] ?? "") \($0["job"] ?? "")" } == [
                    "lost slurm:9.batch", "succeeded -",
                ])
            try farm.expectComplete(1)
        }
    }

    @Test func `without a scheduler, and with senseless variables, everything is as ever`() throws {
        try Farm.use { farm in
            try farm.write(["true"])
            let ended = try farm.farmer(environment: ["SLURM_JOB_ID": "x y", "SLURM_CPUS_ON_NODE": "none"]).ends(0)
            #expect(!ended.errors.contains("SLURM"))
            #expect(farm.attempts().map { $0["job"] } == ["-"])
            #expect(!farm.state("timeline.json").contains("job"))
            try farm.expectComplete(1)
        }
    }
}
