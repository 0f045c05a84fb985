// What srun and mpirun are asked to start.

import TaskFarmer
import TaskFarmerCore
import Testing

@Suite("Runners for parallel tasks")
struct ParallelRunnersTests {
    @Test("a step has what it asks for, and one task is on one node")
    func srun() {
        #expect(
            RunnerBench.process(SrunRunner(), "gzip x")
                == TaskProcess(
                    [
                        "srun", "--ntasks=1", "--nodes=1", "--cpus-per-task=1", "--exact", "--export=ALL",
                        "--input=none", "--quit-on-interrupt", "/bin/sh", "-c", "gzip x",
                    ].map { Array($0.utf8) }, environment: [EnvironmentChange("SLURM_CPU_BIND", bytes: nil)]))
        let words = RunnerBench.process(SrunRunner(tasks: 4), TaskDescription(arguments: ["ls", "a b"])).words
        #expect(words[1...2] == ["--ntasks=4", "--cpus-per-task=1"] && words.suffix(2) == ["ls", "a b"])
    }

    @Test("everything that can be said about a step")
    func srunWhole() throws {
        let runner = try RunnerBench.runner([
            "Runner = srun", "ntasks = 8", "nodes = 2", "cpus_per_task = 4", "overlap = True",
            "extra = --mem-per-cpu=1G --gpus-per-task=1", "setup = module load x", "shell = bash", "env.A = 1",
            "cwd = /d", "tempdir = True",
        ])
        #expect(runner.usesTemporaryFolder)
        let process = RunnerBench.process(runner, "ls", RunnerBench.context)
        #expect(
            process.words == [
                "srun", "--ntasks=8", "--nodes=2", "--cpus-per-task=4", "--overlap", "--export=ALL", "--input=none",
                "--quit-on-interrupt", "--mem-per-cpu=1G", "--gpus-per-task=1", "bash", "-c",
                "{ module load x\n} || exit\nls",
            ])
        #expect(
            process.changes == ["-SLURM_CPU_BIND", "A=1", "TMPDIR=/tmp/own"] && process.workingDirectory?.text == "/d")
    }

    @Test("mpirun and mpiexec")
    func mpirun() throws {
        #expect(
            RunnerBench.process(MPIRunner(tasks: 4), "./solve")
                == TaskProcess(["mpirun", "-n", "4", "/bin/sh", "-c", "./solve"]))
        let runner = try RunnerBench.runner([
            "Runner = mpiexec", "ntasks = 2", "program = mpiexec --quiet", "extra = --bind-to none",
        ])
        #expect(
            RunnerBench.process(runner, TaskDescription(arguments: ["./solve", "a b"])).words == [
                "mpiexec", "--quiet", "-n", "2", "--bind-to", "none", "./solve", "a b",
            ])
    }

    @Test("wrong arguments are named with what was expected")
    func problems() {
        #expect(
            RunnerBench.problem("Runner = srun", "ntasks = 0")
                == "3: [mine] ntasks: 0: expected a whole number from 1 to 1000000")
        #expect(
            RunnerBench.problem("Runner = srun", "cpus-per-task = 2")
                == "3: [mine] cpus-per-task: srun has no such argument, expected one of: ntasks, nodes, cpus_per_task, "
                + "overlap, extra, program, shell, setup, env.X, cwd, tempdir; did you mean cpus_per_task?")
        #expect(
            RunnerBench.problem("Runner = mpirun", "nodes = 2")
                == "3: [mine] nodes: mpirun has no such argument, expected one of: ntasks, extra, program, shell, setup, "
                + "env.X, cwd, tempdir")
    }

    @Test("inside a job step, which holds all processors, steps share with it unless they shall not")
    func inStep() throws {
        let environment = ["SLURM_JOB_ID=7", "SLURM_STEP_ID=0"]
        func words(_ lines: [String], _ environment: [String]) throws -> [String] {
            RunnerBench.process(try RunnerBench.runner(["Runner = srun"] + lines, environment: environment), "x").words
        }
        #expect(try words([], environment).contains("--overlap"))
        #expect(try words(["overlap = False"], environment).contains("--exact"))
        #expect(try words([], ["SLURM_JOB_ID=7"]).contains("--exact"))
    }
}
