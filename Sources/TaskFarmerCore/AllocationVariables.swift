// The variables in which a job finds what it is, as data: one entry for each scheduler. Sources: sbatch(1) and srun(1) of SLURM
// ("OUTPUT ENVIRONMENT VARIABLES"), flux-environment(7), qsub(1B) of PBS, "Environment variables set for job execution" of
// LSF, submit(1) of Grid Engine.

/// A scheduler and its variables; nil where it has none for a fact.
package struct AllocationVariables: Sendable {
    /// How files name it, and how people do.
    package var word: String
    package var name: String
    /// The job's ID; set in every job of this scheduler.
    package var job: String
    /// Set in its jobs too, where the name of the ID alone is too common.
    package var mark: String?
    /// The array that the job belongs to, where that is another variable than the ID's, and its place in it.
    package var array: String?
    package var index: String?
    package var step: String?
    /// How often the job was started before: a number, or `Y`.
    package var restarts: String?
    package var node: String?
    /// Processors on this host; of the whole job where `hosts` says how many hosts that has, as a number or as pairs `HOST NUMBER`.
    package var slots: String?
    package var hosts: String?
    /// Processors for each process of a step, how many of those run on each node of it, and which of its nodes this is.
    package var slotsEach: String?
    package var processes: String?
    package var nodeIndex: String?
    /// MiB on a node, or for each processor.
    package var memory: String?
    package var memoryEach: String?
    /// The first that is set counts.
    package var gpus = ["CUDA_VISIBLE_DEVICES"]
    /// When the job's time is over, in seconds since 1970.
    package var ends: String?

    /// The innermost first: Flux is often run inside a job of another.
    package static let all: [AllocationVariables] = [
        .init(word: "flux", name: "Flux", job: "FLUX_JOB_ID"),
        .init(
            word: "slurm", name: "SLURM", job: "SLURM_JOB_ID", array: "SLURM_ARRAY_JOB_ID",
            index: "SLURM_ARRAY_TASK_ID",
            step: "SLURM_STEP_ID", restarts: "SLURM_RESTART_COUNT", node: "SLURMD_NODENAME",
            slots: "SLURM_CPUS_ON_NODE", slotsEach: "SLURM_CPUS_PER_TASK", processes: "SLURM_STEP_TASKS_PER_NODE",
            nodeIndex: "SLURM_NODEID", memory: "SLURM_MEM_PER_NODE", memoryEach: "SLURM_MEM_PER_CPU",
            gpus: ["SLURM_STEP_GPUS", "SLURM_JOB_GPUS", "CUDA_VISIBLE_DEVICES"], ends: "SLURM_JOB_END_TIME"),
        .init(word: "pbs", name: "PBS", job: "PBS_JOBID", index: "PBS_ARRAY_INDEX", slots: "NCPUS"),
        .init(
            word: "lsf", name: "LSF", job: "LSB_JOBID", index: "LSB_JOBINDEX", restarts: "LSB_RESTART",
            slots: "LSB_DJOB_NUMPROC", hosts: "LSB_MCPU_HOSTS"),
        .init(
            word: "sge", name: "Grid Engine", job: "JOB_ID", mark: "SGE_TASK_ID", index: "SGE_TASK_ID",
            restarts: "RESTARTED", slots: "NSLOTS", hosts: "NHOSTS"),
    ]
}
