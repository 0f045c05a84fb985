// SLURM. Sources: sbatch(1), srun(1), squeue(1), scancel(1), scontrol(1) of 22.05.
//
// `--signal` without `B:` goes to the job's steps, so it reaches every farmer, and not the script, which has to outlive them. A
// farmer's step has all processors of its node: without --exact a step gets them, and binding is left to the farmer. In an array
// SLURM_JOB_ID of one element is the array's own, which would mean all of them; so the element is named. A job that was cancelled or
// pre-empted without grace is not RUNNING any more when its farmers have stopped, and is not queued again from here.

extension Scheduler {
    static let slurm = Scheduler(
        name: "slurm", directive: "#SBATCH ",
        head: ["--job-name={name}", "--output={output}", "--open-mode=append"],
        wholeNodes: ["--nodes={nodes}", "--ntasks-per-node=1", "--exclusive"],
        partsOfNodes: ["--nodes={nodes}", "--ntasks-per-node=1", "--cpus-per-task={processors}"],
        array: ["--array=0-{last}"], time: ["--time={clock}"],
        requeue: ["--requeue", "--signal=USR1@{warning}"],
        requeueNow: #"""
            for pause in 0 10 20 40 60 60 60; do
                    sleep $pause # where the controller did not answer
                    state=$(squeue --noheader --jobs="$job" --format=%T) || continue
                    [ "$state" = RUNNING ] && ! scontrol requeue "$job" || break
                done
            """#,
        outputOfJob: "%j.out", outputOfArray: "%A_%a.out", percent: "%%",
        jobID: "${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID}\njob=${job:-$SLURM_JOB_ID}",
        launchOnOne: Self.srun + " {farmer}", launchOnAll: Self.srun + " \\\n    {ranked}",
        submit: "sbatch --parsable {script}",
        list: "squeue --noheader --me --name={name} --format='%i %T %r'",
        pending: ["PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT"],
        cancel: "scancel --state=PENDING {jobs}",
        silences: ["Unable to contact", "timed out", "Zero Bytes", "onnection refused", "onnection reset"],
        unfit: "\\")

    private static let srun = #"""
        srun --nodes="$SLURM_JOB_NUM_NODES" --ntasks="$SLURM_JOB_NUM_NODES" --ntasks-per-node=1 --cpu-bind=none \
            --kill-on-bad-exit=0 --wait=0
        """#
}
