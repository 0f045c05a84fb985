// What the runners of parallel tasks make of a task.

import TaskFarmer
import TaskFarmerCore
import Testing

@Suite("Runners of parallel tasks")
struct ParallelRunnersTests {
    @Test("a task is a job step with processors of its own")
    func step() throws {
        let runner = try RunnerBench.runner([
            "Runner = srun", "ntasks = 4", "nodes = 2", "cpus_per_task = 8", "extra = --mem=4G --label",
        ])
        let process = RunnerBench.process(runner, "./solve $X")
        #expect(
            process.words == [
                "srun", "--ntasks=4", "--nodes=2", "--cpus-per-task=8", "--exact", "--export=ALL", "--input=none",
                "--mem=4G", "--label", "/bin/sh", "-c", "./solve $X",
            ])
        #expect(process.changes == ["-SLURM_CPU_BIND"])
    }

    @Test("inside a job step, which holds all processors, steps share with it")
    func overlap() throws {
        let runner = try RunnerBench.runner(["Runner = srun"], environment: ["SLURM_JOB_ID=7", "SLURM_STEP_ID=0"])
        #expect(
            RunnerBench.process(runner, "./solve").words == [
                "srun", "--ntasks=1", "--overlap", "--export=ALL", "--input=none", "/bin/sh", "-c", "./solve",
            ])
        let batch = try RunnerBench.runner(["Runner = srun"], environment: ["SLURM_JOB_ID=7"])
        #expect(RunnerBench.process(batch, "./solve").words.contains("--exact"))
    }

    @Test("a task of MPI is so many processes, and arguments need no shell")
    func processes() throws {
        let runner = try RunnerBench.runner([
            "Runner = mpirun", "ntasks = 16", "extra = --bind-to core", "program = mpiexec.hydra -v", "env.A = 1",
        ])
        let process = RunnerBench.process(runner, TaskDescription(arguments: ["./solve", "a b"]))
        #expect(
            process.words == ["mpiexec.hydra", "-v", "-n", "16", "--bind-to", "core", "./solve", "a b"])
        #expect(process.changes == ["A=1"])
    }

    @Test("a setup runs in each process before the command")
    func setup() throws {
        let runner = try RunnerBench.runner(["Runner = mpirun", "setup = . env.sh"])
        #expect(
            RunnerBench.process(runner, TaskDescription(arguments: ["a b"])).words == [
                "mpirun", "-n", "1", "/bin/sh", "-c", "{ . env.sh\n} || exit\n'a b'",
            ])
    }

    @Test("numbers that make no sense are refused with their key")
    func senseless() {
        #expect(
            RunnerBench.problem("Runner = srun", "ntasks = 0")
                == "3: [mine] ntasks: 0: expected a whole number from 1 to 1000000")
        #expect(
            RunnerBench.problem("Runner = mpirun", "nodes = 2")
                == "3: [mine] nodes: mpirun has no such argument, expected one of: ntasks, extra, shell, setup, env.X, cwd, "
                + "tempdir, program")
    }
}
