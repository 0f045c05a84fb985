// The nodes of the SLURM job around this process, and a step on one of them: srun(1) and scontrol(1) of SLURM.

internal import TaskFarmerCore
internal import TaskFarmerSystem

package enum JobNodes {
    /// The job's nodes, each once.
    ///
    /// - Throws: `FarmError.usage` outside of a job
    package static func names() throws -> [String] {
        let variables = ["SLURM_JOB_NODELIST", "SLURM_NODELIST"]
        guard let list = variables.lazy.compactMap({ OwnProcess.variable($0) }).first(where: { !$0.isEmpty }) else {
            throw FarmError.usage(
                "--srun needs a SLURM job around it: SLURM_JOB_NODELIST is not set; try salloc or sbatch")
        }
        do {
            return try HostList.parse(list.text, content: { throw HostListProblem(message: "no file: \($0)") }).map(
                \.name)
        } catch let problem as HostListProblem {
            throw FarmError.usage("SLURM_JOB_NODELIST: \(problem.message)")
        }
    }

    /// A step of one process on one node, beside whatever else runs there.
    package static func command(_ words: [[UInt8]], on node: String) -> [[UInt8]] {
        let options = [
            "srun", "--nodes=1", "--ntasks=1", "--nodelist=\(node)", "--overlap", "--mem=0", "--cpu-bind=none",
            "--unbuffered",
            "--quit-on-interrupt",
        ]
        return options.map { Array($0.utf8) } + words
    }
}
